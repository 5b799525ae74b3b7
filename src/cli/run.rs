//! `sppis run`

use std::fs;
use std::path::{Path, PathBuf};

use super::console::Console;
use super::error::{CliError, Exit};
use super::output::{outside, probe, unwritable, write_atomically};
use crate::disclosure::ReleasedTable;
use crate::export::{Format, Provenance, export};
use crate::pipeline::answer::{Optimiser, answer, provenance};
use crate::quarter::Quarter;
use crate::query::{Arguments as Asked, Catalog, Question, resolve};
use crate::render::{Language, Look};
use crate::warehouse::{AsOf, Snapshot, Warehouse};

/// Run named queries over the current deliveries, or over an older state.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  sppis run by-regime-and-measure\n  sppis run by-year \
                  persons-by-quarter --from 2008Q1 --to 2009Q4\n  sppis run by-municipality --where \
                  region=04000 --format csv --output brussels.csv\n  sppis run amount-by-regime \
                  --as-of 2008-05")]
pub(super) struct Arguments {
    /// Names of queries.
    #[arg(required = true, value_name = "NAME")]
    names: Vec<String>,

    #[command(flatten)]
    question: QuestionArguments,

    /// Format; by the ending of `--output`, otherwise a table for reading.
    #[arg(long, value_enum)]
    format: Option<Format>,

    /// File to write, or a folder when several queries are run.
    #[arg(long, short, value_name = "PATH")]
    output: Option<PathBuf>,

    /// Language of titles and names of places in tables for reading.
    #[arg(long, value_enum, default_value_t = Language::En)]
    lang: Language,
}

/// What is asked of a query besides its name.
#[derive(Debug, clap::Args)]
pub(super) struct QuestionArguments {
    /// First quarter, such as 2008Q1.
    #[arg(long, value_name = "QUARTER")]
    from: Option<Quarter>,

    /// Last quarter.
    #[arg(long, value_name = "QUARTER")]
    to: Option<Quarter>,

    /// Only rows with this value of a dimension; several values of one are alternatives.
    #[arg(long = "where", value_name = "DIMENSION=VALUE", value_parser = pair)]
    wheres: Vec<(String, String)>,

    /// Value of a parameter of the query.
    #[arg(long = "set", value_name = "PARAMETER=VALUE", value_parser = pair)]
    sets: Vec<(String, String)>,

    /// The state before a later delivery than this one came in, the state that a revision made
    /// (2007-05@1), or a version of the table.
    #[arg(long, value_name = "DELIVERY|VERSION")]
    as_of: Option<String>,
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE")?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

impl QuestionArguments {
    /// The state of the table that is asked for.
    pub(super) fn snapshot(&self, warehouse: &Warehouse) -> Result<Snapshot, CliError> {
        Ok(warehouse.snapshot(self.as_of.as_deref().map(as_of).as_ref())?)
    }

