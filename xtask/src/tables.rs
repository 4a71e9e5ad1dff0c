//! Generated blocks of Markdown between `<!-- name:begin -->` and `<!-- name:end -->`.

use anyhow::{Context, Result};

/// The text between the two markers.
pub fn block<'a>(page: &'a str, name: &str) -> Result<&'a str> {
    let (start, end) = span(page, name)?;
    Ok(&page[start..end])
}

/// The page with another text between the two markers.
pub fn with_block(page: &str, name: &str, text: &str) -> Result<String> {
    let (start, end) = span(page, name)?;
    Ok(format!("{}{text}{}", &page[..start], &page[end..]))
}

/// A Markdown table as a block: the first column is text, the others are numbers.
pub fn markdown(head: &[&str], rows: &[Vec<String>]) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let head: Vec<String> = head.iter().map(|&cell| cell.to_owned()).collect();
    let rule = format!("|---{}|\n", "|---:".repeat(head.len() - 1));
    let body: String = rows.iter().map(|row| line(row)).collect();
    format!("\n\n{}{rule}{body}\n", line(&head))
}

/// The cells of a block made by [`markdown`], without head and rule.
pub fn cells(block: &str) -> Vec<Vec<String>> {
    lines(block).skip(2).collect()
}

/// The head of such a block.
pub fn head(block: &str) -> Vec<String> {
    lines(block).next().unwrap_or_default()
}

fn lines(block: &str) -> impl Iterator<Item = Vec<String>> {
    let rows = block.lines().filter(|line| line.starts_with('|'));
    rows.map(|line| {
        line.trim_matches('|')
            .split('|')
            .map(|cell| cell.trim().to_owned())
            .collect()
    })
}

fn span(page: &str, name: &str) -> Result<(usize, usize)> {
    let (begin, end) = (format!("<!-- {name}:begin -->"), format!("<!-- {name}:end -->"));
    let start = page.find(&begin).with_context(|| format!("the page has no {begin}"))? + begin.len();
    let length = page[start..]
        .find(&end)
        .with_context(|| format!("the page has no {end} after {begin}"))?;
    Ok((start, start + length))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "a <!-- t:begin -->old<!-- t:end --> b";

    #[test]
    fn a_block_is_replaced_and_read_back() {
        let table = markdown(&["file", "raw"], &[vec!["x.js".into(), "12".into()]]);
        let page = with_block(PAGE, "t", &table).unwrap();
        assert_eq!(block(&page, "t").unwrap(), table);
        assert_eq!(cells(&table), [["x.js", "12"]]);
        assert_eq!(head(&table), ["file", "raw"]);
        assert!(page.starts_with("a <!-- t:begin -->\n\n| file | raw |\n|---|---:|\n") && page.ends_with("-> b"));
    }

    #[test]
    fn a_missing_marker_is_an_error() {
        assert!(block("no markers", "t").is_err() && block("<!-- t:begin -->", "t").is_err());
    }
}
