//! Figures to columns: the rows of an answer, its totals, and what is computed from counts.
//!
//! All of it is exact: integers, and one division at the end, rounded half to even.

use std::borrow::Cow;
use std::rc::Rc;

use super::complete::{Coverage, combinations};
use super::derived::{Against, Derived, Formula, Statistic};
use super::figures::{Figures, Key, Row as Counts};
use super::level::{Span, kept};
use super::resolve::Question;
use super::result::{Cell, Numbers, ResultColumn, TOTAL, Unit, Values};
use crate::dictionary::Dictionary;
use crate::metric::{Dimension, Metric};
use crate::quarter::Quarter;

/// What columns are made of.
pub(super) struct Assembly<'a> {
    pub(super) question: &'a Question,
    pub(super) figures: &'a Figures,
    pub(super) coverage: &'a Coverage,
    /// The quarters asked for, as [`Coverage::asked`] gives them.
    pub(super) asked: &'a [Quarter],
    /// Whether the months of persons decide which rows count.
    pub(super) by_months: bool,
    pub(super) dictionary: &'a Dictionary,
}

/// A row: the place of its level among the answer's, and the values of that level's dimensions.
pub(super) struct Row<'f> {
    pub(super) level: usize,
    pub(super) dimensions: Rc<[Dimension]>,
    key: Cow<'f, Key>,
    /// What was counted of it, if anything was.
    counted: Option<&'f Counts>,
}

impl Row<'_> {
    pub(super) fn quarter(&self) -> Option<Quarter> {
        self.value(Dimension::Quarter)?.parse().ok()
    }

    pub(super) fn year(&self) -> Option<i32> {
        self.value(Dimension::Year)?.parse().ok()
    }

    fn value(&self, dimension: Dimension) -> Option<&str> {
        let at = self.dimensions.iter().position(|it| *it == dimension)?;
        self.key[at].as_deref()
    }

    /// The key of the same cell in another quarter.
    fn in_quarter(&self, quarter: Quarter) -> Key {
        let texts = self.dimensions.iter().zip(self.key.iter());
        let text = |(dimension, text): (&Dimension, &Option<String>)| match dimension {
            Dimension::Quarter => Some(quarter.to_string()),
            Dimension::Year => Some(quarter.year().to_string()),
            _ => text.clone(),
        };
        texts.map(text).collect()
    }
}

