//! What an answer is assembled from, and its rows on the way.
//!
//! In: a question and what was counted. Out: the same, together. Never: a row that is not of one of its levels.

use super::column::Cell;
use super::complete::Coverage;
use super::figures::{Figures, Key, Row as Counts};
use super::note::Note;
use super::resolve::Question;
use crate::dictionary::Dictionary;
use crate::metric::Dimension;
use crate::quarter::Quarter;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::rc::Rc;

/// What columns are made of.
#[derive(Clone)]
pub(super) struct Assembly<'a> {
    pub(super) question: &'a Question,
    pub(super) figures: &'a Figures,
    pub(super) coverage: &'a Coverage,
    /// The quarters asked for, as [`Coverage::asked`] gives them.
    pub(super) asked: Vec<Quarter>,
    /// Those of them that were not delivered.
    pub(super) undelivered: Vec<Quarter>,
    /// Whether the months of persons decide which rows count.
    pub(super) by_months: bool,
    pub(super) dictionary: &'a Dictionary,
    /// Whether rows may be of quarters that were not delivered: every combination is asked for, or
    /// another state has them.
    pub(super) may_lack: bool,
    /// Whether what does not exist or is not filled in has no number, rather than being 0.
    pub(super) tells_applicable: bool,
}

/// What a reader must know of columns.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub(super) notes: BTreeSet<Note>,
    /// The quarters that partial figures lack.
    pub(super) missing: BTreeSet<Quarter>,
}

impl Told {
    /// A cell, partial where quarters are missing that it should be over.
    pub(super) fn marked(&mut self, cell: Cell, missing: &[Quarter]) -> Cell {
        if missing.is_empty() || cell.value().is_none() {
            return cell;
        }
        self.missing.extend(missing);
        cell.partial()
    }
}

/// A row: the place of its level among the answer's, and the values of that level's dimensions.
pub(super) struct Row<'f> {
    pub(super) level: usize,
    pub(super) dimensions: Rc<[Dimension]>,
    pub(super) key: Cow<'f, Key>,
    /// What was counted of it, if anything was.
    pub(super) counted: Option<&'f Counts>,
}

impl Row<'_> {
    pub(super) fn quarter(&self) -> Option<Quarter> {
        quarter_of(&self.dimensions, &self.key)
    }

    pub(super) fn year(&self) -> Option<i32> {
        let at = self.dimensions.iter().position(|it| *it == Dimension::Year)?;
        self.key[at].as_deref()?.parse().ok()
    }
}

/// The quarter of a cell.
pub(super) fn quarter_of(dimensions: &[Dimension], key: &Key) -> Option<Quarter> {
    let at = dimensions.iter().position(|it| *it == Dimension::Quarter)?;
    key[at].as_deref()?.parse().ok()
}
