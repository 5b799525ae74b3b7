//! Figures to columns: the rows of an answer, its totals, and what is computed from counts.
//!
//! All of it is exact: integers, and one division at the end, rounded half to even.

use super::assembly::{Assembly, Row, Told};
use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;

use super::belonging::in_quarter;
use super::column::{Cell, Member, Numbers, ResultColumn, Unit, Values};
use super::complete::Coverage;
use super::ended::codes_ended;
use crate::counting::Figures;
use crate::counting::figures::{BEYOND, Key};
use crate::dictionary::Dictionary;
use crate::exact::{fitting, known};
use crate::metric::{Dimension, Metric, Tally};
use crate::quarter::Quarter;
use crate::query::language::span::Span;
use crate::query::plan::level::kept;
use crate::query::{Against, Derived, Formula, Question, Statistic};

impl<'a> Assembly<'a> {
    /// Of what was counted for a question.
    pub(crate) fn new(
        question: &'a Question,
        figures: &'a Figures,
        coverage: &'a Coverage,
        dictionary: &'a Dictionary,
    ) -> Self {
        let complete = question.query().complete;
        let assembly = Self {
            question,
            figures,
            coverage,
            asked: Vec::new(),
            undelivered: Vec::new(),
            by_months: question.depends_on(Dimension::MeasureMonths),
            dictionary,
            may_lack: complete,
            tells_applicable: complete,
        };
        assembly.asking(coverage.asked(question))
    }

    /// The same where these quarters are asked for, in order.
    pub(crate) fn asking(self, asked: Vec<Quarter>) -> Self {
        let undelivered = asked.iter().copied().filter(|it| !self.coverage.has(*it)).collect();
        Self { asked, undelivered, ..self }
    }

