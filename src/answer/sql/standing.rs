//! Why a figure has no number, or one over some of its quarters only, as a condition on its row.
//!
//! What depends on time alone is known before any row is read, and asked of the same rules as for answers: of rows
//! that have nothing but a quarter or a year. In: a level and a figure. Out: the text of its status. Never: a rule
//! about quarters that answers do not have too.

use std::borrow::Cow;
use std::sync::Arc;

use super::figure::Figure;
use super::level::{Rows, compared};
use super::truth::Truth;
use crate::answer::assembly::Row;
use crate::answer::column::Cell;
use crate::counting::figures::Key;
use crate::counting::sql::in_runs;
use crate::exact::fitting;
use crate::metric::{Dimension, Metric, Tally};
use crate::quarter::Quarter;
use crate::query::language::span::Span;
use crate::query::{Formula, Statistic};
use crate::sql::{BinaryOperator, Expr, binary, case, expression, listed, nothing, number, text};

/// Statuses in the order in which the first that holds is said.
type Reasons = Vec<(Truth, &'static str)>;

const NOT_DELIVERED: &str = "not_delivered";
const NOT_APPLICABLE: &str = "not_applicable";
const UNDEFINED: &str = "undefined";
/// Of a number over some of its quarters.
pub(super) const PARTIAL: &str = "partial";

fn is_zero(value: Expr) -> Truth {
    Truth::Where(Box::new(binary(value, BinaryOperator::Eq, number(0, 0))))
}

fn is_other(value: Expr) -> Truth {
    Truth::Where(Box::new(binary(value, BinaryOperator::NotEq, number(0, 0))))
}

impl Rows<'_> {
    /// The status of a figure; `None` where it is always a number over all its quarters.
    pub(super) fn status(&self, figure: Figure<'_>) -> Option<Expr> {
        let mut branches = Vec::new();
        for (truth, label) in self.reasons(figure) {
            match truth {
                Truth::Never => {}
                Truth::Always if branches.is_empty() => return Some(text(label)),
                Truth::Always => return Some(case(branches, Some(text(label)))),
                Truth::Where(condition) => branches.push((*condition, text(label))),
            }
        }
        (!branches.is_empty()).then(|| case(branches, None))
    }

    fn reasons(&self, figure: Figure<'_>) -> Reasons {
        let mut reasons = self.lacking(figure);
        match figure {
            Figure::Metric(metric) => match metric.tally() {
                Tally::Quotient(_, under) => reasons.push((is_zero(self.own(under)), UNDEFINED)),
                Tally::MonthlyMean(_) => {
                    let months = |row: &Row<'_>| self.statement.assembly.months_of(row);
                    reasons.push((self.when(|row| months(row) == 0), UNDEFINED));
                }
                _ => {}
            },
            Figure::Derived(derived) => reasons.extend(self.reasons_of(&derived.formula)),
        }
        reasons.push((self.is_partial(figure), PARTIAL));
        reasons
    }

    /// Where of the times of the level something holds of a row that has nothing but its time.
    fn when(&self, holds: impl Fn(&Row<'_>) -> bool) -> Truth {
        let statement = self.statement;
        let row = |quarter: Option<&str>, year: Option<&str>| {
            let value = |it: &Dimension| match it {
                Dimension::Quarter => quarter.map(Arc::from),
                Dimension::Year => year.map(Arc::from),
                _ => None,
            };
            let key: Key = self.dimensions.iter().map(value).collect();
            statement.assembly.row(self.number, &self.dimensions.clone().into(), Cow::Owned(key))
        };
        // A row of an answer that is not complete is of a quarter that was delivered.
        let complete = statement.question.query.complete;
        let asked = statement.asked().iter();
        let asked: Vec<Quarter> =
            asked.copied().filter(|it| complete || statement.coverage.has(*it)).collect();
        let mut values: Vec<(String, bool)> = Vec::new();
        let dimension = if self.has(Dimension::Quarter) {
            for quarter in &asked {
                let (text, year) = (quarter.to_string(), quarter.year().to_string());
                let holds = holds(&row(Some(&text), Some(&year)));
                values.push((text, holds));
            }
            Dimension::Quarter
        } else if self.has(Dimension::Year) {
            let mut years: Vec<i32> = asked.iter().map(|it| it.year()).collect();
            years.dedup();
            for year in years {
                let year = year.to_string();
                let holds = holds(&row(None, Some(&year)));
                values.push((year, holds));
            }
            Dimension::Year
        } else {
            return holds(&row(None, None)).into();
        };
        if !values.is_empty() && values.iter().all(|it| it.1) {
            return Truth::Always;
        }
        in_runs(&self.dimension(dimension), &values).into()
    }

    /// The calendar months of the quarters delivered that a row is over; none where there are none.
    pub(super) fn months(&self) -> Expr {
        const MONTHS_OF_YEAR: usize = 12;
        let of = |row: &Row<'_>| self.statement.assembly.months_of(row);
        if !self.has(Dimension::Quarter) && !self.has(Dimension::Year) {
            let row = self.without_time();
            return number(fitting::<_, i128>(of(&row)), 0);
        }
        let mut branches = Vec::new();
        for months in 1..=MONTHS_OF_YEAR {
            let count = number(fitting::<_, i128>(months), 0);
            match self.when(|row| of(row) == months) {
                Truth::Never => {}
                Truth::Always => return count,
                Truth::Where(condition) => branches.push((*condition, count)),
            }
        }
        if branches.is_empty() { nothing() } else { case(branches, None) }
    }

    fn without_time(&self) -> Row<'_> {
        let key: Key = self.dimensions.iter().map(|_| None).collect();
        let assembly = &self.statement.assembly;
        assembly.row(self.number, &self.dimensions.clone().into(), Cow::Owned(key))
    }

    /// Why there is no number in a row that may lack one.
    fn lacking(&self, figure: Figure<'_>) -> Reasons {
        let (statement, about) = (self.statement, figure.about());
        let complete = statement.question.query.complete;
        let of_time = self.has(Dimension::Quarter) || self.has(Dimension::Year);
        if of_time && !complete {
            return Vec::new();
        }
        let not_delivered = self.when(|row| statement.assembly.not_delivered(row).is_some());
        // A span has quarters of its own, whether the row's was delivered or not.
        let has_span = figure.formula().is_some_and(|it| it.span() != Span::Own);
        let of_span = has_span && self.has(Dimension::Quarter);
        let not_delivered = if of_span { Truth::Never } else { not_delivered };
        if !complete {
            return vec![(not_delivered, NOT_DELIVERED)];
        }
        let of_conventions: Vec<Metric> =
            about.into_iter().filter(|it| it.is_of_conventions()).collect();
        let first = of_conventions.first().copied();
        let lacking = |row: &Row<'_>| {
            statement.coverage.lacking(first, &row.dimensions, &row.key, statement.asked())
        };
        let mut other = self.when(|row| lacking(row) == Some(Cell::NotApplicable));
        let fills = &statement.coverage.amount_regimes;
        if first.is_some() && self.has(Dimension::Regime) && !fills.is_empty() {
            let fills = listed(
                self.dimension(Dimension::Regime),
                fills.iter().map(|it| text(it)).collect(),
            );
            other = other.or(Truth::Where(Box::new(fills)).not());
        }
        let held = of_conventions.iter().flat_map(|it| it.held_by());
        let holds =
            held.fold(Truth::Always, |all, it| all.and(self.has_value(it, figure.formula())));
        let none_asked = Truth::from(statement.asked().is_empty());
        vec![
            (none_asked, NOT_DELIVERED),
            (other.and(holds.not()), NOT_APPLICABLE),
            (not_delivered, NOT_DELIVERED),
        ]
    }

    /// Whether a metric is other than 0 in a row, or in its cell in one of the quarters of a formula.
    fn has_value(&self, metric: Metric, formula: Option<&Formula>) -> Truth {
        let mut has = is_other(self.own(metric));
        if let Some(formula) = formula.filter(|_| self.has(Dimension::Quarter)) {
            if formula.span() != Span::Own {
                has = has.or(is_other(self.gathered(metric, formula.span())));
            }
            if let Some(against) = formula.against() {
                has = has.or(is_other(compared(metric, against)));
            }
        }
        has
    }

    /// Why a formula has no number.
    fn reasons_of(&self, formula: &Formula) -> Reasons {
        if formula.needs_quarter() && !self.has(Dimension::Quarter) {
            return vec![(Truth::Always, UNDEFINED)];
        }
        let coverage = self.statement.coverage;
        match formula {
            Formula::Ratio(_, denominator) => vec![(is_zero(self.own(*denominator)), UNDEFINED)],
            Formula::Share(metric, within) => {
                vec![(is_zero(self.whole(*metric, within)), UNDEFINED)]
            }
            Formula::Change(metric, against) | Formula::Rate(metric, against) => {
                let other = |row: &Row<'_>| row.quarter().map(|it| against.of(it));
                let exists = |row: &Row<'_>| {
                    row.quarter()
                        .into_iter()
                        .chain(other(row))
                        .all(|it| coverage.exists(*metric, it))
                };
                let mut reasons = vec![
                    (self.when(|row| !exists(row)), NOT_APPLICABLE),
                    (
                        self.when(|row| other(row).is_some_and(|it| !coverage.has(it))),
                        NOT_DELIVERED,
                    ),
                ];
                if matches!(formula, Formula::Rate(..)) {
                    reasons.push((is_zero(compared(*metric, *against)), UNDEFINED));
                }
                reasons
            }
            Formula::Cumulative(metric) | Formula::Moving(metric, _) => {
                let sources = |row: &Row<'_>| {
                    row.quarter().map_or_else(Vec::new, |it| formula.span().sources(it))
                };
                let exists =
                    |row: &Row<'_>| sources(row).iter().all(|it| coverage.exists(*metric, *it));
                let has = |row: &Row<'_>| sources(row).iter().any(|it| coverage.has(*it));
                vec![
                    (self.when(|row| !exists(row)), NOT_APPLICABLE),
                    (self.when(|row| !has(row)), NOT_DELIVERED),
                ]
            }
            Formula::PerPerson(
                Statistic::Minimum | Statistic::Maximum | Statistic::Quantile(_),
            ) => {
                let least = Expr::IsNull(Box::new(self.spread("least")));
                vec![(Truth::Where(Box::new(least)), UNDEFINED)]
            }
        }
    }

    /// Whether a number is over some of its quarters only.
    fn is_partial(&self, figure: Figure<'_>) -> Truth {
        let assembly = &self.statement.assembly;
        let plain = self.when(|row| !assembly.missing(row, figure.formula()).is_empty());
        if !self.has(Dimension::MeasureMonths) {
            return plain;
        }
        // A row with months of persons in a measure needs all quarters before.
        let mut by_months = assembly.clone();
        by_months.by_months = true;
        let with_months = self.when(|row| !by_months.missing(row, figure.formula()).is_empty());
        let months = self.dimension(Dimension::MeasureMonths);
        let has_months = expression("$months IS NOT NULL", &[("months", months)]);
        plain.or(Truth::Where(Box::new(has_months)).and(with_months))
    }
}
