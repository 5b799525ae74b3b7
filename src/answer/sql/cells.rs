//! The cells of a level with all that their figures are made of.
//!
//! In: a level. Out: one SELECT with whole numbers, what quotients are over and under, and statuses. Never: a number
//! that is rounded.

use super::figure::Figure;
use super::level::{Rows, compared};
use crate::answer::{REST, TOTAL};
use crate::counting::figures::BEYOND;
use crate::counting::sql::{spread_columns, wide};
use crate::exact::known;
use crate::metric::{Dimension, Metric, Tally};
use crate::query::language::expression::number::power;
use crate::query::{Formula, Statistic};
use crate::sql::{
    BinaryOperator, DataType, Expr, Selected, binary, case, cast, expression, nothing, number, of,
    text, truth,
};

/// Where the rest, no value and totals stand among the values of a dimension.
const PLACES: [i128; 3] = [1, 2, 3];

/// What a figure is made of.
pub(super) enum Made {
    Number(Box<Expr>),
    /// What stands over and under the line.
    Quotient(Box<Expr>, Box<Expr>),
}

impl Made {
    fn number(value: Expr) -> Self {
        Self::Number(Box::new(value))
    }

    fn quotient(over: Expr, under: Expr) -> Self {
        Self::Quotient(Box::new(over), Box::new(under))
    }
}

fn times(value: Expr, factor: i128) -> Expr {
    if factor == 1 { value } else { binary(value, BinaryOperator::Multiply, number(factor, 0)) }
}

fn ten_to(digits: u8) -> i128 {
    known(power(digits))
}

/// A quotient by what may be below 0, or is 0 where there is none.
fn quotient(over: Expr, under: Expr, may_be_negative: bool) -> Made {
    let parts = [("over", wide(over)), ("under", wide(under))];
    if may_be_negative {
        let over = expression("CASE WHEN $under < 0 THEN -($over) ELSE $over END", &parts);
        return Made::quotient(over, expression("nullif(abs($under), 0)", &parts));
    }
    Made::quotient(parts[0].1.clone(), expression("nullif($under, 0)", &parts))
}

impl Rows<'_> {
    /// The SELECT.
    pub(super) fn cells(&self) -> Selected {
        let statement = self.statement;
        let mut selected = self.joined();
        if statement.has_levels() {
            selected = selected.item(
                number(crate::exact::fitting::<_, i128>(self.number), 0),
                &statement.internal("level"),
            );
        }
        for dimension in &statement.question.query.dimensions {
            let (value, place) = self.member(*dimension);
            selected = selected.item(value, dimension.name());
            if statement.is_placed(*dimension) {
                selected = selected.item(place, &statement.place(*dimension));
            }
        }
        if statement.has_others() {
            let is_counted = if self.has_keys() {
                Expr::IsNotNull(Box::new(of(&self.counts(), "observations")))
            } else {
                truth(true)
            };
            selected = selected.item(is_counted, &statement.internal("is_counted"));
        }
        for figure in statement.figures() {
            let made = self.made(figure);
            selected = match made {
                Made::Number(value) => selected.item(*value, &statement.number_column(figure)),
                Made::Quotient(over, under) => {
                    let [over_column, under_column] = statement.quotient_columns(figure);
                    selected.item(*over, &over_column).item(*under, &under_column)
                }
            };
            if statement.has_status(figure) {
                let none = || cast(nothing(), DataType::Varchar(None), false);
                let status = self.status(figure).unwrap_or_else(none);
                selected = selected.item(status, &figure.status());
            }
        }
        selected
    }

    /// The text of a dimension, and its place among those of other rows.
    fn member(&self, dimension: Dimension) -> (Expr, Expr) {
        let [rest, unknown, total] = PLACES;
        if !self.has(dimension) {
            return (text(TOTAL), number(total, 0));
        }
        let value = self.dimension(dimension);
        let mut places = Vec::new();
        let mut shown = value.clone();
        if self.statement.is_cut(dimension) {
            let is_rest = binary(value.clone(), BinaryOperator::Eq, text(BEYOND));
            shown = case(vec![(is_rest.clone(), text(REST))], Some(shown));
            places.push((is_rest, number(rest, 0)));
        }
        if dimension.may_lack_value() {
            places.push((Expr::IsNull(Box::new(value)), number(unknown, 0)));
        }
        let first = number(0, 0);
        (shown, if places.is_empty() { first } else { case(places, Some(first)) })
    }

    /// What a figure of the cell is made of.
    fn made(&self, figure: Figure<'_>) -> Made {
        let derived = match figure {
            Figure::Metric(metric) => {
                let scale = ten_to(metric.decimals());
                return match metric.tally() {
                    Tally::Quotient(over, under) => self.ratio(over, under, metric.decimals()),
                    Tally::MonthlyMean(counted) => {
                        quotient(times(wide(self.own(counted)), scale), self.months(), false)
                    }
                    _ => Made::number(self.own(metric)),
                };
            }
            Figure::Derived(derived) => derived,
        };
        let none = || wide(nothing());
        if derived.formula.needs_quarter() && !self.has(Dimension::Quarter) {
            return if figure.is_divided() {
                Made::quotient(none(), none())
            } else {
                Made::number(none())
            };
        }
        let scale = ten_to(derived.decimals);
        match &derived.formula {
            Formula::Ratio(over, under) => self.ratio(*over, *under, derived.decimals),
            Formula::Share(metric, within) => {
                let dividend = times(wide(self.own(*metric)), 100 * scale);
                quotient(dividend, self.whole(*metric, within), *metric == Metric::AMOUNT)
            }
            Formula::Change(metric, against) => {
                let then = compared(*metric, *against);
                Made::number(binary(self.own(*metric), BinaryOperator::Minus, then))
            }
            Formula::Rate(metric, against) => {
                let then = compared(*metric, *against);
                let change = binary(wide(self.own(*metric)), BinaryOperator::Minus, then.clone());
                let under = expression("abs($then)", &[("then", then)]);
                quotient(times(change, 100 * scale), under, false)
            }
            Formula::Cumulative(metric) | Formula::Moving(metric, _) => {
                Made::number(self.gathered(*metric, derived.formula.span()))
            }
            Formula::PerPerson(statistic) => self.of_persons(*statistic),
        }
    }

    /// One metric by another, to so many decimals.
    fn ratio(&self, over: Metric, under: Metric, decimals: u8) -> Made {
        let unit = |metric: Metric| ten_to(metric.decimals());
        let dividend = times(wide(self.own(over)), unit(under) * ten_to(decimals));
        quotient(dividend, times(self.own(under), unit(over)), under == Metric::AMOUNT)
    }

    fn of_persons(&self, statistic: Statistic) -> Made {
        let percent = match statistic {
            Statistic::Minimum => return Made::number(self.spread("least")),
            Statistic::Maximum => return Made::number(self.spread("greatest")),
            Statistic::Quantile(percent) => percent,
        };
        let [at, after] = spread_columns(percent);
        let parts = [
            ("at", self.spread(&at)),
            ("after", self.spread(&after)),
            ("persons", self.spread("person_count")),
            ("percent", number(percent, 0)),
        ];
        let between = "$at * (100 - (($persons - 1) * $percent) % 100) + $after * ((($persons - 1) * $percent) % 100)";
        quotient(expression(between, &parts), number(100, 0), false)
    }
}
