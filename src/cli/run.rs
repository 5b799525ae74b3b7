//! `sppis run`

use std::collections::BTreeSet;

use super::console::Console;
use super::defaults::WrittenArguments;
use super::error::{CliError, Exit, say_unused_histories};
use super::layout::{ChartArguments, WideArguments};
use super::means::MeansArguments;
use super::options::{OfAnswers, OutputArguments};
use super::recorded::Recorded;
use super::state::{StateArguments, state};
use super::target::{Exported, Target};
use crate::dictionary::Dictionary;
use crate::disclosure::ReleasedTable;
use crate::export::{Drawing, Format, chart};
use crate::pipeline::answer::{
    Answers, Basis, answer, answer_compared, classification, provenance, verify,
};
use crate::pipeline::held::holds;
use crate::quarter::Quarter;
use crate::query::{Arguments as Asked, Catalog, Question, resolve_over};
use crate::render::{Look, count};
use crate::warehouse::{Snapshot, Warehouse};

/// Run named queries over the current deliveries, or over an older state.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  sppis run by-regime-and-measure\n  sppis run by-year \
                  persons-by-quarter --from 2008Q1 --to 2009Q4\n  sppis run by-municipality --where \
                  region=04000 --format csv --output brussels.csv\n  sppis run by-year --lang nl \
                  --locale nl-BE --output by-year.csv\n  sppis run by-region by-year --lang fr \
                  --output tables.xlsx\n  sppis run --all --verify --format xlsx \
                  --output workbooks\n  sppis run amount-by-regime --as-of 2008-05\n  sppis run \
                  amount-by-regime --compare-with 2008-05@1")]
pub(super) struct Arguments {
    /// Names of queries.
    #[arg(required_unless_present = "all", conflicts_with = "all", value_name = "NAME")]
    names: Vec<String>,

    /// All queries; those with a parameter that must be set are left out.
    #[arg(long)]
    all: bool,

    #[command(flatten)]
    question: QuestionArguments,

    #[command(flatten)]
    output: OutputArguments<OfAnswers>,

    #[command(flatten)]
    written: WrittenArguments,

    #[command(flatten)]
    wide: WideArguments,

    #[command(flatten)]
    chart: ChartArguments,

    /// Count everything a second time, row by row with another reader, and fail where a figure
    /// differs.
    #[arg(long)]
    verify: bool,

    /// Leave out figures over only some of the quarters that they should be over, and rows without
    /// any other; a note says how many.
    #[arg(long)]
    complete_only: bool,

    /// Set each figure beside that of another state: old value, difference, and whether the cell
    /// is new, gone, revised or unchanged.
    #[arg(long, value_name = "DELIVERY|DAY|VERSION")]
    compare_with: Option<String>,
}

/// What is asked of a query besides its name.
#[derive(Debug, clap::Args)]
pub(super) struct QuestionArguments {
    /// First quarter, such as 2008Q1.
    #[arg(long, value_name = "QUARTER")]
    from: Option<Quarter>,

    /// Last quarter.
    #[arg(long, value_name = "QUARTER")]
    to: Option<Quarter>,

    /// Only rows with this value of a dimension, or without one (`none`). Several values of one are
    /// alternatives: `--where sex=F,none`, or the option more than once; a comma within a value is
    /// written as `\,`.
    #[arg(long = "where", value_name = "DIMENSION=VALUE", value_parser = pair)]
    wheres: Vec<(String, String)>,

    /// Value of a parameter of the query; of a list several, as with `--where`.
    #[arg(long = "set", value_name = "PARAMETER=VALUE", value_parser = pair)]
    sets: Vec<(String, String)>,

    #[command(flatten)]
    state: StateArguments,

    #[command(flatten)]
    means: MeansArguments,
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE")?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

impl QuestionArguments {
    /// The state of the table that is asked for.
    pub(super) fn snapshot(
        &self,
        warehouse: &Warehouse,
        console: &mut Console,
    ) -> Result<Snapshot, CliError> {
        self.state.snapshot(warehouse, console)
    }

    /// What answers are computed from.
    pub(super) fn basis<'a>(&self, warehouse: &'a Warehouse, snapshot: &'a Snapshot) -> Basis<'a> {
        Basis::new(warehouse, snapshot, self.means.means())
    }

