//! Options that are the same for every command that has them: `--output`, `--format`;
//! `--lang` and `--locale` stand in `defaults`, `--as-of` in `state`.
//!
//! In: what was asked, and the formats that a command has. Out: a [`Sink`], the place and the format,
//! settled before anything is computed. Never: a file whose name says another format than it has.

use std::ffi::OsStr;
use std::io::Write;
use std::marker::PhantomData;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::console::Console;
use super::error::CliError;
use super::output::{not_on_terminal, probe, write_as_made};
use super::place::{FilePlace, Guard};
use crate::export::Format;
use crate::finding::shown_path;
use crate::render::terminal_lines;

/// The formats of a command; the first is that of stdout.
pub(super) trait Formats: Clone + Send + Sync + 'static {
    fn formats() -> &'static [Format];
}

/// Answers to queries: every format.
#[derive(Debug, Clone)]
pub(super) struct OfAnswers;

impl Formats for OfAnswers {
    fn formats() -> &'static [Format] {
        Format::value_variants()
    }
}

/// Figures that no query says how to draw: every format but pictures.
#[derive(Debug, Clone)]
pub(super) struct OfFigures;

impl Formats for OfFigures {
    fn formats() -> &'static [Format] {
        let all = Format::value_variants();
        // Pictures stand last.
        &all[..all.len() - 2]
    }
}

/// Lists of what a warehouse holds: those of figures that a list has a use for.
#[derive(Debug, Clone)]
pub(super) struct OfLists;

impl Formats for OfLists {
    fn formats() -> &'static [Format] {
        &[
            Format::Table,
            Format::Csv,
            Format::Tsv,
            Format::Json,
            Format::Ndjson,
            Format::Parquet,
            Format::Arrow,
            Format::Xlsx,
            Format::Markdown,
            Format::Html,
        ]
    }
}

/// Findings: they may be millions, and are written as they come.
#[derive(Debug, Clone)]
pub(super) struct OfFindings;

impl Formats for OfFindings {
    fn formats() -> &'static [Format] {
        &[Format::Table, Format::Csv, Format::Json, Format::Parquet]
    }
}

/// Pages for people elsewhere, and the same for programs.
#[derive(Debug, Clone)]
pub(super) struct OfPages;

impl Formats for OfPages {
    fn formats() -> &'static [Format] {
        &[Format::Html, Format::Json]
    }
}

/// Texts for reading, and the same for programs.
#[derive(Debug, Clone)]
pub(super) struct OfTexts;

impl Formats for OfTexts {
    fn formats() -> &'static [Format] {
        &[Format::Table, Format::Json]
    }
}

/// Where an answer goes, and in which format.
#[derive(Debug, clap::Args)]
pub(super) struct OutputArguments<F: Formats> {
    /// Format; where none is given, the ending of `--output` says it, and on stdout it is the first of
    /// these.
    #[arg(long, value_name = "FORMAT", value_parser = parser::<F>())]
    format: Option<Format>,

    /// File to write instead of stdout, its ending that of the format; a folder for several answers, or a workbook
    /// (`.xlsx`) for all.
    #[arg(long, short, value_name = "PATH")]
    output: Option<PathBuf>,

    #[arg(skip)]
    of: PhantomData<F>,
}

/// The word for a value on the command line.
pub(super) fn word(value: &impl ValueEnum) -> String {
    value.to_possible_value().map(|it| it.get_name().to_owned()).unwrap_or_default()
}

fn parser<F: Formats>() -> impl TypedValueParser<Value = Format> {
    let values = F::formats().iter().filter_map(Format::to_possible_value);
    PossibleValuesParser::new(values).try_map(|word| Format::from_str(&word, false))
}

impl<F: Formats> OutputArguments<F> {
    /// The file or folder that was named.
    pub(super) fn path(&self) -> Option<&Path> {
        self.output.as_deref()
    }

    /// The format: as it was given, or as the file's name says, or that of stdout.
    pub(super) fn format(&self) -> Result<Format, CliError> {
        match self.path() {
            Some(path) => format_of::<F>(self.format, path).map_err(|error| match self.format {
                Some(_) => error,
                None => error.or("give `--format`"),
            }),
            None => Ok(self.of_stdout()),
        }
    }

    /// The format where no file's name says one.
    pub(super) fn of_stdout(&self) -> Format {
        self.format.unwrap_or(F::formats()[0])
    }

    /// Settles place and format of one answer; `guard` is asked only where a file is named.
    pub(super) fn sink(
        &self,
        guard: impl FnOnce() -> Guard,
        console: &Console,
    ) -> Result<Sink, CliError> {
        let format = self.format()?;
        let Some(path) = self.path() else {
            if format.is_binary() {
                not_on_terminal("this format", console)?;
            }
            // An answer on stdout writes over nothing: the log is not read for the key's place.
            return Ok(Sink { format, place: None, guard: Guard::default() });
        };
        Sink::in_file(format, path, guard())
    }

    /// The same where there is one format, which `--format` does not name, with its endings.
    pub(super) fn sink_of(
        &self,
        what: &str,
        may_end: &[&str],
        guard: impl FnOnce() -> Guard,
    ) -> Result<Sink, CliError> {
        let format = Format::Table;
        let Some(path) = self.path() else {
            return Ok(Sink { format, place: None, guard: Guard::default() });
        };
        let ending = path.extension().and_then(OsStr::to_str).map(str::to_ascii_lowercase);
        if !ending.is_some_and(|ending| may_end.contains(&ending.as_str())) {
            let shown = shown_path(path);
            let text = format!("the ending of {shown} is not one of the format, {what}");
            let endings = endings_in(may_end.iter().copied());
            return Err(CliError::new(text).hint(format!("end it in {endings}")));
        }
        Sink::in_file(format, path, guard())
    }
}

