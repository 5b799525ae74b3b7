//! What is said beside a picture: unit, notes, and the same for those who cannot see it.

use std::fmt::Write as _;

use super::super::Provenance;
use super::super::words::{
    capital, cell, condition, dimensions, heading, name_of_place, notes as notes_of, spoken,
};
use super::drawing::Drawing;
use super::series::{rest_rows, single_rows, varies};
use crate::chart::{Chart, Figures, Kind, Point, SERIES_MAX, Series};
use crate::disclosure::{Cell, Numbers, ReleasedTable, TOTAL, Unit};
use crate::metric::NO_VALUE;
use crate::render::{Language, Look, with_name};
use crate::words::Words;

/// From how many cents on euros are drawn in thousands, and below how many cents are shown.
const THOUSANDS_FROM: i128 = 100_000_000;
const CENTS_BELOW: i128 = 10_000;

/// Bars that are named to those who cannot see them.
const BARS_SAID: usize = 12;

/// How numbers are written; large sums are in thousands of euros, small ones with cents.
pub(super) fn figures(numbers: &Numbers, language: Language) -> Figures {
    let whole = 10_i128.pow(numbers.decimals.into());
    let mark = if language == Language::En { '.' } else { ',' };
    let most = numbers.cells.iter().filter_map(|it| it.value()).map(i128::abs).max();
    let figures = Figures { whole, decimals: numbers.decimals, mark, ending: "" };
    match (numbers.unit, most) {
        (Unit::Count | Unit::Label, _) => figures,
        (Unit::Percent, _) if language == Language::En => Figures { ending: "%", ..figures },
        (Unit::Percent, _) => Figures { ending: "\u{a0}%", ..figures },
        (Unit::Euros, Some(THOUSANDS_FROM..)) => {
            Figures { whole: whole * 1000, decimals: 0, ..figures }
        }
        (Unit::Euros, Some(CENTS_BELOW..)) => Figures { decimals: 0, ..figures },
        (Unit::Euros, _) => figures,
    }
}

/// What is counted, in which unit, and of which part of all.
pub(super) fn unit(
    table: &ReleasedTable,
    (metric, numbers): (&str, &Numbers),
    figures: &Figures,
    look: Look<'_>,
) -> String {
    let words = Words::of(look.language);
    let heading = spoken(&heading(table, metric, look.language));
    let says_euros = heading.contains("EUR");
    let mut parts = vec![capital(&heading)];
    let is_thousands = figures.whole > 10_i128.pow(numbers.decimals.into());
    parts.extend(match numbers.unit {
        Unit::Euros if is_thousands => Some(words.text("chart.thousands").to_owned()),
        Unit::Euros if says_euros => None,
        Unit::Euros => Some(words.text("unit.euros").to_owned()),
        Unit::Count | Unit::Label | Unit::Percent => None,
    });
    // What all rows have in common, whether asked for or found.
    let rows = single_rows(table);
    let asked = table.conditions();
    let is_asked = |name: &str| asked.iter().any(|it| it.split('=').next() == Some(name));
    let said = |name: &str, meaning: &str| {
        let label = spoken(words.heading(name));
        words.fill("page.labelled", &[("label", &*label), ("meaning", name_of_place(meaning))])
    };
    for column in dimensions(table).iter().filter(|it| !varies(it, &rows) && !is_asked(&it.name)) {
        let Some(first) = rows.first() else { continue };
        if column.values.text(*first).is_none_or(|it| it != TOTAL) {
            parts.push(said(&column.name, &cell(column, *first, look)));
        }
    }
    parts.extend(asked.iter().map(|it| match it.split_once('=') {
        Some((name, value)) if value != "none" && value != NO_VALUE => {
            said(name, &with_name(name, value, look))
        }
        _ => condition(it, look),
    }));
    parts.extend(table.parameters().into_iter().map(|(name, value)| format!("{name}={value}")));
    parts.join(" · ")
}

/// What a reader must know of the picture and its figures, and where these come from.
pub(super) fn notes(
    table: &ReleasedTable,
    numbers: &Numbers,
    chart: &Chart,
    texts: &[String],
    (provenance, drawing): (&Provenance, &Drawing),
    look: Look<'_>,
) -> Vec<String> {
    let words = Words::of(look.language);
    let points = || chart.series.iter().flat_map(|it| &it.points);
    let labelled = |key: &str, meaning: &str| {
        words.fill("page.labelled", &[("label", words.text(key)), ("meaning", meaning)])
    };
    let mut notes = Vec::new();
    let is_bare = |at: &usize| chart.series.iter().all(|it| it.points[*at] == Point::NotDelivered);
    let bare = (0..texts.len()).filter(|at| chart.kind != Kind::Ranked && is_bare(at));
    let bare: Vec<usize> = bare.collect();
    if !bare.is_empty() {
        let quarters = words.all_quarters(&in_rows(texts, &bare));
        let values = [("status", &*chart.not_delivered), ("quarters", &quarters)];
        notes.push(words.fill("chart.shaded", &values));
    }
    if points().any(|it| matches!(it, Point::Partial(_))) {
        notes.push(labelled("chart.hollow", words.text("status_meaning.partial")));
        if !table.lacking().is_empty() {
            let lacking = words.all_quarters(table.lacking());
            notes.push(words.fill("table.partial_without", &[("quarters", &lacking)]));
        }
    }
    let reasons = [
        (Cell::NotApplicable, "status_meaning.not_applicable"),
        (Cell::Undefined, "status_meaning.undefined"),
        (Cell::LeftOut, "status_meaning.partial"),
    ];
    if points().any(|it| *it == Point::Missing) {
        let found = reasons.iter().filter(|(cell, _)| numbers.cells.contains(cell));
        notes.extend(found.map(|(_, key)| labelled("chart.gap", words.text(key))));
    }
    if chart.kind == Kind::Ranked {
        let rest = rest_rows(table, &single_rows(table));
        let figures = rest.iter().filter_map(|row| numbers.cells[*row].value());
        let figures: Vec<String> = figures.map(|it| chart.figures.text(it)).collect();
        if !figures.is_empty() {
            notes.push(words.fill("chart.rest", &[("figure", &*figures.join("; "))]));
        }
    }
    if chart.kind == Kind::Lines && chart.series.len() > SERIES_MAX {
        for it in &chart.breaks {
            let values = [("quarter", &*words.quarters(&texts[it.position])), ("text", &it.text)];
            notes.push(words.fill("chart.dotted", &values));
        }
    }
    notes.extend(notes_of(table, look.language).iter().map(|it| it.replace('`', "")));
    notes.extend(drawing.is_alone.then(|| words.text("report.policy").to_owned()));
    let values = [
        ("deliveries", &*some_of(&provenance.deliveries)),
        ("version", &provenance.version.to_string()),
    ];
    notes.push(words.fill("report.table_source", &values));
    notes.iter().map(|note| capital(&look.language.spoken(note))).collect()
}

