//! How the program ends: exit codes, errors with their causes and hints.

use std::error::Error;
use std::process::ExitCode;
use std::{io, iter};

use super::console::Console;
use crate::delivery::DeliveryError;
use crate::document::DocumentError;
use crate::pipeline::answer::Basis;
use crate::pipeline::ingest::{HistoriesProblem, IngestError};
use crate::pipeline::reclassify::ReclassifyError;
use crate::pipeline::replacement::ReplacementError;
use crate::pipeline::replay::ReplayError;
use crate::visible::line;
use crate::warehouse::WarehouseError;

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exit {
    /// Done; nothing blocks.
    Done,
    /// It ran, and the data have blocking findings.
    BlockingFindings,
    /// It could not run: usage, configuration, query file, I/O.
    CouldNotRun,
    /// Another writer committed first; try again.
    Conflict,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::BlockingFindings => 1,
            Exit::CouldNotRun => 2,
            Exit::Conflict => 3,
        })
    }
}

/// Why a verb did not succeed.
#[derive(Debug)]
pub(super) enum CliError {
    /// Nobody reads the output any more.
    ClosedPipe,
    /// Files that a person wrote have mistakes.
    Documents(Vec<DocumentError>),
    /// Anything else, with what can be done about it.
    Failed { text: String, hint: Option<String>, exit: Exit },
}

impl CliError {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self::Failed { text: text.into(), hint: None, exit: Exit::CouldNotRun }
    }

    /// An error with its causes, and what helps where the disk is the cause.
    pub(super) fn of(error: &(dyn Error + 'static)) -> Self {
        let failed = Self::new(chain(error));
        match remedy(error) {
            Some(hint) => failed.hint(hint),
            None => failed,
        }
    }

    pub(super) fn hint(self, hint: impl Into<String>) -> Self {
        match self {
            Self::Failed { text, exit, .. } => Self::Failed { text, hint: Some(hint.into()), exit },
            other => other,
        }
    }

    /// With something else that helps, too.
    pub(super) fn or(self, other: &str) -> Self {
        match self {
            Self::Failed { text, exit, hint: Some(hint) } => {
                Self::Failed { text, exit, hint: Some(format!("{hint}, or {other}")) }
            }
            other => other,
        }
    }

    /// What is said of it, for where nobody sees stderr.
    pub(super) fn text(&self) -> String {
        match self {
            Self::ClosedPipe => String::new(),
            Self::Documents(errors) => {
                errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
            }
            Self::Failed { text, hint: None, .. } => text.clone(),
            Self::Failed { text, hint: Some(hint), .. } => format!("{text}\nhint: {hint}"),
        }
    }

    /// Prints the error to stderr; gives how the program ends.
    pub(super) fn report(self, console: &mut Console) -> Exit {
        match self {
            Self::ClosedPipe => Exit::Done,
            Self::Documents(errors) => {
                for error in errors {
                    if console.narrates_to_terminal() {
                        console.say(error.picture().trim_end());
                    } else {
                        console.say(&format!("error: {error}"));
                    }
                }
                Exit::CouldNotRun
            }
            Self::Failed { text, hint, exit } => {
                for said in text.lines() {
                    console.say(&format!("error: {said}"));
                }
                if let Some(hint) = hint {
                    console.say(&format!("hint: {}", line(&hint)));
                }
                exit
            }
        }
    }
}

/// An error after a commit: what could not be said or written changes nothing of it.
pub(super) fn committed_but(error: CliError, (revision, version): (u32, u64)) -> CliError {
    error.hint(format!(
        "the delivery IS committed, as revision {revision}, version {version} of the table; only \
         what is said of it could not be written; `sppis history` lists it"
    ))
}

/// What to do about histories that cannot be used.
pub(super) const REBUILD: &str = "figures do not need them; `sppis histories --rebuild` makes them \
                                  anew";

/// Says that figures were counted without histories, and why.
pub(super) fn say_unused_histories(basis: &Basis<'_>, console: &mut Console) {
    if let Some(problem) = basis.histories_problem() {
        console.say(&format!("note: the person histories are not used: {}", chain(problem)));
        console.say(&format!("hint: {REBUILD}"));
    }
}

/// Says why histories could not be renewed; what was committed stands.
pub(super) fn say_histories_problem(problem: Option<&HistoriesProblem>, console: &mut Console) {
    if let Some(problem) = problem {
        console.say(&format!("note: the person histories are not renewed: {}", chain(problem)));
        console.say("hint: figures do not need them; `sppis histories --rebuild` makes them");
    }
}

/// An error and its causes on one line.
fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    for cause in causes(error).skip(1) {
        let cause_text = cause.to_string();
        if let Some(before) = text.strip_suffix(&format!("{WRAPPED}{cause_text}")) {
            text = format!("{before}{cause_text}");
        } else if !text.contains(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
    }
    text
}

/// An error, what caused it, and so on.
fn causes<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    iter::successors(Some(error), |cause: &&'e (dyn Error + 'static)| (*cause).source())
}

/// What the `parquet` library puts before an error that is not its own; it tells nobody anything.
const WRAPPED: &str = "External: ";

