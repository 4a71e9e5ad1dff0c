//! `size`: bytes of every shipped file and of the default path, which is what a user's bundler makes of
//! `import { createLogger } from "sapwood"`: everything, wasm included. Fails over `budgets.toml`.
//!
//! Compression is done by libraries of fixed versions, so the README's table can be compared exactly.

mod forms;
mod functions;

use std::fs;
use std::io::Write;

use anyhow::{Result, bail};
use serde::Serialize;

use crate::repo::{self, Repo};
use crate::{budgets, build, checkout, flags, process, setup, tables, tarball};

const DEFAULT_PATH: &str = "default path";
const CORE: &str = "core (wasm, before inlining)";

/// One thing and its sizes in bytes.
#[derive(Serialize)]
pub struct Row {
    name: String,
    raw: usize,
    gzip: usize,
    brotli: usize,
    /// The most that `brotli` may be.
    budget: Option<usize>,
}

impl Row {
    fn new(name: &str, bytes: &[u8]) -> Result<Self> {
        Ok(Self {
            name: name.into(),
            raw: bytes.len(),
            gzip: gzip(bytes)?,
            brotli: brotli(bytes)?,
            budget: None,
        })
    }

    fn over_budget(&self) -> bool {
        self.budget.is_some_and(|budget| self.brotli > budget)
    }

    fn cells(&self) -> Vec<String> {
        let budget = self.budget.map_or_else(String::new, |budget| budget.to_string());
        vec![
            self.name.clone(),
            self.raw.to_string(),
            self.gzip.to_string(),
            self.brotli.to_string(),
            budget,
        ]
    }
}

/// The command.
pub fn command(repo: &Repo, arguments: &[String]) -> Result<()> {
    let known = ["--json", "--forms", "--functions", "--write"];
    let [json, compare_forms, list_functions, write] = flags(arguments, known)?;
    setup::for_build(repo)?;
    if compare_forms {
        build::core(repo)?;
        let _lock = checkout::lock(&repo.out("size"))?;
        return forms::print(repo);
    }
    if list_functions {
        return functions::print(repo);
    }
    build::all(repo)?;
    let rows = measure(repo)?;
    if json {
        println!("{}", serde_json::to_string_pretty(&rows)?);
    } else {
        print(&rows);
    }
    if write {
        let page = tables::with_block(&repo.read("README.md")?, "size", &table(&rows))?;
        repo::write(&repo.path("README.md"), page)?;
    }
    judge(&rows)
}

/// The suite: within budget, and the README says what is.
pub fn check(repo: &Repo) -> Result<()> {
    let rows = measure(repo)?;
    print(&rows);
    judge(&rows)?;
    if tables::block(&repo.read("README.md")?, "size")? != table(&rows) {
        bail!("the README's table of sizes is not what was measured; `cargo xtask size --write` writes it");
    }
    Ok(())
}

fn measure(repo: &Repo) -> Result<Vec<Row>> {
    let project = repo.out("size");
    let _lock = checkout::lock(&project)?;
    let packed = tarball::pack(repo, &project)?;
    let package = tarball::install(repo, &packed, &project)?;
    let mut rows = vec![
        Row::new(DEFAULT_PATH, &default_path(repo)?)?,
        Row::new(CORE, &fs::read(repo.path("js/generated/sapwood_bg.wasm"))?)?,
    ];
    for file in &packed.files {
        rows.push(Row::new(file, &fs::read(package.join(file))?)?);
    }
    for (name, budget) in budgets::read(repo)?.size {
        match rows.iter_mut().find(|row| row.name == name) {
            Some(row) => row.budget = Some(budget),
            None => bail!("budgets.toml has a size for `{name}`, which is not shipped"),
        }
    }
    Ok(rows)
}

/// What a user's bundler makes of the smallest use.
fn default_path(repo: &Repo) -> Result<Vec<u8>> {
    let (entry, folder) = (repo.out("size/entry.js"), repo.out("size/bundle"));
    repo::write(
        &entry,
        "import { createLogger } from \"sapwood\";\nglobalThis.log = createLogger;\n",
    )?;
    process::run(
        repo.npm_bin("esbuild")
            .arg(&entry)
            .args([
                "--bundle",
                // What is loaded on demand is a file of its own.
                "--splitting",
                "--minify",
                "--format=esm",
                "--target=es2022",
                "--log-level=warning",
            ])
            .arg(format!("--outdir={}", folder.display())),
    )?;
    let bundle = fs::read(folder.join("entry.js"))?;
    if String::from_utf8_lossy(&bundle).contains("from\"./") {
        bail!("the default path is more than one file: {}", folder.display());
    }
    Ok(bundle)
}

fn judge(rows: &[Row]) -> Result<()> {
    let over = rows.iter().filter(|row| row.over_budget());
    let sentences: Vec<String> = over
        .map(|row| format!("{}: {} > {}", row.name, row.brotli, row.budget.unwrap_or(0)))
        .collect();
    if !sentences.is_empty() {
        bail!("over budget (bytes after brotli): {}", sentences.join("; "));
    }
    Ok(())
}

/// The README's table: code and types. Texts have no place in it, or it would change with every word.
fn table(rows: &[Row]) -> String {
    let is_text =
        |row: &&Row| !row.name.starts_with("LICENSE") && !row.name.ends_with(".md") && !row.name.ends_with(".json");
    let cells: Vec<Vec<String>> = rows.iter().filter(is_text).map(Row::cells).collect();
    tables::markdown(&["bytes", "raw", "gzip 9", "brotli 11", "budget"], &cells)
}

fn print(rows: &[Row]) {
    println!(
        "{:<30} {:>8} {:>8} {:>8} {:>8}",
        "bytes", "raw", "gzip", "brotli", "budget"
    );
    for row in rows {
        let cells = row.cells();
        let mark = if row.over_budget() { "  OVER" } else { "" };
        println!(
            "{:<30} {:>8} {:>8} {:>8} {:>8}{mark}",
            cells[0], cells[1], cells[2], cells[3], cells[4]
        );
    }
}

/// Length after gzip at level 9.
pub fn gzip(bytes: &[u8]) -> Result<usize> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?.len())
}

/// Length after brotli at quality 11.
pub fn brotli(bytes: &[u8]) -> Result<usize> {
    let mut compressed = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams {
        quality: 11,
        lgwin: 22,
        size_hint: bytes.len(),
        ..Default::default()
    };
    brotli::BrotliCompress(&mut &bytes[..], &mut compressed, &parameters)?;
    Ok(compressed.len())
}
