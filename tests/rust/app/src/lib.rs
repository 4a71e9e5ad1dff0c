//! A Rust app that logs with the crate, as an app of Leptos, Yew or a Worker would: what `tests/rust` drives in Node.
//!
//! Owns one logger an [`App`], and a method for each thing that a test has logged. Judges nothing.
#![cfg(target_arch = "wasm32")]

mod example;
mod hostile;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use sapwood::{Consent, DropReason, Flow, FlushResult, Level, Logger};
use serde::Serialize;
use wasm_bindgen::prelude::*;

/// An app with a logger.
#[wasm_bindgen]
pub struct App {
    log: Logger,
    flow: Option<Flow>,
    told: Rc<RefCell<Vec<String>>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Order<'a> {
    order_id: &'a str,
    total: f64,
    items: [Item; 2],
    note: Option<&'a str>,
}

#[derive(Serialize)]
enum Item {
    Book,
    Box { weight: u64 },
}

/// An error with a source.
#[derive(Debug)]
struct PaymentError {
    source: std::num::ParseIntError,
}

impl std::fmt::Display for PaymentError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the card was refused")
    }
}

impl std::error::Error for PaymentError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}

fn payment_error() -> Option<PaymentError> {
    "twelve".parse::<u8>().err().map(|source| PaymentError { source })
}

#[wasm_bindgen]
impl App {
    /// Starts a logger that sends when it is told to, and does not wait long between attempts.
    #[wasm_bindgen(constructor)]
    pub fn new(endpoint: &str, key: Option<String>, batch_size: usize, flush_interval_ms: u32) -> Result<App, JsValue> {
        let told = Rc::new(RefCell::new(Vec::new()));
        let (errors, drops) = (Rc::clone(&told), Rc::clone(&told));
        let mut options = Logger::builder("shop", "test", endpoint)
            .version("1.2.3")
            .min_level(Level::Debug)
            .batch_size(batch_size)
            .flush_interval(Duration::from_millis(flush_interval_ms.into()))
            .retry_delay(Duration::from_millis(20), Duration::from_millis(50))
            .on_error(move |error| errors.borrow_mut().push(error.to_string()))
            .on_drop(move |reason, count| drops.borrow_mut().push(format!("{reason:?} {count}")));
        if let Some(key) = key {
            options = options.api_key(&key);
        }
        let log = options.build()?;
        Ok(App { log, flow: None, told })
    }

    /// What a debugger is shown.
    pub fn debug(&self) -> String {
        format!("{:?}", self.log)
    }

    /// What the callbacks heard.
    pub fn told(&self) -> Vec<String> {
        self.told.borrow().clone()
    }

    /// One entry without data.
    pub fn say(&self, message: &str) {
        self.log.info(message, &());
    }

    /// One entry a level.
    pub fn levels(&self) {
        self.log.trace("trace", &()).debug("debug", &()).info("info", &());
        self.log.warn("warn", &()).error("error", &()).fatal("fatal", &());
    }

    /// What serde makes of a struct.
    pub fn order(&self) {
        let order = Order {
            order_id: "o-17",
            total: 99.99,
            items: [Item::Book, Item::Box { weight: 1 << 60 }],
            note: None,
        };
        self.log.info("Order {orderId} placed", &order);
    }

    /// An error with its source; one whose type is not known; one beside which there is data.
    pub fn errors(&self) {
        let Some(error) = payment_error() else { return };
        self.log.log_error(Level::Error, "typed", &error, &());
        let boxed: Box<dyn std::error::Error> = Box::new(error);
        let data: BTreeMap<_, _> = [("attempt", 2), ("message", 7)].into();
        self.log.log_error(Level::Fatal, "boxed", &*boxed, &data);
    }

    /// A value of JavaScript, at the level warn.
    pub fn js(&self, message: &str, value: &JsValue) {
        self.log.warn_js(message, value);
    }

    /// The same at the level info, at which an error is a value like others.
    pub fn info_js(&self, message: &str, value: &JsValue) {
        self.log.info_js(message, value);
    }

    /// Context, tags and ids, of a logger and of its children.
    pub fn scopes(&self) {
        let job = |id: u32, count: u32| serde_json::json!({ "job": { "id": id, "count": count } });
        self.log
            .set_user_id(Some("u1"))
            .set_session_id(Some("s1"))
            .set_tags(["app"]);
        let child = self.log.with_context(&job(123, 1)).with_tags(["jobs", "app"]);
        child.info("child", &());
        let inner = child.with_context(&serde_json::json!({ "job": { "count": 2 } }));
        inner.with_request_id("r1").info("inner", &());
        self.log
            .set_user(&serde_json::json!({ "id": "u2", "name": "Ann" }))
            .set_user_id(None);
        child.info("later", &());
        self.log.info("outer", &());
    }

