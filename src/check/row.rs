//! One row as the rules look at it, the place where findings go, and the marks that say which rows
//! need looking at.

use std::borrow::Cow;

use super::context::CheckContext;
use super::facts::BatchFacts;
use super::value_facts::ValueFacts;
use crate::decode::IdentifierFormat;
use crate::dictionary::CodeColumn;
use crate::finding::{Finding, Rule, shown};
use crate::quarter::Day;

/// A code of a row.
pub(super) struct Value<'a> {
    pub(super) column: CodeColumn,
    pub(super) text: &'a str,
    pub(super) facts: &'a ValueFacts,
}

/// One decoded row, as the rules see it.
pub(super) struct Row<'a> {
    pub(super) facts: &'a BatchFacts<'a>,
    index: usize,
    /// What decoding found in this row.
    decode_findings: &'a [Finding],
    pub(super) first_day: Option<Day>,
    pub(super) last_day: Option<Day>,
    /// The last day, or the end of the first day's month where there is none.
    pub(super) end_day: Option<Day>,
    pub(super) cents: Option<i64>,
    pub(super) regime: Option<usize>,
    pub(super) measure: Option<usize>,
    pub(super) guidance: Option<usize>,
    /// Whether the guidance is one of a partnership convention.
    pub(super) convention: bool,
    pub(super) has_partner: bool,
    /// Year of birth of the beneficiary.
    pub(super) birth_year: Option<i16>,
}

impl<'a> Row<'a> {
    pub(super) fn new(
        facts: &'a BatchFacts<'a>,
        index: usize,
        decode_findings: &'a [Finding],
    ) -> Self {
        let batch = facts.batch;
        Self {
            facts,
            index,
            decode_findings,
            first_day: batch.first_day()[index],
            last_day: batch.last_day()[index],
            end_day: facts.end_day[index],
            cents: batch.cents()[index],
            regime: facts.regime[index].map(usize::from),
            measure: facts.measure[index].map(usize::from),
            guidance: facts.guidance[index].map(usize::from),
            convention: facts.convention[index],
            has_partner: batch.partner().is_valid(index),
            birth_year: batch.birth_year()[index],
        }
    }

    /// Whether the column has a text that decoding could not read.
    pub(super) fn unreadable(&self, column: &str) -> bool {
        self.decode_findings.iter().any(|finding| finding.costs_value_of(column))
    }

    /// The code of a column.
    pub(super) fn code(&self, column: CodeColumn) -> Option<&'a str> {
        self.value(column).map(|value| value.text)
    }

    /// A code as the row has it.
    pub(super) fn written(&self, value: &Value<'a>) -> &'a str {
        self.facts.batch.written_code(self.index, value.column).unwrap_or(value.text)
    }

    /// The row's codes in some columns.
    pub(super) fn values(&self, columns: &'a [CodeColumn]) -> impl Iterator<Item = Value<'a>> + '_ {
        columns.iter().filter_map(|column| self.value(*column))
    }

    /// The row's code in a column.
    pub(super) fn value(&self, column: CodeColumn) -> Option<Value<'a>> {
        let facts = self.facts.column(column);
        let at = usize::try_from(facts.keys[self.index].checked_sub(1)?).ok()?;
        Some(Value { column, text: &facts.texts[at], facts: &facts.facts[at] })
    }
}

/// The rules that may have a finding for a row, a bit each by their place in the registry; rows
/// without any are not looked at one by one.
///
/// A rule marks every row that could break it, and may mark more.
pub(super) struct Marks {
    by_row: Vec<u32>,
    rule: u32,
}

impl Marks {
    pub(super) fn none(row_count: usize) -> Self {
        Self { by_row: vec![0; row_count], rule: 0 }
    }

    /// What is marked from now on is marked by the rule at that place in the registry.
    pub(super) fn begin_rule(&mut self, place: usize) {
        self.rule = 1 << place;
    }

    /// Marks the rows for which `may_break` holds.
    #[inline]
    pub(super) fn rows(&mut self, may_break: impl Fn(usize) -> bool) {
        for (row, marks) in self.by_row.iter_mut().enumerate() {
            *marks |= if may_break(row) { self.rule } else { 0 };
        }
    }

    /// Marks the rows whose code in one of the columns is one for which `may_break` holds.
    pub(super) fn codes(
        &mut self,
        facts: &BatchFacts<'_>,
        columns: &[CodeColumn],
        may_break: impl Fn(CodeColumn, &ValueFacts) -> bool,
    ) {
        for column in columns {
            let column_facts = facts.column(*column);
            let table = column_facts.table(|facts| may_break(*column, facts));
            if table.contains(&true) {
                self.rows(|row| table[column_facts.keys[row] as usize]);
            }
        }
    }

    /// Marks these rows.
    pub(super) fn these(&mut self, rows: &[usize]) {
        for row in rows {
            self.by_row[*row] |= self.rule;
        }
    }

    /// Marks every row.
    #[cfg(test)]
    pub(super) fn all(&mut self) {
        self.by_row.fill(u32::MAX);
    }

    /// The rows marked, in order, each with the places of the rules that marked it.
    pub(super) fn marked(&self) -> impl Iterator<Item = (usize, RulePlaces)> {
        let rows = self.by_row.iter().copied().enumerate();
        rows.filter(|(_, marks)| *marks != 0).map(|(row, marks)| (row, RulePlaces(marks)))
    }
}

/// The places of rules in the registry, in order.
pub(super) struct RulePlaces(u32);

impl Iterator for RulePlaces {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        let place = self.0.trailing_zeros();
        self.0 &= self.0.checked_sub(1)?;
        usize::try_from(place).ok()
    }
}

/// Takes the findings of one row.
pub(super) struct Found<'a> {
    context: &'a CheckContext,
    part: usize,
    line: u64,
    findings: &'a mut Vec<Finding>,
}

impl<'a> Found<'a> {
    pub(super) fn new(
        context: &'a CheckContext,
        part: usize,
        line: u64,
        findings: &'a mut Vec<Finding>,
    ) -> Self {
        Self { context, part, line, findings }
    }

    pub(super) fn context(&self) -> &'a CheckContext {
        self.context
    }

    /// A code as it may be shown; where identifiers have no fixed form nothing can be.
    pub(super) fn shown(&self, text: &str) -> String {
        match self.context.identifier() {
            IdentifierFormat::National => shown(text),
            IdentifierFormat::Coded => format!("a text of {} characters", text.chars().count()),
        }
    }

    pub(super) fn add(
        &mut self,
        rule: &'static Rule,
        column: &'static str,
        text: impl Into<Cow<'static, str>>,
    ) {
        self.push(rule, Some(column), text.into());
    }

    /// A finding that concerns the row as a whole.
    pub(super) fn add_to_row(&mut self, rule: &'static Rule, text: &'static str) {
        self.push(rule, None, Cow::Borrowed(text));
    }

    fn push(&mut self, rule: &'static Rule, column: Option<&'static str>, text: Cow<'static, str>) {
        self.findings.push(Finding { rule, part: self.part, line: self.line, column, text });
    }
}
