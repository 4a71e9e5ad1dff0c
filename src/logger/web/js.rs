//! Owns the copying of a value of JavaScript: one level of it at a time is made plain here, with reads that catch what
//! they throw, and `serde-wasm-bindgen` gives the plain level to the visitor of `value`.
//!
//! Without the first step a getter that throws, or a proxy that was revoked, would end in the app: what JavaScript throws
//! goes through WebAssembly like through anything else. Invariants: nothing throws; depth, values and bytes are bounded.
//! Tested by `tests/rust/values.test.ts`.
use std::cell::RefCell;
use std::slice;

use js_sys::{Array, Date, Error, JsString, Map, Reflect, Set};
use serde::de::Deserializer as _;
use serde_wasm_bindgen::{Deserializer, preserve};
use wasm_bindgen::{JsCast, JsValue};

use crate::core::limits::{BYTE_ARRAY_MAX, DATA_BYTES_MAX, DATA_DEPTH_MAX, DATA_NODES_MAX};
use crate::logger::value::{Item, Source};
use crate::logger::writer::Writer;
use crate::web::object::{apply, call, get, get_global, global};

/// No container is asked for more: one more than there is budget for shows that something is missing.
const ITEMS_MAX: u32 = DATA_NODES_MAX as u32 + 1;
const UNREADABLE: &str = "[Unreadable]";

/// A value as the core reads it, and whether something of it is missing. `undefined` is nothing.
pub(crate) fn pack(value: &JsValue) -> (Vec<u8>, bool) {
    if value.is_undefined() {
        return (Vec::new(), false);
    }
    let mut writer = Writer::new();
    write(&mut writer, value);
    writer.finish()
}

fn write(writer: &mut Writer, value: &JsValue) {
    let path = RefCell::default();
    let walk = Walk { path: &path };
    let item = Item {
        writer,
        levels: DATA_DEPTH_MAX,
        from: walk,
    };
    if item.writer.admit() {
        walk.put(item, value);
    }
}

/// What an entry takes from an error of JavaScript; `None`: it is none.
pub(crate) struct Thrown {
    pub(crate) name: String,
    pub(crate) stack: Option<String>,
    pub(crate) data: Vec<u8>,
    pub(crate) cut: bool,
}

/// Takes an error apart.
pub(crate) fn thrown(value: &JsValue) -> Option<Thrown> {
    if !value.has_type::<Error>() {
        return None;
    }
    let parts = parts_of(value);
    let name = text_of(&parts.get(&"name".into()));
    let stack = parts.get(&"stack".into()).as_string();
    parts.delete(&"name".into());
    parts.delete(&"stack".into());
    let (data, cut) = pack(&parts);
    Some(Thrown { name, stack, data, cut })
}

/// The containers that a walk is inside of, outermost first.
#[derive(Clone, Copy)]
struct Walk<'p> {
    path: &'p RefCell<Vec<JsValue>>,
}

impl Source for Walk<'_> {
    fn write<'de, D: serde::de::Deserializer<'de>>(self, item: Item<'_, Self>, from: D) -> Result<(), D::Error> {
        let value: JsValue = preserve::deserialize(from)?;
        self.put(item, &value);
        Ok(())
    }
}

impl Walk<'_> {
    /// Writes one value, for which there is budget.
    fn put(self, item: Item<'_, Self>, value: &JsValue) {
        if value.is_function() {
            item.writer.note("[Function]");
        } else if value.is_symbol() || value.is_bigint() {
            item.writer.text(&text_of(value));
        } else if !value.is_object() {
            let (value, cut) = shortened(value);
            if cut {
                item.writer.mark();
            }
            give(item, value);
        } else if self.path.borrow().iter().any(|outer| outer == value) {
            item.writer.note("[Circular]");
        } else {
            match plain(value) {
                Plain::Text(text) => item.writer.text(&text),
                Plain::Container(kind) if item.levels == 0 => {
                    item.writer.mark();
                    item.writer.note(&format!("[{kind}]"));
                }
                Plain::Container(_) => {
                    self.path.borrow_mut().push(value.clone());
                    give(item, copy(value));
                    self.path.borrow_mut().pop();
                }
            }
        }
    }
}

