//! The logger itself: wasm32 only, over the driver of `src/web`.
//!
//! | file | what |
//! |---|---|
//! | `handle` | `Logger`: the methods that a user calls |
//! | `flow` | `Flow`: a logger whose entries are steps |
//! | `engine` | the tape, the driver, when one is handed to the other; what ends |
//! | `teller` | when the app's callbacks run |
//! | `settle` | `Flush`: an answer that is awaited |
//! | `surroundings` | what the page, the browser and the runtime say of themselves |
//! | `js` | values of JavaScript, copied without being hurt by them |
//!
//! Tested by `tests/rust`, in Node.
mod engine;
mod flow;
mod handle;
mod js;
mod settle;
mod surroundings;
mod teller;

pub use flow::Flow;
pub use handle::Logger;
pub use settle::Flush;
