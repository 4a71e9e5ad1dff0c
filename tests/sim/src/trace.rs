//! What happened, line by line, for whoever reads a failing seed. Costs nothing while it is off.

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    on: bool,
    lines: Vec<String>,
}

/// Lines that are printed of a long trace: its end.
const LINES_MAX: usize = 400;

impl Trace {
    pub(crate) fn new(on: bool) -> Self {
        Trace { on, lines: Vec::new() }
    }

    /// Somebody did something at this time.
    pub(crate) fn say(&mut self, at: u64, who: &str, what: impl FnOnce() -> String) {
        if self.on {
            self.lines
                .push(format!("{:>12.3} s  {who:<8} {}", at as f64 / 1000.0, what()));
        }
    }

    /// The end of it, as text.
    pub(crate) fn text(&self, whole: bool) -> String {
        let hidden = if whole {
            0
        } else {
            self.lines.len().saturating_sub(LINES_MAX)
        };
        let mut text = self.lines[hidden..].join("\n");
        if hidden > 0 {
            text = format!("… {hidden} earlier lines: run it with --whole\n{text}");
        }
        text
    }
}
