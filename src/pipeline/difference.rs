//! Two states of a delivery, or two deliveries, side by side: what changed in the figures.
//!
//! In: two commits. Out: a [`Difference`] for each quarter, regime and measure that either has.
//! The figures are those of the named query `by-regime-and-measure`, so persons are counted anew
//! for each cell, never added. Never: a zero for a quarter that one of the two does not cover.

use std::collections::{BTreeMap, BTreeSet};

use super::answer::{AnswerError, Basis, Means, answer};
use crate::disclosure::{ReleasedTable, Values};
use crate::exact::{fitting, known};
use crate::quarter::{Quarter, QuarterRange};
use crate::query::plan::resolve;
use crate::query::{Arguments, Catalog, CatalogError, ResolveError};
use crate::warehouse::{LoggedCommit, Snapshot, Warehouse, WarehouseError};

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
    /// Quarters of two deliveries that neither are the same nor stand at the same places.
    #[error(
        "expected two deliveries of the same number of quarters, or with a quarter in common, found \
         {} with {} and {} with {}",
        .0.0, .0.1, .1.0, .1.1
    )]
    Unmatched((String, QuarterRange), (String, QuarterRange)),
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
    /// The quarter; for deliveries without a quarter in common those that stand at the same place.
    pub quarters: (Quarter, Quarter),
    /// The regime.
    pub regime: String,
    /// The measure.
    pub measure: String,
    /// Figures before; `None` where the delivery then did not cover the quarter.
    pub before: Option<Figures>,
    /// Figures after; `None` where the delivery then does not cover the quarter.
    pub after: Option<Figures>,
}

/// Every cell of the two, in order; beside each commit a state in which it is the current one.
pub fn differences(
    warehouse: &Warehouse,
    before: (&LoggedCommit, &Snapshot),
    after: (&LoggedCommit, &Snapshot),
) -> Result<Vec<Difference>, DifferenceError> {
    let matched = matched(before.0, after.0)?;
    let (first, second) = (cells(warehouse, before)?, cells(warehouse, after)?);
    let mut differences = Vec::new();
    for quarters in matched {
        let (old, new) = (first.get(&quarters.0), second.get(&quarters.1));
        let groups: BTreeSet<&Group> =
            old.into_iter().chain(new).flat_map(BTreeMap::keys).collect();
        let figures = |of_side: Option<&BTreeMap<Group, Figures>>, group: &Group| {
            // A group that a delivered quarter has not is one of nobody.
            of_side.map(|figures| figures.get(group).map_or_else(Figures::default, |it| *it))
        };
        differences.extend(groups.into_iter().map(|group| Difference {
            quarters,
            regime: group.0.clone(),
            measure: group.1.clone(),
            before: figures(old, group),
            after: figures(new, group),
        }));
    }
    Ok(differences)
}

/// The quarters that are set beside each other: the same where both are states of one delivery or
/// have quarters in common, otherwise those at the same place of windows of the same length.
fn matched(
    before: &LoggedCommit,
    after: &LoggedCommit,
) -> Result<Vec<(Quarter, Quarter)>, DifferenceError> {
    let (first, second) = (window(before)?, window(after)?);
    if before.record.delivery == after.record.delivery || first.overlaps(second) {
        let quarters: BTreeSet<Quarter> = first.iter().chain(second.iter()).collect();
        return Ok(quarters.into_iter().map(|quarter| (quarter, quarter)).collect());
    }
    if first.iter().count() != second.iter().count() {
        let name = |commit: &LoggedCommit| commit.record.delivery.clone();
        return Err(DifferenceError::Unmatched((name(before), first), (name(after), second)));
    }
    Ok(first.iter().zip(second.iter()).collect())
}

fn window(commit: &LoggedCommit) -> Result<QuarterRange, DifferenceError> {
    let window = commit.record.quarters();
    window.ok_or_else(|| DifferenceError::Window(commit.record.delivery.clone()))
}

/// Regime and measure.
type Group = (String, String);

/// The figures of one commit's delivery, for each quarter that it covers.
type Cells = BTreeMap<Quarter, BTreeMap<Group, Figures>>;

fn cells(
    warehouse: &Warehouse,
    (commit, snapshot): (&LoggedCommit, &Snapshot),
) -> Result<Cells, DifferenceError> {
    let window = window(commit)?;
    let asked = Arguments {
        from: Some(window.first()),
        to: Some(window.last()),
        wheres: Vec::new(),
        sets: Vec::new(),
    };
    let query = Catalog::open(None)?.query(QUERY)?;
    let basis = Basis::new(warehouse, snapshot, Means::default());
    let question = resolve(query, &asked, basis.dictionary())?;
    let tables = answer(vec![question], &basis)?.tables;
    let mut cells: Cells = window.iter().map(|quarter| (quarter, BTreeMap::new())).collect();
    for table in &tables {
        for row in 0..table.row_count() {
            let quarter = text(table, "quarter", row).parse().ok();
            if let Some(figures) = quarter.and_then(|quarter| cells.get_mut(&quarter)) {
                let group = (text(table, "regime", row), text(table, "measure", row));
                figures.insert(group, Figures::of(table, row));
            }
        }
    }
    Ok(cells)
}

fn values<'t>(table: &'t ReleasedTable, name: &str) -> Option<&'t Values> {
    table.columns().iter().find(|column| column.name == name).map(|column| &column.values)
}

fn text(table: &ReleasedTable, name: &str, row: usize) -> String {
    known(values(table, name).and_then(|it| it.text(row))).into_owned()
}

impl Figures {
    fn of(table: &ReleasedTable, row: usize) -> Self {
        let number = |name| match values(table, name) {
            Some(Values::Numbers(numbers)) => known(numbers.cells[row].value()),
            _ => known(None),
        };
        let count = |name| fitting(number(name));
        let (observations, persons) = (count("observations"), count("persons"));
        Self { observations, persons, cents: number("amount") }
    }
}
