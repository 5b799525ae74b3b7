//! Two states of a delivery, or two deliveries, side by side: what changed in the figures.
//!
//! In: two commits. Out: a [`Difference`] for each quarter, regime and measure that either has.
//! The figures are those of the named query `by-regime-and-measure`, so persons are counted anew
//! for each cell, never added.

use std::collections::{BTreeMap, BTreeSet};

use super::answer::{AnswerError, Basis, Means, answer};
use crate::disclosure::{Cell, ReleasedTable, Values};
use crate::quarter::{Quarter, QuarterRange};
use crate::query::{Arguments, Catalog, CatalogError, ResolveError, resolve};
use crate::warehouse::{AsOf, LoggedCommit, Warehouse, WarehouseError};

/// The query whose figures are compared.
const QUERY: &str = "by-regime-and-measure";

/// Figures that could not be compared.
#[derive(Debug, thiserror::Error)]
pub enum DifferenceError {
    /// The warehouse.
    #[error(transparent)]
    Warehouse(#[from] WarehouseError),
    /// The query.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// Its arguments.
    #[error(transparent)]
    Resolve(#[from] ResolveError),
    /// Its answer.
    #[error(transparent)]
    Answer(#[from] AnswerError),
    /// The log says no quarters.
    #[error("the record of delivery {0} says no quarters")]
    Window(String),
}

/// Figures of one cell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    /// Observations.
    pub observations: u64,
    /// Distinct persons.
    pub persons: u64,
    /// EBENCONVCM in cents.
    pub cents: i128,
}

/// One cell before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The quarter; for deliveries of other quarters those that stand at the same place in both.
    pub quarters: (Quarter, Quarter),
    /// The regime.
    pub regime: String,
    /// The measure.
    pub measure: String,
    /// Figures before.
    pub before: Figures,
    /// Figures after.
    pub after: Figures,
}

/// Every cell of the two, in order.
pub fn differences(
    warehouse: &Warehouse,
    before: &LoggedCommit,
    after: &LoggedCommit,
) -> Result<Vec<Difference>, DifferenceError> {
    let (first, second) = (cells(warehouse, before)?, cells(warehouse, after)?);
    let keys: BTreeSet<_> = first.figures.keys().chain(second.figures.keys()).collect();
    let difference = |key: &Key| Difference {
        quarters: (first.quarter(key.0), second.quarter(key.0)),
        regime: key.1.clone(),
        measure: key.2.clone(),
        before: first.figures.get(key).copied().unwrap_or_default(),
        after: second.figures.get(key).copied().unwrap_or_default(),
    };
    Ok(keys.into_iter().map(difference).collect())
}

/// Place of the quarter in its delivery's window, regime, measure.
type Key = (usize, String, String);

/// The figures of one commit's delivery.
struct Cells {
    window: QuarterRange,
    figures: BTreeMap<Key, Figures>,
}

impl Cells {
    /// The quarter at a place; the last one where the window is shorter.
    fn quarter(&self, place: usize) -> Quarter {
        self.window.iter().nth(place).unwrap_or_else(|| self.window.last())
    }
}

fn cells(warehouse: &Warehouse, commit: &LoggedCommit) -> Result<Cells, DifferenceError> {
    let snapshot = warehouse.snapshot(Some(&AsOf::Version(commit.version)))?;
    let window = commit.record.quarters();
    let window = window.ok_or_else(|| DifferenceError::Window(commit.record.delivery.clone()))?;
    let asked = Arguments {
        from: Some(window.first()),
        to: Some(window.last()),
        wheres: Vec::new(),
        sets: Vec::new(),
    };
    let query = Catalog::open(None)?.query(QUERY)?;
    let question = resolve(query, &asked, warehouse.dictionary())?;
    let basis = Basis::new(warehouse, &snapshot, Means::default());
    let tables = answer(vec![question], &basis)?.tables;
    let mut figures = BTreeMap::new();
    for table in &tables {
        for row in 0..table.row_count() {
            let quarter = text(table, "quarter", row);
            let place = window.iter().position(|it| it.to_string() == quarter).unwrap_or_default();
            let key = (place, text(table, "regime", row), text(table, "measure", row));
            figures.insert(key, Figures::of(table, row));
        }
    }
    Ok(Cells { window, figures })
}

fn values<'t>(table: &'t ReleasedTable, name: &str) -> Option<&'t Values> {
    table.columns().iter().find(|column| column.name == name).map(|column| &column.values)
}

fn text(table: &ReleasedTable, name: &str, row: usize) -> String {
    match values(table, name) {
        Some(Values::Text(texts)) => texts[row].clone().unwrap_or_default(),
        _ => String::new(),
    }
}

impl Figures {
    fn of(table: &ReleasedTable, row: usize) -> Self {
        let number = |name| match values(table, name) {
            Some(Values::Numbers(numbers)) => match numbers.cells[row] {
                Cell::Value(value) => value,
                _ => 0,
            },
            _ => 0,
        };
        let count = |name| u64::try_from(number(name)).unwrap_or_default();
        let (observations, persons) = (count("observations"), count("persons"));
        Self { observations, persons, cents: number("amount") }
    }
}