/// What helps against the cause of an error, where that is the disk.
fn remedy(error: &(dyn Error + 'static)) -> Option<&'static str> {
    causes(error).filter_map(|cause| cause.downcast_ref::<io::Error>()).find_map(
        |cause| match cause.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Some(
                "the disk is full: free some space and run the command again; the warehouse is as \
                 it was",
            ),
            io::ErrorKind::ReadOnlyFilesystem => Some(
                "the disk is mounted for reading only; what reads the warehouse works, what \
                 writes to it does not",
            ),
            _ => None,
        },
    )
}

impl From<io::Error> for CliError {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::ClosedPipe;
        }
        Self::new(format!("writing the output: {error}"))
    }
}

impl From<DocumentError> for CliError {
    fn from(error: DocumentError) -> Self {
        Self::Documents(vec![error])
    }
}

impl From<WarehouseError> for CliError {
    fn from(error: WarehouseError) -> Self {
        let failed = Self::of(&error);
        match error {
            WarehouseError::Document(error) => error.into(),
            WarehouseError::Absent(_) | WarehouseError::NoFolder(_) => {
                failed.hint("make one with `sppis init`, or name another with `--warehouse DIR`")
            }
            WarehouseError::NoText(_) => {
                failed.hint("rename the folder, or name another with `--warehouse DIR`")
            }
            WarehouseError::Present(_) => {
                failed.hint("name a folder that is empty or not there with `--warehouse DIR`")
            }
            WarehouseError::WrongKey { .. } => failed.hint(
                "put the key that the warehouse was made with back in its place, or start a new \
                 warehouse with `sppis init`",
            ),
            WarehouseError::Fixed { of_table, .. } => failed.hint(format!(
                "set it back to {of_table}, or start a new warehouse with `sppis init` and ingest \
                 the deliveries there"
            )),
            WarehouseError::Classification { version, .. } => failed.hint(format!(
                "`sppis reclassify` works all deliveries out anew, `sppis reclassify --dry-run` shows \
                 what that changes; `--as-of {version}` answers as they are stored"
            )),
            WarehouseError::NoKeyFolder { .. } => failed.hint(
                "name a file for it with `init --key-file PATH` or `key --move PATH`; \
                 `init --key-in-warehouse` puts it beside the data",
            ),
            WarehouseError::NotOwner { .. } => failed.hint("run the command as the owner"),
            WarehouseError::KeyTwice { .. } => {
                failed.hint("leave out one of the two: the option, or the variable or credential")
            }
            WarehouseError::Overlap { .. } => {
                failed.hint("a quarter belongs to one delivery; check `sppis deliveries`")
            }
            WarehouseError::LostEntries { note, .. } => failed.hint(format!(
                "restore the log from a backup; if there is none, remove {} and ingest those \
                 deliveries again",
                note.display()
            )),
            WarehouseError::Damaged { help, .. } => failed.hint(help),
            WarehouseError::Unknown(_) => failed.hint("`sppis history` lists what there is"),
            WarehouseError::Conflict(_) | WarehouseError::Overtaken(_) => Self::Failed {
                text: chain(&error),
                hint: Some("run the command again".to_owned()),
                exit: Exit::Conflict,
            },
            _ => failed,
        }
    }
}

impl From<DeliveryError> for CliError {
    fn from(error: DeliveryError) -> Self {
        Self::of(&error)
    }
}

impl From<IngestError> for CliError {
    fn from(error: IngestError) -> Self {
        match error {
            IngestError::Warehouse(error) => error.into(),
            error @ IngestError::Corrected { .. } => Self::of(&error).hint(
                "replace them with `--discard-corrections`, if the new files have the corrected rows",
            ),
            error @ IngestError::LostCells { .. } => Self::of(&error)
                .hint("this is a fault of the program, please report it; nothing was changed"),
            IngestError::Replacement(error) => {
                let hint = match *error {
                    ReplacementError::Unreadable { .. } => {
                        "`--replace` takes the new files in without comparing"
                    }
                    ReplacementError::Part { .. } | ReplacementError::Lost(..) => {
                        "give all files of the delivery in one command; `--replace`, if these are the \
                         whole delivery"
                    }
                };
                Self::of(&*error).hint(hint)
            }
            IngestError::Columns(error) => match error.options() {
                Some(options) => Self::of(&error).hint(format!(
                    "rename the column to the variable it is; if it is none, add `{options}`"
                )),
                None => Self::of(&error),
            },
            error => Self::of(&error),
        }
    }
}

impl From<ReclassifyError> for CliError {
    fn from(error: ReclassifyError) -> Self {
        match error {
            ReclassifyError::Warehouse(error) => error.into(),
            ReclassifyError::NoDelivery => {
                Self::of(&error).hint("`sppis ingest FILE` takes one in")
            }
            ReclassifyError::NoRegime { .. } => Self::of(&error).hint(
                "define the regime in dictionary.toml again, with its code; or ingest the delivery \
                 into a new warehouse, which rejects such rows",
            ),
            ReclassifyError::NotAsCommitted { .. } => {
                Self::of(&error).hint("`sppis verify --help`: restore the files from a backup")
            }
        }
    }
}

impl From<ReplayError> for CliError {
    fn from(error: ReplayError) -> Self {
        match error {
            ReplayError::Ingest(error) => error.into(),
            ReplayError::Lines(_) => Self::of(&error)
                .hint("`sppis rejects DELIVERY --rows` lists the rows that can come back"),
            error => Self::of(&error),
        }
    }
}
