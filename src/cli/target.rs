//! Where tables go: stdout, a file, or a folder with a file for each; each with the command that gives
//! its bytes again.

use std::path::{Path, PathBuf};

use super::console::Console;
use super::error::CliError;
use super::options::{Formats, OutputArguments, Sink};
use super::output::{probe_folder, write_as_made, write_atomically, write_file};
use super::place::{FilePlace, Guard};
use super::recorded::Recorded;
use crate::disclosure::ReleasedTable;
use crate::export::{
    Answer, Drawing, Format, Locale, Options, Provenance, export, export_all, metadata, notes,
    structure, vega,
};
use crate::finding::shown_path;
use crate::render::Look;
use crate::warehouse::Warehouse;

/// A table, and what is said of it.
#[derive(Clone)]
pub(super) struct Exported<'a> {
    pub(super) table: &'a ReleasedTable,
    /// Where its figures come from, without the command.
    pub(super) provenance: Provenance,
    /// What was asked, without how the answer is written.
    pub(super) command: Recorded,
    pub(super) look: Look<'a>,
    pub(super) locale: Locale,
    /// What is asked of a picture; none of what answers no query.
    pub(super) drawing: Option<Drawing>,
    /// The dimension whose values stand beside each other.
    pub(super) wide: Option<String>,
}

impl Exported<'_> {
    /// Writes the table, and says on stderr what has no place in its format.
    pub(super) fn write(self, sink: &Sink, console: &mut Console) -> Result<(), CliError> {
        self.say_besides(sink.format, console);
        self.put(sink, console)
    }

    fn put(mut self, sink: &Sink, console: &mut Console) -> Result<(), CliError> {
        self.put_what_is_read(sink, console)?;
        let (table, language, locale) = (self.table, self.look.language, self.locale);
        let name = sink.file().map(FilePlace::name);
        self.command.written(sink.format, language, locale, name);
        self.provenance.command = self.command.text();
        let stream = sink.file().is_none();
        let look = Look { fit_terminal: self.look.fit_terminal && stream, ..self.look };
        let drawing = &self.drawing.clone().unwrap_or_default();
        let wide = self.wide.as_deref();
        let options = Options { format: sink.format, locale, look, wide, drawing, stream };
        if let (Some(place), Some(beside)) = (sink.file(), sink.beside()?) {
            let name = place.name().to_string_lossy();
            let metadata = metadata(table, &self.provenance, &name, &options)?;
            write_atomically(&beside, |out| Ok(out.write_all(&metadata)?))?;
        }
        if let Some(beside) = sink.structure()? {
            let structure = structure(table, look)?;
            write_atomically(&beside, |out| Ok(out.write_all(&structure)?))?;
        }
        let provenance = &self.provenance;
        if let (Format::Arrow, Some(place)) = (sink.format, sink.file())
            && self.drawing.is_some()
            && let Some(picture) = vega(table, provenance, &options)?
        {
            let beside = sink.named(&place.path().with_extension("vl.json"))?;
            write_file(&beside, &picture, console)?;
        }
        match sink.file() {
            None => Ok(export(table, provenance, &options, console.data())?),
            Some(place) => {
                write_as_made(place, console, |out| Ok(export(table, provenance, &options, out)?))
            }
        }
    }

    /// A notebook reads an Arrow file beside it, which is written with it.
    fn put_what_is_read(&self, sink: &Sink, console: &mut Console) -> Result<(), CliError> {
        let Some(place) = sink.file().filter(|_| sink.format == Format::Ipynb) else {
            return Ok(());
        };
        let name = format!("{}.{}", self.table.query_name(), Format::Arrow.ending());
        let beside = sink.beside_as(Format::Arrow, &place.path().with_file_name(name))?;
        let drawing = Some(self.drawing.clone().unwrap_or_default());
        Self { drawing, ..self.clone() }.put(&beside, console)
    }

    /// Writes several answers into one file.
    fn write_all(all: &[Self], sink: &Sink, console: &mut Console) -> Result<(), CliError> {
        let Some(first) = all.first() else { return Ok(()) };
        for it in all {
            it.say_besides(sink.format, console);
        }
        let in_file = |it: &Self| {
            let mut command = it.command.clone();
            command.written(sink.format, it.look.language, it.locale, None);
            Provenance { command: command.text(), ..it.provenance.clone() }
        };
        let said: Vec<Provenance> = all.iter().map(in_file).collect();
        let none = Drawing::default();
        let answers = all.iter().zip(&said).map(|(it, provenance)| Answer {
            table: it.table,
            provenance,
            wide: it.wide.as_deref(),
            drawing: it.drawing.as_ref().unwrap_or(&none),
        });
        let answers: Vec<Answer<'_>> = answers.collect();
        sink.put_as_made(console, |out| Ok(export_all(&answers, first.look, out)?))
    }

    fn say_besides(&self, format: Format, console: &mut Console) {
        // A table for reading says it itself.
        if !self.table.lacking().is_empty() && format != Format::Table {
            let (name, lacking) = (self.table.query_name(), self.table.lacking().join(", "));
            console.say(&format!("note: {name}: partial without {lacking}: not delivered"));
        }
        // What has no place among bare rows is said beside them.
        if format.is_bare_rows() {
            for note in notes(self.table, self.look.language) {
                console.say(&format!("note: {note}"));
            }
        }
    }
}

