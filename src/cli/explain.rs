//! `sppis explain`

use super::console::Console;
use super::error::{CliError, Exit};
use super::run::QuestionArguments;
use crate::pipeline::answer::explain;
use crate::query::Catalog;
use crate::render::{bytes, count};
use crate::warehouse::Warehouse;

/// Show a query's optimised plan and the files and columns it reads, without reading data.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: sppis explain by-regime-and-measure --from 2008Q1 --to 2008Q2")]
pub(super) struct Arguments {
    /// Name of the query.
    #[arg(value_name = "NAME")]
    name: String,

    #[command(flatten)]
    question: QuestionArguments,
}

pub(super) fn run(
    arguments: &Arguments,
    warehouse: &Warehouse,
    console: &mut Console,
) -> Result<Exit, CliError> {
    let snapshot = arguments.question.snapshot(warehouse)?;
    let names = [arguments.name.clone()];
    let catalog = Catalog::open(Some(&warehouse.queries_folder()))?;
    for question in arguments.question.questions(&catalog, &names, warehouse, false)? {
        let explanation = explain(question, &snapshot, warehouse.dictionary())?;
        let files = explanation.scan.files();
        let rows = files.iter().map(crate::warehouse::TableFile::row_count).sum();
        let size = files.iter().map(crate::warehouse::TableFile::byte_count).sum();
        let out = console.out();
        writeln!(out, "version {}", snapshot.version())?;
        writeln!(
            out,
            "reads {} with {}, {} on disk; skips {}",
            count(files.len() as u64, "file"),
            count(rows, "observation"),
            bytes(size),
            count(explanation.scan.skipped_file_count() as u64, "file"),
        )?;
        for file in files {
            let (quarter, delivery) = (file.quarter(), file.delivery());
            let rows = count(file.row_count(), "observation");
            let name = file.path().file_name().unwrap_or_default().to_string_lossy();
            writeln!(out, "  {quarter}  {delivery}  {rows}  {name}")?;
        }
        writeln!(out, "columns read: {}", explanation.columns.join(", "))?;
        for plan in &explanation.plans {
            writeln!(out, "\nplan\n{plan}")?;
        }
    }
    Ok(Exit::Done)
}
