//! Files that the program writes for others: where `place` allows it, whole or not at all.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use serde::Serialize;

use super::console::Console;
use super::error::CliError;
use super::place::Guard;
use crate::finding::shown_path;
use crate::render::json_lines;
use crate::warehouse::Warehouse;

/// Writes a file under a temporary name first: a reader never sees half of it.
pub(super) fn write_atomically(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> Result<(), CliError>,
) -> Result<(), CliError> {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let unwritable = |error: std::io::Error| unwritable(path, &error);
    let temporary = tempfile::NamedTempFile::new_in(folder).map_err(unwritable)?;
    let mut out = BufWriter::new(temporary);
    write(&mut out)?;
    let temporary = out.into_inner().map_err(|error| unwritable(error.into_error()))?;
    temporary.as_file().sync_all().map_err(unwritable)?;
    temporary.persist(path).map_err(|error| unwritable(error.error))?;
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(unwritable)
}

/// A value as JSON for reading and for programs, with a line end.
pub(super) fn pretty_json(value: &impl Serialize) -> Result<String, CliError> {
    let mut text = Vec::new();
    let written = json_lines(&mut text, value);
    written.map_err(|error| CliError::new(format!("writing JSON: {error}")))?;
    Ok(String::from_utf8_lossy(&text).into_owned() + "\n")
}

/// Writes bytes to a file whose place is settled, and says so.
pub(super) fn write_file(path: &Path, bytes: &[u8], console: &mut Console) -> Result<(), CliError> {
    write_as_made(path, console, |out| Ok(out.write_all(bytes)?))
}

/// The same with bytes that are made as they are written.
pub(super) fn write_as_made(
    path: &Path,
    console: &mut Console,
    write: impl FnOnce(&mut dyn Write) -> Result<(), CliError>,
) -> Result<(), CliError> {
    write_atomically(path, write)?;
    console.say(&format!("wrote {}", shown_path(path)));
    Ok(())
}

/// Writes bytes to the file named with `--output`, or to stdout without one.
pub(super) fn put(
    bytes: &[u8],
    output: Option<&Path>,
    warehouse: &Warehouse,
    console: &mut Console,
) -> Result<(), CliError> {
    let Some(path) = output else {
        return Ok(console.data().write_all(bytes)?);
    };
    write_file(&Guard::of(warehouse).file(path)?, bytes, console)
}

/// Whether files can be made in a folder.
pub(super) fn probe(folder: &Path) -> Result<(), CliError> {
    tempfile::NamedTempFile::new_in(folder).map_err(|error| unwritable(folder, &error))?;
    Ok(())
}

pub(super) fn unwritable(path: &Path, error: &std::io::Error) -> CliError {
    // What the operating system says, without the name of the temporary file.
    let text = error.to_string();
    let reason = text.split(" at path ").next().unwrap_or_default();
    CliError::new(format!("{} cannot be written: {reason}", shown_path(path)))
}

/// Writes to the file named with `--output`, or to stdout without one, what is made as it is written.
pub(super) fn put_as_made(
    output: Option<&Path>,
    warehouse: &Warehouse,
    console: &mut Console,
    write: impl FnOnce(&mut dyn Write) -> Result<(), CliError>,
) -> Result<(), CliError> {
    let Some(path) = output else { return write(console.data()) };
    write_as_made(&Guard::of(warehouse).file(path)?, console, write)
}

/// Refuses to write what is no text to a terminal; `what` says what it is.
pub(super) fn not_on_terminal(what: &str, console: &Console) -> Result<(), CliError> {
    if console.prints_to_terminal() {
        return Err(CliError::new(format!("{what} is not for a terminal"))
            .hint("name a file with `--output`, or pipe it"));
    }
    Ok(())
}

/// A word as a shell takes it for one.
pub(super) fn quoted(word: &str) -> String {
    let plain = |it: u8| it.is_ascii_alphanumeric() || b"-_=.@:/".contains(&it);
    if !word.is_empty() && word.bytes().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}