/// Where the answers to several questions go; what cannot be written is refused before anything is
/// computed.
pub(super) enum Target {
    /// One file, or stdout for all.
    One(Sink),
    /// A folder with a file for each.
    Folder { path: PathBuf, format: Format, guard: Guard },
}

impl Target {
    pub(super) fn prepare<F: Formats>(
        output: &OutputArguments<F>,
        count: usize,
        warehouse: &Warehouse,
        console: &Console,
    ) -> Result<Self, CliError> {
        let several = count > 1;
        let is_one = |path: &Path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            Format::of_name(&name).is_some_and(Format::holds_several) && !path.is_dir()
        };
        match output.path().filter(|path| path.is_dir() || (several && !is_one(path))) {
            Some(path) => Self::folder(path, output.of_stdout(), warehouse),
            None if several && output.of_stdout().is_alone() => {
                Err(CliError::new("one stream cannot hold several files of this format")
                    .hint("name a folder with `--output`"))
            }
            None => Ok(Self::One(output.sink(|| Guard::of(warehouse), console)?)),
        }
    }

    fn folder(path: &Path, format: Format, warehouse: &Warehouse) -> Result<Self, CliError> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if Format::of_name(&name).is_some() {
            let text = format!("{} would be a folder for several answers", shown_path(path));
            let hint = "name a folder, run one query at a time, or write a workbook (`.xlsx`)";
            return Err(CliError::new(text).hint(hint));
        }
        let guard = Guard::of(warehouse);
        let path = guard.folder(path)?;
        probe_folder(&path)?;
        Ok(Self::Folder { path, format, guard })
    }

    /// The format of all.
    pub(super) fn format(&self) -> Format {
        match self {
            Self::One(sink) => sink.format,
            Self::Folder { format, .. } => *format,
        }
    }

    /// Whether all answers stand in one file.
    pub(super) fn is_one_file(&self) -> bool {
        matches!(self, Self::One(sink) if sink.format.holds_several())
    }

    /// Writes the answers.
    pub(super) fn write(
        &self,
        all: Vec<Exported<'_>>,
        console: &mut Console,
    ) -> Result<(), CliError> {
        match self {
            Self::One(sink) if self.is_one_file() => Exported::write_all(&all, sink, console),
            Self::One(sink) => {
                for (at, exported) in all.into_iter().enumerate() {
                    if at > 0 {
                        writeln!(console.out())?;
                    }
                    exported.write(sink, console)?;
                }
                Ok(())
            }
            Self::Folder { path, format, guard } => {
                for exported in all {
                    let name = format!("{}.{}", exported.table.query_name(), format.ending());
                    let sink = Sink::in_folder(*format, &path.join(name), guard.clone())?;
                    exported.write(&sink, console)?;
                }
                Ok(())
            }
        }
    }
}
