//! What a statement makes of the observations: tables of typed columns, as data.

use crate::query::language::expression::{Kind, Typed};

/// The aggregates there are.
pub(super) const AGGREGATES: [&str; 5] = ["avg", "count", "max", "min", "sum"];

/// Where rows come from.
#[derive(Debug, Clone)]
pub(super) enum Relation {
    /// The stored observations.
    Observations,
    Selection(Box<Selection>),
    /// The rows of several, one after the other; each once where distinct.
    Union {
        number: usize,
        parts: Vec<Table>,
        kinds: Vec<Kind>,
        distinct: bool,
    },
}

/// A relation with what is known of its rows.
#[derive(Debug, Clone)]
pub(super) struct Table {
    pub(super) relation: Relation,
    /// Names and kinds, in order.
    pub(super) columns: Vec<(String, Kind)>,
    /// Whether a row stands for a single observation or person.
    pub(super) is_single: bool,
    /// SELECTs in it.
    pub(super) selects: usize,
}

/// One SELECT, or the order of what another gives.
#[derive(Debug, Clone)]
pub(super) struct Selection {
    /// Names the columns that are worked out for it, so that no two are alike.
    pub(super) number: usize,
    pub(super) input: Relation,
    pub(super) condition: Option<Typed>,
    pub(super) grouping: Option<Grouping>,
    pub(super) having: Option<Typed>,
    pub(super) outputs: Vec<Typed>,
    pub(super) distinct: bool,
    pub(super) order: Vec<Order>,
    pub(super) limit: Option<Limit>,
}

/// What rows are grouped by, and what is counted of each group.
#[derive(Debug, Clone, Default)]
pub(super) struct Grouping {
    pub(super) keys: Vec<Typed>,
    pub(super) calls: Vec<Call>,
}

/// An aggregate of the values of an expression that are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Call {
    pub(super) aggregate: Aggregate,
    pub(super) argument: Typed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Aggregate {
    /// Rows, whatever the argument.
    Rows,
    Count,
    Distinct,
    Sum,
    Least,
    Greatest,
}

#[derive(Debug, Clone)]
pub(super) struct Order {
    pub(super) by: Typed,
    pub(super) descending: bool,
    pub(super) nothing_first: bool,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Limit {
    pub(super) skipped: u64,
    pub(super) rows: Option<u64>,
}

impl Relation {
    /// The engine's name of a column of this relation.
    pub(super) fn column(&self, at: usize) -> String {
        match self {
            Self::Observations => String::new(),
            Self::Selection(selection) => selection.output(at),
            Self::Union { number, .. } => format!("_{number}o{at}"),
        }
    }
}

impl Selection {
    pub(super) fn output(&self, at: usize) -> String {
        format!("_{}o{at}", self.number)
    }
}
