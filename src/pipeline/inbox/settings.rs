//! The settings of an inbox: the table `[inbox]` of `schedule.toml`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::refused::{Refused, refused};
use crate::delivery::{Encoding, IgnoredColumns};
use crate::document::{Placed, Problem, Table};
use crate::finding::Budget;
use crate::pipeline::ingest::IngestOptions;
use crate::pipeline::options::{OptionError, blocking_rule, optional_column, rule_budget};
use crate::warehouse::Warehouse;

/// How long a file must have been left alone where nothing else says that it is complete.
const AT_REST: Duration = Duration::from_mins(10);
/// More parts than a delivery has.
const PARTS_MAX: i64 = 999;

/// A folder in which deliveries arrive, and how they are taken in.
#[derive(Debug, Clone)]
pub struct Inbox {
    pub(super) folder: PathBuf,
    /// A file that has not changed for so long is complete; without it only a marker says so.
    pub(super) at_rest: Option<Duration>,
    /// Endings of files that say that another one is complete.
    pub(super) markers: Vec<String>,
    /// Files of each delivery.
    pub(super) parts: Option<usize>,
    pub(super) encoding: Option<Encoding>,
    pub(super) ignored_columns: Vec<String>,
    options: IngestOptions,
}

impl Inbox {
    /// Reads the table of an inbox; `root` is the folder of the warehouse.
    pub fn read(table: &Table<'_>, root: &Path) -> Self {
        let markers = markers(table);
        let at_rest = table.duration("at_rest");
        let inbox = Self {
            folder: folder(table, root),
            at_rest: at_rest.or_else(|| markers.is_empty().then_some(AT_REST)),
            markers,
            parts: parts(table),
            encoding: parsed(table, "encoding", table.text("encoding")),
            ignored_columns: table.texts("ignore_column").into_iter().map(|it| it.value).collect(),
            options: IngestOptions {
                budget: parsed(table, "max_rejects", table.number("max_rejects"))
                    .unwrap_or_else(Budget::default),
                rule_budgets: options(table, "max_rejects_of", rule_budget),
                accepted: options(table, "accept", blocking_rule),
                without_columns: options(table, "without_column", optional_column),
                details: true,
                ..IngestOptions::default()
            },
        };
        table.finish();
        inbox
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Deliveries that were refused and lie in the inbox still.
    pub fn refused(&self) -> io::Result<Vec<Refused>> {
        refused(&self.folder)
    }

    /// How a delivery is taken in that has these columns which are not known: those to be ignored need
    /// not be in every delivery.
    pub(super) fn options<'n>(&self, unknown: impl Iterator<Item = &'n str>) -> IngestOptions {
        let unknown: Vec<&str> = unknown.collect();
        let is_there = |name: &&String| {
            let ignored = IgnoredColumns::new(std::slice::from_ref(*name));
            unknown.iter().any(|it| ignored.contains(it))
        };
        let names: Vec<String> = self.ignored_columns.iter().filter(is_there).cloned().collect();
        IngestOptions { ignored_columns: IgnoredColumns::new(&names), ..self.options.clone() }
    }
}

/// A folder that is none of the warehouse's own.
fn folder(table: &Table<'_>, root: &Path) -> PathBuf {
    let text = table.required_text("folder");
    let folder = root.join(&text.value);
    if text.value.is_empty() {
        // One that is missing has been named.
        if text.span != table.span() {
            let message = "`folder` is empty: expected the path of a folder";
            table.problem(Problem::new(text.span, message));
        }
    } else if is_own(root, &folder) {
        let problem = Problem::new(text.span, "`folder` is one of the warehouse's own");
        table.problem(problem.help("name another one, such as `inbox`"));
    }
    folder
}

fn is_own(root: &Path, folder: &Path) -> bool {
    let (Ok(root_itself), Ok(folder)) = (fs::canonicalize(root), fs::canonicalize(folder)) else {
        return false;
    };
    let own = Warehouse::own_places(root).into_iter().filter_map(|it| fs::canonicalize(it).ok());
    let within = |own: PathBuf| folder.starts_with(&own) && own != root_itself;
    folder == root_itself || own.into_iter().any(within)
}

/// Endings such as `.done`; only letters and digits, so that a marker's name is never that of a report.
fn markers(table: &Table<'_>) -> Vec<String> {
    let mut markers = Vec::new();
    for text in table.texts("markers") {
        let word = text.value.strip_prefix('.').filter(|word| !word.is_empty());
        if word.is_some_and(|word| word.bytes().all(|it| it.is_ascii_alphanumeric())) {
            markers.push(text.value);
        } else {
            let message = format!(
                "a marker must be a point with letters or digits behind it, such as `.done`, found `{}`",
                text.value
            );
            table.problem(Problem::new(text.span, message));
        }
    }
    markers
}

fn parts(table: &Table<'_>) -> Option<usize> {
    let parts = table.integer("parts")?;
    if !(1..=PARTS_MAX).contains(&parts.value) {
        let message = format!("`parts` must be 1 to {PARTS_MAX}, found {}", parts.value);
        table.problem(Problem::new(parts.span, message));
        return None;
    }
    usize::try_from(parts.value).ok()
}

/// A value that its text says.
fn parsed<T: std::str::FromStr<Err: ToString>>(
    table: &Table<'_>,
    key: &str,
    text: Option<Placed<String>>,
) -> Option<T> {
    let text = text?;
    match text.value.parse() {
        Ok(value) => Some(value),
        Err(error) => {
            let error: T::Err = error;
            let message = format!("`{key}`: {}", error.to_string());
            table.problem(Problem::new(text.span, message));
            None
        }
    }
}

/// What each of a list of options means.
fn options<T>(
    table: &Table<'_>,
    key: &'static str,
    read: impl Fn(&str) -> Result<T, OptionError>,
) -> Vec<T> {
    let mut options = Vec::new();
    for text in table.texts(key) {
        match read(&text.value) {
            Ok(option) => options.push(option),
            Err(error) => {
                let problem = Problem::new(text.span, format!("`{key}`: {error}"));
                let hint = error.hint().map(str::to_owned);
                table.problem(match hint {
                    Some(hint) => problem.help(hint),
                    None => problem,
                });
            }
        }
    }
    options
}
