//! Two states side by side, as text, as JSON, and as a table for every other format.

use super::error::CliError;
use super::output::pretty_json;
use crate::answer::ResultTable;
use crate::disclosure::{
    Cell, Member, Numbers, Policy, ReleasedTable, ResultColumn, Unit, Values, release,
};
use crate::document::Labels;
use crate::export::Provenance;
use crate::pipeline::answer::classification;
use crate::pipeline::difference::{Difference, Figures};
use crate::render::{Language, Look, decimal_text, euros, grouped, terminal, with_name};
use crate::warehouse::{LoggedCommit, Snapshot};
use crate::words::{Words, labels};

/// Two commits, and the cells that either has.
pub(super) struct Sides<'a> {
    pub(super) before: &'a LoggedCommit,
    pub(super) after: &'a LoggedCommit,
    /// The states that they are in.
    pub(super) states: [&'a Snapshot; 2],
    pub(super) cells: &'a [Difference],
}

impl Sides<'_> {
    /// For reading.
    pub(super) fn text(&self, look: Look<'_>) -> String {
        text(self, look)
    }

    /// One object; euros are texts, so that no reader makes them floats.
    pub(super) fn json(&self, command: &str) -> Result<String, CliError> {
        json(self, command)
    }

    /// A row for each cell, with the figures of both sides.
    pub(super) fn table(&self) -> Result<ReleasedTable, CliError> {
        let result = ResultTable::list(
            "diff",
            self.title(),
            labels("diff.description", &[]),
            self.columns(),
        )?;
        Ok(release(result, Policy::Internal))
    }

    /// Where the figures come from.
    pub(super) fn provenance(&self) -> Provenance {
        let sides = [self.before, self.after];
        let mut quarters: Vec<_> =
            self.cells.iter().flat_map(|it| [it.quarters.0, it.quarters.1]).collect();
        quarters.sort_unstable();
        quarters.dedup();
        let [before, after] = self.states.map(classification);
        Provenance {
            compared_classification: before.filter(|it| after.as_ref() != Some(it)),
            classification: after,
            version: sides.map(|it| it.version).into_iter().max().unwrap_or_default(),
            deliveries: sides.map(name).to_vec(),
            quarters: quarters.iter().map(ToString::to_string).collect(),
            ..Provenance::default()
        }
    }

    fn title(&self) -> Labels {
        let sides = [("before", &*name(self.before)), ("after", &*name(self.after))];
        labels("diff.title", &sides)
    }

    fn columns(&self) -> Vec<ResultColumn> {
        let texts = |name: &str, text: &dyn Fn(&Difference) -> String| ResultColumn {
            name: name.to_owned(),
            values: Values::Members(
                self.cells.iter().map(|it| Member::Value(text(it).into())).collect(),
            ),
        };
        let mut columns = vec![
            texts("quarter_before", &|it| it.quarters.0.to_string()),
            texts("quarter_after", &|it| it.quarters.1.to_string()),
            texts("regime", &|it| it.regime.clone()),
            texts("measure", &|it| it.measure.clone()),
        ];
        let metrics: [(&str, Unit, Figure); 3] = [
            ("observations", Unit::Count, |it| i128::from(it.observations)),
            ("persons", Unit::Count, |it| i128::from(it.persons)),
            ("amount", Unit::Euros, |it| it.cents),
        ];
        for (name, unit, figure) in metrics {
            for (side, of) in SIDES {
                let cell = |it| of(it).map_or(Cell::NotDelivered, |it| Cell::Value(figure(it)));
                let cells = self.cells.iter().map(cell).collect();
                let decimals = if unit == Unit::Euros { 2 } else { 0 };
                columns.push(ResultColumn {
                    name: format!("{name}_{side}"),
                    values: Values::Numbers(Numbers { unit, decimals, cells }),
                });
            }
        }
        // Only where a side lacks a quarter.
        if self.cells.iter().any(|it| it.before.is_none() || it.after.is_none()) {
            for (side, of) in SIDES {
                let status = |it| of(it).is_none().then(|| NOT_DELIVERED.to_owned());
                columns.push(ResultColumn {
                    name: format!("{side}_status"),
                    values: Values::Text(self.cells.iter().map(status).collect()),
                });
            }
        }
        columns
    }
}

/// One figure of a side.
type Figure = fn(Figures) -> i128;

/// The figures of one side of a cell.
type Side = fn(&Difference) -> Option<Figures>;

const SIDES: [(&str, Side); 2] = [("before", |it| it.before), ("after", |it| it.after)];

/// A delivery with its revision.
pub(super) fn name(commit: &LoggedCommit) -> String {
    format!("{}@{}", commit.record.delivery, commit.record.revision)
}

