//! `sppis history`

use std::fmt::Write as _;

use super::console::Console;
use super::defaults::LocaleArguments;
use super::error::{CliError, Exit};
use super::list::{List, counts, euros as euros_of, texts};
use super::options::{OfLists, OutputArguments};
use super::place::Guard;
use super::recorded::Recorded;
use super::state::StateArguments;
use crate::disclosure::ResultColumn;
use crate::render::{count, euros, grouped, instant, moment, terminal};
use crate::warehouse::{
    DeliveryRecord, LoggedCommit, LoggedReclassification, ReclassificationRecord,
    ReconciliationRecord, Snapshot, Warehouse, short,
};

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
    let locale = arguments.locale.of(sink.format, warehouse.configuration().defaults())?;
    let snapshot = &arguments.state.stored_snapshot(warehouse, console)?;
    let versions = versions(snapshot)?;
    let mut command = Recorded::new("history", &[]).in_one_language();
    command.option("--as-of", snapshot.version().to_string());
    let (text, columns) = (text(&versions), columns(&versions));
    let title = "Versions of the table";
    List { name: "history", title, text, columns, snapshot, command }
        .write(&sink, locale, warehouse, console)
}

/// A version, and what made it.
struct Entry<'a> {
    version: u64,
    timestamp_ms: i64,
    made: Made<'a>,
}

enum Made<'a> {
    /// A delivery, and the euros that it brought.
    Delivery(&'a DeliveryRecord, i128),
    /// All deliveries, classified anew.
    Reclassification(&'a ReclassificationRecord),
}

/// The versions of a table, oldest first.
fn versions(snapshot: &Snapshot) -> Result<Vec<Entry<'_>>, CliError> {
    let deliveries = snapshot.commits().iter().map(Entry::of_delivery);
    let mut versions = deliveries.collect::<Result<Vec<_>, _>>()?;
    versions.extend(snapshot.reclassifications().iter().map(Entry::of_all));
    versions.sort_by_key(|it| it.version);
    Ok(versions)
}

impl<'a> Entry<'a> {
    fn of_delivery(commit: &'a LoggedCommit) -> Result<Self, CliError> {
        let LoggedCommit { version, timestamp_ms, record } = commit;
        let cents = record.reconciliation.cents_stored.parse().map_err(|_| {
            CliError::new(format!("expected cents in version {version}, found none"))
                .hint("the log is damaged: `sppis verify` says more")
        })?;
        let (version, timestamp_ms) = (*version, *timestamp_ms);
        Ok(Self { version, timestamp_ms, made: Made::Delivery(record, cents) })
    }

    fn of_all(commit: &'a LoggedReclassification) -> Self {
        let LoggedReclassification { version, timestamp_ms, record } = commit;
        let (version, timestamp_ms) = (*version, *timestamp_ms);
        Self { version, timestamp_ms, made: Made::Reclassification(record) }
    }

    fn record(&self) -> Option<&'a DeliveryRecord> {
        match self.made {
            Made::Delivery(record, _) => Some(record),
            Made::Reclassification(_) => None,
        }
    }

    fn sums(&self) -> Option<&'a ReconciliationRecord> {
        self.record().map(|it| &it.reconciliation)
    }

    fn cents(&self) -> Option<i128> {
        match self.made {
            Made::Delivery(_, cents) => Some(cents),
            Made::Reclassification(_) => None,
        }
    }

    /// What it is classified by, where it says so.
    fn classification(&self) -> Option<String> {
        let meaning = match self.made {
            Made::Delivery(record, _) => record.meaning.as_ref(),
            Made::Reclassification(record) => Some(&record.meaning),
        };
        meaning.map(|it| short(it.classification()).to_owned())
    }
}

fn text(versions: &[Entry<'_>]) -> String {
    let mut text = format!(
        "{:>7}  {:<24}{:<18}{:<16}{:>12}{:>10} {:>20}\n",
        "version", "committed", "delivery", "quarters", "rows read", "rejected", "EBENCONVCM (EUR)"
    );
    for it in versions {
        let _infallible = write!(text, "{:>7}  {:<24}", it.version, moment(it.timestamp_ms));
        let _infallible = match it.made {
            Made::Delivery(record, cents) => writeln!(
                text,
                "{:<18}{:<16}{:>12}{:>10} {:>20}",
                terminal(&format!("{}@{}", record.delivery, record.revision)),
                record.window,
                grouped(&record.reconciliation.rows_read.to_string()),
                grouped(&record.reconciliation.rows_rejected.to_string()),
                grouped(&euros(cents)),
            ),
            Made::Reclassification(record) => writeln!(
                text,
                "all, classified anew by {}: {} under another class",
                short(record.meaning.classification()),
                count(record.changed, "observation"),
            ),
        };
    }
    text
}

fn columns(versions: &[Entry<'_>]) -> Vec<ResultColumn> {
    vec![
        counts("version", versions, |it| Some(it.version)),
        texts("committed", versions, |it| Some(instant(it.timestamp_ms))),
        texts("delivery", versions, |it| it.record().map(|it| it.delivery.clone())),
        counts("revision", versions, |it| it.record().map(|it| it.revision.into())),
        texts("quarters", versions, |it| it.record().map(|it| it.window.clone())),
        counts("rows_read", versions, |it| it.sums().map(|it| it.rows_read)),
        counts("rows_rejected", versions, |it| it.sums().map(|it| it.rows_rejected)),
        euros_of("amount", versions, Entry::cents),
        texts("classification", versions, Entry::classification),
    ]
}
