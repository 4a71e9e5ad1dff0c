//! Owns the methods that a user calls: the level gate, the tree of loggers. Does not own what they work on (`engine`,
//! `scope`), nor flows.
//!
//! Invariants: no call panics or fails; one below the minimum costs a comparison, and its data is not serialised.
//! Tested by `tests/rust`.
use std::error::Error as StdError;
use std::rc::Rc;
use std::time::Duration;

use serde::Serialize;
use wasm_bindgen::JsValue;

use super::engine::Engine;
use super::flow::{Flow, Steps};
use super::js;
use super::settle::Flush;
use crate::core::config::Consent;
use crate::core::level::Level;
use crate::logger::builder::Builder;
use crate::logger::scope::Node;
use crate::logger::tape::Call;
use crate::logger::{Error, Stats, failure, value};

const USER_ID: usize = 3;
const SESSION_ID: usize = 4;
const REQUEST_ID: usize = 5;
const USER: usize = 6;
/// How long a `flush` or `close` waits that says nothing else.
const TIMEOUT_MS: u64 = 10_000;

/// A logger. Clones are the same one; children (`child`, `with_tags` …) have a context of their own below their parent's.
///
/// It sends in the background, and goes on when the last clone is dropped: [`Logger::close`] ends it. Of several loggers on a
/// page each has its own buffer and connection, so a child is the cheaper choice.
///
/// ```no_run
/// use sapwood::Logger;
///
/// # fn start() -> Result<(), sapwood::Error> {
/// let log = Logger::builder("shop", "production", "https://logs.example.com/v1/logs")
///     .api_key("tb_live_…")
///     .build()?;
/// log.info("Order {orderId} placed", &serde_json::json!({ "orderId": "o-17", "total": 99.99 }));
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Logger {
    pub(super) engine: Rc<Engine>,
    pub(super) node: Rc<Node>,
    /// Of the flow that its entries belong to.
    pub(super) steps: Option<Rc<Steps>>,
}

impl Builder {
    /// Starts the logger. It can be used at once.
    ///
    /// # Errors
    /// What [`Builder::check`] finds; `core_unavailable` where there is no cryptographic randomness: Workers have none
    /// outside of a request.
    pub fn build(self) -> Result<Logger, Error> {
        let engine = Engine::start(&self)?;
        let node = Node::root();
        for (field, id) in [(USER_ID, &self.user_id), (SESSION_ID, &self.session_id)] {
            if id.is_some() {
                node.set_text(field, id.as_deref());
            }
        }
        node.set_tags(self.tags.iter().map(String::as_str));
        Ok(Logger {
            engine,
            node,
            steps: None,
        })
    }
}

macro_rules! level_methods {
    ($($name:ident $name_js:ident $level:ident $what:literal;)*) => {
        /// One method a level, for what serde knows and for values of JavaScript.
        impl Logger {
            $(
                #[doc = concat!("Logs at level ", stringify!($name), ": ", $what, ".")]
                ///
                #[doc = concat!("`data`: anything that serde serialises, `&()` for none. In `log.", stringify!($name),
                    "(\"Cart {cartId} saved\", &cart)` the name in braces is filled in from it, and the template is kept.")]
                pub fn $name<T: Serialize + ?Sized>(&self, message: &str, data: &T) -> &Self {
                    self.log(Level::$level, message, data)
                }

                #[doc = concat!("[`Logger::", stringify!($name), "`] with a value of JavaScript; `undefined` for none.")]
                ///
                /// From warn on, an `Error` is taken apart, as the npm package does: `errorName`, `errorStack`, its message
                /// and causes in `data`.
                pub fn $name_js(&self, message: &str, data: &JsValue) -> &Self {
                    self.log_js(Level::$level, message, data)
                }
            )*
        }
    };
}

level_methods! {
    trace trace_js Trace "finer than debugging";
    debug debug_js Debug "for whoever debugs";
    info info_js Info "something normal happened";
    warn warn_js Warn "something unexpected that was coped with";
    error error_js Error "something failed";
    fatal fatal_js Fatal "the application cannot go on";
}

impl Logger {
    /// The options of a new logger; [`Builder::new`] says what the three are.
    pub fn builder(source: &str, environment: &str, endpoint: &str) -> Builder {
        Builder::new(source, environment, endpoint)
    }

    /// Logs at a level that is not known before. An empty message becomes `(empty)`; what is over a limit is cut and
    /// marked.
    pub fn log<T: Serialize + ?Sized>(&self, level: Level, message: &str, data: &T) -> &Self {
        self.keep(level, message, |call| {
            let (bytes, cut) = value::pack(data);
            // `&()` is none.
            call.data = if bytes == [0xc0] { Vec::new() } else { bytes };
            call.cut = cut;
        })
    }

    /// Logs a value of JavaScript at a level that is not known before; see [`Logger::info_js`].
    pub fn log_js(&self, level: Level, message: &str, data: &JsValue) -> &Self {
        self.keep(level, message, |call| match js::thrown(data) {
            Some(error) if level >= Level::Warn => {
                call.error_name = Some(error.name);
                call.error_stack = error.stack;
                (call.data, call.cut) = (error.data, error.cut);
            }
            _ => (call.data, call.cut) = js::pack(data),
        })
    }

