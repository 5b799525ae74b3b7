//! Where answers go: stdout, a file, or a folder with a file for each.

use std::path::{Path, PathBuf};

use super::console::Console;
use super::error::CliError;
use super::output::{not_on_terminal, probe, write_atomically};
use super::place::Guard;
use super::run::{Arguments, Written};
use crate::disclosure::ReleasedTable;
use crate::export::{Format, Locale, Options, csv_metadata, export, notes};
use crate::finding::shown_path;
use crate::render::Look;
use crate::warehouse::Warehouse;

/// Where answers go; what cannot be written is refused before anything is computed.
pub(super) struct Target {
    format: Format,
    locale: Locale,
    place: Place,
    guard: Guard,
}

enum Place {
    Stdout,
    File(PathBuf),
    Folder(PathBuf),
}

impl Target {
    pub(super) fn prepare(
        arguments: &Arguments,
        count: usize,
        warehouse: &Warehouse,
        console: &Console,
    ) -> Result<Self, CliError> {
        let several = count > 1;
        let output = arguments.output.as_deref();
        let ending = output.and_then(Path::extension).map(|it| it.to_string_lossy().to_lowercase());
        let to_folder = output.is_some_and(|path| several || path.is_dir());
        let by_ending = ending.as_deref().and_then(Format::of_ending);
        let format = match (arguments.format, by_ending) {
            (Some(format), _) | (None, Some(format)) => format,
            (None, None) if output.is_none() || to_folder => Format::Table,
            (None, None) => {
                return Err(CliError::new("the ending of `--output` says no format")
                    .hint("end it in .csv, .json, .parquet, .xlsx, .html, .md, .txt …, or give `--format`"));
            }
        };
        // An answer on stdout writes over nothing: the log is not read for the key's place.
        let guard = output.map_or_else(Guard::default, |_| Guard::of(warehouse));
        let place = match output {
            None => Place::Stdout,
            Some(path) if to_folder => {
                if by_ending.is_some() {
                    return Err(CliError::new(format!(
                        "{} would be a folder for several answers",
                        shown_path(path)
                    ))
                    .hint("name a folder, or run one query at a time"));
                }
                Place::Folder(guard.folder(path)?)
            }
            Some(path) => Place::File(guard.file(path)?),
        };
        if let Place::File(path) = &place {
            probe(path.parent().unwrap_or(Path::new("/")))?;
        }
        if let Place::Folder(path) = &place {
            probe(path)?;
        }
        if matches!(place, Place::Stdout) && format.is_binary() {
            if several {
                return Err(CliError::new("one stream cannot hold several files of this format")
                    .hint("name a folder with `--output`"));
            }
            not_on_terminal("this format", console)?;
        }
        Ok(Self { format, locale: arguments.locale, place, guard })
    }

    pub(super) fn write(
        &self,
        written: &Written<'_>,
        console: &mut Console,
    ) -> Result<(), CliError> {
        for (at, table) in written.tables.iter().enumerate() {
            // A table for reading says it itself.
            if !table.lacking().is_empty() && self.format != Format::Table {
                let (name, lacking) = (table.query_name(), table.lacking().join(", "));
                console.say(&format!("note: {name}: partial without {lacking}: not delivered"));
            }
            // What has no place among bare rows is said beside them.
            if self.format.is_bare_rows() {
                for note in notes(table, written.look.language) {
                    console.say(&format!("note: {note}"));
                }
            }
            let path = match &self.place {
                Place::Stdout => {
                    if at > 0 {
                        writeln!(console.out())?;
                    }
                    let options = self.options(written.look, true);
                    export(table, &written.provenance(table), &options, console.data())?;
                    continue;
                }
                Place::File(path) => path.clone(),
                Place::Folder(folder) => {
                    folder.join(format!("{}.{}", table.query_name(), self.format.ending()))
                }
            };
            self.write_file(&path, table, written)?;
            console.say(&format!("wrote {}", shown_path(&path)));
        }
        Ok(())
    }

    fn options<'a>(&self, look: Look<'a>, stream: bool) -> Options<'a> {
        Options { format: self.format, locale: self.locale, look, stream }
    }

    /// Under a temporary name first: a reader never sees half a file. A CSV file has its
    /// provenance in a file beside it, where CSV on the Web looks for it.
    fn write_file(
        &self,
        path: &Path,
        table: &ReleasedTable,
        written: &Written<'_>,
    ) -> Result<(), CliError> {
        let look = Look { fit_terminal: false, ..written.look };
        let (provenance, options) = (written.provenance(table), self.options(look, false));
        if self.format == Format::Csv {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let beside = path.with_file_name(format!("{name}-metadata.json"));
            let metadata = csv_metadata(table, &provenance, &name, &options)?;
            let beside = self.guard.file(&beside)?;
            write_atomically(&beside, |out| Ok(out.write_all(&metadata)?))?;
        }
        let path = self.guard.file(path)?;
        write_atomically(&path, |out| Ok(export(table, &provenance, &options, out)?))
    }
}
