//! The `sppis` program: hands the arguments to the library and ends with its exit code.

use std::process::ExitCode;

use rustix::process::{Resource, Rlimit, setrlimit};

/// Exit code of a program that was interrupted.
const INTERRUPTED: i32 = 130;

fn main() -> ExitCode {
    // Whatever is written holds data about persons: nobody else may read it.
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    keep_memory_to_itself();
    // Nothing is visible before a commit, so leaving at once is safe at any moment.
    let handler = ctrlc::set_handler(|| std::process::exit(INTERRUPTED));
    debug_assert!(handler.is_ok(), "the handler is set once");
    sppis::cli::main(std::env::args_os())
}

/// The memory of an ingestion holds the key and whole pages of numbers: where the program is brought
/// down, no core file is left, and no other program of this user may look into it.
fn keep_memory_to_itself() {
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    // A program that catches core files is handed them in spite of the limit, but not of the second.
    let _unlimited = setrlimit(Resource::Core, none);
    #[cfg(target_os = "linux")]
    let _open =
        rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
}
