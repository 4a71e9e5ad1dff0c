//! Rust errors are taken apart under the façade's keys, whatever they do.
use std::error::Error;
use std::fmt;

use sapwood::core::limits::DATA_BYTES_MAX;
use sapwood::logger::parts;
use serde::Serialize;
use serde_json::{Value, json};

use crate::read;

#[derive(Debug)]
enum ShopError {
    Payment { source: std::num::ParseIntError },
}

impl fmt::Display for ShopError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no payment")
    }
}

impl Error for ShopError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        let ShopError::Payment { source } = self;
        Some(source)
    }
}

fn shop_error() -> ShopError {
    let source = "twelve".parse::<u8>().expect_err("it is no number");
    ShopError::Payment { source }
}

fn taken_apart<E: Error + ?Sized, T: Serialize>(error: &E, data: &T) -> (String, Value, bool) {
    let (name, data, cut) = parts(error, data);
    (name, read::json(&data), cut)
}

#[test]
fn name_message_and_sources_are_kept() {
    let (name, data, cut) = taken_apart(&shop_error(), &());
    assert_eq!(name, "ShopError");
    let cause = json!({ "name": "ParseIntError", "message": "invalid digit found in string" });
    assert_eq!(data, json!({ "message": "no payment", "cause": cause }));
    assert!(!cut);
}

#[test]
fn an_error_whose_type_is_hidden_is_called_by_its_debug_text() {
    let boxed: Box<dyn Error + Send + Sync> = Box::from("just a text");
    let hidden: Box<dyn Error> = Box::new(shop_error());
    assert_eq!(taken_apart(&*hidden, &()).0, "Payment");
    assert_eq!(taken_apart(&*boxed, &()).0, "Error");
    assert_eq!(taken_apart(&fmt::Error, &()).0, "Error");
}

#[test]
fn data_stands_beside_the_error_and_never_in_its_place() {
    let (_, data, _) = taken_apart(
        &fmt::Error,
        &json!({ "attempt": 2, "message": "mine", "cause": "mine" }),
    );
    let message = fmt::Error.to_string();
    assert_eq!(data, json!({ "message": message, "attempt": 2 }));
    let (_, data, _) = taken_apart(&fmt::Error, &[1, 2]);
    assert_eq!(data, json!({ "message": message, "data": [1, 2] }));
}

/// Its own source, with a text that has no end.
#[derive(Debug)]
struct Endless;

impl fmt::Display for Endless {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        loop {
            f.write_str("again and ")?;
        }
    }
}

impl Error for Endless {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&Endless)
    }
}

#[test]
fn a_text_and_a_chain_without_an_end_are_cut() {
    let (name, data, cut) = parts(&Endless, &());
    assert!(data.len() < 2 * DATA_BYTES_MAX, "{}", data.len());
    let data = read::json(&data);
    assert!(
        data["message"]
            .as_str()
            .is_some_and(|text| text.starts_with("again and again"))
    );
    assert_eq!((name.as_str(), cut), ("Endless", true));
}

/// Its own source, and its texts fail.
struct Failing;

impl fmt::Debug for Failing {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Err(fmt::Error)
    }
}

impl fmt::Display for Failing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("half")?;
        Err(fmt::Error)
    }
}

impl Error for Failing {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&Failing)
    }
}

#[test]
fn a_text_that_fails_is_kept_as_far_as_it_came() {
    let (_, data, cut) = taken_apart(&Failing, &());
    assert_eq!(data["message"], json!("half"));
    assert_eq!(
        data["cause"]["cause"],
        json!({ "name": "Error", "message": "half", "cause": data["cause"]["cause"]["cause"] })
    );
    assert!(cut);
}
