//! `size --forms`: the ways to carry the wasm inside JavaScript, measured on the wasm that was just built. Bytes of the
//! text with its decoder, and the time to decode it in a fresh process (cold, as at a page's start) and later (warm).

use std::fmt::Write;
use std::fs;

use anyhow::{Result, bail};
use serde::Deserialize;

use super::{brotli, gzip};
use crate::build::inline;
use crate::process;
use crate::repo::{self, Repo};

struct Form {
    name: &'static str,
    /// What esbuild may write: `utf8`, or `ascii`, its default, which escapes the rest.
    charset: &'static str,
    /// A JavaScript string literal.
    literal: String,
    /// The body of a function of `text` that returns the bytes.
    decode: String,
}

#[derive(Deserialize)]
struct Decoded {
    cold_us: f64,
    warm_us: f64,
    same: bool,
}

/// The runs of a decoder that are timed as warm; the median counts.
const RUNS: u32 = 201;
/// The processes that are started for each form; the median of their first decoding counts.
const PROCESSES: usize = 9;
/// Decodes both Latin-1 forms.
const LATIN1: &str = "return Uint8Array.from(text,c=>c.charCodeAt(0))";

pub fn print(repo: &Repo) -> Result<()> {
    let wasm = fs::read(repo.path("js/generated/sapwood_bg.wasm"))?;
    let floor = brotli(&wasm)?;
    println!(
        "{:<34} {:>8} {:>8} {:>8} {:>8} {:>9} {:>9}",
        "form", "raw", "gzip", "brotli", "", "cold µs", "warm µs"
    );
    println!(
        "{:<34} {:>8} {:>8} {floor:>8}",
        "a file of its own",
        wasm.len(),
        gzip(&wasm)?
    );
    for form in forms(&wasm) {
        let script = format!(
            "export const f=text=>{{{}}};export const t={};",
            form.decode, form.literal
        );
        let shipped = minified(repo, &script, form.charset)?;
        let times = decode(repo, &form)?;
        let size = brotli(&shipped)?;
        let more = (size as f64 / floor as f64 - 1.0) * 100.0;
        println!(
            "{:<34} {:>8} {:>8} {size:>8} {more:>+7.1}% {:>9.0} {:>9.0}",
            form.name,
            shipped.len(),
            gzip(&shipped)?,
            times.cold_us,
            times.warm_us
        );
    }
    Ok(())
}

fn forms(wasm: &[u8]) -> Vec<Form> {
    let pairs =
        |take: &str| format!("const n=text.length/2,b=new Uint8Array(n);for(let i=0;i<n;i++)b[i]={take};return b");
    let form = |name, literal, decode: &str| Form {
        name,
        charset: "ascii",
        literal,
        decode: decode.to_owned(),
    };
    let digits = |high: u8, low: u8| {
        wasm.iter()
            .flat_map(|byte| [(high + (byte >> 4)) as char, (low + (byte & 15)) as char])
            .collect::<String>()
    };
    let hexadecimal: String = wasm.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    });
    vec![
        form(
            "base64",
            quoted(&base64(wasm)),
            "return Uint8Array.from(atob(text),c=>c.charCodeAt(0))",
        ),
        form(
            "hexadecimal",
            quoted(&hexadecimal),
            &pairs("parseInt(text.substr(i*2,2),16)"),
        ),
        form(
            "two alphabets, A–P and a–p",
            quoted(&digits(b'A', b'a')),
            &pairs("(text.charCodeAt(i*2)-65)*16+text.charCodeAt(i*2+1)-97"),
        ),
        Form {
            charset: "utf8",
            ..form("Latin-1, kept raw", latin1(wasm), LATIN1)
        },
        form("Latin-1, escaped by a bundler", latin1(wasm), LATIN1),
        form(
            "one or two characters a byte",
            inline::literal(&inline::encode(wasm)),
            inline::DECODE,
        ),
    ]
}

fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().fold(0, |word, &byte| word << 8 | u32::from(byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let digit = ALPHABET[(word >> (18 - 6 * place) & 63) as usize] as char;
            text.push(if place > chunk.len() { '=' } else { digit });
        }
    }
    text
}

/// Each byte as the character of that number, with the escapes that JavaScript demands.
fn latin1(bytes: &[u8]) -> String {
    let mut text = String::from('"');
    for &byte in bytes {
        match byte {
            b'"' | b'\\' => text.extend(['\\', byte as char]),
            b'\n' => text.push_str("\\n"),
            b'\r' => text.push_str("\\r"),
            _ => text.push(byte as char),
        }
    }
    text + "\""
}

fn minified(repo: &Repo, script: &str, charset: &str) -> Result<Vec<u8>> {
    let (source, shipped) = (repo.out("size/form.js"), repo.out("size/form.min.js"));
    repo::write(&source, script)?;
    process::run(
        repo.npm_bin("esbuild")
            .arg(&source)
            .args(["--minify", "--log-level=warning"])
            .arg(format!("--charset={charset}"))
            .arg(format!("--outfile={}", shipped.display())),
    )?;
    Ok(fs::read(shipped)?)
}

fn decode(repo: &Repo, form: &Form) -> Result<Decoded> {
    let script = format!(
        "import {{ readFileSync }} from 'node:fs';
const decode = (text) => {{ {} }};
const text = {};
const time = () => {{ const start = performance.now(); const bytes = decode(text); return [(performance.now() - start) * 1000, bytes]; }};
const [cold_us, bytes] = time();
const warm = Array.from({{ length: {RUNS} }}, () => time()[0]).sort((a, b) => a - b);
const same = Buffer.from(bytes).equals(readFileSync('js/generated/sapwood_bg.wasm'));
console.log(JSON.stringify({{ cold_us, warm_us: warm[{RUNS} >> 1], same }}));
",
        form.decode, form.literal
    );
    let file = repo.out("size/form.mjs");
    repo::write(&file, script)?;
    let mut runs = Vec::new();
    for _ in 0..PROCESSES {
        let answer = process::stdout(repo.command("node").arg(&file))?;
        runs.push(serde_json::from_str::<Decoded>(&answer)?);
    }
    if runs.iter().any(|run| !run.same) {
        bail!("{} does not give the wasm back", form.name);
    }
    runs.sort_by(|a, b| a.cold_us.total_cmp(&b.cold_us));
    Ok(runs.swap_remove(PROCESSES / 2))
}

#[cfg(test)]
mod tests {
    use super::base64;

    #[test]
    fn base64_pads() {
        assert_eq!([base64(b"a"), base64(b"ab"), base64(b"abc")], ["YQ==", "YWI=", "YWJj"]);
    }
}
