//! Figures over fewer quarters than they should be. A row over a year is over its four quarters, a
//! moving or cumulative figure over those of its span, a row over no time over those asked for or,
//! where none are named, over those delivered. One by persons' months in a measure needs all since
//! the first delivery.

use super::assembly::{Assembly, Row};
use super::column::Cell;
use crate::metric::Dimension;
use crate::quarter::{Month, Quarter, quarters_of};
use crate::query::Formula;
use crate::query::language::span::Span;
use crate::query::plan::delivered::ranges;
use crate::query::plan::level::kept;

impl Assembly<'_> {
    /// The quarters that a figure of a row should be over and is not; of a metric where there is no
    /// formula.
    pub(crate) fn missing(&self, row: &Row<'_>, formula: Option<&Formula>) -> Vec<Quarter> {
        let mut missing = self.missing_of(&row.dimensions, row);
        if let Some(formula) = formula {
            let span = formula.span();
            if span != Span::Own
                && let Some(quarter) = row.quarter()
            {
                let sources = span.sources(quarter).into_iter();
                missing.extend(sources.filter(|it| !self.coverage.has(*it)));
            }
            if let Formula::Share(_, within) = formula {
                missing.extend(self.missing_of(&kept(&row.dimensions, within), row));
            }
        }
        if self.counts_months(row) {
            let against = formula.and_then(Formula::against);
            let other = against.and_then(|against| Some(against.of(row.quarter()?)));
            let last = self.delivered_of(row).max().max(other);
            missing.extend(last.iter().flat_map(|it| self.coverage.delivered().missing_until(*it)));
        }
        missing
    }

    /// The quarters that a row with these of its dimensions should be over by its name, and is not.
    fn missing_of(&self, dimensions: &[Dimension], row: &Row<'_>) -> Vec<Quarter> {
        if [Dimension::Quarter, Dimension::Month].iter().any(|it| dimensions.contains(it)) {
            return Vec::new();
        }
        let lacks = |it: &Quarter| !self.coverage.has(*it) || self.asked.binary_search(it).is_err();
        match row.year().filter(|_| dimensions.contains(&Dimension::Year)) {
            Some(year) => quarters_of(year).filter(lacks).collect(),
            None if self.question.narrows_time() => self.undelivered.clone(),
            None => Vec::new(),
        }
    }

    /// Whether a row depends on the months of persons; without a value of them it does not.
    fn counts_months(&self, row: &Row<'_>) -> bool {
        let mut values = row.dimensions.iter().zip(row.key.iter());
        self.by_months
            || values.any(|(it, value)| *it == Dimension::MeasureMonths && value.is_some())
    }

    /// The delivered quarters that a row is over; those before the ones asked for are over themselves.
    pub(crate) fn delivered_of(&self, row: &Row<'_>) -> impl Iterator<Item = Quarter> {
        let (quarter, year) = (row.quarter(), row.year());
        let of_row = move |it: &Quarter| {
            quarter.is_none_or(|quarter| quarter == *it)
                && year.is_none_or(|year| year == it.year())
        };
        self.asked.iter().copied().filter(move |it| of_row(it) && self.coverage.has(*it))
    }

    /// How many calendar months of delivered quarters a row is over.
    pub(crate) fn months_of(&self, row: &Row<'_>) -> usize {
        if row.dimensions.contains(&Dimension::Month) {
            return 1;
        }
        let asked = self.question.wheres.get(&Dimension::Month);
        let is_asked = |it: &Month| asked.is_none_or(|asked| asked.contains(&Some(it.to_string())));
        // The first delivery has a window that begins before there is anything to count.
        let quarters = self.delivered_of(row).filter(|it| *it >= Quarter::SOURCE_START);
        quarters.flat_map(Month::of_quarter).filter(is_asked).count()
    }

    /// The quarters that rows over no time are over where none were asked for: those delivered.
    pub(crate) fn over(&self, rows: &[Row<'_>]) -> Option<Vec<String>> {
        let over_none = |row: &Row<'_>| !row.dimensions.iter().any(|it| it.is_of_time());
        let delivered = self.asked.iter().copied().filter(|it| self.coverage.has(*it));
        if self.question.narrows_time() || !rows.iter().any(over_none) {
            return None;
        }
        let quarters = ranges(&delivered.collect());
        (!quarters.is_empty()).then_some(quarters)
    }

    /// Why a row has no number at all: none of the quarters that it is over was delivered.
    pub(crate) fn not_delivered(&self, row: &Row<'_>) -> Option<Cell> {
        let has = match (row.quarter(), row.year()) {
            (Some(quarter), _) => self.coverage.has(quarter),
            (None, Some(year)) => {
                let mut of_year = self.asked.iter().filter(|it| it.year() == year);
                of_year.any(|it| self.coverage.has(*it))
            }
            (None, None) => self.undelivered.len() < self.asked.len(),
        };
        (!has).then_some(Cell::NotDelivered)
    }
}
