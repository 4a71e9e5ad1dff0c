//! Child processes: run one and say what was run when it fails.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, ExitStatus, Output, Stdio};
use std::thread;

use anyhow::{Context, Result, bail};

/// Runs a command with its output shown; fails when it fails.
pub fn run(command: &mut Command) -> Result<()> {
    check(command.stdin(Stdio::null()).status(), command)
}

/// Runs a command and returns what it printed on its standard output; errors are shown. Fails when it fails.
pub fn stdout(command: &mut Command) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("cannot run {}", line(command)))?;
    check(Ok(output.status), command)?;
    String::from_utf8(output.stdout).with_context(|| format!("{} printed no UTF-8", line(command)))
}

/// Runs a command with its output shown, and returns what it printed: standard output, errors. Fails when it fails.
pub fn shown(command: &mut Command) -> Result<(String, String)> {
    let piped = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = piped.spawn().with_context(|| format!("cannot run {}", line(command)))?;
    let errors = child.stderr.take();
    let errors = thread::spawn(move || pass_on(errors, |text| eprintln!("{text}")));
    let output = pass_on(child.stdout.take(), |text| println!("{text}"));
    let errors = errors.join().unwrap_or_default();
    check(child.wait(), command)?;
    Ok((output, errors))
}

/// Shows each line of a stream as it comes; all of them.
fn pass_on(stream: Option<impl Read>, show: impl Fn(&str)) -> String {
    let (mut all, mut bytes) = (String::new(), Vec::new());
    let Some(stream) = stream else { return all };
    let mut reader = BufReader::new(stream);
    // What cannot be read any more has ended.
    while reader.read_until(b'\n', &mut bytes).is_ok_and(|count| count > 0) {
        let text = String::from_utf8_lossy(&bytes);
        show(text.trim_end_matches(['\r', '\n']));
        all.push_str(&text);
        bytes.clear();
    }
    all
}

/// Runs a command silently and returns all it said and how it ended.
pub fn capture(command: &mut Command) -> Result<(ExitStatus, String)> {
    let Output { status, stdout, stderr } = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot run {}", line(command)))?;
    let mut text = String::from_utf8_lossy(&stdout).into_owned();
    text.push_str(&String::from_utf8_lossy(&stderr));
    Ok((status, text))
}

/// Runs a command silently; when it fails, the error carries what it said.
pub fn quiet(command: &mut Command) -> Result<()> {
    let (status, text) = capture(command)?;
    if !status.success() {
        bail!("{} failed ({status}):\n{}", line(command), text.trim_end());
    }
    Ok(())
}

fn check(status: std::io::Result<ExitStatus>, command: &Command) -> Result<()> {
    let status = status.with_context(|| format!("cannot run {}", line(command)))?;
    if !status.success() {
        bail!("{} failed ({status})", line(command));
    }
    Ok(())
}

/// The command as one would type it, its program without the folder.
fn line(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program());
    let name = program.file_name().unwrap_or(program.as_os_str());
    let words = std::iter::once(name).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
