//! The core as JavaScript, for pages whose policy refuses WebAssembly: the same crate, translated by `wasm2js`.
//!
//! The translator knows one table and no reference types, so the crate is compiled once more for the oldest WebAssembly, and what rustc
//! emits beyond it is lowered (docs/size.md). Tested here, and by `tests/browser/policy.test.ts`.

use std::fs;

use anyhow::{Context, Result, bail};

use super::names::Names;
use super::wasm::Core;
use super::{glue, imports, leaks, wasm};
use crate::process;
use crate::repo::{self, Repo};

/// What the precompiled standard library brings all the same.
const PASSES: [&str; 11] = [
    "--enable-bulk-memory",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "-Oz",
    "--llvm-nontrapping-fptoint-lowering",
    "--signext-lowering",
    "--llvm-memory-copy-fill-lowering",
    "-Oz",
    "--strip-producers",
    "--strip-target-features",
];
/// Where the translator calls its one function.
const CALL: &str = "var retasmFunc = asmFunc(";

/// Writes `core-script.js`, its glue and their declarations to its folder. The last input and result are kept.
pub fn build(repo: &Repo) -> Result<()> {
    let generated = repo.path(Core::Script.folder());
    let compiled = without_features(repo, &wasm::compile(repo, Core::Script)?)?;
    let bound = wasm::bind(repo, Core::Script, &compiled, Names::Shipped)?;
    imports::check(&bound.imports, &repo.read("xtask/imports.allow")?)?;
    let translated = translate(repo, &bound.wasm)?;
    leaks::check("core-script.js", translated.as_bytes(), &repo.root)?;
    repo::write(&generated.join("core-script.js"), module(&translated)?)?;
    repo::write(
        &generated.join("core-script.d.ts"),
        "/** An instance of the core as JavaScript: its exports. */\nexport function instantiate(imports: WebAssembly.Imports): WebAssembly.Exports;\n",
    )?;
    repo::write(&generated.join("glue-script.js"), glue::module(&bound.js)?)?;
    repo::write(&generated.join("glue-script.d.ts"), glue::declaration(Core::Script))
}

/// The module without the list of what it was compiled for, in which the precompiled standard library's reference types stand:
/// the bindgen goes by it.
fn without_features(repo: &Repo, compiled: &[u8]) -> Result<Vec<u8>> {
    let [input, output] = ["compiled.wasm", "stripped.wasm"].map(|name| repo.out("features").join(name));
    repo::write(&input, compiled)?;
    let features = &PASSES[..4];
    process::run(
        repo.npm_bin("wasm-opt")
            .args(features)
            .arg("--strip-target-features")
            .arg(&input)
            .arg("-o")
            .arg(&output),
    )?;
    fs::read(&output).context("wasm-opt wrote nothing")
}

/// Lowers and translates. The last input and result are kept: most builds change only TypeScript.
fn translate(repo: &Repo, bound: &[u8]) -> Result<String> {
    let folder = repo.out("script");
    let [input, lowered, result, recipe] =
        ["bound.wasm", "lowered.wasm", "core.js", "recipe"].map(|name| folder.join(name));
    let passes = PASSES.join(" ");
    let same =
        fs::read(&input).is_ok_and(|old| old == bound) && fs::read_to_string(&recipe).is_ok_and(|old| old == passes);
    if !same {
        repo::fresh_folder(&folder)?;
        repo::write(&input, bound)?;
        process::run(
            repo.npm_bin("wasm-opt")
                .args(PASSES)
                .arg(&input)
                .arg("-o")
                .arg(&lowered),
        )?;
        process::run(
            repo.npm_bin("wasm2js")
                .args(["-O2"])
                .arg(&lowered)
                .arg("-o")
                .arg(&result),
        )?;
        // Last, so that an interrupted run leaves nothing that looks complete.
        repo::write(&recipe, passes)?;
    }
    fs::read_to_string(&result).context("wasm2js wrote nothing")
}

/// The translator's module, in which a function gives a new instance at each call.
fn module(translated: &str) -> Result<String> {
    let (body, _) = translated
        .split_once(CALL)
        .context("wasm2js has changed: it calls no `asmFunc`")?;
    let code: Vec<&str> = body.lines().filter(|line| !line.starts_with("import ")).collect();
    if !code.iter().any(|line| line.contains("asmFunc(")) {
        bail!("wasm2js has changed: it makes no `asmFunc`");
    }
    Ok(format!(
        "// Made by `cargo xtask build` from the compiled core, by wasm2js.\n\
         export function instantiate(imports) {{\n{}\nreturn asmFunc(imports);\n}}\n",
        code.join("\n")
    ))
}

#[cfg(test)]
mod tests {
    use super::module;

    #[test]
    fn each_instance_has_its_own_state_and_the_import_is_gone() {
        let made = module(
            "import * as a from 'a';\n  var bufferView;\nfunction asmFunc(imports) {}\nvar retasmFunc = asmFunc({\n});",
        )
        .unwrap();
        let inside = made.split_once("instantiate(imports) {").unwrap().1;
        assert!(
            inside.contains("var bufferView") && inside.contains("return asmFunc(imports);") && !made.contains("'a'")
        );
    }

    #[test]
    fn a_translation_of_another_form_is_refused() {
        assert!(module("export const x = 1;").is_err() && module("var retasmFunc = asmFunc({});").is_err());
    }
}