/// Stands for the figures of a quarter that a side does not cover.
const NOT_DELIVERED: &str = "not_delivered";
const SYMBOL: &str = ":";

/// One quarter, or the two that stand at the same place.
fn quarters(cell: &Difference) -> String {
    match cell.quarters {
        (before, after) if before == after => before.to_string(),
        (before, after) => format!("{before}/{after}"),
    }
}

/// A difference in units without its decimal mark, with its sign.
pub(super) fn signed(difference: i128, decimals: u8) -> String {
    let text = grouped(&decimal_text(difference, decimals));
    if difference > 0 { format!("+{text}") } else { text }
}

pub(super) fn changed(old: u64, new: u64) -> String {
    signed(i128::from(new) - i128::from(old), 0)
}

/// How wide columns are at least; those of texts come first.
const WIDTHS: [usize; 9] = [14, 22, 32, 14, 11, 11, 9, 18, 16];
const TEXTS: usize = 3;

fn text(Sides { before, after, cells, .. }: &Sides<'_>, look: Look<'_>) -> String {
    let words = Words::of(look.language);
    let change = words.text("diff.change");
    let heads = [
        words.heading("quarter"),
        words.heading("regime"),
        words.heading("measure"),
        words.heading("observations"),
        change,
        words.heading("persons"),
        change,
        words.text("diff.euros"),
        change,
    ];
    let rows = cells.iter().map(|cell| row(cell, look));
    let rows: Vec<[String; 9]> = [heads.map(str::to_owned)].into_iter().chain(rows).collect();
    let mut widths = WIDTHS;
    for (at, width) in widths.iter_mut().enumerate() {
        let longest = rows.iter().map(|row| row[at].chars().count()).max().unwrap_or(0);
        *width = longest.saturating_add(1).max(*width);
    }
    let side = |it: &LoggedCommit| {
        let values = [("name", &*name(it)), ("version", &*it.version.to_string())];
        words.fill("diff.state", &values)
    };
    let mut text = format!("{} -> {}\n\n", side(before), side(after));
    for row in &rows {
        for (at, (cell, width)) in row.iter().zip(widths).enumerate() {
            let padding = " ".repeat(width.saturating_sub(cell.chars().count()));
            text.extend(
                if at < TEXTS { [cell, &padding] } else { [&padding, cell] }.map(String::as_str),
            );
        }
        text.push('\n');
    }
    text
}

/// A cell for reading.
fn row(cell: &Difference, look: Look<'_>) -> [String; 9] {
    let shown = |shown: Option<String>| match shown {
        Some(number) if look.language == Language::En => number,
        Some(number) => number.replace('.', ","),
        None => SYMBOL.to_owned(),
    };
    let now = |text: fn(Figures) -> String| shown(cell.after.map(text));
    let change = |text: fn(Figures, Figures) -> String| {
        shown(cell.before.zip(cell.after).map(|(old, new)| text(old, new)))
    };
    let named =
        |dimension: &str, value: &str| terminal(&with_name(dimension, value, look)).into_owned();
    let quarters = quarters(cell);
    let quarters = quarters.split('/').map(|it| named("quarter", it)).collect::<Vec<_>>();
    [
        quarters.join("/"),
        named("regime", &cell.regime),
        named("measure", &cell.measure),
        now(|new| grouped(&new.observations.to_string())),
        change(|old, new| changed(old.observations, new.observations)),
        now(|new| grouped(&new.persons.to_string())),
        change(|old, new| changed(old.persons, new.persons)),
        now(|new| grouped(&euros(new.cents))),
        change(|old, new| signed(new.cents - old.cents, 2)),
    ]
}

fn json(
    Sides { before, after, states, cells }: &Sides<'_>,
    command: &str,
) -> Result<String, CliError> {
    let figures = |it: Option<Figures>| match it {
        Some(it) => serde_json::json!({
            "observations": it.observations, "persons": it.persons, "amount": euros(it.cents),
        }),
        None => serde_json::json!({ "status": NOT_DELIVERED }),
    };
    let cell = |it: &Difference| {
        serde_json::json!({
            "quarter_before": it.quarters.0.to_string(), "quarter_after": it.quarters.1.to_string(),
            "regime": it.regime, "measure": it.measure,
            "before": figures(it.before), "after": figures(it.after),
        })
    };
    let side = |it: &LoggedCommit, state: &Snapshot| {
        serde_json::json!({
            "delivery": name(it), "version": it.version, "classification": classification(state),
        })
    };
    let object = serde_json::json!({
        "before": side(before, states[0]), "after": side(after, states[1]),
        "cells": cells.iter().map(cell).collect::<Vec<_>>(),
        "command": command,
    });
    pretty_json(&object)
}
