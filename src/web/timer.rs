//! Owns the one timer. Tested by `tests/wasm/delivery.test.ts`.
use ::core::cell::RefCell;

use wasm_bindgen::prelude::*;

use super::object::{call, global};
use crate::core::time::{Millis, Now};

/// Browsers wait no longer than this.
const DELAY_MS_MAX: u64 = i32::MAX as u64;

/// The timer that wakes the client at its deadline.
#[derive(Debug)]
pub struct Timer {
    callback: JsValue,
    /// A number in browsers, an object in Node.
    handle: RefCell<JsValue>,
}

impl Timer {
    /// A timer that is not armed.
    pub fn new(callback: JsValue) -> Self {
        Timer {
            callback,
            handle: RefCell::new(JsValue::UNDEFINED),
        }
    }

    /// Wake at this time; `Millis::MAX`: not at all. Nothing is borrowed while the page's functions run.
    pub fn arm(&self, deadline: Millis, now: Now) {
        let _ = call(&global(), "clearTimeout", &[self.handle.replace(JsValue::UNDEFINED)]);
        if deadline < Millis::MAX {
            // The clock is cut to whole milliseconds, so one more, or the timer would come too early by a fraction.
            let delay = (deadline.saturating_sub(now.monotonic) + 1).min(DELAY_MS_MAX) as f64;
            let handle = call(&global(), "setTimeout", &[self.callback.clone(), delay.into()]);
            let handle = handle.unwrap_or(JsValue::UNDEFINED);
            // In Node a waiting logger must not keep the process alive.
            let _ = call(&handle, "unref", &[]);
            self.handle.replace(handle);
        }
    }
}
