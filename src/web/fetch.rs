//! Owns requests: starts them, and reads every answer's body, because an unread one holds the keepalive quota.
//!
//! Keeps nothing: what belongs to a request is bound to its callbacks. Does not know what an answer means.
//! Tested by `tests/wasm/delivery.test.ts` and `tests/browser/faults.test.ts`.
use ::core::slice;

use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;

use super::clock;
use super::object::{call, get, get_global, global, set};
use super::signal::{Signal, bind};
use crate::core::effect::Request;
use crate::core::event::{Answer, Issues, NO_ISSUES};

/// The browser ends a request so much later than the client gives it up, so that it is the client who says why.
const TIMEOUT_SLACK_MS: u64 = 1_000;

/// What all requests have in common.
#[derive(Debug)]
pub struct Endpoint {
    /// The address.
    pub url: JsValue,
    /// What `fetch` gets beside the body: method, headers, `redirect: "error"`, `credentials`.
    pub init: JsValue,
    /// The same for a request that must need no preflight.
    pub simple_init: JsValue,
    /// `(signal, request, response, value)`: leads to `Driver::receive` and throws nothing. The browser calls it.
    pub entry: JsValue,
}

impl Endpoint {
    /// Starts a request. `false`: `fetch` threw or is not there, or the browser refused the beacon.
    pub fn send(&self, request: &Request) -> bool {
        // A copy: a page that has replaced `fetch` may log in it, and the memory may grow under a view.
        let body = Uint8Array::from(&request.body[..]).into();
        if request.beacon {
            // Without a type, so without a preflight: receivers look at the first bytes.
            let taken = call(&get_global("navigator"), "sendBeacon", &[self.url.clone(), body]);
            return taken.is_some_and(|taken| taken.is_truthy());
        }
        let init = if request.simple { &self.simple_init } else { &self.init };
        // An object of its own: a page may have replaced `fetch` by one that reads it later.
        let init = call(&global(), "structuredClone", slice::from_ref(init)).unwrap_or_else(|| init.clone());
        let timeout = [((request.timeout_ms + TIMEOUT_SLACK_MS) as f64).into()];
        let timeout = call(&get_global("AbortSignal"), "timeout", &timeout);
        if request.frame && !request.simple {
            set(
                &get(&init, "headers"),
                "Content-Type",
                "application/vnd.sapwood.batch".into(),
            );
        }
        set(&init, "body", body);
        set(&init, "keepalive", request.keepalive.into());
        set(&init, "signal", timeout.unwrap_or(JsValue::UNDEFINED));
        let promise = call(&global(), "fetch", &[self.url.clone(), init]);
        promise.is_some_and(|promise| {
            self.listen(&promise, Signal::Response, request.id, JsValue::UNDEFINED);
            true
        })
    }

    /// Goes on to read the body of a response. `false`: it is none, the request failed.
    pub fn read(&self, request: u32, response: JsValue) -> bool {
        call(&response, "json", &[]).is_some_and(|body| {
            self.listen(&body, Signal::Body, request, response);
            true
        })
    }

    /// Both ends of a promise come to the same function; the value tells which.
    fn listen(&self, promise: &JsValue, signal: Signal, request: u32, response: JsValue) {
        let callback = bind(&self.entry, signal, request, response);
        let _ = call(promise, "then", &[callback.clone(), callback]);
    }
}

/// What the client has to know of a response and its JSON body. Where the body is none, the status says enough.
pub fn answer(response: &JsValue, body: &JsValue) -> Answer {
    let number = |object: &JsValue, name| get(object, name).as_f64().unwrap_or(0.0);
    let mut retry_after_ms = retry_after_ms(response);
    if retry_after_ms == 0 {
        retry_after_ms = (number(body, "retryAfter") * 1000.0) as u64;
    }
    Answer {
        status: number(response, "status") as u16,
        retry_after_ms,
        count: (number(body, "count") + number(body, "duplicates")) as u64,
        frames: get(body, "frames").is_truthy(),
        issues: issues(&get(body, "issues")),
    }
}

/// The places of the entries that `[{ path: ["logs", 0, …] }, …]` names. It is emptied.
fn issues(list: &JsValue) -> Issues {
    let mut issues = NO_ISSUES;
    for place in &mut issues {
        let Some(issue) = call(list, "shift", &[]).filter(JsValue::is_truthy) else {
            break;
        };
        // Of a batch only the list of entries has numbered members.
        let at = get(&get(&issue, "path"), "1").as_f64();
        *place = at.map_or(u16::MAX, |at| at as u16);
    }
    issues
}

/// How far the server's clock is ahead, by what the body says of its time; the answer's way back is not counted.
pub fn skew(body: &JsValue) -> Option<f64> {
    let server = get(body, "timestamp").as_f64()?;
    Some(server - clock::now().unix as f64)
}

/// What a `Retry-After` may look like: whole seconds, or one of the three forms of an HTTP date (RFC 9110, 5.6.7).
const RETRY_AFTER: &str = "^(\\d+|[A-Z][a-z]+,? [\\w -]{6,11} \\d\\d:\\d\\d:\\d\\d (GMT|\\d{4}))$";

/// The header `Retry-After`, of seconds or a date; 0 if there is none, it may not be read or is not of its form.
fn retry_after_ms(response: &JsValue) -> u64 {
    let Some(header) = call(&get(response, "headers"), "get", &["Retry-After".into()]) else {
        return 0;
    };
    let matches = |pattern: &str| {
        let expression = call(&global(), "RegExp", &[pattern.into()]).unwrap_or_default();
        call(&expression, "test", slice::from_ref(&header)).is_some_and(|found| found.is_truthy())
    };
    let number = |converter: &JsValue, name, text| call(converter, name, &[text]).and_then(|it| it.as_f64());
    if !matches(RETRY_AFTER) {
        return 0;
    }
    let seconds = number(&global(), "Number", header.clone()).unwrap_or(0.0);
    let delay = if seconds.is_nan() {
        let parts = Array::new();
        parts.push(&header);
        // The oldest form names no zone; all are in this one.
        if matches("\\d$") {
            parts.push(&"GMT".into());
        }
        let date = call(&parts, "join", &[" ".into()]).unwrap_or_default();
        number(&get_global("Date"), "parse", date).unwrap_or(0.0) - clock::now().unix as f64
    } else {
        seconds * 1000.0
    };
    // What is negative or not a number becomes 0.
    delay as u64
}