    /// The questions, every one checked. Where all queries are asked, those that need a value
    /// of a parameter are left out, and narrowing applies to those that have the dimension.
    pub(super) fn questions(
        &self,
        catalog: &Catalog,
        names: &[String],
        dictionary: &Dictionary,
        all: bool,
        states: &[&Snapshot],
    ) -> Result<Vec<Question>, CliError> {
        let in_one = |column: &str, value: &str| {
            let mut held = states.iter().map(|state| holds(state, column, value));
            held.find(|it| !matches!(it, Ok(false))).unwrap_or(Ok(false))
        };
        let asked = Asked {
            from: self.from,
            to: self.to,
            wheres: self.wheres.clone(),
            sets: self.sets.clone(),
        };
        let (mut questions, mut taken) = (Vec::new(), BTreeSet::new());
        for name in names {
            let query = catalog.query(name)?;
            let lacks_value = query.parameters.iter().any(|parameter| {
                parameter.default.is_none() && !self.sets.iter().any(|it| it.0 == parameter.name)
            });
            if !(all && lacks_value) {
                // With several queries a value goes to those that have the parameter.
                let has = |set: &&(String, String)| {
                    names.len() == 1 || query.parameters.iter().any(|it| it.name == set.0)
                };
                let sets: Vec<_> = self.sets.iter().filter(has).cloned().collect();
                taken.extend(sets.iter().map(|(name, _)| name.clone()));
                let asked = Asked { sets, ..asked.clone() };
                questions.push(resolve_over(query, &asked, dictionary, &in_one)?);
            }
        }
        if let Some((name, _)) = self.sets.iter().find(|(name, _)| !taken.contains(name)) {
            return Err(CliError::new(format!("none of the queries has a parameter `{name}`")));
        }
        Ok(questions)
    }
}

pub(super) fn run(
    arguments: &Arguments,
    warehouse: &Warehouse,
    console: &mut Console,
) -> Result<Exit, CliError> {
    let catalog = Catalog::open(Some(&warehouse.queries_folder()))?;
    let names = if arguments.all {
        catalog.names().map(str::to_owned).collect()
    } else {
        arguments.names.clone()
    };
    let asked = &arguments.question;
    let target = Target::prepare(&arguments.output, names.len(), warehouse, console)?;
    let drawing = arguments.chart.drawing(target.format())?;
    let (language, locale) = arguments.written.of(target.format(), warehouse)?;
    let snapshot = asked.snapshot(warehouse, console)?;
    let other = match &arguments.compare_with {
        Some(other) => Some(state(warehouse, Some(other.as_str()), console)?),
        None => None,
    };
    let states: Vec<&Snapshot> = std::iter::once(&snapshot).chain(&other).collect();
    let dictionary = &*warehouse.dictionary_of(&snapshot);
    let questions = asked.questions(&catalog, &names, dictionary, arguments.all, &states)?;
    let dimensions = |it: &Question| it.query().dimensions.iter().map(|it| it.name()).collect();
    let of_queries: Vec<(&str, Vec<&str>)> =
        questions.iter().map(|it| (it.query().name.as_str(), dimensions(it))).collect();
    arguments.wide.check(target.format(), &of_queries, arguments.all)?;
    let questions = questions.into_iter().map(|it| it.complete_only(arguments.complete_only));
    if other.is_none() {
        expect_delivered(&snapshot)?;
    }
    let basis = asked.basis(warehouse, &snapshot);
    let answers = match &other {
        None => answer(questions.collect(), &basis)?,
        Some(other) => {
            let other = asked.basis(warehouse, other);
            let answers = answer_compared(questions.collect(), &basis, &other)?;
            say_unused_histories(&other, console);
            answers
        }
    };
    say_unused_histories(&basis, console);
    if arguments.verify {
        verified(&answers, &basis, console)?;
    }
    let fit_terminal = console.prints_to_terminal();
    let look = Look { language, dictionary, fit_terminal };
    let compared = other.as_ref().and_then(classification);
    let mut provenance = provenance(&snapshot);
    provenance.compared_classification =
        compared.filter(|it| provenance.classification.as_ref() != Some(it));
    let is_one_file = target.is_one_file();
    let may_be_undrawn = target.format().is_picture() || target.format() == Format::Xlsx;
    let mut all = Vec::new();
    for table in &answers.tables {
        // Of all queries there are, those that cannot be drawn are left out, or their pictures are.
        let cannot = || chart(table, &provenance, &drawing, look).err();
        let undrawn = if arguments.all && may_be_undrawn { cannot() } else { None };
        if let Some(error) = undrawn.as_ref().filter(|_| target.format().is_picture()) {
            console.say(&format!("note: {error}"));
            continue;
        }
        let tables = if is_one_file { &*answers.tables } else { std::slice::from_ref(table) };
        all.push(Exported {
            table,
            provenance: provenance.clone(),
            command: recorded(arguments, tables, &snapshot, other.as_ref()),
            look,
            locale,
            drawing: Some(if undrawn.is_some() { Drawing::default() } else { drawing.clone() }),
            wide: arguments.wide.of(table),
        });
    }
    target.write(all, console)?;
    Ok(Exit::Done)
}

/// The command that gives answers again, of one query or of those in one file: every option that they
/// depend on, with states by their versions.
fn recorded(
    arguments: &Arguments,
    tables: &[ReleasedTable],
    snapshot: &Snapshot,
    compared: Option<&Snapshot>,
) -> Recorded {
    // Every option stands here, so that none can be forgotten. A second count changes no figure, and
    // how the answer is written is added as it is.
    let Arguments {
        names: _,
        all,
        question,
        output: _,
        written: _,
        wide,
        chart,
        verify: _,
        complete_only,
        compare_with: _,
    } = arguments;
    // What is narrowed and set, the tables know; figures are the same without histories.
    let QuestionArguments { from, to, wheres: _, sets: _, state: _, means: _ } = question;
    let is_all = *all && tables.len() > 1;
    let names: Vec<&str> = tables.iter().map(ReleasedTable::query_name).collect();
    let mut command = Recorded::new("run", if is_all { &[] } else { &names });
    command.flag("--all", is_all);
    for (name, quarter) in [("--from", from), ("--to", to)] {
        if let Some(quarter) = quarter {
            command.option(name, quarter.to_string());
        }
    }
    // All are narrowed alike.
    let first = tables.first();
    let conditions = first.map(ReleasedTable::conditions).unwrap_or_default();
    for it in conditions {
        command.option("--where", it);
    }
    for (name, value) in common_parameters(tables) {
        command.option("--set", format!("{name}={value}"));
    }
    command.option("--as-of", snapshot.version().to_string());
    command.flag("--complete-only", *complete_only);
    if let Some(wide) = tables.iter().find_map(|it| wide.of(it)) {
        command.option("--wide", wide);
    }
    chart.recorded(&mut command);
    if let Some(compared) = compared {
        command.option("--compare-with", compared.version().to_string());
    }
    command
}

/// Names and values of parameters, also the defaults; where queries have other defaults for a name, nobody
/// has set it.
fn common_parameters(tables: &[ReleasedTable]) -> Vec<(&str, &str)> {
    let of = |table: &ReleasedTable, name: &str| -> Vec<String> {
        let own = table.parameters().into_iter().filter(|it| it.0 == name);
        own.map(|(_, value)| value.to_owned()).collect()
    };
    let is_common = |name: &str, wanted: &ReleasedTable| {
        let mut known = tables.iter().map(|it| of(it, name)).filter(|it| !it.is_empty());
        known.all(|it| it == of(wanted, name))
    };
    let mut found: Vec<(&str, &str)> = Vec::new();
    for table in tables {
        let names: BTreeSet<&str> = found.iter().map(|it| it.0).collect();
        let new = table.parameters().into_iter().filter(|(name, _)| !names.contains(name));
        found.extend(new.filter(|(name, _)| is_common(name, table)));
    }
    found
}

/// Of nothing there are no figures, not even 0.
pub(super) fn expect_delivered(snapshot: &Snapshot) -> Result<(), CliError> {
    if !snapshot.deliveries().is_empty() {
        return Ok(());
    }
    let found = format!("found none in version {}", snapshot.version());
    let hint =
        "`sppis ingest FILE` takes one in; `sppis history` shows what there is in each version";
    Err(CliError::new(format!("expected a delivery to answer from, {found}")).hint(hint))
}

/// Compares the counts of answers with a plain fold over the rows.
fn verified(answers: &Answers, basis: &Basis<'_>, console: &mut Console) -> Result<(), CliError> {
    for (name, checked) in verify(answers, basis)? {
        if let Some(first) = checked.differences.first() {
            let cells = count(checked.differences.len() as u64, "cell");
            let text = format!("{name}: {cells} counted twice with two results, such as {first}");
            let hint = "the figures cannot be trusted: run `sppis verify`, and report this";
            return Err(CliError::new(text).hint(hint));
        }
        let figures = count(checked.figures, "figure");
        console.tell(&format!("{name}: {figures} counted a second time, all the same"));
    }
    Ok(())
}
