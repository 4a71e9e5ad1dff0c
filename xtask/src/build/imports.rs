//! What the shipped wasm may ask of its host, against the committed list `xtask/imports.allow`.

use std::collections::BTreeSet;

use anyhow::{Result, bail};

/// Fails when one of `imports` (as `module name`) is on no line of the list.
pub fn check(imports: &[String], allowed: &str) -> Result<()> {
    let strangers = strangers(imports, allowed);
    if !strangers.is_empty() {
        bail!(
            "the wasm imports what xtask/imports.allow does not name:\n  {}",
            strangers.join("\n  ")
        );
    }
    Ok(())
}

fn strangers(imports: &[String], allowed: &str) -> Vec<String> {
    let patterns: Vec<&str> = allowed
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect();
    let imports: BTreeSet<String> = imports.iter().map(|import| without_hash(import)).collect();
    imports
        .into_iter()
        .filter(|import| !patterns.iter().any(|pattern| matches(pattern, import)))
        .collect()
}

/// An import without the 16 hexadecimal digits that change with the bindgen's version.
fn without_hash(import: &str) -> String {
    match import.rsplit_once('_') {
        Some((name, hash)) if hash.len() == 16 && hash.bytes().all(|b| b.is_ascii_hexdigit()) => name.to_owned(),
        _ => import.to_owned(),
    }
}

/// Whether `text` is `pattern`, in which `*` stands for any text.
fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((head, tail)) => text.strip_prefix(head).is_some_and(|rest| {
            rest.char_indices()
                .map(|(at, _)| at)
                .chain([rest.len()])
                .any(|at| matches(tail, &rest[at..]))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_import_outside_the_list_is_a_stranger() {
        let imports = [
            "./sapwood_bg.js __wbg_fetch_0123456789abcdef",
            "env abort",
            "./sapwood_bg.js __wbg_eval_0123456789abcdef",
        ];
        let allowed = "# comment\n\n./sapwood_bg.js __wbg_fetch\n";
        assert_eq!(
            strangers(&imports.map(str::to_owned), allowed),
            ["./sapwood_bg.js __wbg_eval", "env abort"]
        );
        assert!(check(&imports.map(str::to_owned), allowed).is_err());
    }

    #[test]
    fn a_star_stands_for_any_text() {
        assert!(matches("a*c", "abc") && matches("a*c", "ac") && matches("*", "") && matches("a*b*c", "axxbyyc"));
        assert!(!matches("a*c", "abcd") && !matches("a", "ab") && !matches("env*", "wbg"));
    }
}
