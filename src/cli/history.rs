//! `sppis history`

use std::fmt::Write as _;

use super::console::Console;
use super::error::{CliError, Exit};
use super::list::{List, counts, euros as euros_of, texts};
use super::options::{LocaleArguments, OfLists, OutputArguments, StateArguments};
use super::place::Guard;
use super::recorded::Recorded;
use crate::disclosure::ResultColumn;
use crate::render::{euros, grouped, instant, moment, terminal};
use crate::warehouse::{LoggedCommit, Warehouse};

/// List the versions of the table and what made them, oldest first.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  sppis history\n  sppis history --format json\nRead an old state: \
                        sppis run NAME --as-of VERSION"
)]
pub(super) struct Arguments {
    #[command(flatten)]
    state: StateArguments,

    #[command(flatten)]
    output: OutputArguments<OfLists>,

    #[command(flatten)]
    locale: LocaleArguments,
}

pub(super) fn run(
    arguments: &Arguments,
    warehouse: &Warehouse,
    console: &mut Console,
) -> Result<Exit, CliError> {
    let sink = arguments.output.sink(|| Guard::of(warehouse), console)?;
    let snapshot = &arguments.state.snapshot(warehouse, console)?;
    let versions = snapshot.commits().iter().map(Version::of).collect::<Result<Vec<_>, _>>()?;
    let mut command = Recorded::new("history", &[]);
    command.option("--as-of", snapshot.version().to_string());
    let (text, columns) = (text(&versions), columns(&versions));
    let title = "Versions of the table";
    List { name: "history", title, text, columns, snapshot, command }.write(
        &sink,
        arguments.locale.locale,
        warehouse,
        console,
    )
}

/// A version, and the euros that its delivery brought.
struct Version<'a> {
    commit: &'a LoggedCommit,
    cents: i128,
}

impl<'a> Version<'a> {
    fn of(commit: &'a LoggedCommit) -> Result<Self, CliError> {
        let text = &commit.record.reconciliation.cents_stored;
        let cents = text.parse().map_err(|_| {
            CliError::new(format!("expected cents in version {}, found none", commit.version))
                .hint("the log is damaged: `sppis verify` says more")
        })?;
        Ok(Self { commit, cents })
    }
}

fn text(versions: &[Version<'_>]) -> String {
    let mut text = format!(
        "{:>7}  {:<24}{:<18}{:<16}{:>12}{:>10} {:>20}\n",
        "version", "committed", "delivery", "quarters", "rows read", "rejected", "EBENCONVCM (EUR)"
    );
    for Version { commit, cents } in versions {
        let record = &commit.record;
        let sums = &record.reconciliation;
        let _infallible = writeln!(
            text,
            "{:>7}  {:<24}{:<18}{:<16}{:>12}{:>10} {:>20}",
            commit.version,
            moment(commit.timestamp_ms),
            terminal(&format!("{}@{}", record.delivery, record.revision)),
            record.window,
            grouped(&sums.rows_read.to_string()),
            grouped(&sums.rows_rejected.to_string()),
            grouped(&euros(*cents)),
        );
    }
    text
}

fn columns(versions: &[Version<'_>]) -> Vec<ResultColumn> {
    vec![
        counts("version", versions, |it| Some(it.commit.version)),
        texts("committed", versions, |it| Some(instant(it.commit.timestamp_ms))),
        texts("delivery", versions, |it| Some(it.commit.record.delivery.clone())),
        counts("revision", versions, |it| Some(it.commit.record.revision.into())),
        texts("quarters", versions, |it| Some(it.commit.record.window.clone())),
        counts("rows_read", versions, |it| Some(it.commit.record.reconciliation.rows_read)),
        counts("rows_rejected", versions, |it| Some(it.commit.record.reconciliation.rows_rejected)),
        euros_of("amount", versions, |it| it.cents),
    ]
}
