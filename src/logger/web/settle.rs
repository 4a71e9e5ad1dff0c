//! Owns an answer that is awaited: the result of a flush, once it is known. Does not own when that is (`engine`).
//!
//! Tested by `tests/rust`.
use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use wasm_bindgen::JsValue;

use crate::logger::FlushResult;
use crate::web::object::{call, get_global, global};

/// No timer waits longer, in ms.
const STAY_MS: f64 = i32::MAX as f64;

#[derive(Debug, Default)]
struct Slot {
    result: Option<FlushResult>,
    wakers: Vec<Waker>,
    /// The core's own timer keeps no process of Node alive; who waits for an answer must get it.
    stay: JsValue,
}

/// The answer of a `flush` or `close`, which is under way already. It is had by `.await`; dropping it ends nothing.
#[derive(Clone, Debug)]
#[must_use = "without `.await` nobody hears what became of the entries"]
pub struct Flush {
    slot: Rc<RefCell<Slot>>,
}

impl Flush {
    /// An answer that is not known yet.
    pub(crate) fn pending() -> Self {
        let nothing = get_global("Boolean");
        let stay = call(&global(), "setTimeout", &[nothing, STAY_MS.into()]).unwrap_or_default();
        let slot = Slot {
            stay,
            ..Slot::default()
        };
        Flush {
            slot: Rc::new(RefCell::new(slot)),
        }
    }

    /// An answer that is known.
    pub(crate) fn ready(result: FlushResult) -> Self {
        let slot = Slot {
            result: Some(result),
            ..Slot::default()
        };
        Flush {
            slot: Rc::new(RefCell::new(slot)),
        }
    }

    /// Gives the answer; the first one stands.
    pub(crate) fn settle(&self, result: FlushResult) {
        let (wakers, stay) = {
            let mut slot = self.slot.borrow_mut();
            slot.result.get_or_insert(result);
            (std::mem::take(&mut slot.wakers), std::mem::take(&mut slot.stay))
        };
        let _ = call(&global(), "clearTimeout", &[stay]);
        wakers.into_iter().for_each(Waker::wake);
    }
}

impl Future for Flush {
    type Output = FlushResult;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<FlushResult> {
        let mut slot = self.slot.borrow_mut();
        if let Some(result) = slot.result {
            return Poll::Ready(result);
        }
        if !slot.wakers.iter().any(|waker| waker.will_wake(context.waker())) {
            slot.wakers.push(context.waker().clone());
        }
        Poll::Pending
    }
}
