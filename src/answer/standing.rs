//! What the cells of an answer say of their quarters, worked out a second way: from the names that
//! stand in each row, and the windows of deliveries.

use std::collections::BTreeSet;

use super::column::{Cell, Member, ResultColumn, Values};
use crate::counting::figures::Checked;
use crate::metric::Dimension;
use crate::quarter::{Month, Quarter};
use crate::query::{Against, Delivered, Formula, Question};

/// The years that quarters are looked for in.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2200;

/// Compares what each cell of an answer says with how many of its quarters were delivered.
pub(crate) fn check_standings(
    question: &Question,
    columns: &[ResultColumn],
    row_count: usize,
    delivered: &Delivered,
) -> Checked {
    let names = Names::new(question, columns, delivered);
    let mut checked = Checked::default();
    for column in columns {
        let Values::Numbers(numbers) = &column.values else { continue };
        let derived = question.query.derived.iter().find(|it| it.name == column.name);
        let formula = derived.map(|it| &it.formula);
        for (row, cell) in numbers.cells.iter().enumerate().take(row_count) {
            let standing = names.standing(row, formula);
            if !standing.agrees(*cell) {
                let Standing { over, counted, .. } = standing;
                let text = format!(
                    "row {}, {}: {cell:?} over {counted} of {over} quarters",
                    row + 1,
                    column.name
                );
                checked.differences.push(text);
            }
        }
    }
    checked
}

/// How much of what a figure is over there is.
#[derive(Debug, Clone, Copy)]
struct Standing {
    over: usize,
    counted: usize,
    /// Whether months that it needs are not known.
    lacks_months: bool,
    /// Whether the quarter that it is compared with was delivered.
    has_other: bool,
}

impl Standing {
    fn agrees(self, cell: Cell) -> bool {
        let whole = self.counted == self.over && !self.lacks_months;
        match cell {
            Cell::Value(_) => self.counted > 0 && whole && self.has_other,
            Cell::Partial(_) | Cell::LeftOut => self.counted > 0 && !whole && self.has_other,
            Cell::NotDelivered => self.counted == 0 || !self.has_other,
            // Whether there is something to divide by or to fill in says nothing of quarters.
            Cell::Undefined | Cell::NotApplicable => true,
        }
    }
}

/// What the names in rows mean.
struct Names<'a> {
    question: &'a Question,
    delivered: &'a Delivered,
    columns: &'a [ResultColumn],
    /// The quarters that a row over no time is over.
    of_all: BTreeSet<Quarter>,
    by_months: bool,
}

impl<'a> Names<'a> {
    fn new(question: &'a Question, columns: &'a [ResultColumn], delivered: &'a Delivered) -> Self {
        let by_months = question.depends_on(Dimension::MeasureMonths);
        let asks_time = question.narrows_time();
        let by_name = question.wheres.keys().any(|it| it.is_of_time());
        let (first, last) = (delivered.first(), delivered.last());
        let of_calendar = YEARS.flat_map(of_year).filter(|it| {
            let is_bounded = |range: crate::quarter::QuarterRange| {
                let since =
                    !YEARS.contains(&range.first().year()) && first.is_none_or(|first| *it < first);
                let until =
                    !YEARS.contains(&range.last().year()) && last.is_none_or(|last| *it > last);
                !since && !until
            };
            match (asks_time, question.range) {
                (false, _) => delivered.has(*it),
                (true, Some(range)) => question.shows(*it) && (by_name || is_bounded(range)),
                (true, None) => question.shows(*it),
            }
        });
        Self { question, delivered, columns, of_all: of_calendar.collect(), by_months }
    }

    fn member(&self, dimension: Dimension, row: usize) -> Option<&Member> {
        let column = self.columns.iter().find(|it| it.name == dimension.name())?;
        match &column.values {
            Values::Members(members) => members.get(row),
            _ => None,
        }
    }

    fn text(&self, dimension: Dimension, row: usize) -> Option<&str> {
        match self.member(dimension, row)? {
            Member::Value(text) => Some(text),
            _ => None,
        }
    }

    fn standing(&self, row: usize, formula: Option<&Formula>) -> Standing {
        let of_month = || Some(self.text(Dimension::Month, row)?.parse::<Month>().ok()?.quarter());
        let quarter = self.text(Dimension::Quarter, row).and_then(|it| it.parse().ok());
        let quarter = quarter.or_else(of_month);
        let year = self.text(Dimension::Year, row).and_then(|it| it.parse().ok());
        let own = self.named(quarter, year);
        let is_counted = |it: &&Quarter| self.delivered.has(**it) && self.question.shows(**it);
        let last = own.iter().rfind(is_counted).copied();
        let (over, counted) = match (formula, quarter) {
            (Some(Formula::Share(_, within)), _) => {
                let names = [Dimension::Quarter, Dimension::Month];
                let quarter = quarter.filter(|_| names.iter().any(|it| within.contains(it)));
                let year = year.filter(|_| within.contains(&Dimension::Year));
                let over = own.union(&self.named(quarter, year)).copied().collect::<BTreeSet<_>>();
                (over.len(), last.map_or(0, |_| over.iter().filter(is_counted).count()))
            }
            // Quarters before those asked for are read as needed.
            (Some(formula @ (Formula::Cumulative(_) | Formula::Moving(..))), Some(quarter)) => {
                let over = gathered(formula, quarter);
                (over.len(), over.iter().filter(|it| self.delivered.has(**it)).count())
            }
            _ => (own.len(), own.iter().filter(is_counted).count()),
        };
        let other = formula.and_then(|formula| compared(formula, quarter?));
        let of_months = self.member(Dimension::MeasureMonths, row);
        let of_months = matches!(of_months, Some(Member::Value(_) | Member::Rest));
        let missing = last.max(other).and_then(|last| self.delivered.missing_until(last).next());
        Standing {
            over,
            counted,
            lacks_months: (self.by_months || of_months) && missing.is_some(),
            has_other: other.is_none_or(|it| self.delivered.has(it)),
        }
    }

    /// The quarters that a row of a quarter, a year or neither is over.
    fn named(&self, quarter: Option<Quarter>, year: Option<i32>) -> BTreeSet<Quarter> {
        match (quarter, year) {
            (Some(quarter), _) => [quarter].into(),
            (None, Some(year)) => of_year(year).collect(),
            (None, None) => self.of_all.clone(),
        }
    }
}

/// The quarters that a figure of one gathers.
fn gathered(formula: &Formula, quarter: Quarter) -> Vec<Quarter> {
    match formula {
        Formula::Moving(_, count) => (0..*count).map(|back| quarter.plus(-back)).collect(),
        _ => of_year(quarter.year()).filter(|it| *it <= quarter).collect(),
    }
}

/// The quarter that one is compared with.
fn compared(formula: &Formula, quarter: Quarter) -> Option<Quarter> {
    let (Formula::Change(_, against) | Formula::Rate(_, against)) = formula else { return None };
    Some(match against {
        Against::PreviousQuarter => quarter.plus(-1),
        Against::YearBefore => quarter.plus(-4),
        Against::Base(base) => *base,
    })
}

fn of_year(year: i32) -> impl Iterator<Item = Quarter> {
    (1..=4).filter_map(move |number| Quarter::new(year, number))
}
