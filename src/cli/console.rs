//! Where verbs print: data to stdout, narration to stderr.

use std::io::{self, BufWriter, IsTerminal as _, Stderr, StdoutLock, Write};

use super::progress::Waiting;
use crate::render::{json, terminal_lines};

/// The two streams of the program.
pub(super) struct Console {
    out: Readable<BufWriter<StdoutLock<'static>>>,
    err: Stderr,
    is_quiet: bool,
    /// Shown until something is printed.
    waiting: Option<Waiting>,
}

/// Takes text for reading; what a terminal would take for a command is written out.
struct Readable<W>(W);

impl<W: Write> Write for Readable<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for chunk in bytes.utf8_chunks() {
            self.0.write_all(terminal_lines(chunk.valid()).as_bytes())?;
            for byte in chunk.invalid() {
                write!(self.0, "\\x{byte:02x}")?;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl Console {
    pub(super) fn new() -> Self {
        let out = Readable(BufWriter::new(io::stdout().lock()));
        Self { out, err: io::stderr(), is_quiet: false, waiting: None }
    }

    /// The same that leaves out what only says that something went as it was asked.
    pub(super) fn quiet(self, is_quiet: bool) -> Self {
        Self { is_quiet, ..self }
    }

    /// Shows on a terminal that work goes on, until something is printed.
    pub(super) fn wait(&mut self, what: &str) {
        let is_shown = self.narrates_to_terminal() && !self.is_quiet;
        self.waiting = is_shown.then(|| Waiting::start(what));
    }

    /// Whether nothing is said but what changes how data are to be read.
    pub(super) fn is_quiet(&self) -> bool {
        self.is_quiet
    }

    /// For text that people read.
    pub(super) fn out(&mut self) -> &mut dyn Write {
        self.waiting = None;
        &mut self.out
    }

    /// For bytes of a format, which were made safe as it is done there.
    pub(super) fn data(&mut self) -> &mut dyn Write {
        self.waiting = None;
        &mut self.out.0
    }

    /// Says that something went as it was asked: what was written, how much of it. Nobody misses it
    /// with `--quiet`.
    pub(super) fn tell(&mut self, text: &str) {
        if !self.is_quiet {
            self.say(text);
        }
    }

    /// Errors, warnings, notes and hints. A closed stderr must not stop the work.
    pub(super) fn say(&mut self, text: &str) {
        self.waiting = None;
        let _closed = writeln!(self.err, "{}", terminal_lines(text)).is_err();
    }

    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.waiting = None;
        self.out.flush()
    }

    /// Whether narration goes to a terminal.
    pub(super) fn narrates_to_terminal(&self) -> bool {
        self.err.is_terminal()
    }

    /// Whether data go to a terminal.
    pub(super) fn prints_to_terminal(&self) -> bool {
        self.out.0.get_ref().is_terminal()
    }
}

/// Narration from where the console is not at hand.
pub(super) fn say_aside(text: &str) {
    let _closed = writeln!(io::stderr(), "{}", terminal_lines(text)).is_err();
}

/// One line of JSON on stderr, for programs that read along.
pub(super) fn say_event(event: &serde_json::Value) {
    let mut line = Vec::new();
    if json(&mut line, event).is_ok() {
        line.push(b'\n');
        let _closed = io::stderr().write_all(&line).is_err();
    }
}
