//! A released table as a chart: which of its columns are drawn, and what is said beside them.
//!
//! In: a released table, and what is asked of the picture. Out: a [`Chart`]. Never: a total drawn beside
//! what it is the total of, a line over quarters that were not delivered, or a picture that is
//! another than the one asked for.

mod drawing;
mod plotted;
mod said;
mod series;

use super::words::{dimensions, heading, spoken};
use super::{Grid, Provenance};
use crate::chart::{self, Break, Chart, Kind};
use crate::disclosure::{Note, Numbers, ReleasedTable, ResultColumn, Values};
use crate::metric::{Metric, NOT_DELIVERED};
use crate::quarter::Quarter;
use crate::render::{Look, label, with_name};
use crate::words::Words;
use series::{Run, in_time, over_time, ranks, single_rows, time_texts};

pub use drawing::{Drawing, NotDrawable};
pub(crate) use series::behind;
pub(super) use series::is_time;

/// Series that a page can show; more are no picture.
const SERIES_MAX: usize = 24;
/// Bars that a page can show below each other.
const RANKS_MAX: usize = 60;
/// A number from which on places on a picture could not be worked out.
const NUMBER_MAX: i128 = 10_i128.pow(30);

/// A chart, and the figures that are drawn as a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plot {
    /// The chart.
    pub chart: Chart,
    /// A row for each position, a column for each series.
    pub grid: Grid,
}

/// The chart of a table.
pub(crate) fn chart(
    table: &ReleasedTable,
    provenance: &Provenance,
    drawing: &Drawing,
    look: Look<'_>,
) -> Result<Chart, NotDrawable> {
    plot(table, provenance, drawing, look).map(|it| it.chart)
}

/// The same with its figures.
pub(crate) fn plot(
    table: &ReleasedTable,
    provenance: &Provenance,
    drawing: &Drawing,
    look: Look<'_>,
) -> Result<Plot, NotDrawable> {
    made(table, provenance, drawing, look).map_err(|error| error.of(table))
}

fn made(
    table: &ReleasedTable,
    provenance: &Provenance,
    drawing: &Drawing,
    look: Look<'_>,
) -> Result<Plot, NotDrawable> {
    let words = Words::of(look.language);
    let (metric, numbers) = drawn(table, drawing)?;
    let time = time(table);
    let rows = single_rows(table);
    // No figure: what is over no time has no names of times.
    let texts = time.map(|it| time_texts(table, it, &rows)).unwrap_or_default();
    let kind = kind(table, metric, (time.is_some(), texts.len()), drawing)?;
    let (positions, runs) = match time.filter(|_| kind != Kind::Ranked) {
        Some(time) => {
            let runs = over_time(table, time, (metric, numbers), &texts, look);
            (texts.iter().map(|it| in_time(it, words)).collect(), runs)
        }
        None => ranks(table, numbers, look),
    };
    let series: Vec<chart::Series> = runs.iter().map(Run::series).collect();
    fits(kind, positions.len(), &series)?;
    let picture = table.picture();
    // A headline is of one metric.
    let own_title = label(&picture.title, look.language);
    let is_own = !own_title.is_empty() && meant(table, picture.metric.as_ref()) == metric;
    let title = match &drawing.title {
        Some(title) => title.as_str(),
        None if is_own => own_title,
        None => label(table.title(), look.language),
    };
    let figures = said::figures(numbers, look.language);
    let mut chart = Chart {
        kind,
        id: if drawing.id.is_empty() { "chart" } else { &drawing.id }.to_owned(),
        language: look.language.code(),
        title: title.to_owned(),
        is_captioned: drawing.is_captioned,
        is_narrow: false,
        unit: look
            .language
            .spoken(&said::unit(table, (metric, numbers), &figures, look))
            .into_owned(),
        description: String::new(),
        notes: Vec::new(),
        not_delivered: spoken(&with_name("measures_after", NOT_DELIVERED, look)),
        none: words.text("chart.none").to_owned(),
        breaks: if kind == Kind::Ranked {
            Vec::new()
        } else {
            breaks(table, drawing, &texts, look)
        },
        positions,
        series,
        figures,
    };
    chart.notes = said::notes(table, numbers, &chart, &texts, (provenance, drawing), look);
    let said = spoken(&heading(table, metric, look.language));
    chart.description = said::described(&chart, &said, &texts, words);
    let grid = plotted::grid(table, (metric, numbers), (time, &texts), (&chart, &runs), look);
    Ok(Plot { chart, grid })
}

/// The dimension that positions lie along.
fn time(table: &ReleasedTable) -> Option<&ResultColumn> {
    dimensions(table).iter().find(|it| is_time(it))
}