    /// The questions, every one checked.
    pub(super) fn questions(
        &self,
        names: &[String],
        warehouse: &Warehouse,
    ) -> Result<Vec<Question>, CliError> {
        let catalog = Catalog::open(Some(&warehouse.queries_folder()))?;
        let asked = Asked {
            from: self.from,
            to: self.to,
            wheres: self.wheres.clone(),
            sets: self.sets.clone(),
        };
        let question =
            |name: &String| Ok(resolve(catalog.query(name)?, &asked, warehouse.dictionary())?);
        names.iter().map(question).collect()
    }
}

/// A number is a version, anything else the id of a delivery.
pub(super) fn as_of(text: &str) -> AsOf {
    match text.parse() {
        Ok(version) => AsOf::Version(version),
        Err(_) => AsOf::Delivery(text.to_owned()),
    }
}

pub(super) fn run(
    arguments: &Arguments,
    warehouse: &Warehouse,
    console: &mut Console,
) -> Result<Exit, CliError> {
    let questions = arguments.question.questions(&arguments.names, warehouse)?;
    let target = Target::prepare(arguments, warehouse, console)?;
    let snapshot = arguments.question.snapshot(warehouse)?;
    let dictionary = warehouse.dictionary();
    let tables = answer(questions, &snapshot, dictionary, Optimiser::On)?;
    let provenance = provenance(&snapshot);
    let look =
        Look { language: arguments.lang, dictionary, fit_terminal: console.prints_to_terminal() };
    target.write(&tables, &provenance, look, console)?;
    Ok(Exit::Done)
}

/// Where answers go; what cannot be written is refused before anything is computed.
struct Target {
    format: Format,
    place: Place,
}

enum Place {
    Stdout,
    File(PathBuf),
    Folder(PathBuf),
}

impl Target {
    fn prepare(
        arguments: &Arguments,
        warehouse: &Warehouse,
        console: &Console,
    ) -> Result<Self, CliError> {
        let several = arguments.names.len() > 1;
        let output = arguments.output.as_deref();
        let ending = output.and_then(Path::extension).map(|it| it.to_string_lossy().to_lowercase());
        let to_folder = output.is_some_and(|path| several || path.is_dir());
        let by_ending = ending.as_deref().and_then(Format::of_ending);
        let format = match (arguments.format, by_ending) {
            (Some(format), _) | (None, Some(format)) => format,
            (None, None) if output.is_none() || to_folder => Format::Table,
            (None, None) => {
                return Err(CliError::new("the ending of `--output` says no format")
                    .hint("end it in .csv, .json, .parquet or .txt, or give `--format`"));
            }
        };
        let place = match output {
            None => Place::Stdout,
            Some(path) if to_folder => {
                if by_ending.is_some() {
                    return Err(CliError::new(format!(
                        "{} would be a folder for several answers",
                        path.display()
                    ))
                    .hint("name a folder, or run one query at a time"));
                }
                fs::create_dir_all(path).map_err(|error| unwritable(path, &error))?;
                Place::Folder(outside(path, warehouse)?)
            }
            Some(path) => Place::File(outside(path, warehouse)?),
        };
        if let Place::File(path) = &place {
            probe(path.parent().unwrap_or(Path::new("/")))?;
        }
        if let Place::Folder(path) = &place {
            probe(path)?;
        }
        if matches!(place, Place::Stdout) && format.is_binary() {
            if arguments.names.len() > 1 {
                return Err(CliError::new("one stream cannot hold several Parquet files")
                    .hint("name a folder with `--output`"));
            }
            if console.prints_to_terminal() {
                return Err(CliError::new("Parquet is not for a terminal")
                    .hint("name a file with `--output`, or pipe it"));
            }
        }
        Ok(Self { format, place })
    }

    fn write(
        &self,
        tables: &[ReleasedTable],
        provenance: &Provenance,
        look: Look<'_>,
        console: &mut Console,
    ) -> Result<(), CliError> {
        for (at, table) in tables.iter().enumerate() {
            let path = match &self.place {
                Place::Stdout => {
                    if at > 0 {
                        writeln!(console.out())?;
                    }
                    export(table, self.format, provenance, look, console.out())?;
                    continue;
                }
                Place::File(path) => path.clone(),
                Place::Folder(folder) => folder.join(self.file_name(table)),
            };
            self.write_file(&path, table, provenance, look)?;
            console.say(&format!("wrote {}", path.display()));
        }
        Ok(())
    }

    fn file_name(&self, table: &ReleasedTable) -> String {
        let ending = match self.format {
            Format::Table => "txt",
            Format::Csv => "csv",
            Format::Json => "json",
            Format::Parquet => "parquet",
        };
        format!("{}.{ending}", table.query_name())
    }

    /// Under a temporary name first: a reader never sees half a file.
    fn write_file(
        &self,
        path: &Path,
        table: &ReleasedTable,
        provenance: &Provenance,
        look: Look<'_>,
    ) -> Result<(), CliError> {
        let look = Look { fit_terminal: false, ..look };
        write_atomically(path, |out| Ok(export(table, self.format, provenance, look, out)?))
    }
}
