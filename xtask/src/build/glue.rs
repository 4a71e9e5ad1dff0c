//! The bindgen's glue as a function: each call of it makes an instance with a state of its own.
//!
//! As the bindgen writes it, a module of glue serves one instance for ever. A core that trapped must be replaced by a fresh one
//! beside the instance that other loggers go on with, and the core as JavaScript is made by a function of its own; so the
//! loading is cut off and what remains stands inside of `connect`. Tested here, by `tests/wasm/degraded.test.ts` and by
//! everything that starts the core.

use anyhow::{Context, Result, bail};

use super::wasm::Core;

/// Where the bindgen's loading begins; everything behind it is replaced.
const LOADING: &str = "let wasmModule, wasmInstance, wasm;";
/// Where the bindgen gets its initialiser called.
const STARTED: &str = "wasmModule = module;";
/// How the bindgen sees that the memory has grown. A memory that is made of JavaScript leaves the old buffer as it is.
const DETACHED: &str = "cachedUint8ArrayMemory0.byteLength === 0";
const MOVED: &str = "cachedUint8ArrayMemory0.buffer !== wasm.memory.buffer";
/// How the core gets to its global object.
const GLOBAL: &str = "const ret = globalThis;";
const HOST: &str = "const ret = host;";
/// How the bindgen decodes texts: a new decoder every two gigabytes, which no instance of ours decodes.
const DECODING: &str = "let cachedTextDecoder = ";
const DECODER: &str = "const cachedTextDecoder = new TextDecoder();\n\
                       const decodeText = (bytes) => cachedTextDecoder.decode(bytes);\n";
/// What the façade calls, `js/src/protocol.ts`.
const CALLS: [&str; 9] = [
    "consent", "flush", "listen", "merge", "receive", "records", "reserve", "start", "stat",
];
/// What it calls beside of a core with a journal.
const STORED: &str = "function stored(";

const DECLARATION: &str = "\
/** An instance of the core. `instantiate` gives the exports for these imports; `host` is the core's global object. */
export function connect(instantiate: (imports: WebAssembly.Imports) => WebAssembly.Exports, host?: object): CoreModule;
";

/// The declaration beside the glue of `core`.
pub fn declaration(core: Core) -> String {
    let up = "../".repeat(core.folder().matches('/').count());
    format!("import type {{ CoreModule }} from \"{up}src/protocol.js\";\n\n{DECLARATION}")
}

/// `js/generated/glue.js`, from the glue with its short names.
pub fn module(glue: &str) -> Result<String> {
    let (body, loading) = glue
        .split_once(LOADING)
        .context("the bindgen's glue has changed: no loading was found in it")?;
    if !body.contains(DETACHED) {
        bail!("the bindgen's glue has changed: it does not look for a memory that has grown");
    }
    let body = match body.split_once(DECODING) {
        Some((before, _)) => before.to_owned() + DECODER,
        None => bail!("the bindgen's glue has changed: it decodes no text"),
    };
    if !body.contains(GLOBAL) {
        bail!("the bindgen's glue has changed: it gives the core no global object");
    }
    let body = body.replace(DETACHED, MOVED).replace(GLOBAL, HOST);
    let journal = body.contains(STORED).then_some("stored");
    let calls: String = CALLS
        .iter()
        .copied()
        .chain(journal)
        .map(|call| format!("_{call}: {call}, "))
        .collect();
    Ok(format!(
        "// Made by `cargo xtask build` from the bindgen's glue: an instance of the core for each call.\n\
         export function connect(instantiate, host = globalThis) {{\n\
         let wasm;\n\
         {body}\n\
         wasm = instantiate(__wbg_get_imports());\n\
         {}\
         return {{ {calls}_memory: wasm.memory }};\n\
         }}\n",
        initialiser(loading).unwrap_or_default()
    ))
}

/// The call that fills the table of references, where there is one.
fn initialiser(loading: &str) -> Option<String> {
    let (_, rest) = loading.split_once(STARTED)?;
    let (until, _) = rest.split_once("return wasm;")?;
    let call = until.lines().map(str::trim).find(|line| line.starts_with("wasm."))?;
    Some(format!("{call}\n"))
}

#[cfg(test)]
mod tests {
    use super::module;

    const GLUE: &str = "function stat(c) { return wasm.a(c); }\nlet cachedUint8ArrayMemory0 = null;\n\
        if (cachedUint8ArrayMemory0.byteLength === 0) {}\nconst ret = globalThis;\nlet cachedTextDecoder = new TextDecoder(1);\n\
        let wasmModule, wasmInstance, wasm;\nfunction f() { wasm = instance.exports;\n  wasmModule = module;\n  x = null;\n  wasm.C();\n  return wasm;\n}\nexport { stat };";

    #[test]
    fn the_loading_is_cut_off_and_the_initialiser_kept() {
        let made = module(GLUE).unwrap();
        assert!(made.contains("wasm.a(c)") && made.contains("\nwasm.C();\nreturn {") && made.contains("_stat: stat"));
        assert!(
            !made.contains("wasmInstance")
                && !made.contains("export {")
                && !made.contains("byteLength")
                && made.contains("new TextDecoder()")
        );
    }

    #[test]
    fn glue_of_another_form_is_refused() {
        assert!(module("export function stat() {}").is_err());
        assert!(module(&GLUE.replace("byteLength", "length")).is_err());
    }
}
