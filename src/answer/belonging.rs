//! Which cells are rows of an answer: those with observations, and those without that have a figure
//! other than 0 from other quarters. A member that drops to nothing has its change, and one of an
//! earlier quarter of the year its cumulative figure. Never: a row of a quarter that was not
//! delivered or not asked for, but in an answer that has every combination.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use super::assembly::{Assembly, Row, quarter_of};
use super::complete::{TooManyRows, combinations};
use crate::counting::figures::Key;
use crate::metric::Dimension;
use crate::quarter::Quarter;
use crate::query::language::span::Span;

impl<'a> Assembly<'a> {
    /// The rows of every level, in no order yet.
    pub(crate) fn rows(&self) -> Result<Vec<Row<'a>>, TooManyRows> {
        let mut rows = Vec::new();
        for (level, dimensions) in self.question.query().row_levels().into_iter().enumerate() {
            rows.extend(self.rows_of(level, &dimensions.into())?);
        }
        Ok(rows)
    }

    fn rows_of(
        &self,
        level: usize,
        dimensions: &Rc<[Dimension]>,
    ) -> Result<Vec<Row<'a>>, TooManyRows> {
        let question = self.question;
        let asked = |row: &Row<'_>| {
            let shown = || row.quarter().is_none_or(|it| question.shows(it));
            !question.narrows_time() || shown()
        };
        let row = |key: Cow<'a, Key>| self.row(level, dimensions, key);
        if question.query().complete {
            let keys =
                combinations(dimensions, question, self.figures, &self.asked, self.dictionary)?;
            return Ok(keys.into_iter().map(|it| row(Cow::Owned(it))).filter(asked).collect());
        }
        let counted = self.figures.cells(dimensions).map(|(key, counts)| Row {
            level,
            dimensions: Rc::clone(dimensions),
            key: Cow::Borrowed(key),
            counted: Some(counts),
        });
        let mut rows: Vec<Row<'a>> = counted.filter(asked).collect();
        let others = self.others(dimensions).into_iter().map(|it| row(Cow::Owned(it)));
        rows.extend(others.filter(|row| self.has_figures(row)));
        Ok(rows)
    }

    /// Whether a figure of a row without observations is a number other than 0.
    fn has_figures(&self, row: &Row<'_>) -> bool {
        let mut derived = self.question.query().derived.iter();
        derived.any(|it| self.derived(row, it).0.value().is_some_and(|value| value != 0))
    }

    /// Cells without observations in which other quarters could leave a figure.
    fn others(&self, dimensions: &[Dimension]) -> BTreeSet<Key> {
        let query = self.question.query();
        if !dimensions.contains(&Dimension::Quarter) {
            return BTreeSet::new();
        }
        let delivered = self.asked.iter().copied().filter(|it| self.coverage.has(*it));
        let shown: BTreeSet<Quarter> = delivered.collect();
        let mut others = BTreeSet::new();
        let mut add = |key: Key| {
            if self.figures.counts(dimensions, &key).is_none() {
                others.insert(key);
            }
        };
        for against in query.againsts() {
            let mut compared: BTreeMap<Quarter, Vec<Quarter>> = BTreeMap::new();
            for quarter in &shown {
                compared.entry(against.of(*quarter)).or_default().push(*quarter);
            }
            for key in self.figures.keys(dimensions, Span::Own) {
                let other = quarter_of(dimensions, key);
                let later = other.and_then(|other| compared.get(&other)).into_iter().flatten();
                later.for_each(|quarter| add(in_quarter(dimensions, key, *quarter)));
            }
        }
        for span in query.spans() {
            let keys = self.figures.keys(dimensions, span);
            let shown = |key: &&Key| {
                quarter_of(dimensions, key).is_some_and(|quarter| shown.contains(&quarter))
            };
            keys.filter(shown).for_each(|key| add(key.clone()));
        }
        others
    }
}

/// The key of the same cell in another quarter.
pub(crate) fn in_quarter(dimensions: &[Dimension], key: &Key, quarter: Quarter) -> Key {
    let text = |(dimension, text): (&Dimension, &Option<Arc<str>>)| match dimension {
        Dimension::Quarter => Some(quarter.to_string().into()),
        Dimension::Year => Some(quarter.year().to_string().into()),
        _ => text.clone(),
    };
    dimensions.iter().zip(key).map(text).collect()
}
