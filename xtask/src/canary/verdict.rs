//! What a test runner's words say about one named test. A compile error, or a name that no test has, is neither pass
//! nor failure.

use std::fmt;

#[derive(Debug, PartialEq)]
pub enum Verdict {
    Passed,
    Failed,
    /// The test did not run; the end of what the runner said.
    NotRun(String),
}

impl fmt::Display for Verdict {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Passed => out.write_str("it passed"),
            Self::Failed => out.write_str("it failed"),
            Self::NotRun(said) => write!(out, "it did not run:\n{said}"),
        }
    }
}

/// How many of the last lines are worth showing.
const TAIL_LINES: usize = 30;

/// Node's words for a test that is not ok because of something outside it.
const NEVER_RAN: [&str; 3] = ["hookFailed", "cancelledByParent", "parentAlreadyFinished"];

/// Reads the output of `cargo test -- --exact <test>`.
pub fn of_cargo(said: &str, test: &str) -> Verdict {
    let result = said
        .lines()
        .find_map(|line| line.strip_prefix(&format!("test {test} ... ")));
    match result {
        Some("ok") => Verdict::Passed,
        Some("FAILED") => Verdict::Failed,
        _ => Verdict::NotRun(tail(said)),
    }
}

/// Reads the TAP output of `node --test`. Several tests of one title (one for each of a table's rows) count as one.
pub fn of_tap(said: &str, test: &str) -> Verdict {
    // Tests that the name left out say nothing of the one that was meant.
    let others = |line: &&str| !line.contains("# SKIP") && !line.starts_with("# Subtest") && !line.starts_with("  ");
    let told: Vec<&str> = said.lines().filter(others).collect();
    let not_run = || Verdict::NotRun(tail(&told.join("\n")));
    let mut verdict = not_run();
    let mut hindered = false;
    let mut lines = said.lines().map(str::trim_start);
    while let Some(line) = lines.next() {
        let (passed, rest) = match (line.strip_prefix("ok "), line.strip_prefix("not ok ")) {
            (Some(rest), _) => (true, rest),
            (_, Some(rest)) => (false, rest),
            _ => continue,
        };
        let title = rest.split_once(" - ").map(|(_, title)| title);
        if title != Some(escaped(test).as_str()) {
            continue;
        }
        if passed {
            verdict = Verdict::Passed;
        } else if ran(lines.clone()) {
            return Verdict::Failed;
        } else {
            hindered = true;
        }
    }
    if hindered { not_run() } else { verdict }
}

/// Whether a test that is not ok came to its own code, by the diagnostics below its line.
fn ran<'a>(below: impl Iterator<Item = &'a str>) -> bool {
    let mut diagnostics = below.take_while(|line| *line != "..." && !line.starts_with("# Subtest"));
    let failure = diagnostics.find_map(|line| line.strip_prefix("failureType: "));
    !failure.is_some_and(|kind| NEVER_RAN.contains(&kind.trim_matches('\'')))
}

/// A title as TAP writes it. A skipped test has ` # SKIP` behind it, so it is another text.
fn escaped(title: &str) -> String {
    title.replace('\\', "\\\\").replace('#', "\\#")
}

fn tail(said: &str) -> String {
    let lines: Vec<&str> = said.lines().collect();
    lines[lines.len().saturating_sub(TAIL_LINES)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn not_run(verdict: &Verdict) -> bool {
        matches!(verdict, Verdict::NotRun(_))
    }

    #[test]
    fn cargo_must_have_run_the_test() {
        assert_eq!(of_cargo("running 1 test\ntest a::b ... ok\n", "a::b"), Verdict::Passed);
        assert_eq!(
            of_cargo("running 1 test\ntest a::b ... FAILED\n", "a::b"),
            Verdict::Failed
        );
        assert!(not_run(&of_cargo("running 0 tests\n", "a::b")));
        assert!(not_run(&of_cargo("error[E0433]: failed to resolve\n", "a::b")));
        assert!(not_run(&of_cargo("test a::b ... ignored\n", "a::b")));
    }

    #[test]
    fn node_must_have_run_the_test() {
        assert_eq!(of_tap("# Subtest: t\nok 1 - t\n", "t"), Verdict::Passed);
        assert_eq!(of_tap("    not ok 2 - retries \\#1\n", "retries #1"), Verdict::Failed);
        assert_eq!(of_tap("ok 1 - t\nnot ok 2 - t\n", "t"), Verdict::Failed);
        assert!(not_run(&of_tap(
            "ok 1 - t # SKIP test name does not match pattern\n",
            "t"
        )));
        assert!(not_run(&of_tap("not ok 1 - target/js-tests/x.test.mjs\n", "t")));
        assert!(not_run(&of_tap("ok 1 - t and more\n", "t")));
    }

    #[test]
    fn a_test_that_something_else_ended_did_not_run() {
        let tap = |title: &str, kind: &str| {
            format!("not ok 1 - {title}\n  ---\n  duration_ms: 1\n  failureType: '{kind}'\n  error: 'no'\n  ...\n")
        };
        for kind in ["hookFailed", "cancelledByParent"] {
            assert!(not_run(&of_tap(&tap("t", kind), "t")), "{kind}");
            assert!(
                not_run(&of_tap(&format!("ok 1 - t\n{}", tap("t", kind)), "t")),
                "{kind}"
            );
        }
        for kind in ["testCodeFailure", "testTimeoutFailure"] {
            assert_eq!(of_tap(&tap("t", kind), "t"), Verdict::Failed, "{kind}");
        }
        // One that ran and failed is enough, and the diagnostics of the next test are not its own.
        let both = [tap("t", "hookFailed"), tap("t", "testCodeFailure")].concat();
        assert_eq!(of_tap(&both, "t"), Verdict::Failed);
        let next = format!("not ok 1 - t\n# Subtest: u\n{}", tap("u", "hookFailed"));
        assert_eq!(of_tap(&next, "t"), Verdict::Failed);
    }
}
