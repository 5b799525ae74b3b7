//! The command line: arguments, one file per verb, printing, hints, exit codes.
//!
//! In: arguments. Out: data on stdout, narration on stderr, and an exit code: 0 done, 1 ran and
//! the data have blocking findings, 2 could not run, 3 another writer committed first, 130
//! interrupted. A closed pipe is a quiet 0. Only this module prints.

mod clean;
mod completions;
mod console;
mod defaults;
mod deliveries;
mod demo;
mod dictionary;
mod diff;
mod difference;
mod due;
mod editions;
mod error;
mod error_of_answer;
mod error_of_inbox;
mod error_of_option;
mod error_of_report;
mod explain;
mod fault;
mod files;
mod findings;
mod histories;
mod history;
mod inbox;
mod ingest;
mod ingest_log;
mod init;
mod inspect;
mod key;
mod layout;
mod list;
mod man;
mod means;
mod notices;
mod opened;
mod options;
mod output;
mod place;
mod progress;
mod queries;
mod reclassify;
mod recorded;
mod rejects;
mod replay;
mod report;
mod reports;
mod run;
mod sample;
mod sql;
mod state;
mod statement;
mod status;
mod surroundings;
mod target;
mod timer;
mod validation;
mod verify;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};

use console::Console;
use error::{CliError, Exit};
use opened::open;

use crate::render::terminal_lines;

/// Figures one can sign from deliveries of `DWH_SPPIS_Formulaires`: persons, conventions and
/// EBENCONVCM by regime, measure, quarter and place.
#[derive(Debug, Parser)]
#[command(
    name = "sppis",
    version,
    max_term_width = 100,
    after_help = "Exit codes: 0 done · 1 the data have blocking findings · 2 could not run · \
                  3 another writer committed first, try again · 130 interrupted\n\n\
                  First steps: `sppis demo`, then `sppis init`, `sppis ingest FILE`, `sppis run \
                  by-regime-and-measure`."
)]
struct Cli {
    /// Folder of the warehouse.
    #[arg(
        long,
        global = true,
        env = "SPPIS_WAREHOUSE",
        default_value = "./warehouse",
        value_name = "DIR"
    )]
    warehouse: PathBuf,

    /// Say nothing on stderr but errors, warnings, notes and hints.
    #[arg(long, short, global = true)]
    quiet: bool,

    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a new warehouse: settings, key, empty table.
    Init(init::Arguments),
    /// Show how a file would be read: packing, encoding, delimiter, columns, delivery, first rows.
    Inspect(inspect::Arguments),
    /// Check a delivery and take it in, whole or not at all.
    Ingest(ingest::Arguments),
    Inbox(inbox::Arguments),
    /// List the deliveries and the calendar: received, missing, due.
    Deliveries(deliveries::Arguments),
    /// List the findings of a delivery: rule, line, column, expected and found.
    Rejects(rejects::Arguments),
    /// Take corrected rows of a delivery back, and commit it anew.
    Replay(replay::Arguments),
    /// Write the validation report of a delivery, to be returned to its sender.
    Validation(validation::Arguments),
    Reclassify(reclassify::Arguments),
    /// Check the warehouse against its log: key, checksums, rows, cents, order, statistics, findings.
    Verify(verify::Arguments),
    /// Show the person histories that figures are counted over, or make them anew.
    Histories(histories::Arguments),
    /// Remove files that no version of the table names, left by interrupted ingestions.
    Clean(clean::Arguments),
    /// Show what changed from one revision of a delivery to another, or between two deliveries.
    Diff(diff::Arguments),
    /// Show the pseudonym key's fingerprint and where it is, or make a backup of it.
    Key(key::Arguments),
    /// List the versions of the table and what made them.
    History(history::Arguments),
    /// List the named queries, or describe one.
    Queries(queries::Arguments),
    /// Run named queries.
    Run(run::Arguments),
    /// Build a report: pages, documents, workbooks and data in a folder.
    Report(report::Arguments),
    /// List the reports, describe one, or check them all.
    Reports(reports::Arguments),
    Editions(editions::Arguments),
    Due(due::Arguments),
    Status(status::Arguments),
    Notices(notices::Arguments),
    Timer(timer::Arguments),
    /// Show a query's optimised plan and the files and columns it reads.
    Explain(explain::Arguments),
    Sql(sql::Arguments),
    /// Print the paths of the current Parquet files, for tools that do not read Delta tables.
    Files(files::Arguments),
    /// Show a variable: name, definition, validity, codes, sources.
    Dictionary(dictionary::Arguments),
    /// Write synthetic deliveries: invented persons with valid numbers.
    Sample(sample::Arguments),
    /// Make a temporary warehouse, take in small sample deliveries, and show what comes out.
    Demo(demo::Arguments),
    Completions(completions::Arguments),
    Man(man::Arguments),
}

