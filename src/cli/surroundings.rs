//! What a command needs of the machine, asked before anything is begun.

use std::time::{SystemTime, UNIX_EPOCH};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::error::CliError;

/// Files that a command may have open at once: those of a delivery, a few of each quarter, and what
/// the libraries need to start.
const OPEN_FILES_MIN: u64 = 64;

/// A clock that the libraries can work with, and as many open files as this user may have.
pub(super) fn prepare() -> Result<(), CliError> {
    if is_before_1970() {
        return Err(CliError::new("the clock of this machine says a day before 1970")
            .hint("set it, then run the command again: commits say when they were made"));
    }
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    if limit.current != limit.maximum && setrlimit(Resource::Nofile, raised).is_ok() {
        return enough(raised.current);
    }
    enough(limit.current)
}

#[expect(clippy::disallowed_methods, reason = "other clocks panic on such a day")]
fn is_before_1970() -> bool {
    SystemTime::now() < UNIX_EPOCH
}

/// No limit is enough.
fn enough(open_files: Option<u64>) -> Result<(), CliError> {
    match open_files {
        Some(files) if files < OPEN_FILES_MIN => Err(CliError::new(format!(
            "this user may have {files} files open at once, and {OPEN_FILES_MIN} are needed"
        ))
        .hint("`ulimit -n` shows and sets the limit of a shell")),
        _ => Ok(()),
    }
}
