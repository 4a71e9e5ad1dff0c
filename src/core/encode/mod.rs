//! Owns the forms in which a batch goes out. One file a form. Does not choose what goes into a batch and does not
//! send it. Tested by `tests/contracts/wire.rs`.
pub mod frame;
pub mod json;
pub mod stored;
