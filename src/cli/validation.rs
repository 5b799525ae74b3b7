//! `sppis validation`

use super::console::Console;
use super::error::{CliError, Exit};
use super::options::{LanguageArguments, OfPages, OutputArguments};
use super::output::pretty_json;
use super::place::Guard;
use crate::check::Profile;
use crate::dictionary::Dictionary;
use crate::export::Format;
use crate::render::Language;
use crate::validation::{Found, Validated, ValidationOutcome, ValidationReport, page};
use crate::warehouse::{DeliveryRecord, Snapshot, StoredFindings, Warehouse, WarehouseError};

/// Write the validation report of a delivery, to be returned to its sender.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  sppis validation 2007-05 --lang fr --output validation-2007-05.html\n  \
                  sppis validation 2007-05@1 --format json\n\nThe report of a delivery that is refused \
                  or only tried: sppis ingest FILE --report validation.html"
)]
pub(super) struct Arguments {
    /// The delivery, or one of its revisions: 2007-05@1.
    #[arg(value_name = "DELIVERY")]
    delivery: String,

    #[command(flatten)]
    output: OutputArguments<OfPages>,

    #[command(flatten)]
    language: LanguageArguments,
}

pub(super) fn run(
    arguments: &Arguments,
    warehouse: &Warehouse,
    console: &mut Console,
) -> Result<Exit, CliError> {
    let sink = arguments.output.sink(|| Guard::of(warehouse), console)?;
    let snapshot = warehouse.fixed_snapshot()?;
    let commit = snapshot.named(&arguments.delivery)?;
    let profile = warehouse.profile(&commit.record)?;
    let found = found(&warehouse.findings(&commit.record)?)?;
    let validated = Validated {
        record: &commit.record,
        outcome: ValidationOutcome::Committed,
        found: &found,
        profile: profile.as_ref(),
        previous: previous(warehouse, &snapshot, &commit.record)?,
    };
    let language = arguments.language.lang;
    let text = encode(&validated, warehouse.dictionary(), sink.format, language)?;
    sink.put(text.as_bytes(), console)?;
    Ok(Exit::Done)
}

/// What of the findings stands in a report.
pub(super) fn found(findings: &StoredFindings) -> Result<Found, CliError> {
    let mut found = Found::default();
    findings.each(|findings| {
        found.add(findings);
        Ok::<(), CliError>(())
    })?;
    Ok(found)
}

/// The report in a format.
pub(super) fn encode(
    validated: &Validated<'_>,
    dictionary: &Dictionary,
    format: Format,
    language: Language,
) -> Result<String, CliError> {
    let report = ValidationReport::new(validated, dictionary);
    if format == Format::Json {
        pretty_json(&report)
    } else {
        Ok(page(&report, dictionary, language))
    }
}

/// The current delivery of the latest earlier period, and what its rows are like.
pub(super) fn previous(
    warehouse: &Warehouse,
    snapshot: &Snapshot,
    record: &DeliveryRecord,
) -> Result<Option<(String, Profile)>, WarehouseError> {
    let before = record.quarters().and_then(|own| snapshot.latest_before(own));
    let Some(before) = before.map(|commit| &commit.record) else { return Ok(None) };
    let name = format!("{}@{}", before.delivery, before.revision);
    Ok(warehouse.profile(before)?.map(|profile| (name, profile)))
}
