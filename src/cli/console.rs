//! Where verbs print: data to stdout, narration to stderr.

use std::io::{self, BufWriter, IsTerminal as _, Stderr, StdoutLock, Write};

/// The two streams of the program.
pub(super) struct Console {
    out: BufWriter<StdoutLock<'static>>,
    err: Stderr,
}

impl Console {
    pub(super) fn new() -> Self {
        Self { out: BufWriter::new(io::stdout().lock()), err: io::stderr() }
    }

    /// For data.
    pub(super) fn out(&mut self) -> &mut dyn Write {
        &mut self.out
    }

    /// One line of narration. A closed stderr must not stop the work.
    pub(super) fn say(&mut self, text: &str) {
        let _closed = writeln!(self.err, "{text}").is_err();
    }

    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// Whether narration goes to a terminal.
    pub(super) fn narrates_to_terminal(&self) -> bool {
        self.err.is_terminal()
    }

    /// Whether data go to a terminal.
    pub(super) fn prints_to_terminal(&self) -> bool {
        self.out.get_ref().is_terminal()
    }
}
