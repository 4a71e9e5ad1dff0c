//! `demo`: the checkout example with the *packed* package, as a user would install it, beside a running collector.
//! `--check` lets `examples/checkout/check.mjs` drive it once and ends with its verdict.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::repo::{self, Repo};
use crate::service::{self, Service};
use crate::{build, checkout, flags, process, setup, tarball};

const EXAMPLE: &str = "examples/checkout";
const COLLECTOR_PORT: u16 = 4318;
const SHOP_PORT: u16 = 8080;
/// The collector's view of flows, behind its address.
const FLOWS: &str = "/#/flows";
const POLL: Duration = Duration::from_millis(100);

/// The command.
pub fn command(repo: &Repo, arguments: &[String]) -> Result<()> {
    let [check] = flags(arguments, ["--check"])?;
    setup::for_build(repo)?;
    let chromium = if check { Some(setup::chromium()?) } else { None };
    // For as long as the servers run: they serve the files that another run would begin by removing.
    let _lock = checkout::lock(&repo.out("demo"))?;
    build::all(repo)?;
    let shop = install(repo)?;

    // From here on Ctrl-C is an answer and no longer an end: the servers are ended first.
    let interrupted = on_interrupt()?;
    let database = database(repo, check)?;
    let mut collector = start_collector(repo, &database, check)?;
    let mut server = start_shop(repo, &shop, &collector.url, check)?;
    if let Some(chromium) = chromium {
        let mut node = repo.command("node");
        node.arg(format!("{EXAMPLE}/check.mjs"))
            .env("SHOP_URL", &server.url)
            .env("COLLECTOR_URL", &collector.url)
            .env("COLLECTOR_DB", &database)
            .env("CHROMIUM", chromium);
        return run_check(&mut node, &interrupted);
    }
    println!(
        "\n  the shop        {}\n  its flows       {}{FLOWS}\n  the collector   {}\n  its database    {}",
        server.url,
        collector.url,
        collector.url,
        database.display()
    );
    println!("\nOpen the first two side by side: a checkout is a timeline there while you click. Ctrl-C ends both.");
    while interrupted.recv_timeout(POLL).is_err() {
        collector.expect_alive()?;
        server.expect_alive()?;
    }
    println!();
    Ok(())
}

/// A copy of the example below `target/`, with the tarball of `npm pack` installed by npm.
fn install(repo: &Repo) -> Result<PathBuf> {
    let packed = tarball::pack(repo, &repo.out("demo/tarball"))?;
    let shop = repo.out("demo/checkout");
    repo::fresh_folder(&shop)?;
    for file in repo.files(&[EXAMPLE])? {
        let below = Path::new(&file).strip_prefix(EXAMPLE)?;
        repo::write(&shop.join(below), fs::read(repo.path(&file))?)?;
    }
    let mut npm = repo.command("npm");
    npm.args(["install", "--no-audit", "--no-fund", "--loglevel=error"])
        .arg(&packed.path)
        .current_dir(&shop);
    process::run(&mut npm).context("the package could not be installed into the example")?;
    Ok(shop)
}

/// The collector's database; a check starts with an empty one.
fn database(repo: &Repo, check: bool) -> Result<PathBuf> {
    let folder = repo.out(if check { "demo/check" } else { "demo/data" });
    if check {
        repo::fresh_folder(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    Ok(folder.join("collector.db"))
}

fn start_collector(repo: &Repo, database: &Path, check: bool) -> Result<Service> {
    let port = port(COLLECTOR_PORT, check).to_string();
    let mut node = repo.command("node");
    node.args(["js/dev/dist/cli.js", "--port", &port, "--db"]).arg(database);
    Service::start("collector", "sapwood-dev listening on ", &mut node)
}

fn start_shop(repo: &Repo, shop: &Path, collector: &str, check: bool) -> Result<Service> {
    let mut node = repo.command("node");
    node.arg("server.mjs").current_dir(shop);
    node.env("PORT", port(SHOP_PORT, check).to_string())
        .env("COLLECTOR_URL", collector);
    Service::start("shop", "shop listening on ", &mut node)
}

/// The usual port where a person will look for it and it is free; otherwise 0, and the system chooses.
fn port(usual: u16, check: bool) -> u16 {
    let free = !check && TcpListener::bind(("127.0.0.1", usual)).is_ok();
    if free { usual } else { 0 }
}

fn run_check(node: &mut Command, interrupted: &Receiver<()>) -> Result<()> {
    let mut check = node.spawn().context("cannot start the check")?;
    loop {
        if let Some(status) = check.try_wait()? {
            return if status.success() {
                Ok(())
            } else {
                bail!("the check failed ({status})")
            };
        }
        if interrupted.recv_timeout(POLL).is_ok() {
            service::end(&mut check);
            bail!("interrupted");
        }
    }
}

fn on_interrupt() -> Result<Receiver<()>> {
    let (sender, receiver) = mpsc::channel();
    let listen = move || {
        // A second Ctrl-C finds nobody listening, and that is fine.
        let _ = sender.send(());
    };
    ctrlc::set_handler(listen).context("cannot listen for Ctrl-C")?;
    Ok(receiver)
}
