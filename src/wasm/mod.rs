//! What the façade calls: numbers and one buffer, no logic (`docs/boundary.md`).
//!
//! A core is named by a number and lives as long as the page: dropping one would cost half a kilobyte of the build,
//! and one that is closed holds no more than what is in flight. Tested by `tests/wasm`.
use alloc::boxed::Box;

use wasm_bindgen::prelude::*;

use crate::core::config::{Config, Consent};
use crate::core::context;
use crate::core::event::Event;
use crate::memory;
use crate::web::driver::{Driver, Hooks};
use crate::web::fetch::Endpoint;

/// Room for `bytes` in the input buffer; its address.
#[wasm_bindgen]
pub fn reserve(bytes: usize) -> *const u8 {
    memory::reserve(bytes)
}

/// Deep-merges the MessagePack maps in the first `len` bytes of the input buffer into it; the length of the result, 0
/// if one cannot be read.
#[wasm_bindgen]
pub fn merge(len: usize) -> usize {
    let merged = memory::with_input(len, context::merge_all).unwrap_or_default();
    memory::write_input(&merged);
    merged.len()
}

/// Starts a core from the configuration record in the input buffer; its number. Traps if the record cannot be read
/// (the façade has checked it, so the two sides disagree) or there is no randomness; the façade's guard ends in
/// degraded mode.
#[wasm_bindgen]
pub fn start(
    len: usize,
    url: JsValue,
    init: JsValue,
    simple_init: JsValue,
    notify: JsValue,
    drain: JsValue,
    entry: JsValue,
) -> usize {
    let driver = memory::with_input(len, Config::read).ok().and_then(|config| {
        Driver::new(
            config,
            Endpoint {
                url,
                init,
                simple_init,
                entry,
            },
            Hooks { notify, drain },
        )
    });
    let Some(driver) = driver else {
        ::core::arch::wasm32::unreachable()
    };
    memory::to_number(Box::leak(Box::new(driver)))
}

/// Listens to the page. Apart from `start`, so that `entry` can name the core when a listener is called.
#[wasm_bindgen]
pub fn listen(core: usize) {
    driver(core).listen();
}

/// What the browser calls through `entry`.
#[wasm_bindgen]
pub fn receive(core: usize, signal: u32, request: u32, response: JsValue, value: JsValue) {
    driver(core).receive(signal, request, response, value);
}

/// Hands over operations.
#[wasm_bindgen]
pub fn records(core: usize, len: usize, waited_ms: f64) {
    memory::with_input(len, |bytes| {
        driver(core).handle(Event::Records {
            bytes,
            waited: waited_ms as u64,
        })
    });
}

/// Sends what is held; answered by `notify(0, token, …)`. `close`: and stops for good.
#[wasm_bindgen]
pub fn flush(core: usize, token: u32, timeout_ms: f64, close: bool) {
    driver(core).handle(Event::Flush {
        token,
        timeout: timeout_ms as u64,
        close,
    });
}

/// The store of the journal did something: 0 it is open, 1 stored, 2 refused, 3 an orphan (`spent` 1: one to be given up),
/// 4 loaded, 6 the browser can hold a request back; anything else: it cannot be used any more. The id and what was read are in the input buffer.
#[cfg(feature = "journal")]
#[wasm_bindgen]
pub fn stored(core: usize, number: u32, spent: u32, len: usize) {
    memory::with_input(len, |bytes| driver(core).stored(number, spent > 0, bytes));
}

/// 0 pending, 1 granted, 2 denied.
#[wasm_bindgen]
pub fn consent(core: usize, state: u32) {
    driver(core).handle(Event::Consent(Consent::from_number(u64::from(state))));
}

/// One counter of the statistics; works after a trap too, because it borrows nothing.
#[wasm_bindgen]
pub fn stat(core: usize, index: usize) -> f64 {
    driver(core).counter(index)
}

fn driver(core: usize) -> &'static Driver {
    memory::from_number(core)
}
