//! Owns what is asked of the page, the browser and the runtime, and the requests' form that follows from it.
//!
//! Invariants: each text is bounded, for all of them stand in the header of every batch; no address leaves with its query,
//! fragment or credentials. Tested by `tests/rust`.
use js_sys::{Object, Reflect};
use wasm_bindgen::JsValue;
use web_sys::{ReferrerPolicy, RequestCredentials, RequestInit, RequestRedirect, Url};

use crate::core::fields::cut;
use crate::core::json::{write_name, write_string};
use crate::logger::builder::Place;
use crate::web::object::{get, get_global, set};

/// So much of an address, or of what else the environment says, is kept.
const TEXT_CHARS_MAX: usize = 2_000;
const SDK: &str = concat!(
    ",\"sdk\":{\"name\":\"sapwood\",\"version\":\"",
    env!("CARGO_PKG_VERSION"),
    "\"},\"resource\":{"
);

/// An endpoint, resolved against the page; `None` when it is none that can be sent to.
pub(crate) fn resolve(endpoint: &str) -> Option<Url> {
    if endpoint.is_empty() {
        return None;
    }
    let page = get(&get_global("location"), "href").as_string();
    let url = match page {
        Some(page) => Url::new_with_base(endpoint, &page),
        None => Url::new(endpoint),
    };
    let url = url.ok()?;
    let is_http = ["http:", "https:"].contains(&&*url.protocol());
    // `fetch` refuses an address with credentials.
    (is_http && url.username().is_empty() && url.password().is_empty()).then_some(url)
}

/// Is this a runtime in which each request is a world of its own?
pub(crate) fn is_edge() -> bool {
    get_global("WebSocketPair").is_function() || get_global("EdgeRuntime").is_string()
}

/// What there is to know of the way from here to `url`.
pub(crate) fn place(url: &Url, edge: bool) -> Place {
    let origin = get(&get_global("location"), "origin").as_string();
    let request = get(&get_global("Request"), "prototype");
    let host = url.hostname();
    Place {
        cross_origin: origin.is_some_and(|origin| origin != url.origin()),
        keepalive: !edge && request.is_object() && Reflect::has(&request, &"keepalive".into()).unwrap_or(false),
        blockable: host != "localhost" && !host.starts_with("127.") && !host.starts_with("[::1"),
    }
}

/// What `fetch` gets beside the body; with `key`: the form that may have headers of ours.
pub(crate) fn init(place: Place, edge: bool, content_type: &str, key: &str) -> JsValue {
    let headers = Object::new();
    set(&headers, "Content-Type", content_type.into());
    if !key.is_empty() {
        set(&headers, "X-API-Key", key.into());
    }
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_headers(&headers);
    if edge {
        // Workers know neither credentials nor referrers, and refuse to be asked for `error`.
        init.set_redirect(RequestRedirect::Manual);
    } else {
        init.set_redirect(RequestRedirect::Error);
        init.set_credentials(if place.cross_origin {
            RequestCredentials::Omit
        } else {
            RequestCredentials::SameOrigin
        });
        // The page's address has a query.
        init.set_referrer_policy(ReferrerPolicy::Origin);
    }
    init.into()
}

/// What is the same in the header of every batch, as JSON members. `common`: what stands in every entry.
pub(crate) fn resource(common: &[u8]) -> Vec<u8> {
    let (location, navigator) = (get_global("location"), get_global("navigator"));
    let mut out = SDK.as_bytes().to_vec();
    // The first comma gives way to the brace.
    out.extend_from_slice(common.get(1..).unwrap_or_default());
    let said = [
        ("url", get(&location, "href").as_string().map(|href| bare(&href))),
        ("userAgent", get(&navigator, "userAgent").as_string()),
        ("locale", get(&navigator, "language").as_string()),
        ("host", get(&location, "host").as_string()),
    ];
    for (name, text) in said {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            write_name(&mut out, name.as_bytes());
            write_string(&mut out, cut(text.as_bytes(), TEXT_CHARS_MAX));
        }
    }
    out.extend_from_slice(b"},\"core\":\"wasm\"");
    out
}

/// An address without query, fragment and credentials.
fn bare(href: &str) -> String {
    let href = href.split(['?', '#']).next().unwrap_or_default();
    let Some((scheme, rest)) = href.split_once("//") else {
        return href.to_owned();
    };
    let host_end = rest.find('/').unwrap_or(rest.len());
    let host = rest[..host_end].rfind('@').map_or(0, |at| at + 1);
    format!("{scheme}//{}", &rest[host..])
}
