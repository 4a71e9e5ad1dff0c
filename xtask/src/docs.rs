//! `docs`: `docs/configuration.md` from the one list of options that the code checks against.

use anyhow::{Context, Result, bail};

use crate::repo::{self, Repo};
use crate::{flags, process, setup};

const PAGE: &str = "docs/configuration.md";
/// The façade's own rendering; it throws when an option has no description.
const SOURCE: &str = "js/src/options.docs.ts";

/// The command: compares, or writes.
pub fn command(repo: &Repo, arguments: &[String]) -> Result<()> {
    let [write] = flags(arguments, ["--write"])?;
    setup::for_build(repo)?;
    if write {
        repo::write(&repo.path(PAGE), render(repo)?)
    } else {
        check(repo)
    }
}

/// The suite: the committed page is what the code says.
pub fn check(repo: &Repo) -> Result<()> {
    if repo.read(PAGE)? != render(repo)? {
        bail!("{PAGE} is not what {SOURCE} renders; `cargo xtask docs --write` writes it");
    }
    Ok(())
}

fn render(repo: &Repo) -> Result<String> {
    let (entry, script) = (repo.out("docs/render.ts"), repo.out("docs/render.mjs"));
    let source = repo.path(SOURCE);
    let program = format!(
        "import {{ renderConfiguration }} from {:?};\nprocess.stdout.write(renderConfiguration());\n",
        source
    );
    repo::write(&entry, program)?;
    process::run(
        repo.npm_bin("esbuild")
            .arg(&entry)
            .args(["--bundle", "--platform=node", "--format=esm", "--log-level=warning"])
            .arg(format!("--outfile={}", script.display())),
    )?;
    process::stdout(repo.command("node").arg(&script)).with_context(|| format!("{SOURCE} could not be rendered"))
}
