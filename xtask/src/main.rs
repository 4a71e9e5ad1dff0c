//! `cargo xtask`: everything that is done with this repository, by people and by CI alike.
//!
//! Owns the order of the steps and what counts as success. Does not own what the steps do inside: compilers, bundlers
//! and tests are child processes. Each command is one module; `repo` knows the places, `process` runs children.

mod bench;
mod budgets;
mod build;
mod canary;
mod checkout;
mod ci;
mod delivery;
mod demo;
mod docs;
mod process;
mod repo;
mod runtimes;
mod service;
mod setup;
mod sim;
mod size;
mod tables;
mod tarball;
mod test;

use std::process::ExitCode;

use anyhow::{Result, bail};
use repo::Repo;

/// One command: its name and arguments as the help shows them, what it does, and the function behind it.
struct Command {
    name: &'static str,
    arguments: &'static str,
    help: &'static str,
    run: fn(&Repo, &[String]) -> Result<()>,
}

const COMMANDS: &[Command] = &[
    Command {
        name: "setup",
        arguments: "",
        help: "install what a fresh machine lacks: wasm target, npm packages, Chromium",
        run: setup::command,
    },
    Command {
        name: "build",
        arguments: "",
        help: "compile core, façade and collector; leave pkg/ ready for `npm pack`",
        run: build::command,
    },
    Command {
        name: "demo",
        arguments: "[--check]",
        help: "the checkout example beside a collector; --check drives it once",
        run: demo::command,
    },
    Command {
        name: "test",
        arguments: "[suite…] [--full]",
        help: "all suites, or those named; --full: more cases, the whole load, all browsers, other runtimes",
        run: test::command,
    },
    Command {
        name: "delivery",
        arguments: "[--write]",
        help: "what arrives, in Chromium, Firefox and WebKitGTK; --write: into docs/delivery.md",
        run: delivery::command,
    },
    Command {
        name: "runtimes",
        arguments: "[--write]",
        help: "which scenario passes in which runtime; --write: into the README",
        run: runtimes::command,
    },
    Command {
        name: "sim",
        arguments: "[--seeds N] [--seed S]",
        help: "simulate the world around the core; --seed: one, with its trace",
        run: sim::command,
    },
    Command {
        name: "size",
        arguments: "[--json|--forms|--functions] [--write]",
        help: "bytes of what ships, against budgets.toml; --write: into the README",
        run: size::command,
    },
    Command {
        name: "bench",
        arguments: "[--write]",
        help: "time of a call, against budgets.toml; --write: into the README",
        run: bench::command,
    },
    Command {
        name: "canary",
        arguments: "[patch…] [--full]",
        help: "break each promise once; its test must fail; --full: the slow ones, too",
        run: canary::command,
    },
    Command {
        name: "ci",
        arguments: "",
        help: "test, bench and canary",
        run: ci::command,
    },
    Command {
        name: "docs",
        arguments: "[--write]",
        help: "compare or write docs/configuration.md",
        run: docs::command,
    },
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nxtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: &[String]) -> Result<()> {
    let Some((name, rest)) = arguments.split_first() else {
        print_help();
        return Ok(());
    };
    if matches!(name.as_str(), "help" | "-h" | "--help") || rest.iter().any(|word| word == "--help") {
        print_help();
        return Ok(());
    }
    match COMMANDS.iter().find(|command| command.name == name) {
        Some(command) => (command.run)(&Repo::here(), rest),
        None => bail!("there is no command `{name}`; `cargo xtask --help` lists them"),
    }
}

fn print_help() {
    println!("cargo xtask <command>\n");
    for command in COMMANDS {
        let usage = format!("{} {}", command.name, command.arguments);
        println!("  {usage:<46} {}", command.help);
    }
}

/// Checks that every argument is one of `known`; for each of these, whether it was given.
fn flags<const N: usize>(arguments: &[String], known: [&str; N]) -> Result<[bool; N]> {
    if let Some(stranger) = arguments.iter().find(|argument| !known.contains(&argument.as_str())) {
        bail!("unknown argument `{stranger}`");
    }
    Ok(known.map(|flag| arguments.iter().any(|argument| argument == flag)))
}