impl<'a> Assembly<'a> {
    /// The rows of every level, in no order yet.
    pub(super) fn rows(&self) -> Vec<Row<'a>> {
        let query = self.question.query();
        let mut rows = Vec::new();
        for (level, dimensions) in query.row_levels().into_iter().enumerate() {
            let dimensions: Rc<[Dimension]> = dimensions.into();
            let row = |key: Cow<'a, Key>, counted| Row {
                level,
                dimensions: Rc::clone(&dimensions),
                key,
                counted,
            };
            let asked = |row: &Row<'_>| {
                let shown = || row.quarter().is_none_or(|it| self.question.shows(it));
                !self.question.narrows_time() || shown()
            };
            let figures = self.figures;
            if query.complete {
                let keys =
                    combinations(&dimensions, self.question, figures, self.asked, self.dictionary);
                let counted = |key: Key| {
                    let counted = figures.counts(&dimensions, &key);
                    row(Cow::Owned(key), counted)
                };
                rows.extend(keys.into_iter().map(counted).filter(asked));
            } else {
                let cells = figures.cells(&dimensions);
                let counted = cells.map(|(key, counts)| row(Cow::Borrowed(key), Some(counts)));
                rows.extend(counted.filter(asked));
            }
        }
        rows
    }

    pub(super) fn dimensions(&self, rows: &[Row<'_>]) -> Vec<ResultColumn> {
        let column = |dimension: &Dimension| {
            let text = |row: &Row<'_>| match row.dimensions.iter().position(|it| it == dimension) {
                Some(at) => row.key[at].clone(),
                None => Some(TOTAL.to_owned()),
            };
            let values = Values::Text(rows.iter().map(text).collect());
            ResultColumn { name: dimension.name().to_owned(), values }
        };
        self.question.query().dimensions.iter().map(column).collect()
    }

    pub(super) fn metrics(&self, rows: &[Row<'_>]) -> Vec<ResultColumn> {
        let query = self.question.query();
        let numbers = |name: &str, unit, decimals, cells| ResultColumn {
            name: name.to_owned(),
            values: Values::Numbers(Numbers { unit, decimals, cells }),
        };
        let metrics = query.metrics.iter().map(|metric| {
            let cell = |row| self.marked(row, None, self.metric(row, *metric));
            let cells = rows.iter().map(cell).collect();
            numbers(metric.name(), unit_of(*metric), metric.decimals(), cells)
        });
        let derived = query.derived.iter().map(|derived| {
            let cell = |row| self.marked(row, Some(&derived.formula), self.derived(row, derived));
            let cells = rows.iter().map(cell).collect();
            numbers(&derived.name, unit_of_formula(&derived.formula), derived.decimals, cells)
        });
        metrics.chain(derived).collect()
    }

    /// Why a complete answer has no number there. What the variable has in spite of its validity
    /// and regimes is in the total, and shown: only what is empty is not applicable.
    fn lacking(&self, row: &Row<'_>, metrics: &[Metric], quarters: &[Quarter]) -> Option<Cell> {
        if !self.question.query().complete {
            return None;
        }
        let of_conventions = metrics.iter().copied().filter(|it| it.is_of_conventions());
        let first = of_conventions.clone().next();
        let lacking = self.coverage.lacking(first, &row.dimensions, &row.key, self.asked)?;
        let holds =
            || of_conventions.flat_map(Metric::held_by).all(|it| self.has(row, *it, quarters));
        (lacking != Cell::NotApplicable || !holds()).then_some(lacking)
    }

    /// Whether a metric is other than 0 in a row, or in its cell in one of these quarters.
    fn has(&self, row: &Row<'_>, metric: Metric, quarters: &[Quarter]) -> bool {
        let in_quarter = |quarter: &Quarter| {
            let key = row.in_quarter(*quarter);
            self.figures.value(&row.dimensions, Span::Own, &key, metric) != 0
        };
        self.value(row, Span::Own, metric) != 0 || quarters.iter().any(in_quarter)
    }

    fn value(&self, row: &Row<'_>, span: Span, metric: Metric) -> i128 {
        if span == Span::Own {
            let at = self.figures.place_of(&row.dimensions, metric);
            let value = row.counted.zip(at).and_then(|(counts, at)| counts.values.get(at));
            return value.copied().unwrap_or_default();
        }
        self.figures.value(&row.dimensions, span, &row.key, metric)
    }

    fn metric(&self, row: &Row<'_>, metric: Metric) -> Cell {
        if let Some(lacking) = self.lacking(row, &[metric], &[]) {
            return lacking;
        }
        match metric {
            Metric::AmountPerConventionPerson => {
                let amount = self.value(row, Span::Own, Metric::Amount);
                divided(amount, self.value(row, Span::Own, Metric::ConventionPersons))
            }
            metric => Cell::Value(self.value(row, Span::Own, metric)),
        }
    }

    fn derived(&self, row: &Row<'_>, derived: &Derived) -> Cell {
        let formula = &derived.formula;
        let quarters = row.quarter().map(|it| formula.sources(it)).unwrap_or_default();
        if let Some(lacking) = self.lacking(row, &formula.about(), &quarters) {
            return lacking;
        }
        let scale = 10_i128.pow(u32::from(derived.decimals));
        match formula {
            Formula::Ratio(numerator, denominator) => {
                // Cents by cents and counts by counts leave no unit; cents by counts are cents.
                let unit = |metric: &Metric| 10_i128.pow(u32::from(metric.decimals()));
                let value = |metric: &Metric| self.value(row, Span::Own, *metric);
                let dividend = value(numerator) * unit(denominator) * scale;
                divided(dividend, value(denominator) * unit(numerator))
            }
            Formula::Share(metric, within) => {
                let dimensions = kept(&row.dimensions, within);
                let texts = row.dimensions.iter().zip(row.key.iter());
                let key: Key =
                    texts.filter(|(it, _)| within.contains(it)).map(|it| it.1.clone()).collect();
                let whole = self.figures.value(&dimensions, Span::Own, &key, *metric);
                divided(self.value(row, Span::Own, *metric) * 100 * scale, whole)
            }
            Formula::Change(metric, against) => match self.compared(row, *metric, *against) {
                Ok((now, then)) => Cell::Value(now - then),
                Err(lacking) => lacking,
            },
            Formula::Rate(metric, against) => match self.compared(row, *metric, *against) {
                Ok((now, then)) => divided((now - then) * 100 * scale, then.abs()),
                Err(lacking) => lacking,
            },
            Formula::Cumulative(metric) | Formula::Moving(metric, _) => {
                let Some(quarter) = row.quarter() else { return Cell::Undefined };
                let span = formula.span();
                if !self.exists(*metric, &span.sources(quarter)) {
                    return Cell::NotApplicable;
                }
                if span.sources(quarter).iter().all(|it| self.coverage.has(*it)) {
                    Cell::Value(self.value(row, span, *metric))
                } else {
                    Cell::NotDelivered
                }
            }
            Formula::PerPerson(statistic) => {
                let amounts = row.counted.map_or(&[][..], |counts| &counts.amounts);
                statistic.of(amounts)
            }
        }
    }

    /// Whether what a metric counts exists in all of these quarters.
    fn exists(&self, metric: Metric, quarters: &[Quarter]) -> bool {
        quarters.iter().all(|quarter| self.coverage.exists(metric, *quarter))
    }

    /// A metric of a cell, and of the same cell in the quarter it is compared with.
    fn compared(
        &self,
        row: &Row<'_>,
        metric: Metric,
        against: Against,
    ) -> Result<(i128, i128), Cell> {
        let quarter = row.quarter().ok_or(Cell::Undefined)?;
        let other = against.of(quarter);
        if !self.exists(metric, &[quarter, other]) {
            return Err(Cell::NotApplicable);
        }
        if !self.coverage.has(other) {
            return Err(Cell::NotDelivered);
        }
        let key = row.in_quarter(other);
        let then = self.figures.value(&row.dimensions, Span::Own, &key, metric);
        Ok((self.value(row, Span::Own, metric), then))
    }
}

