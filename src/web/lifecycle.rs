//! Owns the listeners for the life of the page and of the network. `unload` is never used: it would end bfcache.
//!
//! Works without `document` (workers) and without `addEventListener` (Node). Tested by `tests/browser/exit.test.ts`.
use wasm_bindgen::prelude::*;

use super::object::{call, get, get_global, global};
use super::signal::{Signal, bind};

/// What is listened to; the first two on `document`, the others on the global object.
const EVENTS: [(&str, Signal); 6] = [
    ("visibilitychange", Signal::Visibility),
    ("freeze", Signal::Hide),
    ("pagehide", Signal::Hide),
    ("pageshow", Signal::Visibility),
    ("online", Signal::Online),
    ("offline", Signal::Offline),
];
const DOCUMENT_EVENTS: usize = 2;

/// Adds the listeners to everything that there is, or removes them.
pub fn listen(method: &str, listeners: &[JsValue]) {
    let (global, document) = (global(), get_global("document"));
    for (at, listener) in listeners.iter().enumerate() {
        let target = if at < DOCUMENT_EVENTS { &document } else { &global };
        let _ = call(target, method, &[EVENTS[at].0.into(), listener.clone()]);
    }
}

/// The functions that will be called, in the order of `EVENTS`.
pub fn listeners(entry: &JsValue) -> [JsValue; EVENTS.len()] {
    EVENTS.map(|(_, signal)| bind(entry, signal, 0, JsValue::UNDEFINED))
}

/// Is there a page, and is it hidden?
pub fn is_hidden() -> bool {
    get(&get_global("document"), "hidden").is_truthy()
}

/// Does the browser say that there is no network?
pub fn is_offline() -> bool {
    get(&get_global("navigator"), "onLine") == JsValue::FALSE
}
