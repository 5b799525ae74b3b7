//! The `sppis` program: hands the arguments to the library and ends with its exit code.

use std::process::ExitCode;

/// Exit code of a program that was interrupted.
const INTERRUPTED: i32 = 130;

fn main() -> ExitCode {
    // Whatever is written holds data about persons: nobody else may read it.
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    // Nothing is visible before a commit, so leaving at once is safe at any moment.
    let handler = ctrlc::set_handler(|| std::process::exit(INTERRUPTED));
    debug_assert!(handler.is_ok(), "the handler is set once");
    sppis::cli::main(std::env::args_os())
}