/// Gives a plain value to the visitor.
fn give(item: Item<'_, Walk<'_>>, value: JsValue) {
    let Item { writer, levels, from } = item;
    let start = writer.len();
    let given = Deserializer::from(value).deserialize_any(Item { writer, levels, from });
    if given.is_err() {
        writer.mark();
    }
    if writer.len() == start {
        writer.note(UNREADABLE);
    }
}

enum Plain {
    /// It is told by a text.
    Text(String),
    /// By what it holds.
    Container(&'static str),
}

/// How an object is told.
fn plain(value: &JsValue) -> Plain {
    let Some(tag) = tag_of(value) else {
        return Plain::Text(UNREADABLE.to_owned());
    };
    if value.has_type::<Date>() {
        let text = call(value, "toISOString", &[]).and_then(|text| text.as_string());
        return Plain::Text(text.unwrap_or_else(|| "Invalid Date".to_owned()));
    }
    if is_array(value) {
        return Plain::Container("Array");
    }
    if let Some(kind) = kind_of(value) {
        return Plain::Container(kind);
    }
    let is_element = get(value, "nodeType").as_f64().is_some_and(|kind| kind > 0.0);
    match &*tag {
        _ if is_element || get(value, "window") == *value => Plain::Text(format!("[{tag}]")),
        "RegExp" | "URL" | "Number" | "String" | "Boolean" | "BigInt" | "Symbol" => Plain::Text(text_of(value)),
        "Object" => Plain::Container("Object"),
        // A promise, a weak map, a request …: what it holds is out of reach.
        _ if keys_of(value).length() == 0 && !get(value, "toJSON").is_function() => Plain::Text(format!("[{tag}]")),
        _ => Plain::Container("Object"),
    }
}

/// Errors, maps, sets, and arrays of numbers.
fn kind_of(value: &JsValue) -> Option<&'static str> {
    if value.has_type::<Error>() {
        Some("Error")
    } else if value.has_type::<Map>() {
        Some("Map")
    } else if value.has_type::<Set>() {
        Some("Set")
    } else if is_view(value) && get(value, "length").as_f64().is_some() {
        Some("TypedArray")
    } else {
        None
    }
}

/// One level of a container, as an array or a map that nothing of the app's is left in.
fn copy(value: &JsValue) -> JsValue {
    if is_array(value) {
        return elements(value, ITEMS_MAX).into();
    }
    match kind_of(value) {
        Some("Error") => parts_of(value).into(),
        Some("Map") => {
            let map = Map::new();
            for pair in iterate("Map", "entries", value) {
                let (key, item) = (get(&pair, "0"), get(&pair, "1"));
                map.set(&text_of(&key).into(), &item);
            }
            map.into()
        }
        Some("Set") => iterate("Set", "values", value).into(),
        Some(_) => numbers(value).into(),
        None => {
            let json = get(value, "toJSON");
            if json.is_function() {
                // What it gives is told as it is, though it may have one of its own.
                let json = apply(&json, value, &["".into()]).unwrap_or_else(|| UNREADABLE.into());
                return match json.is_object() {
                    true if is_array(&json) => elements(&json, ITEMS_MAX).into(),
                    true => pairs_of(&json, Map::new()).into(),
                    false if json.is_function() || json.is_symbol() || json.is_bigint() => text_of(&json).into(),
                    false => shortened(&json).0,
                };
            }
            pairs_of(value, Map::new()).into()
        }
    }
}

/// Name, message, stack, cause, errors, and what an error has of its own.
fn parts_of(error: &JsValue) -> Map {
    let parts = Map::new();
    for key in ["name", "message"] {
        parts.set(&key.into(), &text_of(&get(error, key)).into());
    }
    for key in ["stack", "cause", "errors"] {
        let part = get(error, key);
        if !part.is_undefined() {
            parts.set(&key.into(), &part);
        }
    }
    pairs_of(error, parts)
}

