//! The example of the crate's documentation, compiled.
include!("../../../../src/logger/example.rs");

/// Runs it.
pub(crate) async fn run(endpoint: &str) -> Result<FlushResult, Error> {
    place_order(endpoint).await
}