impl Statistic {
    /// Of amounts in rising order.
    fn of(self, amounts: &[i128]) -> Cell {
        let (Some(least), Some(most)) = (amounts.first(), amounts.last()) else {
            return Cell::Undefined;
        };
        let percent = match self {
            Self::Minimum => return Cell::Value(*least),
            Self::Maximum => return Cell::Value(*most),
            Self::Quantile(percent) => usize::from(percent),
        };
        // The place among n values is (n - 1) times the share; between two places in proportion.
        let place = (amounts.len() - 1) * percent;
        let (at, rest) = (place / 100, i128::try_from(place % 100).unwrap_or_default());
        let next = amounts.get(at + 1).copied().unwrap_or(*most);
        divided(amounts[at] * (100 - rest) + next * rest, 100)
    }
}

fn unit_of(metric: Metric) -> Unit {
    if metric.decimals() > 0 { Unit::Euros } else { Unit::Count }
}

fn unit_of_formula(formula: &Formula) -> Unit {
    match formula {
        Formula::Share(..) | Formula::Rate(..) => Unit::Percent,
        Formula::PerPerson(_) => Unit::Euros,
        _ => formula.metrics().first().map_or(Unit::Count, |metric| unit_of(*metric)),
    }
}

/// A quotient rounded half to even.
fn divided(dividend: i128, divisor: i128) -> Cell {
    let (dividend, divisor) = (dividend * divisor.signum(), divisor.abs());
    if divisor == 0 {
        return Cell::Undefined;
    }
    let (quotient, remainder) = (dividend.div_euclid(divisor), dividend.rem_euclid(divisor));
    let up = match (2 * remainder).cmp(&divisor) {
        std::cmp::Ordering::Less => false,
        std::cmp::Ordering::Equal => quotient % 2 != 0,
        std::cmp::Ordering::Greater => true,
    };
    Cell::Value(quotient + i128::from(up))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotients_are_rounded_half_to_even() {
        let cases = [(10, 4, 2), (30, 4, 8), (50, 4, 12), (-10, 4, -2), (-30, 4, -8), (100, 3, 33)];
        for (dividend, divisor, expected) in cases {
            assert_eq!(divided(dividend, divisor), Cell::Value(expected), "{dividend} / {divisor}");
        }
        assert_eq!(divided(100, 0), Cell::Undefined);
    }

    #[test]
    fn quantiles_lie_between_two_values_in_proportion() {
        let of = |percent, amounts: &[i128]| Statistic::Quantile(percent).of(amounts);
        assert_eq!(of(50, &[100, 200]), Cell::Value(150));
        assert_eq!(of(50, &[1, 2]), Cell::Value(2), "half to even");
        assert_eq!(of(25, &[0, 100, 200, 300]), Cell::Value(75));
        assert_eq!(of(90, &[500]), Cell::Value(500));
        assert_eq!(of(50, &[]), Cell::Undefined);
    }
}