    /// The row of a cell.
    pub(crate) fn row(
        &self,
        level: usize,
        dimensions: &Rc<[Dimension]>,
        key: Cow<'a, Key>,
    ) -> Row<'a> {
        let counted = self.figures.counts(dimensions, &key);
        Row { level, dimensions: Rc::clone(dimensions), key, counted }
    }

    /// The columns of the dimensions.
    pub(crate) fn dimensions(&self, rows: &[Row<'_>]) -> Vec<ResultColumn> {
        let column = |dimension: &Dimension| {
            let member = |row: &Row<'_>| {
                let Some(at) = row.dimensions.iter().position(|it| it == dimension) else {
                    return Member::Total;
                };
                match &row.key[at] {
                    None => Member::Unknown,
                    Some(value) if **value == *BEYOND => Member::Rest,
                    Some(value) => Member::Value(Arc::clone(value)),
                }
            };
            let values = Values::Members(rows.iter().map(member).collect());
            ResultColumn { name: dimension.name().to_owned(), values }
        };
        self.question.query().dimensions.iter().map(column).collect()
    }

    /// The columns of the metrics, and what a reader must know of them.
    pub(crate) fn metrics(&self, rows: &[Row<'_>]) -> (Vec<ResultColumn>, Told) {
        let query = self.question.query();
        let ended = codes_ended(self.question, &self.asked, self.dictionary.places());
        let mut told = Told { notes: ended.into_iter().collect(), ..Told::default() };
        let numbers = |name: &str, unit, decimals, cells| ResultColumn {
            name: name.to_owned(),
            values: Values::Numbers(Numbers { unit, decimals, cells }),
        };
        let mut columns = Vec::with_capacity(query.metrics.len() + query.derived.len());
        let missing: Vec<Vec<Quarter>> = rows.iter().map(|row| self.missing(row, None)).collect();
        for metric in &query.metrics {
            let cell = |(row, missing): (_, &Vec<Quarter>)| {
                told.marked(self.metric(row, *metric), missing)
            };
            let cells = rows.iter().zip(&missing).map(cell).collect();
            columns.push(numbers(metric.name(), unit_of(*metric), metric.decimals(), cells));
        }
        for derived in &query.derived {
            let (unit, decimals) = (unit_of_formula(&derived.formula), derived.decimals);
            let mut cells = Vec::with_capacity(rows.len());
            for row in rows {
                let (cell, of_less) = self.derived(row, derived);
                cells.push(told.marked(cell, &self.missing(row, Some(&derived.formula))));
                if of_less {
                    told.notes.extend(derived.note_of_less());
                }
            }
            columns.push(numbers(&derived.name, unit, decimals, cells));
        }
        (columns, told)
    }

    /// Why there is no number in a row that may lack one. What the variable has in spite of its
    /// validity and regimes is in the total, and shown: only what is empty is not applicable.
    fn lacking(&self, row: &Row<'_>, metrics: &[Metric], quarters: &[Quarter]) -> Option<Cell> {
        if !self.may_lack && row.dimensions.iter().any(|it| it.is_of_time()) {
            return None;
        }
        if !self.tells_applicable {
            return self.not_delivered(row);
        }
        let of_conventions = metrics.iter().copied().filter(|it| it.is_of_conventions());
        let first = of_conventions.clone().next();
        let lacking = self.coverage.lacking(first, &row.dimensions, &row.key, &self.asked)?;
        let holds =
            || of_conventions.flat_map(Metric::held_by).all(|it| self.has(row, it, quarters));
        if lacking != Cell::NotApplicable || !holds() {
            return Some(lacking);
        }
        self.not_delivered(row)
    }

    /// Whether a metric is other than 0 in a row, or in its cell in one of these quarters.
    fn has(&self, row: &Row<'_>, metric: Metric, quarters: &[Quarter]) -> bool {
        let in_one = |quarter: &Quarter| {
            let key = in_quarter(&row.dimensions, &row.key, *quarter);
            self.figures.value(&row.dimensions, Span::Own, &key, metric) != 0
        };
        self.value(row, Span::Own, metric) != 0 || quarters.iter().any(in_one)
    }

    fn value(&self, row: &Row<'_>, span: Span, metric: Metric) -> i128 {
        if span == Span::Own {
            // A row in which nobody was counted is one of zeros.
            return row.counted.map_or(0, |counts| {
                counts.values[known(self.figures.place_of(&row.dimensions, metric))]
            });
        }
        self.figures.value(&row.dimensions, span, &row.key, metric)
    }

    fn metric(&self, row: &Row<'_>, metric: Metric) -> Cell {
        if let Some(lacking) = self.lacking(row, &[metric], &[]) {
            return lacking;
        }
        match metric.tally() {
            Tally::Quotient(dividend, divisor) => {
                self.quotient(row, dividend, divisor, metric.decimals())
            }
            Tally::MonthlyMean(counted) => {
                let months: i128 = fitting(self.months_of(row));
                let scale = 10_i128.pow(u32::from(metric.decimals()));
                let value = self.value(row, Span::Own, counted);
                divided(value * scale, months)
            }
            _ => Cell::Value(self.value(row, Span::Own, metric)),
        }
    }

    /// One metric of a row by another, to so many decimals.
    fn quotient(&self, row: &Row<'_>, dividend: Metric, divisor: Metric, decimals: u8) -> Cell {
        // Cents by cents and counts by counts leave no unit; cents by counts are cents.
        let unit = |metric: Metric| 10_i128.pow(u32::from(metric.decimals()));
        let value = |metric: Metric| self.value(row, Span::Own, metric);
        let scale = 10_i128.pow(u32::from(decimals));
        divided(value(dividend) * unit(divisor) * scale, value(divisor) * unit(dividend))
    }

    /// A derived metric of a row, and whether it is a share of, or a rate on, a figure below 0.
    pub(crate) fn derived(&self, row: &Row<'_>, derived: &Derived) -> (Cell, bool) {
        let formula = &derived.formula;
        let quarters = row.quarter().map_or_else(Vec::new, |it| formula.sources(it));
        let lacking = self.lacking(row, &formula.about(), &quarters);
        // A span has quarters of its own, whether the row's was delivered or not.
        let of_span = formula.span() != Span::Own && row.quarter().is_some();
        if let Some(lacking) = lacking.filter(|it| !of_span || *it != Cell::NotDelivered) {
            return (lacking, false);
        }
        let mut of_less = false;
        let scale = 10_i128.pow(u32::from(derived.decimals));
        let cell = match formula {
            Formula::Ratio(dividend, divisor) => {
                self.quotient(row, *dividend, *divisor, derived.decimals)
            }
            Formula::Share(metric, within) => {
                let dimensions = kept(&row.dimensions, within);
                let texts = row.dimensions.iter().zip(row.key.iter());
                let key: Key =
                    texts.filter(|(it, _)| within.contains(it)).map(|it| it.1.clone()).collect();
                let whole = self.figures.value(&dimensions, Span::Own, &key, *metric);
                of_less = whole < 0;
                divided(self.value(row, Span::Own, *metric) * 100 * scale, whole)
            }
            Formula::Change(metric, against) => match self.compared(row, *metric, *against) {
                Ok((now, then)) => Cell::Value(now - then),
                Err(lacking) => lacking,
            },
            Formula::Rate(metric, against) => match self.compared(row, *metric, *against) {
                Ok((now, then)) => {
                    of_less = then < 0;
                    divided((now - then) * 100 * scale, then.abs())
                }
                Err(lacking) => lacking,
            },
            Formula::Cumulative(metric) | Formula::Moving(metric, _) => {
                self.gathered(row, *metric, formula.span())
            }
            Formula::PerPerson(statistic) => {
                let amounts = row.counted.map_or(&[][..], |counts| &counts.amounts);
                statistic.of(amounts)
            }
        };
        (cell, of_less)
    }

    /// A metric over a span of quarters.
    fn gathered(&self, row: &Row<'_>, metric: Metric, span: Span) -> Cell {
        let Some(quarter) = row.quarter() else { return Cell::Undefined };
        let sources = span.sources(quarter);
        if !self.exists(metric, &sources) {
            Cell::NotApplicable
        } else if sources.iter().any(|it| self.coverage.has(*it)) {
            Cell::Value(self.value(row, span, metric))
        } else {
            Cell::NotDelivered
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
        let key = in_quarter(&row.dimensions, &row.key, other);
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
        let (at, rest) = (place / 100, fitting::<_, i128>(place % 100));
        let next = amounts.get(at + 1).copied().unwrap_or(*most);
        divided(amounts[at] * (100 - rest) + next * rest, 100)
    }
}

fn unit_of(metric: Metric) -> Unit {
    if metric.is_money() { Unit::Euros } else { Unit::Count }
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
