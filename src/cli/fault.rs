//! How the program ends where no error says why: one sentence, exit code 2.
//!
//! A panic on any thread, mostly of a library that reads a damaged file, is said by its place in
//! the source and never by its own message, which may hold what stands in the file.

use std::io::Write as _;
use std::path::Path;

use crate::fault::on_panic;
use crate::render::terminal_lines;
use crate::warehouse::Warehouse;

/// Exit code of a program that could not run.
const COULD_NOT_RUN: i32 = 2;

/// From now on a panic ends the program; where a file of the warehouse at `root` is damaged, it is
/// named.
#[expect(clippy::exit, reason = "the thread may be one of a pool, and others wait for it")]
pub(super) fn end_on_panic(root: &Path) {
    let root = root.to_owned();
    on_panic(move |place| {
        let said = sentence(place, &root);
        let _closed = std::io::stderr().write_all(terminal_lines(&said).as_bytes()).is_err();
        std::process::exit(COULD_NOT_RUN);
    });
}

fn sentence(place: &str, root: &Path) -> String {
    let snapshot = Warehouse::open(root).and_then(|warehouse| warehouse.snapshot(None));
    match snapshot.ok().and_then(|snapshot| snapshot.damaged_file()) {
        Some(damage) => format!(
            "error: {damage}; its reader stopped at {place}\nhint: restore the file from a backup, or \
             ingest its delivery again with `--again`\n"
        ),
        None => format!(
            "error: the program did not expect what it read, and stopped at {place}\nhint: this is a \
             fault of the program: please report that place, and which file was read\n"
        ),
    }
}
