//! `sppis sql`

use std::path::PathBuf;

use super::console::Console;
use super::error::{CliError, Exit};
use super::output::{not_on_terminal, put, quoted};
use super::run::{expect_delivered, state};
use crate::export::{Format, Locale, Options, export};
use crate::pipeline::answer::{answer_statement, provenance};
use crate::query::{Statement, StatementError};
use crate::render::{Language, Look, count};
use crate::warehouse::Warehouse;

/// Ask one question in SQL, over the table `observations`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  sppis sql \"SELECT regime, count(DISTINCT person) AS persons FROM \
                  observations GROUP BY regime ORDER BY regime\"\n  sppis sql \"SELECT quarter, \
                  sum(amount) AS amount FROM observations GROUP BY quarter ORDER BY quarter\" \
                  --format csv\n\nThe columns are those of the stored table, `quarter`, and the \
                  dimensions year, age, region, province and measure_group. Answers are aggregates \
                  (count, sum, min, max, avg): what tells persons apart can only be counted. \
                  Rows that are of one person are named beside the answer. `--rows` lists single \
                  observations. Whole numbers have 64 bits and decimals 38 \
                  digits; what does not fit is an error. `/` gives a quotient, shown with 6 decimals; \
                  `//` divides whole numbers. What else the language knows: queries/README.md."
)]
pub(super) struct Arguments {
    /// One SELECT statement.
    #[arg(value_name = "STATEMENT")]
    statement: String,

    /// Let single observations through, with their pseudonyms.
    #[arg(long)]
    rows: bool,

    /// The state before a later delivery than this one came in, the state that a revision made
    /// (2007-05@1), or a version of the table.
    #[arg(long, value_name = "DELIVERY|DAY|VERSION")]
    as_of: Option<String>,

    /// Format.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,

    /// Write to this file instead of stdout.
    #[arg(long, short, value_name = "PATH")]
    output: Option<PathBuf>,
}

pub(super) fn run(
    arguments: &Arguments,
    warehouse: &Warehouse,
    console: &mut Console,
) -> Result<Exit, CliError> {
    let statement =
        Statement::read(&arguments.statement, arguments.rows).map_err(StatementError::from)?;
    let snapshot = state(warehouse, arguments.as_of.as_deref(), console)?;
    expect_delivered(&snapshot)?;
    if arguments.rows {
        console.say("these are single observations of persons, under pseudonyms");
    }
    let (table, of_one_person) = answer_statement(&statement, &snapshot, warehouse.dictionary())?;
    if of_one_person > 0 {
        let rows = count(table.row_count() as u64, "row");
        let verb = if of_one_person == 1 { "is" } else { "are" };
        console.say(&format!("note: {of_one_person} of {rows} {verb} of one person only"));
        console.say("hint: HAVING count(DISTINCT person) > 1 leaves such groups out");
    }
    let mut provenance = provenance(&snapshot);
    let rows = if arguments.rows { " --rows" } else { "" };
    let (text, version) = (quoted(&arguments.statement), provenance.version);
    provenance.command = format!("sppis sql {text}{rows} --as-of {version}");
    provenance.as_of.clone_from(&arguments.as_of);
    let to_terminal = arguments.output.is_none() && console.prints_to_terminal();
    if arguments.output.is_none() && arguments.format.is_binary() {
        not_on_terminal("this format", console)?;
    }
    let look = Look {
        language: Language::En,
        dictionary: warehouse.dictionary(),
        fit_terminal: to_terminal,
    };
    let (format, stream) = (arguments.format, arguments.output.is_none());
    let mut bytes = Vec::new();
    let options = Options { format, locale: Locale::C, look, stream };
    export(&table, &provenance, &options, &mut bytes)?;
    put(&bytes, arguments.output.as_deref(), warehouse, console)?;
    Ok(Exit::Done)
}
