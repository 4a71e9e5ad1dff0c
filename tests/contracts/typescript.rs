//! Reads what `boundary` compares out of TypeScript: constants, lists of names and the list of options. Not a parser:
//! it knows the plain forms that those files promise to keep, and panics at anything else.
use std::collections::BTreeMap;

const OPTIONS: &str = include_str!("../../js/src/options.ts");

/// `const NAME = 7;`
pub(crate) fn constant(source: &str, name: &str) -> u64 {
    number(source, after(source, &format!("const {name} = ")))
}

/// `const NAME = "…";`
pub(crate) fn text<'a>(source: &'a str, name: &str) -> &'a str {
    after(source, &format!("const {name} = ")).trim_matches('"')
}

/// All constants that begin so, without the beginning, with their numbers.
pub(crate) fn constants(source: &str, prefix: &str) -> Vec<(String, u64)> {
    let lines = source
        .lines()
        .filter_map(|line| line.strip_prefix("export const ")?.strip_prefix(prefix));
    let numbered = lines.filter_map(|line| line.strip_suffix(';')?.split_once(" = "));
    let constants: Vec<_> = numbered
        .map(|(name, value)| (name.to_owned(), number(source, value)))
        .collect();
    assert!(!constants.is_empty(), "no constant begins with {prefix}");
    constants
}

/// `const NAME = [ "a", "b", … ]`
pub(crate) fn list<'a>(source: &'a str, name: &str) -> Vec<&'a str> {
    let (_, rest) = source
        .split_once(&format!("export const {name} = ["))
        .expect("the list is there");
    let (items, _) = rest.split_once(']').expect("the list ends");
    items.split('"').skip(1).step_by(2).collect()
}

fn after<'a>(source: &'a str, start: &str) -> &'a str {
    let (_, rest) = source.split_once(start).expect("the constant is there");
    rest.split_once(';').expect("it ends").0
}

/// `7`, `1_000`, `7 * DAY_MS`
pub(crate) fn number(source: &str, text: &str) -> u64 {
    let factor = |factor: &str| {
        factor
            .replace('_', "")
            .parse()
            .unwrap_or_else(|_| constant(source, factor))
    };
    text.split(" * ").map(|part| factor(part.trim())).product()
}

/// One option.
#[derive(Debug)]
pub(crate) struct Bounds {
    pub(crate) min: u64,
    pub(crate) max: u64,
    /// `None`: there is none, or it is no number.
    pub(crate) default: Option<u64>,
}

/// The rows `name: [kind, min, max, default],` of the one list of options; what is left out at the end counts as 0.
pub(crate) fn options() -> BTreeMap<&'static str, Bounds> {
    let (_, rest) = OPTIONS
        .split_once("export const OPTIONS = {\n")
        .expect("the list is there");
    let (rows, _) = rest.split_once("\n}").expect("the list ends");
    rows.lines().map(row).collect()
}

fn row(row: &'static str) -> (&'static str, Bounds) {
    let (name, rest) = row.trim().split_once(": [").expect("a name and a list");
    let (parts, _) = rest.rsplit_once(']').expect("the list ends");
    let parts: Vec<_> = parts.split(", ").collect();
    let bound = |at: usize| parts.get(at).map_or(0, |part| number(OPTIONS, part));
    let is_number = |part: &&str| part.starts_with(|first: char| first.is_ascii_digit());
    let default = parts
        .get(3)
        .copied()
        .filter(is_number)
        .map(|part| number(OPTIONS, part));
    let (min, max) = (bound(1), bound(2));
    (name.trim_matches('"'), Bounds { min, max, default })
}