/// Quarters or years in a row as ranges.
fn in_rows(texts: &[String], places: &[usize]) -> Vec<String> {
    let runs = places.chunk_by(|one, next| one + 1 == *next);
    let range = |run: &[usize]| match run {
        [first, .., last] => Some(format!("{}..{}", texts[*first], texts[*last])),
        [one] => Some(texts[*one].clone()),
        [] => None,
    };
    runs.filter_map(range).collect()
}

/// All deliveries where they are few, the first and the last otherwise.
fn some_of(deliveries: &[String]) -> String {
    match deliveries {
        [first, _, _, _, .., last] => format!("{first} … {last} ({})", deliveries.len()),
        few => few.join(", "),
    }
}

/// The chart in words: each series with its first, last, lowest and highest figure.
pub(super) fn described(chart: &Chart, metric: &str, texts: &[String], words: &Words) -> String {
    let kind = match chart.kind {
        Kind::Lines if chart.series.len() > SERIES_MAX => "chart.multiples",
        Kind::Lines => "chart.lines",
        Kind::Stacked => "chart.stacked",
        Kind::Grouped => "chart.bars",
        Kind::Ranked => "chart.ranked",
    };
    let values = [("title", &*chart.title), ("unit", &chart.unit)];
    let mut text = words.fill(kind, &values);
    if chart.kind == Kind::Ranked {
        let points = chart.series.iter().flat_map(|it| &it.points);
        let bars = chart.positions.iter().zip(points).take(BARS_SAID).map(|(position, point)| {
            let figure = match point {
                Point::Value(value) | Point::Partial(value) => chart.figures.text(*value),
                Point::NotDelivered => chart.not_delivered.clone(),
                Point::Missing => chart.none.clone(),
            };
            let values = [("label", &*position.label), ("meaning", &figure)];
            words.fill("page.labelled", &values)
        });
        let _written = write!(text, " {}.", bars.collect::<Vec<_>>().join("; "));
        if let Some(more @ 1..) = chart.positions.len().checked_sub(BARS_SAID) {
            let _written =
                write!(text, " {}", words.fill("chart.more", &[("count", &more.to_string())]));
        }
    }
    let lines = chart.series.iter().filter(|_| chart.kind != Kind::Ranked);
    for series in lines {
        if let Some(course) = course(chart, series, texts, words) {
            let name = if series.name.is_empty() { metric } else { &series.name };
            let line = words.fill("page.labelled", &[("label", name), ("meaning", &course)]);
            let _written = write!(text, " {line}.");
        }
    }
    // Where figures come from stands on the page too; what changes how they are read is said.
    for note in chart.notes.iter().take(chart.notes.len() - 1) {
        let _written = write!(text, " {}.", note.trim_end_matches('.'));
    }
    text
}

/// The first, the last, the lowest and the highest figure of a series, each with its time.
fn course(chart: &Chart, series: &Series, texts: &[String], words: &Words) -> Option<String> {
    let points = series.points.iter().zip(texts);
    let known: Vec<(i128, &String)> =
        points.filter_map(|(point, text)| Some((point.value()?, text))).collect();
    let ((first, first_time), (last, last_time)) = (known.first()?, known.last()?);
    let low = known.iter().min_by_key(|it| it.0)?;
    let high = known.iter().max_by_key(|it| it.0)?;
    let figure = |value: i128| chart.figures.text(value);
    let time = |text: &String| words.language().spoken(&words.quarters(text)).into_owned();
    if known.len() == 1 {
        let values = [("figure", &*figure(*first)), ("time", &time(first_time))];
        return Some(words.fill("chart.once", &values));
    }
    let from_to = [
        ("first", &*figure(*first)),
        ("first_time", &time(first_time)),
        ("last", &figure(*last)),
        ("last_time", &time(last_time)),
        ("low", &figure(low.0)),
        ("low_time", &time(low.1)),
        ("high", &figure(high.0)),
        ("high_time", &time(high.1)),
    ];
    Some(words.fill("chart.course", &from_to))
}
