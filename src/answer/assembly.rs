//! What an answer is assembled from, and its rows on the way.
//!
//! In: a question and what was counted. Out: the same, together. Never: a row that is not of one of its levels.

use super::column::Cell;
use super::complete::Coverage;
use crate::counting::Figures;
use crate::counting::figures::{Key, Row as Counts};
use crate::dictionary::Dictionary;
use crate::metric::Dimension;
use crate::quarter::{Month, Quarter};
use crate::query::{Note, Question};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::rc::Rc;

/// What columns are made of.
#[derive(Clone)]
pub(crate) struct Assembly<'a> {
    pub(crate) question: &'a Question,
    pub(crate) figures: &'a Figures,
    pub(crate) coverage: &'a Coverage,
    /// The quarters asked for, as [`Coverage::asked`] gives them.
    pub(crate) asked: Vec<Quarter>,
    /// Those of them that were not delivered.
    pub(crate) undelivered: Vec<Quarter>,
    /// Whether the months of persons decide which rows count.
    pub(crate) by_months: bool,
    pub(crate) dictionary: &'a Dictionary,
    /// Whether rows may be of quarters that were not delivered: every combination is asked for, or
    /// another state has them.
    pub(crate) may_lack: bool,
    /// Whether what does not exist or is not filled in has no number, rather than being 0.
    pub(crate) tells_applicable: bool,
}

/// What a reader must know of columns.
#[derive(Debug, Default)]
pub(crate) struct Told {
    pub(crate) notes: BTreeSet<Note>,
    /// The quarters that partial figures lack.
    pub(crate) missing: BTreeSet<Quarter>,
}

impl Told {
    /// A cell, partial where quarters are missing that it should be over.
    pub(crate) fn marked(&mut self, cell: Cell, missing: &[Quarter]) -> Cell {
        if missing.is_empty() || cell.value().is_none() {
            return cell;
        }
        self.missing.extend(missing);
        cell.partial()
    }
}

/// A row: the place of its level among the answer's, and the values of that level's dimensions.
pub(crate) struct Row<'f> {
    pub(crate) level: usize,
    pub(crate) dimensions: Rc<[Dimension]>,
    pub(crate) key: Cow<'f, Key>,
    /// What was counted of it, if anything was.
    pub(crate) counted: Option<&'f Counts>,
}

impl Row<'_> {
    pub(crate) fn quarter(&self) -> Option<Quarter> {
        quarter_of(&self.dimensions, &self.key)
    }

    pub(crate) fn year(&self) -> Option<i32> {
        let at = self.dimensions.iter().position(|it| *it == Dimension::Year)?;
        self.key[at].as_deref()?.parse().ok()
    }
}

/// The quarter of a cell, also one of a month.
pub(crate) fn quarter_of(dimensions: &[Dimension], key: &Key) -> Option<Quarter> {
    let text = |wanted| {
        let at = dimensions.iter().position(|it| *it == wanted)?;
        key[at].as_deref()
    };
    match text(Dimension::Quarter) {
        Some(quarter) => quarter.parse().ok(),
        None => text(Dimension::Month)?.parse().ok().map(Month::quarter),
    }
}
