//! Runs `cargo test` and judges what it counted: a target whose tests have vanished, or are marked `#[ignore]`, passes in
//! cargo's eyes and must not in ours.

use std::process::Command;

use anyhow::{Result, bail};

use crate::process;

/// The library's own unit tests: there are none, they are in `tests/`, where they can see the public interface only.
const MAY_BE_EMPTY: &str = "unittests src/lib.rs";

/// Runs `cargo test …`, shown as it goes; fails when it fails, or when a target ran nothing or left something out.
pub fn run(cargo: &mut Command) -> Result<()> {
    // Not `--quiet` for cargo itself, which would keep the names of the targets to itself.
    let (stdout, stderr) = process::shown(cargo.env("CARGO_TERM_COLOR", "never").args(["--", "--quiet"]))?;
    judge(&stdout, &stderr)
}

/// `stderr` names the targets, `stdout` tells their results, in the same order. Documentation tests come last, and may
/// be told in several parts.
fn judge(stdout: &str, stderr: &str) -> Result<()> {
    let targets: Vec<&str> = stderr.lines().filter_map(target).collect();
    let results: Vec<Counts> = stdout.lines().filter_map(counts).collect();
    let Some((of_targets, of_docs)) = results.split_at_checked(targets.len()) else {
        bail!(
            "cargo named {} test targets and told {} results",
            targets.len(),
            results.len()
        );
    };
    let docs = of_docs.iter().fold(Counts::default(), |sum, part| Counts {
        passed: sum.passed + part.passed,
        ignored: sum.ignored + part.ignored,
    });
    let named = targets.into_iter().zip(of_targets.iter().copied());
    let mut faults = Vec::new();
    for (name, Counts { passed, ignored }) in named.chain([("the documentation", docs)]) {
        if passed == 0 && name != MAY_BE_EMPTY {
            faults.push(format!("no test ran in {name}"));
        }
        if ignored > 0 {
            faults.push(format!("{ignored} tests are ignored in {name}"));
        }
    }
    if !faults.is_empty() {
        bail!("{}", faults.join("; "));
    }
    Ok(())
}

/// `     Running tests/props/main.rs (target/…)` → `tests/props/main.rs`.
fn target(line: &str) -> Option<&str> {
    let (name, _) = line.trim_start().strip_prefix("Running ")?.split_once(" (")?;
    Some(name)
}

#[derive(Clone, Copy, Default)]
struct Counts {
    passed: u32,
    ignored: u32,
}

/// `test result: ok. 3 passed; 0 failed; 0 ignored; …`
fn counts(line: &str) -> Option<Counts> {
    let told = line.strip_prefix("test result: ok. ")?;
    let count = |what: &str| {
        let mut parts = told.split("; ");
        parts.find_map(|part| part.strip_suffix(what)?.trim().parse().ok())
    };
    Some(Counts {
        passed: count("passed")?,
        ignored: count("ignored")?,
    })
}

#[cfg(test)]
mod tests {
    use super::judge;

    const TARGETS: &str = "   Compiling sapwood v0.1.0\n     Running unittests src/lib.rs (target/debug/deps/sapwood-1)\n     \
                           Running tests/props/main.rs (target/debug/deps/props-1)\n   Doc-tests sapwood\n";

    /// Results of the three targets, each as passed and ignored.
    fn told(counts: &[(u32, u32)]) -> String {
        counts
            .iter()
            .map(|(passed, ignored)| {
                format!("\nrunning {passed} tests\n\ntest result: ok. {passed} passed; 0 failed; {ignored} ignored; 0 measured; 0 filtered out; finished in 0.00s\n")
            })
            .collect()
    }

    #[test]
    fn each_target_must_run_something_and_leave_nothing_out() {
        assert!(judge(&told(&[(0, 0), (34, 0), (5, 0)]), TARGETS).is_ok());
        assert!(judge(&told(&[(0, 0), (34, 0), (0, 0), (5, 0)]), TARGETS).is_ok());
        let fault = |counts: &[(u32, u32)]| judge(&told(counts), TARGETS).unwrap_err().to_string();
        assert_eq!(fault(&[(0, 0), (0, 0), (5, 0)]), "no test ran in tests/props/main.rs");
        assert_eq!(
            fault(&[(0, 1), (33, 2), (5, 0)]),
            "1 tests are ignored in unittests src/lib.rs; 2 tests are ignored in tests/props/main.rs"
        );
        assert_eq!(fault(&[(0, 0), (34, 0)]), "no test ran in the documentation");
        assert_eq!(
            fault(&[(0, 0), (34, 0), (4, 1)]),
            "1 tests are ignored in the documentation"
        );
        assert_eq!(fault(&[(0, 0)]), "cargo named 2 test targets and told 1 results");
    }
}
