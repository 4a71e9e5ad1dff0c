//! The Rust app of `tests/rust`: compiled by cargo, bound by wasm-bindgen for Node, as an author of one would do.

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use crate::process;
use crate::repo::{self, Repo};

/// The suite that drives it.
pub const SUITE: &str = "rust";
const FOLDER: &str = "rust-app";

/// Builds it into `target/rust-app`.
pub fn build(repo: &Repo) -> Result<()> {
    let mut cargo = repo.cargo("build");
    cargo.args(["--quiet", "--package", "sapwood-rust-app"]);
    process::run(cargo.args(["--target", "wasm32-unknown-unknown"]))?;
    let wasm = repo
        .cargo_target
        .join("wasm32-unknown-unknown/debug/sapwood_rust_app.wasm");
    let folder = repo.out(FOLDER);
    repo::fresh_folder(&folder)?;
    Bindgen::new()
        .input_path(&wasm)
        .nodejs(true)?
        .typescript(false)
        .generate(&folder)
        .context("wasm-bindgen refused the app")?;
    // The glue for Node is CommonJS, and the repository's own packages are not.
    repo::write(&folder.join("package.json"), "{ \"type\": \"commonjs\" }\n")
}
