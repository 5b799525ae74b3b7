//! Two states side by side, as text, as JSON, and as a table for every other format.

use std::fmt::Write as _;

use super::error::CliError;
use super::output::pretty_json;
use crate::disclosure::{
    Cell, Member, Numbers, Policy, ReleasedTable, ResultColumn, Unit, Values, release,
};
use crate::document::Labels;
use crate::export::Provenance;
use crate::pipeline::difference::{Difference, Figures};
use crate::query::ResultTable;
use crate::render::{decimal_text, euros, grouped, terminal};
use crate::warehouse::LoggedCommit;

/// Two commits, and the cells that either has.
pub(super) struct Sides<'a> {
    pub(super) before: &'a LoggedCommit,
    pub(super) after: &'a LoggedCommit,
    pub(super) cells: &'a [Difference],
}

impl Sides<'_> {
    /// For reading.
    pub(super) fn text(&self) -> String {
        text(self)
    }

    /// One object; euros are texts, so that no reader makes them floats.
    pub(super) fn json(&self, command: &str) -> Result<String, CliError> {
        json(self, command)
    }

    /// A row for each cell, with the figures of both sides.
    pub(super) fn table(&self) -> Result<ReleasedTable, CliError> {
        let result = ResultTable::list("diff", self.title(), description(), self.columns())?;
        Ok(release(result, Policy::Internal))
    }

    /// Where the figures come from.
    pub(super) fn provenance(&self) -> Provenance {
        let sides = [self.before, self.after];
        let mut quarters: Vec<_> =
            self.cells.iter().flat_map(|it| [it.quarters.0, it.quarters.1]).collect();
        quarters.sort_unstable();
        quarters.dedup();
        Provenance {
            version: sides.map(|it| it.version).into_iter().max().unwrap_or_default(),
            deliveries: sides.map(name).to_vec(),
            quarters: quarters.iter().map(ToString::to_string).collect(),
            ..Provenance::default()
        }
    }

    fn title(&self) -> Labels {
        let sides = format!("{} -> {}", name(self.before), name(self.after));
        Labels {
            en: format!("What changed: {sides}"),
            fr: Some(format!("Ce qui a changé : {sides}")),
            nl: Some(format!("Wat veranderde: {sides}")),
            de: Some(format!("Was sich änderte: {sides}")),
        }
    }

    fn columns(&self) -> Vec<ResultColumn> {
        let texts = |name: &str, text: &dyn Fn(&Difference) -> String| ResultColumn {
            name: name.to_owned(),
            values: Values::Members(self.cells.iter().map(|it| Member::Value(text(it))).collect()),
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

fn description() -> Labels {
    Labels {
        en: "By quarter, regime and measure. Persons of a cell are counted anew on both sides: they \
             and their changes do not add up over rows."
            .to_owned(),
        fr: Some(
            "Par trimestre, régime et mesure. Les personnes d'une cellule sont recomptées de chaque \
             côté : elles et leurs variations ne s'additionnent pas d'une ligne à l'autre."
                .to_owned(),
        ),
        nl: Some(
            "Per kwartaal, stelsel en maatregel. Personen van een cel zijn aan elke kant opnieuw \
             geteld: zij en hun wijzigingen mogen niet over rijen worden opgeteld."
                .to_owned(),
        ),
        de: Some(
            "Nach Quartal, Regelung und Maßnahme. Personen einer Zelle sind auf jeder Seite neu \
             gezählt: sie und ihre Veränderungen dürfen nicht über Zeilen addiert werden."
                .to_owned(),
        ),
    }
}

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
fn signed(difference: i128, decimals: u8) -> String {
    let text = grouped(&decimal_text(difference, decimals));
    if difference > 0 { format!("+{text}") } else { text }
}

fn changed(old: u64, new: u64) -> String {
    signed(i128::from(new) - i128::from(old), 0)
}

fn text(Sides { before, after, cells }: &Sides<'_>) -> String {
    let mut text = format!(
        "{} (version {}) -> {} (version {})\n\n{:<14}{:<22}{:<32}{:>14}{:>11}{:>11}{:>9}{:>18}{:>16}\n",
        name(before),
        before.version,
        name(after),
        after.version,
        "quarter",
        "regime",
        "measure",
        "observations",
        "change",
        "persons",
        "change",
        "EUR",
        "change",
    );
    for cell in *cells {
        let shown = |shown: Option<String>| shown.unwrap_or_else(|| SYMBOL.to_owned());
        let now = |text: fn(Figures) -> String| shown(cell.after.map(text));
        let change = |text: fn(Figures, Figures) -> String| {
            shown(cell.before.zip(cell.after).map(|(old, new)| text(old, new)))
        };
        let _written = writeln!(
            text,
            "{:<14}{:<22}{:<32}{:>14}{:>11}{:>11}{:>9}{:>18}{:>16}",
            quarters(cell),
            terminal(&cell.regime),
            terminal(&cell.measure),
            now(|new| grouped(&new.observations.to_string())),
            change(|old, new| changed(old.observations, new.observations)),
            now(|new| grouped(&new.persons.to_string())),
            change(|old, new| changed(old.persons, new.persons)),
            now(|new| grouped(&euros(new.cents))),
            change(|old, new| signed(new.cents - old.cents, 2)),
        );
    }
    text
}

fn json(Sides { before, after, cells }: &Sides<'_>, command: &str) -> Result<String, CliError> {
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
    let side = |it: &LoggedCommit| serde_json::json!({"delivery": name(it), "version": it.version});
    let object = serde_json::json!({
        "before": side(before), "after": side(after),
        "cells": cells.iter().map(cell).collect::<Vec<_>>(),
        "command": command,
    });
    pretty_json(&object)
}
