//! Values that hurt whoever is careless: without an end, deep, large, lying, failing.
use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use sapwood::{Level, Logger};
use serde::ser::{Error as _, SerializeSeq as _};
use serde::{Serialize, Serializer};

/// A circle of references.
struct Circle(RefCell<Option<Rc<Circle>>>);

impl Serialize for Circle {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut seq = serializer.serialize_seq(Some(1))?;
        seq.serialize_element(&self.0.borrow().as_deref())?;
        seq.end()
    }
}

/// A `Serialize` that fails in the midst of a sequence.
struct Failing;

impl Serialize for Failing {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut seq = serializer.serialize_seq(Some(3))?;
        seq.serialize_element("first")?;
        Err(S::Error::custom("no more"))
    }
}

/// A `Serialize` that logs.
struct Logging<'a>(&'a Logger);

impl Serialize for Logging<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.info("from inside", &());
        serializer.serialize_str("told")
    }
}

/// An error that is its own source, and whose texts fail or have no end.
#[derive(Clone, Copy)]
struct Endless;

impl fmt::Debug for Endless {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Err(fmt::Error)
    }
}

impl fmt::Display for Endless {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        loop {
            f.write_str("again and ")?;
        }
    }
}

impl std::error::Error for Endless {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&Endless)
    }
}

pub(crate) fn log(log: &Logger) {
    let circle = Rc::new(Circle(RefCell::new(None)));
    circle.0.replace(Some(Rc::clone(&circle)));
    log.info("circle", &*circle);
    circle.0.replace(None);
    log.info("failing", &Failing);
    log.info("logging", &Logging(log));
    log.info("numbers", &[f64::NAN, f64::NEG_INFINITY, 1e300, -0.5, 1e-9]);
    log.info("large", &"x".repeat(1_000_000));
    log.info("many", &vec![7; 100_000]);
    log.info(&"m".repeat(100_000), &());
    log.log_error(Level::Error, "endless", &Endless, &());
    log.with_context(&"no map").info("context", &());
}
