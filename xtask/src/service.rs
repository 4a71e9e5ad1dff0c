//! Servers that run beside a command: started, known by the address that they print, ended by their own process id,
//! whatever way the command ends.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// How long a server may take to print its address.
const READY_MAX: Duration = Duration::from_secs(30);
/// How long it may take to end after being asked; then it is killed.
const END_MAX: Duration = Duration::from_secs(5);
const POLL: Duration = Duration::from_millis(20);

/// A running server.
pub struct Service {
    name: &'static str,
    /// `http://127.0.0.1:PORT`
    pub url: String,
    child: Child,
}

impl Service {
    /// Starts a server and waits for the line `<announcement>http://…`. Its output goes on to be shown.
    pub fn start(name: &'static str, announcement: &'static str, command: &mut Command) -> Result<Self> {
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start the {name}"))?;
        let mut service = Self {
            name,
            url: String::new(),
            child,
        };
        let output = service.child.stdout.take().context("a piped output is there")?;
        let (ready, address) = mpsc::channel();
        thread::spawn(move || forward(name, announcement, output, &ready));
        match address.recv_timeout(READY_MAX) {
            Ok(url) => service.url = url,
            Err(RecvTimeoutError::Timeout) => bail!(
                "the {name} did not print `{announcement}…` within {} s",
                READY_MAX.as_secs()
            ),
            // Its output has ended, and so, most likely, has it.
            Err(RecvTimeoutError::Disconnected) => match ended(&mut service.child, END_MAX) {
                Some(status) => bail!("the {name} ended before it printed `{announcement}…` ({status})"),
                None => bail!("the {name} closed its output before it printed `{announcement}…`"),
            },
        }
        Ok(service)
    }

    /// Fails when the server has ended by itself.
    pub fn expect_alive(&mut self) -> Result<()> {
        match self.child.try_wait()? {
            Some(status) => bail!("the {} ended by itself ({status})", self.name),
            None => Ok(()),
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

/// Asks a child to end, waits, and kills it when it does not.
pub fn end(child: &mut Child) {
    if matches!(child.try_wait(), Ok(Some(_))) {
        return;
    }
    // The standard library can only kill; a server that is asked can close its database first.
    let asked = Command::new("sh")
        .args(["-c", &format!("kill -TERM {}", child.id())])
        .status();
    if asked.is_ok() && ended(child, END_MAX).is_some() {
        return;
    }
    // What fails here has already ended.
    let _ = child.kill();
    let _ = child.wait();
}

/// How a child ended, if it does so within `bound`.
fn ended(child: &mut Child, bound: Duration) -> Option<ExitStatus> {
    let deadline = Instant::now() + bound;
    loop {
        match child.try_wait() {
            Ok(None) if Instant::now() < deadline => thread::sleep(POLL),
            Ok(status) => return status,
            Err(_) => return None,
        }
    }
}

fn forward(name: &str, announcement: &str, output: impl std::io::Read, ready: &Sender<String>) {
    for line in BufReader::new(output).lines() {
        let Ok(line) = line else { return };
        println!("[{name}] {line}");
        if let Some((_, url)) = line.split_once(announcement) {
            // Nobody waits any more when the address comes a second time.
            let _ = ready.send(url.trim().to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start(script: &str) -> Result<Service> {
        Service::start("server", "listening on ", Command::new("sh").args(["-c", script]))
    }

    #[test]
    fn a_server_that_ends_at_once_is_told_by_its_exit_status() {
        let begun = Instant::now();
        let error = start("exit 7").err().expect("it ended").to_string();
        assert!(
            error.contains("ended before") && error.contains("exit status: 7"),
            "{error}"
        );
        assert!(begun.elapsed() < READY_MAX);
    }

    #[test]
    fn a_server_is_known_by_the_address_that_it_prints() {
        let mut service = start("echo listening on http://127.0.0.1:1; exec sleep 60").expect("it is ready");
        assert_eq!(service.url, "http://127.0.0.1:1");
        assert!(service.expect_alive().is_ok());
    }
}
