//! From codes to a measure: the first rule of the dictionary that matches.
//!
//! Each rule is one bit. A value leaves open the rules whose condition on its column it meets and
//! those without such a condition; regime and first day leave open the rules that name them or
//! nothing. What is left after all of them is what matches, and the lowest bit is the first.

use crate::dictionary::{CodeColumn, Dictionary, MeasureRule};
use crate::quarter::Day;

/// The measure rules of a dictionary, ready to be applied to many rows.
#[derive(Debug)]
pub(super) struct Classifier {
    rules: Vec<MeasureRule>,
    /// Columns that some rule has a condition on.
    columns: Vec<CodeColumn>,
    /// By position of the column: the rules that no value leaves open.
    without_value: Vec<u128>,
    by_regime: Vec<u128>,
    /// First days of periods in which the same rules are valid, and those rules.
    periods: Vec<(Day, u128)>,
    unclassified: usize,
}

impl Classifier {
    pub(super) fn new(dictionary: &Dictionary) -> Self {
        let rules = dictionary.rules().to_vec();
        let columns = CodeColumn::all().filter(|column| {
            rules.iter().any(|rule| rule.conditions.iter().any(|it| it.column == *column))
        });
        let columns = columns.collect();
        let mut classifier = Self {
            rules,
            columns,
            without_value: Vec::new(),
            by_regime: Vec::new(),
            periods: Vec::new(),
            unclassified: dictionary.unclassified(),
        };
        classifier.without_value =
            CodeColumn::all().map(|column| classifier.rules_of(column, None, false)).collect();
        let regimes = 0..dictionary.regimes().len();
        let of_regime = |regime| {
            classifier.bits(|rule: &MeasureRule| rule.regime.is_none_or(|named| named == regime))
        };
        classifier.by_regime = regimes.map(of_regime).collect();
        classifier.periods = classifier.periods();
        classifier
    }

    /// The columns that measures depend on.
    pub(super) fn columns(&self) -> &[CodeColumn] {
        &self.columns
    }

    fn bits(&self, open: impl Fn(&MeasureRule) -> bool) -> u128 {
        let bit = |(index, rule): (usize, &MeasureRule)| u128::from(open(rule)) << index;
        self.rules.iter().enumerate().map(bit).fold(0, std::ops::BitOr::bitor)
    }

    fn periods(&self) -> Vec<(Day, u128)> {
        let starts = self.rules.iter().filter_map(|rule| rule.validity.from);
        let ends = self.rules.iter().filter_map(|rule| rule.validity.to).map(|day| day + 1);
        let mut days: Vec<Day> = starts.chain(ends).chain([Day::MIN]).collect();
        days.sort_unstable();
        days.dedup();
        let valid = |day| (day, self.bits(|rule| rule.validity.contains(day)));
        days.into_iter().map(valid).collect()
    }

    /// The rules that a value of a column leaves open. What is surely no code meets no condition but one
    /// that names it: to be another code than those listed it would have to be one.
    pub(super) fn rules_of(&self, column: CodeColumn, value: Option<&str>, is_code: bool) -> u128 {
        self.bits(|rule| {
            let mut conditions = rule.conditions.iter().filter(|it| it.column == column);
            conditions.all(|it| it.holds(value) && (is_code || !it.excludes))
        })
    }

    /// The rules that a row without the conditions on its codes leaves open.
    pub(super) fn open(&self, regime: usize, first_day: Day) -> u128 {
        let after = self.periods.partition_point(|(start, _)| *start <= first_day);
        // The first period begins before all days.
        self.periods[after - 1].1 & self.by_regime[regime]
    }

    /// The rules that a row without a value of the column leaves open.
    pub(super) fn without_value(&self, column: CodeColumn) -> u128 {
        self.without_value[column.index()]
    }

    /// The measure of the first of the rules that are left.
    pub(super) fn first(&self, left: u128) -> usize {
        let first = left.trailing_zeros() as usize;
        self.rules.get(first).map_or(self.unclassified, |rule| rule.measure)
    }
}
