//! The npm package `sapwood` in `pkg/`: bundles (`js/build.mjs`), declarations, licences. Its `package.json` and README are
//! written by people; npm sees exactly this folder.

use std::fs;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use super::leaks;
use crate::process;
use crate::repo::{self, Repo};

/// The only declarations that are published: of each entry, and what they lean on.
const DECLARATIONS: [&str; 8] = [
    "index.d.ts",
    "script.d.ts",
    "slim.d.ts",
    "static.d.ts",
    "worker.d.ts",
    "types.d.ts",
    "types-options.d.ts",
    "error.d.ts",
];
/// Those of what can be had by `require`: the same once more, for TypeScript tells the kinds of modules apart by the ending.
const COMMON_JS: [&str; 4] = ["index.d.ts", "types.d.ts", "types-options.d.ts", "error.d.ts"];
/// The declaration of the core's own file.
const CORE_WASM: &str = "\
/** The core, where the platform or the bundler makes a module of it. */
declare const core: WebAssembly.Module;
export default core;
";
const LICENCES: [&str; 2] = ["LICENSE-MIT", "LICENSE-APACHE"];

/// How the façade is type-checked.
pub const PROJECT: &str = "js/tsconfig.json";
/// What esbuild shortens, as in `js/build.mjs`. Our private names begin with one underscore; two are left to the language.
pub const MANGLE: &str = "--mangle-props=^_[^_]";
/// Where the façade names its version.
const SDK_VERSION: &str = "js/src/protocol.ts";

#[derive(Deserialize)]
struct Versioned {
    version: String,
}

#[derive(Deserialize)]
struct Manifest {
    package: Versioned,
}

/// The version of the crate, which is the version of everything.
pub fn version(repo: &Repo) -> Result<String> {
    let manifest: Manifest = toml::from_str(&repo.read("Cargo.toml")?).context("Cargo.toml")?;
    Ok(manifest.package.version)
}

/// Type-checks the façade, bundles it with the core and fills `pkg/`.
pub fn facade(repo: &Repo) -> Result<()> {
    same_version(repo)?;
    declarations(repo)?;
    bundle(repo)?;
    for licence in LICENCES {
        repo::write(&repo.path("pkg").join(licence), repo.read(licence)?)?;
    }
    Ok(())
}

/// The crate, the package and what the SDK says of itself on the wire are one version.
fn same_version(repo: &Repo) -> Result<()> {
    let version = version(repo)?;
    let npm: Versioned = serde_json::from_str(&repo.read("pkg/package.json")?).context("pkg/package.json")?;
    if npm.version != version {
        bail!(
            "pkg/package.json says version {}, Cargo.toml says {version}",
            npm.version
        );
    }
    if !repo.read(SDK_VERSION)?.contains(&format!("VERSION = \"{version}\"")) {
        bail!("{SDK_VERSION} does not say `VERSION = \"{version}\"` as Cargo.toml does");
    }
    Ok(())
}

fn declarations(repo: &Repo) -> Result<()> {
    let emitted = repo.out("types");
    repo::fresh_folder(&emitted)?;
    process::run(
        repo.npm_bin("tsc")
            .args([
                "-p",
                PROJECT,
                "--noEmit",
                "false",
                "--declaration",
                "--emitDeclarationOnly",
            ])
            .args(["--declarationMap", "false", "--rootDir", "js", "--outDir"])
            .arg(&emitted),
    )?;
    let types = repo.path("pkg/types");
    repo::fresh_folder(&types)?;
    for name in DECLARATIONS {
        let text = fs::read_to_string(emitted.join("src").join(name)).with_context(|| format!("tsc made no {name}"))?;
        if let Some(outside) = foreign_import(&text) {
            bail!("types/{name} refers to {outside}, which is not published");
        }
        if COMMON_JS.contains(&name) {
            repo::write(
                &types.join(name.replace(".d.ts", ".d.cts")),
                text.replace(".js\"", ".cjs\""),
            )?;
        }
        repo::write(&types.join(name), text)?;
    }
    repo::write(&types.join("core.d.ts"), CORE_WASM)
}

/// The first module that a declaration file refers to and that is none of [`DECLARATIONS`].
fn foreign_import(text: &str) -> Option<String> {
    let published: Vec<String> = DECLARATIONS
        .iter()
        .map(|name| format!("./{}", name.replace(".d.ts", ".js")))
        .collect();
    let specifiers = ["from \"", "import(\"", "import \""]
        .iter()
        .flat_map(|start| text.split(start).skip(1));
    specifiers
        .filter_map(|rest| rest.split('"').next())
        .find(|specifier| !published.iter().any(|name| name == specifier))
        .map(str::to_owned)
}

fn bundle(repo: &Repo) -> Result<()> {
    let folder = repo.path("pkg/dist");
    process::run(repo.command("node").arg("js/build.mjs").arg(&folder))?;
    for file in fs::read_dir(&folder)? {
        let path = file?.path();
        leaks::check(&path.display().to_string(), &fs::read(&path)?, &repo.root)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::foreign_import;

    #[test]
    fn only_published_declarations_may_be_referred_to() {
        assert_eq!(
            foreign_import("export { A } from \"./types.js\";\nimport(\"./error.js\")"),
            None
        );
        assert_eq!(
            foreign_import("import type { B } from \"./tape.js\";"),
            Some("./tape.js".into())
        );
        assert_eq!(
            foreign_import("x: import(\"node:http\").Server"),
            Some("node:http".into())
        );
    }
}