impl Command {
    /// What one waits for, where work is said to go on until there is an answer. The others show how far
    /// they are, or never take long.
    fn work(&self) -> Option<&'static str> {
        match self {
            Self::Init(_)
            | Self::Ingest(_)
            | Self::Reclassify(_)
            | Self::Key(_)
            | Self::Demo(_)
            | Self::Timer(_)
            | Self::Completions(_)
            | Self::Man(_) => None,
            Self::Due(_) => Some("at work"),
            Self::Sample(_) => Some("inventing persons"),
            Self::Verify(_) => Some("comparing files with their checksums"),
            Self::Clean(_) => Some("looking for files"),
            Self::Histories(_) => Some("gathering observations by person"),
            Self::Inbox(_) => Some("taking deliveries in"),
            Self::Replay(_) => Some("taking rows in"),
            Self::Inspect(_)
            | Self::Deliveries(_)
            | Self::Rejects(_)
            | Self::Validation(_)
            | Self::History(_)
            | Self::Files(_)
            | Self::Reports(_)
            | Self::Editions(_)
            | Self::Status(_)
            | Self::Dictionary(_) => Some("reading"),
            Self::Report(_) => Some("building"),
            Self::Notices(_) => Some("telling"),
            Self::Diff(_) | Self::Queries(_) | Self::Run(_) | Self::Explain(_) | Self::Sql(_) => {
                Some("counting")
            }
        }
    }
}

/// Runs the program with these arguments; the first is its name.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are answers, everything else is a mistake in the arguments, which are
            // repeated: they may be names of files.
            let plain = error.render().to_string();
            if error.use_stderr() && plain != terminal_lines(&plain) {
                Console::new().say(plain.trim_end());
            } else {
                let _closed = error.print();
            }
            return if error.use_stderr() { Exit::CouldNotRun } else { Exit::Done }.into();
        }
    };
    fault::end_on_panic(&cli.warehouse);
    let mut console = Console::new().quiet(cli.quiet);
    let ended = surroundings::prepare().and_then(|()| dispatch(&cli, &mut console));
    let ended = ended.and_then(|exit| {
        console.flush()?;
        Ok(exit)
    });
    match ended {
        Ok(exit) => exit.into(),
        Err(error) => error.report(&mut console).into(),
    }
}

fn dispatch(cli: &Cli, console: &mut Console) -> Result<Exit, CliError> {
    let root = &cli.warehouse;
    if let Some(work) = cli.command.work() {
        console.wait(work);
    }
    match &cli.command {
        Command::Init(arguments) => init::run(arguments, root, console),
        Command::Inspect(arguments) => inspect::run(arguments, root, console),
        Command::Ingest(arguments) => ingest::run(arguments, &open(root)?, console),
        Command::Inbox(arguments) => inbox::run(arguments, &open(root)?, console),
        Command::Deliveries(arguments) => deliveries::run(arguments, &open(root)?, console),
        Command::Rejects(arguments) => rejects::run(arguments, &open(root)?, console),
        Command::Replay(arguments) => replay::run(arguments, &open(root)?, console),
        Command::Validation(arguments) => validation::run(arguments, &open(root)?, console),
        Command::Report(arguments) => report::run(arguments, root, console),
        Command::Reports(arguments) => reports::run(arguments, root, console),
        Command::Editions(arguments) => editions::run(arguments, root, console),
        Command::Due(arguments) => due::run(arguments, root, console),
        Command::Status(arguments) => status::run(arguments, root, console),
        Command::Notices(arguments) => notices::run(arguments, &open(root)?, console),
        Command::Timer(arguments) => timer::run(arguments, &open(root)?, console),
        Command::Reclassify(arguments) => reclassify::run(arguments, &open(root)?, console),
        Command::Verify(arguments) => verify::run(arguments, &open(root)?, console),
        Command::Histories(arguments) => histories::run(arguments, &open(root)?, console),
        Command::Clean(arguments) => clean::run(arguments, &open(root)?, console),
        Command::Diff(arguments) => diff::run(arguments, &open(root)?, console),
        Command::Key(arguments) => key::run(arguments, &open(root)?, console),
        Command::History(arguments) => history::run(arguments, &open(root)?, console),
        Command::Queries(arguments) => queries::run(arguments, root, console),
        Command::Run(arguments) => run::run(arguments, &open(root)?, console),
        Command::Explain(arguments) => explain::run(arguments, &open(root)?, console),
        Command::Sql(arguments) => sql::run(arguments, &open(root)?, console),
        Command::Files(arguments) => files::run(arguments, &open(root)?, console),
        Command::Dictionary(arguments) => dictionary::run(arguments, root, console),
        Command::Sample(arguments) => sample::run(arguments, root, console),
        Command::Demo(arguments) => demo::run(arguments, console),
        Command::Completions(arguments) => completions::run(arguments, command(), root, console),
        Command::Man(arguments) => man::run(arguments, &command(), root, console),
    }
}

/// All commands with their options, as they are read.
pub fn command() -> clap::Command {
    let mut command = Cli::command();
    command.build();
    command
}

/// The reference page of all commands, made from the same definitions as `--help`.
pub fn reference() -> String {
    let mut command = Cli::command().term_width(100);
    command.build();
    let mut page = String::new();
    let mut section = |name: String, help: String| {
        for text in ["## `", &name, "`\n\n```text\n", help.trim_end(), "\n```\n\n"] {
            page.push_str(text);
        }
    };
    section("sppis".to_owned(), command.render_help().to_string());
    for subcommand in command.get_subcommands_mut() {
        if subcommand.get_name() != "help" && !subcommand.is_hide_set() {
            let name = format!("sppis {}", subcommand.get_name());
            let help = subcommand.clone().term_width(100).render_help().to_string();
            section(name, help);
        }
    }
    page
}