    /// Logs a Rust error: `errorName` is its type's, `data.message` what its `Display` says, and `data.cause` the chain of its
    /// sources. `data` stands beside them; `&()` for none.
    ///
    /// ```no_run
    /// # fn example(log: sapwood::Logger) {
    /// use sapwood::Level;
    ///
    /// if let Err(error) = "twelve".parse::<u8>() {
    ///     log.log_error(Level::Warn, "No quantity", &error, &());
    /// }
    /// # }
    /// ```
    pub fn log_error<E, T>(&self, level: Level, message: &str, error: &E, data: &T) -> &Self
    where
        E: StdError + ?Sized,
        T: Serialize + ?Sized,
    {
        self.keep(level, message, |call| {
            let (name, bytes, cut) = failure::parts(error, data);
            call.error_name = Some(name);
            (call.data, call.cut) = (bytes, cut);
        })
    }

    /// Would an entry of that level be kept?
    pub fn is_enabled(&self, level: Level) -> bool {
        self.engine.min_level <= level
    }

    fn keep(&self, level: Level, message: &str, fill: impl FnOnce(&mut Call)) -> &Self {
        if self.is_enabled(level) {
            let mut call = Call::new(message);
            // Before user code, which may log in the same flow.
            call.step = self.steps.as_ref().map(|steps| steps.take());
            fill(&mut call);
            self.engine.log(level, &self.node.fields(), &call);
        }
        self
    }

    /// Logs an entry that is complete but for what its logger adds.
    pub(super) fn send(&self, level: Level, call: &Call) {
        self.engine.log(level, &self.node.fields(), call);
    }

    /// A logger whose context is this one's, and what is set on it. Later changes of this one reach it, but not the other
    /// way round.
    pub fn child(&self) -> Logger {
        Logger {
            engine: Rc::clone(&self.engine),
            node: self.node.child(),
            steps: self.steps.clone(),
        }
    }

    /// A child that adds tags: 20 of 50 characters, at most.
    pub fn with_tags<'t>(&self, tags: impl IntoIterator<Item = &'t str>) -> Logger {
        let child = self.child();
        child.node.set_tags(tags);
        child
    }

    /// A child whose context is this one's, deeply merged with `context`, a map or a struct.
    ///
    /// ```no_run
    /// # fn example(log: sapwood::Logger) {
    /// let job = log.with_context(&serde_json::json!({ "job": { "id": 123 } }));
    /// job.info("Started", &());
    /// # }
    /// ```
    pub fn with_context<T: Serialize + ?Sized>(&self, context: &T) -> Logger {
        let child = self.child();
        child.node.merge_context(context);
        child
    }

    /// A child whose entries carry this `requestId`.
    pub fn with_request_id(&self, id: &str) -> Logger {
        let child = self.child();
        child.node.set_text(REQUEST_ID, Some(id));
        child
    }

    /// The user of all entries after it; `None`: there is none.
    pub fn set_user_id(&self, id: Option<&str>) -> &Self {
        self.node.set_text(USER_ID, id);
        self
    }

    /// The session of all entries after it; `None`: there is none.
    pub fn set_session_id(&self, id: Option<&str>) -> &Self {
        self.node.set_text(SESSION_ID, id);
        self
    }

    /// What is known of the user, for all entries after it: `id`, `name`, `email`. The id is not taken for `userId`.
    pub fn set_user<T: Serialize + ?Sized>(&self, user: &T) -> &Self {
        self.node.set_value(USER, user);
        self
    }

    /// This logger's own tags, for all entries after it, beside its parents': 20 of 50 characters, at most.
    pub fn set_tags<'t>(&self, tags: impl IntoIterator<Item = &'t str>) -> &Self {
        self.node.set_tags(tags);
        self
    }

    /// Merges `context`, a map or a struct, deeply into the one of all entries after it.
    pub fn set_context<T: Serialize + ?Sized>(&self, context: &T) -> &Self {
        self.node.merge_context(context);
        self
    }

    /// Begins a flow, whose entries are steps that are counted; see [`Flow`].
    pub fn flow(&self, name: &str) -> Flow {
        Flow::begin(self, name)
    }

    /// Goes on with a flow that another program began, as a branch of it: the same id, steps of its own from 0. `header`: the
    /// value of the request's header [`Flow::HEADER`]. It is not trusted: where it cannot be read, a flow of its own begins.
    pub fn resume_flow(&self, header: &str) -> Flow {
        Flow::resume(self, header)
    }

    /// Sends what was logged before, and says what became of it, after 10 s at the latest. It is under way when this
    /// returns.
    ///
    /// ```no_run
    /// # async fn example(log: sapwood::Logger) {
    /// let result = log.flush().await;
    /// assert_eq!(result.pending, 0);
    /// # }
    /// ```
    pub fn flush(&self) -> Flush {
        self.engine.flush(TIMEOUT_MS)
    }

    /// [`Logger::flush`] with a time limit.
    pub fn flush_within(&self, limit: Duration) -> Flush {
        self.engine.flush(millis(limit))
    }

    /// Sends what was logged before, and ends: what is still held after 10 s, and what is logged from now on, is dropped as
    /// `closed`. The whole family of loggers ends; a second call has the first one's answer.
    pub fn close(&self) -> Flush {
        self.engine.close(TIMEOUT_MS)
    }

    /// [`Logger::close`] with a time limit.
    pub fn close_within(&self, limit: Duration) -> Flush {
        self.engine.close(millis(limit))
    }

    /// The user decided. Pending: nothing leaves; denied: what is held and what comes is dropped as `consent`.
    pub fn set_consent(&self, consent: Consent) {
        self.engine.set_consent(consent);
    }

    /// The counters of the whole family, at this moment.
    pub fn stats(&self) -> Stats {
        self.engine.stats()
    }
}

fn millis(limit: Duration) -> u64 {
    limit.as_millis().try_into().unwrap_or(u64::MAX)
}