/// The format of a file: as it was given, or as the file's name says.
pub(super) fn format_of<F: Formats>(
    given: Option<Format>,
    path: &Path,
) -> Result<Format, CliError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let text = match (given, Format::of_name(&name)) {
        (Some(given), None) => return Ok(given),
        (Some(given), Some(_)) if given.may_have(&name) => return Ok(given),
        (Some(given), Some(said)) => return Err(contradiction::<F>(given, said, path)),
        (None, Some(said)) if F::formats().contains(&said) => return Ok(said),
        (None, Some(said)) => format!("says {}, which is no format of this command", word(&said)),
        (None, None) => "says no format".to_owned(),
    };
    let endings = endings_in(F::formats().iter().map(|format| format.ending()));
    let error = CliError::new(format!("the ending of {} {text}", shown_path(path)));
    Err(error.hint(format!("end it in {endings}")))
}

/// The format that was given and the one that a file's name says are two.
fn contradiction<F: Formats>(given: Format, said: Format, path: &Path) -> CliError {
    let (shown, given_word) = (shown_path(path), word(&given));
    let other = path.with_extension(given.ending());
    let text = format!(
        "`--format {given_word}` and the ending of {shown}, which says {}, contradict each other",
        word(&said)
    );
    let instead = format!("`--output {}`", shown_path(&other));
    CliError::new(text).hint(if F::formats().contains(&said) {
        format!("write `--format {}`, or {instead}", word(&said))
    } else {
        format!("write {instead}")
    })
}

/// `.csv, .json or .txt`
fn endings_in<'e>(endings: impl Iterator<Item = &'e str>) -> String {
    alternatives(&endings.map(|it| format!(".{it}")).collect::<Vec<_>>())
}

/// `en, fr or nl`
pub(super) fn alternatives(words: &[String]) -> String {
    match words {
        [before @ .., last] if !before.is_empty() => format!("{} or {last}", before.join(", ")),
        words => words.concat(),
    }
}

/// Where one answer goes, and its format.
#[derive(Debug)]
pub(super) struct Sink {
    pub(super) format: Format,
    place: Option<FilePlace>,
    guard: Guard,
}

impl Sink {
    /// A file in a folder that was probed.
    pub(super) fn in_folder(format: Format, path: &Path, guard: Guard) -> Result<Self, CliError> {
        Ok(Self { format, place: Some(guard.file(path)?), guard })
    }

    /// A file whose folder is probed.
    fn in_file(format: Format, path: &Path, guard: Guard) -> Result<Self, CliError> {
        let sink = Self::in_folder(format, path, guard)?;
        sink.file().map_or(Ok(()), probe)?;
        Ok(sink)
    }

    /// The file.
    pub(super) fn file(&self) -> Option<&FilePlace> {
        self.place.as_ref()
    }

    /// Bare rows have what is said of them in a file beside theirs, where CSV on the Web looks for it.
    pub(super) fn beside(&self) -> Result<Option<FilePlace>, CliError> {
        let Some(place) = self.place.as_ref().filter(|_| self.format.is_bare_rows()) else {
            return Ok(None);
        };
        let mut name = place.name().to_owned();
        name.push("-metadata.json");
        self.guard.file(&place.path().with_file_name(name)).map(Some)
    }

    /// Another file, where this one may be written too.
    pub(super) fn named(&self, path: &Path) -> Result<FilePlace, CliError> {
        self.guard.file(path)
    }

    /// The same as a place for another format.
    pub(super) fn beside_as(&self, format: Format, path: &Path) -> Result<Self, CliError> {
        Self::in_folder(format, path, self.guard.clone())
    }

    /// SDMX-CSV has the structure that its lines refer to in a file beside it.
    pub(super) fn structure(&self) -> Result<Option<FilePlace>, CliError> {
        let Some(place) = self.place.as_ref().filter(|_| self.format == Format::SdmxCsv) else {
            return Ok(None);
        };
        let name = place.name().as_bytes();
        let lower = name.to_ascii_lowercase();
        let endings = [&b".sdmx.csv"[..], b".csv"];
        let ending = endings.into_iter().find(|ending| lower.ends_with(ending));
        let stem = &name[..name.len() - ending.map_or(0, <[u8]>::len)];
        let name = [stem, b".structure.xml"].concat();
        self.guard.file(&place.path().with_file_name(OsStr::from_bytes(&name))).map(Some)
    }

    /// Writes bytes, and says where.
    pub(super) fn put(&self, bytes: &[u8], console: &mut Console) -> Result<(), CliError> {
        self.put_as_made(console, |out| Ok(out.write_all(bytes)?))
    }

    /// Writes text for reading, and says where.
    pub(super) fn put_text(&self, text: &str, console: &mut Console) -> Result<(), CliError> {
        self.put(terminal_lines(text).as_bytes(), console)
    }

    /// Writes what is made as it is written.
    pub(super) fn put_as_made(
        &self,
        console: &mut Console,
        write: impl FnOnce(&mut dyn Write) -> Result<(), CliError>,
    ) -> Result<(), CliError> {
        match &self.place {
            None => write(console.data()),
            Some(place) => write_as_made(place, console, write),
        }
    }
}
