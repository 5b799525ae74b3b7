//! `sppis completions`

use std::path::Path;

use clap::Command;
use clap::builder::PossibleValuesParser;
use clap_complete::{Shell, generate};

use super::console::Console;
use super::error::{CliError, Exit};
use crate::query::Catalog;
use crate::report::ReportCatalog;
use crate::warehouse::Warehouse;

/// Print what a shell needs to complete commands, options, formats and names of queries.
///
/// The names are those there are now, shipped and of the warehouse: a shell that reads them at its start
/// knows new ones the next time.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  sppis completions bash > ~/.local/share/bash-completion/completions/sppis\n  \
                  sppis completions fish > ~/.config/fish/completions/sppis.fish\n  sppis \
                  --warehouse /data/warehouse completions zsh > ~/.zfunc/_sppis\n\nOr at each start of the \
                  shell, in ~/.bashrc or ~/.zshrc:\n  source <(sppis completions bash)"
)]
pub(super) struct Arguments {
    /// The shell.
    #[arg(value_enum, value_name = "SHELL")]
    shell: Shell,
}

/// The commands that take names of queries, and their argument.
const OF_QUERIES: [(&str, &str); 3] = [("run", "names"), ("explain", "name"), ("queries", "name")];
/// The same of reports.
const OF_REPORTS: [(&str, &str); 2] = [("report", "name"), ("reports", "name")];

pub(super) fn run(
    arguments: &Arguments,
    program: Command,
    root: &Path,
    console: &mut Console,
) -> Result<Exit, CliError> {
    let warehouse = Warehouse::open(root).ok();
    let (queries, reports) = (queries(warehouse.as_ref()), reports(warehouse.as_ref()));
    let of_queries = OF_QUERIES.iter().map(|it| (it, &queries));
    let of_reports = OF_REPORTS.iter().map(|it| (it, &reports));
    let mut program = of_queries.chain(of_reports).fold(program, |program, ((verb, of), names)| {
        let values = PossibleValuesParser::new(names.iter().copied());
        program.mut_subcommand(verb, |it| it.mut_arg(of, |it| it.value_parser(values)))
    });
    let mut script = Vec::new();
    generate(arguments.shell, &mut program, "sppis", &mut script);
    console.data().write_all(&script)?;
    Ok(Exit::Done)
}

/// Names of queries; without a warehouse, or one whose queries cannot be read, those shipped.
fn queries(warehouse: Option<&Warehouse>) -> Vec<&'static str> {
    let own = warehouse.map(Warehouse::queries_folder);
    let catalog = Catalog::open(own.as_deref()).or_else(|_| Catalog::open(None));
    words(catalog.iter().flat_map(Catalog::names))
}

/// The same of reports.
fn reports(warehouse: Option<&Warehouse>) -> Vec<&'static str> {
    let own = warehouse.map(Warehouse::reports_folder);
    let catalog = ReportCatalog::open(own.as_deref()).or_else(|_| ReportCatalog::open(None));
    words(catalog.iter().flat_map(ReportCatalog::names))
}

/// Names that every shell takes for a word. The parser of arguments keeps them to the end of the program.
fn words<'n>(names: impl Iterator<Item = &'n str>) -> Vec<&'static str> {
    let is_plain = |it: char| it.is_ascii_alphanumeric() || "-_.".contains(it);
    let words = names.filter(|name| !name.starts_with('-') && name.chars().all(is_plain));
    words.map(|name| &*name.to_owned().leak()).collect()
}
