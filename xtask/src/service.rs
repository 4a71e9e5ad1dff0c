//! Servers that run beside a command: started, known by the address that they print, ended by their own process id,
//! whatever way the command ends.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Sender};
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
        // The channel also closes, at once, when the server ends before it is ready.
        match address.recv_timeout(READY_MAX) {
            Ok(url) => service.url = url,
            Err(_) => bail!(
                "the {name} did not print `{announcement}…` within {} s",
                READY_MAX.as_secs()
            ),
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
    let deadline = Instant::now() + END_MAX;
    while asked.is_ok() && Instant::now() < deadline {
        if matches!(child.try_wait(), Ok(Some(_))) {
            return;
        }
        thread::sleep(POLL);
    }
    // What fails here has already ended.
    let _ = child.kill();
    let _ = child.wait();
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