/// Adds the own enumerable pairs under keys that are not taken. `undefined` is left out.
fn pairs_of(value: &JsValue, into: Map) -> Map {
    let keys = keys_of(value);
    for at in 0..keys.length().min(ITEMS_MAX) {
        let key = keys.get(at);
        let item = Reflect::get(value, &key).unwrap_or_else(|_| "[Threw]".into());
        let (key, _) = shortened(&key);
        if !item.is_undefined() && !into.has(&key) {
            into.set(&key, &item);
        }
    }
    into
}

/// The first elements of what has a length.
fn elements(value: &JsValue, max: u32) -> Array {
    let length = get(value, "length").as_f64().unwrap_or(0.0) as u32;
    let copy = Array::new();
    for at in 0..length.min(max) {
        copy.push(&Reflect::get_u32(value, at).unwrap_or_else(|_| "[Threw]".into()));
    }
    copy
}

/// The elements of a typed array up to a bound; then its length is noted.
fn numbers(value: &JsValue) -> Array {
    let length = get(value, "length").as_f64().unwrap_or(0.0);
    let copy = elements(value, BYTE_ARRAY_MAX as u32);
    if length > BYTE_ARRAY_MAX as f64 {
        copy.push(&format!("[{}({length})]", tag_of(value).unwrap_or_default()).into());
    }
    copy
}

/// What a map or a set gives by the method of its class, and not by one of its own, which need not come to an end.
fn iterate(class: &str, method: &str, value: &JsValue) -> Array {
    let copy = Array::new();
    let method = get(&get(&get_global(class), "prototype"), method);
    let iterator = apply(&method, value, &[]).unwrap_or_default();
    while copy.length() < ITEMS_MAX {
        let Some(step) = call(&iterator, "next", &[]) else {
            break;
        };
        if get(&step, "done").is_truthy() {
            break;
        }
        copy.push(&get(&step, "value"));
    }
    copy
}

/// The own enumerable keys; none where they cannot be read.
fn keys_of(value: &JsValue) -> Array {
    let keys = call(&get_global("Object"), "keys", slice::from_ref(value));
    keys.and_then(|keys| keys.dyn_into().ok()).unwrap_or_default()
}

/// Is it an array? Of a proxy that was revoked that cannot even be asked.
fn is_array(value: &JsValue) -> bool {
    let answer = call(&get_global("Array"), "isArray", slice::from_ref(value));
    answer.is_some_and(|answer| answer.is_truthy())
}

fn is_view(value: &JsValue) -> bool {
    let answer = call(&get_global("ArrayBuffer"), "isView", slice::from_ref(value));
    answer.is_some_and(|answer| answer.is_truthy())
}

/// `Map` for a map, `Object` for most objects; `None` for a proxy that was revoked.
fn tag_of(value: &JsValue) -> Option<String> {
    let method = get(&get(&get_global("Object"), "prototype"), "toString");
    let text = apply(&method, value, &[])?.as_string()?;
    Some(text.trim_start_matches("[object ").trim_end_matches(']').to_owned())
}

/// `String(value)`, whatever the value does, cut to what may be kept.
fn text_of(value: &JsValue) -> String {
    let text = call(&global(), "String", slice::from_ref(value));
    let text = text.and_then(|text| shortened(&text).0.as_string());
    text.unwrap_or_else(|| UNREADABLE.to_owned())
}

/// A string that is too long is cut where it is, so that it is not copied whole. Anything else stays as it is.
fn shortened(value: &JsValue) -> (JsValue, bool) {
    match value.dyn_ref::<JsString>() {
        Some(text) if text.length() > DATA_BYTES_MAX as u32 => (text.slice(0, DATA_BYTES_MAX as u32).into(), true),
        _ => (value.clone(), false),
    }
}
