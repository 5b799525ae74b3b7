//! `sppis sql`

use super::console::Console;
use super::defaults::WrittenArguments;
use super::error::{CliError, Exit};
use super::options::{OfFigures, OutputArguments};
use super::place::Guard;
use super::recorded::Recorded;
use super::run::expect_delivered;
use super::state::StateArguments;
use super::target::Exported;
use crate::pipeline::answer::{answer_statement, provenance};
use crate::render::{Look, count};
use crate::statement::{Statement, StatementError};
use crate::warehouse::Warehouse;

/// Ask one question in SQL, over the table `observations`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  sppis sql \"SELECT regime, count(DISTINCT person) AS persons FROM \
                  observations GROUP BY regime ORDER BY regime\"\n  sppis sql \"SELECT quarter, \
                  sum(amount) AS amount FROM observations GROUP BY quarter ORDER BY quarter\" \
                  --format csv\n\nThe columns are those of the stored table, `quarter`, and the \
                  dimensions year, age, region, province, cpas_today and measure_group. Answers are aggregates \
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

    #[command(flatten)]
    state: StateArguments,

    #[command(flatten)]
    output: OutputArguments<OfFigures>,

    #[command(flatten)]
    written: WrittenArguments,
}

pub(super) fn run(
    arguments: &Arguments,
    warehouse: &Warehouse,
    console: &mut Console,
) -> Result<Exit, CliError> {
    let statement =
        Statement::read(&arguments.statement, arguments.rows).map_err(StatementError::from)?;
    let sink = arguments.output.sink(|| Guard::of(warehouse), console)?;
    let (language, locale) = arguments.written.of(sink.format, warehouse)?;
    let snapshot = arguments.state.snapshot(warehouse, console)?;
    expect_delivered(&snapshot)?;
    if arguments.rows {
        console.say("these are single observations of persons, under pseudonyms");
    }
    let (table, of_one_person) =
        answer_statement(&statement, &snapshot, &warehouse.dictionary_of(&snapshot))?;
    if of_one_person > 0 {
        let rows = count(table.row_count() as u64, "row");
        let verb = if of_one_person == 1 { "is" } else { "are" };
        console.say(&format!("note: {of_one_person} of {rows} {verb} of one person only"));
        console.say("hint: HAVING count(DISTINCT person) > 1 leaves such groups out");
    }
    // Before and behind a statement blanks say nothing.
    let mut command = Recorded::new("sql", &[arguments.statement.trim()]);
    command.flag("--rows", arguments.rows);
    command.option("--as-of", snapshot.version().to_string());
    let look = Look {
        language,
        dictionary: warehouse.dictionary(),
        fit_terminal: console.prints_to_terminal(),
    };
    let (table, provenance) = (&table, provenance(&snapshot));
    Exported { table, provenance, command, look, locale, drawing: None, wide: None }
        .write(&sink, console)?;
    Ok(Exit::Done)
}