    /// Begins a flow.
    pub fn begin(&mut self, name: &str) -> String {
        let flow = self.log.flow(name);
        let id = flow.id().to_owned();
        self.flow = Some(flow);
        id
    }

    /// Goes on with a flow from elsewhere.
    pub fn resume(&mut self, header: &str) {
        self.flow = Some(self.log.resume_flow(header));
    }

    /// What a request tells of the flow.
    pub fn header(&self) -> Option<String> {
        self.flow.as_ref().map(Flow::header)
    }

    /// One step, and one of a child.
    pub fn step(&self, message: &str) {
        if let Some(flow) = &self.flow {
            flow.trace("below the level", &()).info(message, &());
            flow.with_tags(["child"]).info(message, &());
        }
    }

    /// Ends the flow.
    pub fn end(&mut self, outcome: &str) {
        let Some(flow) = self.flow.take() else { return };
        match (outcome, payment_error()) {
            ("ok", _) => flow.ok(&["done"]),
            ("fail", _) => flow.fail(&()),
            ("fail_with", Some(error)) => flow.fail_with(&error, &()),
            ("abandon", _) => flow.abandon("no time"),
            _ => drop(flow),
        }
    }

    /// Values that hurt whoever is careless.
    pub fn hostile(&self) {
        hostile::log(&self.log);
    }

    /// Drops the last logger that there is.
    pub fn forget(self) {}

    /// Waits for what was logged before.
    pub async fn flush(&self) -> Vec<u32> {
        numbers(self.log.flush().await)
    }

    /// Ends.
    pub async fn close(&self) -> Vec<u32> {
        numbers(self.log.close().await)
    }

    /// Ends, and does not wait for long.
    pub async fn close_within(&self, ms: u32) -> Vec<u32> {
        numbers(self.log.close_within(Duration::from_millis(ms.into())).await)
    }

    /// Does not wait for long.
    pub async fn flush_within(&self, ms: u32) -> Vec<u32> {
        numbers(self.log.flush_within(Duration::from_millis(ms.into())).await)
    }

    /// The user decided.
    pub fn consent(&self, granted: bool) {
        self.log
            .set_consent(if granted { Consent::Granted } else { Consent::Denied });
    }

    /// Accepted, delivered, unconfirmed, buffered, in flight, dropped; and of the latter the closed and unconfigured ones.
    pub fn stats(&self) -> Vec<u32> {
        let stats = self.log.stats();
        let reasons = [DropReason::Closed, DropReason::NotConfigured].map(|reason| stats.dropped_for(reason));
        let all = [
            stats.accepted,
            stats.delivered,
            stats.unconfirmed,
            stats.buffered,
            stats.in_flight,
            stats.dropped(),
        ];
        all.into_iter().chain(reasons).map(|count| count as u32).collect()
    }
}

fn numbers(result: FlushResult) -> Vec<u32> {
    let FlushResult {
        delivered,
        pending,
        dropped,
        last_status,
    } = result;
    vec![delivered as u32, pending as u32, dropped as u32, last_status.into()]
}

/// A logger whose callback for drops logs itself: how often it was called for one drop.
#[wasm_bindgen]
pub async fn log_inside_of_on_drop(endpoint: &str) -> Result<u32, JsValue> {
    let slot: Rc<RefCell<Option<Logger>>> = Rc::default();
    let calls = Rc::new(RefCell::new(0));
    let (inner, count) = (Rc::clone(&slot), Rc::clone(&calls));
    let log = Logger::builder("shop", "test", endpoint)
        .on_drop(move |_, _| {
            *count.borrow_mut() += 1;
            // Bounded, for whatever is tested may be broken.
            match &*inner.borrow() {
                Some(log) if *count.borrow() < 10 => drop(log.info("dropped as well", &())),
                _ => {}
            }
        })
        .build()?;
    slot.replace(Some(log.clone()));
    log.close().await;
    log.info("dropped", &());
    let told = Rc::clone(&calls);
    // Behind the microtasks that tell of it, and of what the telling drops.
    for _ in 0..20 {
        wasm_bindgen_futures::JsFuture::from(js_sys::Promise::resolve(&JsValue::NULL)).await?;
    }
    Ok(*told.borrow())
}

/// The example of the documentation, as it stands there.
#[wasm_bindgen]
pub async fn place_order(endpoint: &str) -> Result<Vec<u32>, JsValue> {
    Ok(numbers(example::run(endpoint).await?))
}

/// What a wrong option is told, as `?` gives it to JavaScript.
#[wasm_bindgen]
pub fn refuse(batch_size: usize) -> Result<(), JsValue> {
    Logger::builder("shop", "test", "/v1/logs")
        .batch_size(batch_size)
        .build()?;
    Ok(())
}
