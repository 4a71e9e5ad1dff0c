//! The core as WebAssembly: compiled by cargo, bound by wasm-bindgen (a library of exactly the locked version), shrunk
//! by wasm-opt. The profile is `[profile.npm]` of the root manifest.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use super::names::{Names, Shortener};
use crate::process;
use crate::repo::{self, Repo};

/// What rustc 1.95 emits for wasm32-unknown-unknown, and no more. `--all-features` would let wasm-opt use proposals that
/// engines refuse (stringref in Node).
const FEATURES: [&str; 8] = [
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-call-indirect-overlong",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// Not `--traps-never-happen`: a trap is how a broken invariant ends in degraded mode instead of in wrong data.
const PASSES: [&str; 8] = [
    "-Oz",
    "--converge",
    // Control flow put together anew from its graph: a third of a percent.
    "--flatten",
    "--rereloop",
    "-Oz",
    // Nothing lives below address 1024: rustc puts the stack first, and there only its overflow would arrive.
    "--low-memory-unused",
    "--strip-producers",
    "--strip-target-features",
];

/// The cores that ship: which features of the crate each has, how it is compiled, and its folder.
#[derive(Clone, Copy, PartialEq)]
pub enum Core {
    /// What every page downloads.
    Standard,
    /// With the journal of `offline: "persist"`, loaded on demand.
    Journal,
    /// What becomes JavaScript (`script.rs`).
    Script,
}

impl Core {
    /// Those that stay WebAssembly.
    pub const ALL: [Core; 2] = [Core::Standard, Core::Journal];

    fn features(self) -> &'static str {
        match self {
            Core::Standard | Core::Script => "npm",
            Core::Journal => "npm,journal",
        }
    }

    /// More flags for rustc.
    fn flags(self) -> &'static [&'static str] {
        match self {
            // Without reference types the bindgen keeps the page's values in a table of its own.
            Core::Script => &["-Ctarget-cpu=mvp", "-Ctarget-feature=-reference-types,-multivalue"],
            Core::Standard | Core::Journal => &[],
        }
    }

    /// The folder in cargo's target directory: flags of their own want one, or each build would throw away the other's work.
    fn target(self) -> &'static str {
        match self {
            Core::Script => "script",
            Core::Standard | Core::Journal => "",
        }
    }

    pub fn folder(self) -> &'static str {
        match self {
            Core::Standard | Core::Script => "js/generated",
            Core::Journal => "js/generated/journal",
        }
    }
}

/// What the bindgen makes of a compiled module.
pub struct Bound {
    pub js: String,
    pub ts: String,
    pub wasm: Vec<u8>,
    /// What the module asks of its host, as `module name`.
    pub imports: Vec<String>,
}

/// Compiles the crate; the bytes that the linker wrote.
pub fn compile(repo: &Repo, core: Core) -> Result<Vec<u8>> {
    let target = repo.cargo_target.join(core.target());
    let mut flags: Vec<String> = core.flags().iter().map(|&flag| flag.to_owned()).collect();
    flags.extend(remaps(repo));
    let mut cargo = repo.cargo("rustc");
    cargo
        .args(["--quiet", "--lib", "--crate-type", "cdylib"])
        .args(["--no-default-features", "--features", core.features()])
        .args(["--target", "wasm32-unknown-unknown", "--profile", "npm", "--target-dir"])
        .arg(&target)
        // For the dependencies too: panic texts carry the paths of sources.
        .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
    process::run(&mut cargo)?;
    let file = target.join("wasm32-unknown-unknown/npm/sapwood.wasm");
    fs::read(&file).with_context(|| format!("cannot read {}", file.display()))
}

/// Flags that replace the folders of this machine in whatever the compiler writes down.
fn remaps(repo: &Repo) -> Vec<String> {
    let folders = [
        (Some(repo.root.clone()), "/sapwood"),
        (std::env::var_os("CARGO_HOME").map(Into::into), "/cargo"),
        (std::env::home_dir().map(|home| home.join(".cargo")), "/cargo"),
        (std::env::home_dir().map(|home| home.join(".rustup")), "/rustup"),
    ];
    folders
        .iter()
        .filter_map(|(from, to)| {
            from.as_ref()
                .map(|from| format!("--remap-path-prefix={}={to}", from.display()))
        })
        .collect()
}

/// Runs the bindgen for the target `web`. The façade has its own loader, so the glue names no file. `Names::Kept` leaves
/// the functions their names and the boundary its long ones: to look at, not to ship.
pub fn bind(repo: &Repo, core: Core, compiled: &[u8], names: Names) -> Result<Bound> {
    let kept = names == Names::Kept;
    let mut output = Bindgen::new()
        .input_bytes("sapwood", compiled.to_vec())
        .web(true)?
        .typescript(true)
        .remove_name_section(!kept)
        .remove_producers_section(true)
        .omit_default_module_path(true)
        .generate_output()
        .context("wasm-bindgen refused the module")?;
    let mut js = output.js().to_owned();
    let ts = output.ts().context("wasm-bindgen made no declarations")?.to_owned();
    let module = output.wasm_mut();
    let imports = module
        .imports
        .iter()
        .map(|import| format!("{} {}", import.module, import.name))
        .collect();
    if !kept {
        // The bindgen exports hooks of its own that this glue does not use.
        let unused: Vec<_> = module
            .exports
            .iter()
            .filter(|export| !js.contains(&format!("wasm.{}", export.name)))
            .map(|export| export.id())
            .collect();
        unused.into_iter().for_each(|id| module.exports.delete(id));
        let mut shortener = Shortener::default();
        for import in module.imports.iter_mut() {
            import.module = shortener.short(&import.module);
            import.name = shortener.short(&import.name);
        }
        for export in module.exports.iter_mut() {
            export.name = shortener.short(&export.name);
        }
        let folder = match core {
            Core::Script => "glue-script",
            Core::Standard | Core::Journal => "glue",
        };
        js = shortener.glue(repo, &repo.out(folder), &js)?;
    }
    Ok(Bound {
        js,
        ts,
        wasm: module.emit_wasm(),
        imports,
    })
}

/// Shrinks a module. The last input and result are kept: most builds change only TypeScript. `names` as for [`bind`].
pub fn optimise(repo: &Repo, core: Core, bound: &[u8], names: Names) -> Result<Vec<u8>> {
    let kept = names == Names::Kept;
    let folder = repo.out(match (kept, core) {
        (true, _) => "wasm-named",
        (false, Core::Standard) => "wasm",
        (false, Core::Journal) => "wasm-journal",
        (false, Core::Script) => "wasm-script",
    });
    let (input, result, recipe) = (
        folder.join("bound.wasm"),
        folder.join("shipped.wasm"),
        folder.join("recipe"),
    );
    let arguments = [&FEATURES[..], &PASSES[..]].concat().join(" ");
    let same = |path: &Path, bytes: &[u8]| fs::read(path).is_ok_and(|old| old == bytes);
    if same(&input, bound) && same(&recipe, arguments.as_bytes()) && result.exists() {
        return Ok(fs::read(&result)?);
    }
    repo::fresh_folder(&folder)?;
    repo::write(&input, bound)?;
    let mut wasm_opt = repo.npm_bin("wasm-opt");
    process::run(
        wasm_opt
            .args(FEATURES)
            .args(PASSES)
            .args(kept.then_some("--debuginfo"))
            .arg(&input)
            .arg("-o")
            .arg(&result),
    )?;
    // Last, so that an interrupted run leaves nothing that looks complete.
    repo::write(&recipe, arguments)?;
    Ok(fs::read(&result)?)
}
