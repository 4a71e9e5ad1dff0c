//! Shared with the contracts: writes what the façade hands over.

#[path = "../../common/msgpack.rs"]
#[allow(dead_code, reason = "each user uses a part of it")]
pub(crate) mod msgpack;
#[path = "../../common/records.rs"]
#[allow(dead_code, reason = "each user uses a part of it")]
pub(crate) mod records;
