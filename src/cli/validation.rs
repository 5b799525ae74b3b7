//! `sppis validation`

use super::console::Console;
use super::defaults::LanguageArguments;
use super::error::{CliError, Exit};
use super::options::{OfPages, OutputArguments};
use super::output::pretty_json;
use super::place::Guard;
use crate::dictionary::Dictionary;
use crate::export::Format;
use crate::pipeline::validated::report_of_commit;
use crate::render::Language;
use crate::validation::{ValidationReport, page};
use crate::warehouse::Warehouse;

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
    let defaults = warehouse.configuration().defaults();
    let language = arguments.language.of(sink.format, defaults)?;
    let snapshot = warehouse.fixed_snapshot()?;
    let commit = snapshot.named(&arguments.delivery)?;
    let report = report_of_commit(warehouse, &snapshot, commit)?;
    let text = encode(&report, warehouse.dictionary(), sink.format, language)?;
    sink.put(text.as_bytes(), console)?;
    Ok(Exit::Done)
}

/// The report in a format.
pub(super) fn encode(
    report: &ValidationReport,
    dictionary: &Dictionary,
    format: Format,
    language: Language,
) -> Result<String, CliError> {
    if format == Format::Json {
        pretty_json(report)
    } else {
        Ok(page(report, dictionary, language))
    }
}
