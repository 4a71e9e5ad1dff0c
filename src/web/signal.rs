//! Owns the reasons for which the browser calls back. Everything comes through one function of the owner's
//! (`Hooks::entry`), which leads to `Driver::receive` and catches what is thrown there; timers, listeners and
//! promises get it with the reason and the request bound.
use wasm_bindgen::prelude::*;

use super::object::call;

/// Why the browser calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Signal {
    /// The timer.
    Wake = 0,
    /// A request has a response, or failed.
    Response = 1,
    /// A response's body has been read, or was cut off.
    Body = 2,
    /// `visibilitychange`, `pageshow`
    Visibility = 3,
    /// `pagehide`, `freeze`
    Hide = 4,
    /// `online`
    Online = 5,
    /// `offline`
    Offline = 6,
}

impl Signal {
    const ALL: [Signal; 7] = [
        Signal::Wake,
        Signal::Response,
        Signal::Body,
        Signal::Visibility,
        Signal::Hide,
        Signal::Online,
        Signal::Offline,
    ];

    /// From its number.
    pub fn from_number(number: u32) -> Option<Signal> {
        Signal::ALL.get(number as usize).copied()
    }
}

/// `entry` as a function that the browser may call, for this signal, this request and what it got so far.
pub fn bind(entry: &JsValue, signal: Signal, request: u32, response: JsValue) -> JsValue {
    let arguments = [JsValue::UNDEFINED, (signal as u8).into(), request.into(), response];
    call(entry, "bind", &arguments).unwrap_or(JsValue::UNDEFINED)
}
