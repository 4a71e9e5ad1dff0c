//! Owns the way to the browser's objects: by property, call and construction.
//!
//! Three imports serve the whole driver. A typed binding for each method (`web-sys`) costs an import each, about 45
//! bytes of the 14 KB, and would trust that the page has left the objects as they are; here, what is missing or
//! throws is `None`. Tested through its users.
use js_sys::{Array, Function, Reflect};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(thread_local_v2, js_name = globalThis)]
    static GLOBAL: JsValue;
}

/// `globalThis`
pub fn global() -> JsValue {
    GLOBAL.with(JsValue::clone)
}

/// `target[name]`; `undefined` if it cannot be read.
pub fn get(target: &JsValue, name: &str) -> JsValue {
    Reflect::get(target, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

/// `globalThis[name]`
pub fn get_global(name: &str) -> JsValue {
    get(&global(), name)
}

/// `target[name] = value`, if that is possible.
pub fn set(target: &JsValue, name: &str, value: JsValue) {
    let _ = Reflect::set(target, &name.into(), &value);
}

/// `function(...arguments)`, called on `this`; `None` if it is no function or throws.
pub fn apply(function: &JsValue, this: &JsValue, arguments: &[JsValue]) -> Option<JsValue> {
    let list = Array::new();
    for argument in arguments {
        list.push(argument);
    }
    Reflect::apply(function.unchecked_ref::<Function>(), this, &list).ok()
}

/// `target[name](...arguments)`; `None` if there is no such method or it throws.
pub fn call(target: &JsValue, name: &str, arguments: &[JsValue]) -> Option<JsValue> {
    apply(&get(target, name), target, arguments)
}