/// The column of numbers that is drawn.
fn drawn<'t>(
    table: &'t ReleasedTable,
    drawing: &Drawing,
) -> Result<(&'t str, &'t Numbers), NotDrawable> {
    let columns = table.columns().iter().filter_map(|column| match &column.values {
        Values::Numbers(numbers) => Some((column.name.as_str(), numbers)),
        _ => None,
    });
    let wanted = drawing.metric.as_ref().or(table.picture().metric.as_ref());
    let wanted = meant(table, wanted);
    let known: Vec<_> = columns.clone().map(|(name, _)| name).collect();
    let found = columns.clone().find(|(name, _)| *name == wanted).ok_or_else(|| {
        let hint = format!("the metrics of this answer are {}", known.join(", "));
        NotDrawable::new(format!("`{wanted}` is no metric of this answer"), hint)
    })?;
    let values = || found.1.cells.iter().filter_map(|it| it.value());
    if values().next().is_none() {
        let hint = "ask for other quarters, or other values";
        return Err(NotDrawable::new("there is no figure to draw", hint));
    }
    if values().any(|it| it.abs() > NUMBER_MAX) {
        let hint = "take the figures from the table: `--format csv`";
        return Err(NotDrawable::new("there are figures too large to be drawn", hint));
    }
    Ok(found)
}

/// The metric of that name; where none is named, the first that counts more than rows of deliveries.
pub(in crate::export) fn meant<'t>(table: &'t ReleasedTable, name: Option<&'t String>) -> &'t str {
    let columns = table.columns().iter().filter(|it| matches!(it.values, Values::Numbers(_)));
    let names = || columns.clone().map(|it| it.name.as_str());
    let rows = Metric::OBSERVATIONS.name();
    let meant = || names().find(|it| *it != rows).or(names().next());
    name.map(String::as_str).or_else(meant).unwrap_or(rows)
}

/// How it is drawn; what was asked for, if rows can be drawn so.
fn kind(
    table: &ReleasedTable,
    metric: &str,
    (has_time, count): (bool, usize),
    drawing: &Drawing,
) -> Result<Kind, NotDrawable> {
    let single = has_time && count == 1;
    match drawing.kind.or(table.picture().kind) {
        None if !has_time || single => Ok(Kind::Ranked),
        None => Ok(Kind::Lines),
        Some(Kind::Ranked) if has_time && !single => {
            let text = format!("`ranked` bars are of one time, and the answer is over {count}");
            let hint = "narrow it with `--from` and `--to`, or draw `lines` or `bars`";
            Err(NotDrawable::new(text, hint))
        }
        Some(kind) if !has_time && kind != Kind::Ranked => {
            let text = format!(
                "`{}` stand over quarters or years, which the answer has none of",
                kind.name()
            );
            Err(NotDrawable::new(text, "draw `ranked` bars"))
        }
        Some(Kind::Stacked) if !Metric::named(metric).is_some_and(Metric::is_additive) => {
            let text =
                format!("`{metric}` does not add up, so its bars cannot stand on each other");
            Err(NotDrawable::new(text, "draw `bars` or `lines`, or another metric"))
        }
        Some(kind) => Ok(kind),
    }
}

fn fits(kind: Kind, positions: usize, series: &[chart::Series]) -> Result<(), NotDrawable> {
    let (what, count, most) = match kind {
        Kind::Ranked => ("bars", positions, RANKS_MAX),
        Kind::Lines => ("series", series.len(), SERIES_MAX),
        Kind::Stacked | Kind::Grouped => ("series", series.len(), chart::SERIES_MAX),
    };
    if count <= most {
        return Ok(());
    }
    let hint = match kind {
        Kind::Stacked | Kind::Grouped if count <= SERIES_MAX => {
            "draw `lines`, narrow the question with `--where`, or ask for a top"
        }
        _ => "narrow the question with `--where`, or ask for a top",
    };
    Err(NotDrawable::new(format!("{count} {what} are no picture: {most} are the most"), hint))
}

/// Where figures are not comparable with those before: what is asked for, or what the query's file
/// says, and what the program knows.
fn breaks(
    table: &ReleasedTable,
    drawing: &Drawing,
    texts: &[String],
    look: Look<'_>,
) -> Vec<Break> {
    let mut said = drawing.breaks.clone();
    if said.is_empty() {
        let own = table.picture().breaks.iter();
        said.extend(own.map(|(from, text)| (from.clone(), label(text, look.language).to_owned())));
    }
    let is_year = texts.first().is_some_and(|it| it.len() == 4);
    for note in table.notes() {
        let Note::CodesEnded { on, .. } = note else { continue };
        let quarter = Quarter::of(*on);
        let from = if is_year { quarter.year().to_string() } else { quarter.to_string() };
        said.push((from, Words::of(look.language).text("chart.codes").to_owned()));
    }
    said.sort();
    said.dedup();
    // What begins with the first position, no earlier one stands beside.
    let place = |from: &String| texts.iter().position(|it| it == from).filter(|it| *it > 0);
    let breaks = said.into_iter();
    breaks.filter_map(|(from, text)| Some(Break { position: place(&from)?, text })).collect()
}
