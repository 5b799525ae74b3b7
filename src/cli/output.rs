//! Files that the program writes for others: where `place` allows it, whole or not at all.

use std::fs::{File, Permissions};
use std::io::{BufWriter, ErrorKind, Write};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde::Serialize;

use super::console::Console;
use super::error::CliError;
use super::place::{FilePlace, unwritable};
use crate::finding::shown_path;
use crate::render::json_lines;

/// Writes a file under a temporary name first: a reader never sees half of it. One that is there
/// already keeps its mode.
pub(super) fn write_atomically(
    place: &FilePlace,
    write: impl FnOnce(&mut dyn Write) -> Result<(), CliError>,
) -> Result<(), CliError> {
    let (path, folder) = (place.path(), place.folder());
    let unwritable = |error: std::io::Error| unwritable(path, &error);
    let temporary = tempfile::NamedTempFile::new_in(folder).map_err(unwritable)?;
    let mut out = BufWriter::new(temporary);
    write(&mut out)?;
    let temporary = out.into_inner().map_err(|error| unwritable(error.into_error()))?;
    match temporary.as_file().set_permissions(Permissions::from_mode(place.mode())) {
        // A disk without modes: how it is mounted says who may read there.
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {}
        set => set.map_err(unwritable)?,
    }
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
pub(super) fn write_file(
    place: &FilePlace,
    bytes: &[u8],
    console: &mut Console,
) -> Result<(), CliError> {
    write_as_made(place, console, |out| Ok(out.write_all(bytes)?))
}

/// The same with bytes that are made as they are written.
pub(super) fn write_as_made(
    place: &FilePlace,
    console: &mut Console,
    write: impl FnOnce(&mut dyn Write) -> Result<(), CliError>,
) -> Result<(), CliError> {
    write_atomically(place, write)?;
    console.tell(&format!("wrote {}", shown_path(place.path())));
    Ok(())
}

/// Whether a file can be made at a place.
pub(super) fn probe(place: &FilePlace) -> Result<(), CliError> {
    probe_folder(place.folder())
}

/// Whether files can be made in a folder.
pub(super) fn probe_folder(folder: &Path) -> Result<(), CliError> {
    tempfile::NamedTempFile::new_in(folder).map_err(|error| unwritable(folder, &error))?;
    Ok(())
}

/// Refuses to write what is no text to a terminal; `what` says what it is.
pub(super) fn not_on_terminal(what: &str, console: &Console) -> Result<(), CliError> {
    if console.prints_to_terminal() {
        return Err(CliError::new(format!("{what} is not for a terminal"))
            .hint("name a file with `--output`, or pipe it"));
    }
    Ok(())
}
