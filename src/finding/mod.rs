//! Findings: what is not as agreed in the data, with rule, severity, place and text.
//!
//! In: values that broke a rule. Out: [`Finding`]s, their counts by rule, and the verdict of the
//! budget. Never: an identifier, in clear or in a reversible form, in any text made here; every
//! raw value passes through `shown`, every name of a file through `shown_name`.

mod name;

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

pub(crate) use name::{shown_name, shown_path};

/// What a finding means for its row.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Severity {
    /// The delivery stays out as a whole, unless that is accepted.
    Block,
    /// The row stays out.
    Reject,
    /// The row is kept, and the finding reported.
    Warn,
}

impl Severity {
    /// As stored and shown.
    pub fn name(self) -> &'static str {
        match self {
            Self::Block => "block",
            Self::Reject => "reject",
            Self::Warn => "warn",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A rule that data can break. Rules are constants; their ids are part of the interface.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// For example `check.niss-invalid`.
    pub id: &'static str,
    /// Whether a row that breaks it stays out.
    pub severity: Severity,
    /// What the rule says, one sentence.
    pub meaning: &'static str,
    /// What the reader can do about it.
    pub help: &'static str,
}

/// One broken rule at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub rule: &'static Rule,
    /// Index of the delivery's part, in the order given.
    pub part: usize,
    /// Line in the part as an editor counts it; the header is line 1.
    pub line: u64,
    /// Name of the variable, where the finding concerns one.
    pub column: Option<&'static str>,
    /// Expected and found; never an identifier.
    pub text: Cow<'static, str>,
}

impl Finding {
    /// Whether it is the reason why a column has no value although something stands there.
    pub fn costs_value_of(&self, column: &str) -> bool {
        self.column == Some(column) && self.rule.severity == Severity::Reject
    }
}

/// What does not hold of a delivery as a whole; no row is to blame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryFinding {
    /// The rule.
    pub rule: &'static Rule,
    /// Name of the variable, where the finding concerns one.
    pub column: Option<&'static str>,
    /// What was expected, and what was found.
    pub text: String,
}

/// A raw value as it may be shown: short values quoted, long ones and everything that could be
/// part of an identifier described by its length only.
///
/// The birth date alone, six digits, does not tell a person apart; more digits are shown only in
/// the shape of a date with its marks. Digits of other scripts count as digits.
pub(crate) fn shown(value: &str) -> String {
    const LENGTH_MAX: usize = 40;
    const DIGITS_MAX: usize = 6;
    let length = value.chars().count();
    let digits = value.chars().filter(|character| character.is_numeric()).count();
    let ascii = value.chars().all(|it| it.is_ascii_digit() || !it.is_numeric());
    let few = digits <= DIGITS_MAX && ascii;
    if length <= LENGTH_MAX && (few || is_date_shaped(value)) {
        return format!("`{}`", value.escape_debug());
    }
    format!("a text of {length} characters, {digits} of them digits")
}

/// `DD/MM/YYYY`, `DD-MM-YYYY` or `YYYY-MM-DD`, whatever the digits; no number has these marks.
pub(crate) fn is_date_shaped(value: &str) -> bool {
    let shaped = |marks: [usize; 2], mark: u8| {
        value.len() == 10
            && value.bytes().enumerate().all(|(at, byte)| {
                if marks.contains(&at) { byte == mark } else { byte.is_ascii_digit() }
            })
    };
    shaped([2, 5], b'/') || shaped([2, 5], b'-') || shaped([4, 7], b'-')
}

/// Counts of rows by rule, and the first findings of each rule for display.
#[derive(Debug, Default, Clone)]
pub struct FindingSummary {
    /// In the order in which they were first broken.
    rules: Vec<RuleSummary>,
}

/// What is known of one rule in one delivery.
#[derive(Debug, Clone)]
pub struct RuleSummary {
    /// The rule.
    pub rule: &'static Rule,
    /// Rows with at least one finding of the rule.
    pub row_count: u64,
    /// The first findings, in file order.
    pub first: Vec<Finding>,
}

impl FindingSummary {
    /// Findings kept per rule for display; all of them are stored with the delivery.
    pub const FIRST_MAX: usize = 5;

    /// Takes up the findings of rows in file order; findings of one row stand together.
    pub fn add(&mut self, findings: &[Finding]) {
        for row in findings.chunk_by(|a, b| (a.part, a.line) == (b.part, b.line)) {
            self.add_row(row);
        }
    }

    /// Takes up the findings of one row.
    fn add_row(&mut self, findings: &[Finding]) {
        for (at, finding) in findings.iter().enumerate() {
            let place = self.place_of(finding.rule);
            let summary = &mut self.rules[place];
            if !findings[..at].iter().any(|it| std::ptr::eq(it.rule, finding.rule)) {
                summary.row_count += 1;
            }
            if summary.first.len() < Self::FIRST_MAX {
                summary.first.push(finding.clone());
            }
        }
    }

    /// Rules are constants in one place each: they are told apart by it, not by their names.
    fn place_of(&mut self, rule: &'static Rule) -> usize {
        let known = self.rules.iter().position(|it| std::ptr::eq(it.rule, rule));
        known.unwrap_or_else(|| {
            self.rules.push(RuleSummary { rule, row_count: 0, first: Vec::new() });
            self.rules.len() - 1
        })
    }

    /// Rows that broke a rule.
    pub fn row_count(&self, rule: &str) -> u64 {
        self.rules.iter().find(|it| it.rule.id == rule).map_or(0, |summary| summary.row_count)
    }

    /// The rules that were broken, rejects first, then by id.
    pub fn rules(&self) -> Vec<&RuleSummary> {
        let mut rules: Vec<_> = self.rules.iter().collect();
        rules.sort_by_key(|summary| (summary.rule.severity, summary.rule.id));
        rules
    }
}

/// How many rejected rows a delivery may have before nothing of it is committed.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Budget {
    /// A number of rows.
    Rows(u64),
    /// A share of the rows read, in hundredths of a percent (500 is 5 %).
    Share(u64),
}

impl Default for Budget {
    fn default() -> Self {
        Self::Share(500)
    }
}

impl Budget {
    /// Whether `rejected` of `read` rows stay within the budget.
    pub fn allows(self, rejected: u64, read: u64) -> bool {
        match self {
            Self::Rows(most) => rejected <= most,
            Self::Share(share) => {
                u128::from(rejected) * 10_000 <= u128::from(share) * u128::from(read)
            }
        }
    }
}

impl fmt::Display for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rows(most) => write!(f, "{most} rows"),
            Self::Share(share) if share % 100 == 0 => write!(f, "{} %", share / 100),
            Self::Share(share) => write!(f, "{}.{:02} %", share / 100, share % 100),
        }
    }
}

/// A text that is no budget.
#[derive(Debug, thiserror::Error)]
#[error(
    "expected a number of rows such as `200`, or a share such as `5%` or `0.05` (all is `100%`), found `{0}`"
)]
pub struct BudgetError(String);

impl FromStr for Budget {
    type Err = BudgetError;

    /// `200` rows, `5%`, `2.5%` or a share below 1 written with a point, such as `0.05`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fail = || BudgetError(text.to_owned());
        let trimmed = text.trim();
        if let Some(percent) = trimmed.strip_suffix('%') {
            let share = hundredths(percent.trim(), 2).filter(|share| *share <= 10_000);
            return share.map(Self::Share).ok_or_else(fail);
        }
        if trimmed.contains('.') {
            let share = hundredths(trimmed, 4).filter(|share| *share < 10_000);
            return share.map(Self::Share).ok_or_else(fail);
        }
        trimmed.parse().map(Self::Rows).map_err(|_| fail())
    }
}

/// `text` as an integer count of 10^-`decimals`, exact; `None` when it is no such number.
fn hundredths(text: &str, decimals: usize) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || fraction.len() > decimals || !digits(whole) || !digits(fraction) {
        return None;
    }
    format!("{whole}{fraction:0<decimals$}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_is_read_exactly() {
        let budget = |text: &str| text.parse::<Budget>().unwrap();
        assert_eq!(budget("5%"), Budget::Share(500));
        assert_eq!(budget("0.05"), Budget::Share(500));
        assert_eq!(budget("2.5 %"), Budget::Share(250));
        assert_eq!(budget("12"), Budget::Rows(12));
        assert_eq!(budget("100%"), Budget::Share(10_000));
        assert!(Budget::Share(500).allows(5, 100));
        assert!(!Budget::Share(500).allows(6, 100));
        for text in ["", "-1", "five", "1.5", "1.0", "0.00001", "5,0%", "100.01%", "200%", "-1%"] {
            assert!(text.parse::<Budget>().is_err(), "{text}");
        }
    }

    #[test]
    fn nothing_that_could_be_an_identifier_is_shown() {
        assert_eq!(shown("31/02/2007"), "`31/02/2007`");
        for text in ["93051822361", "93.05.18-223.61", "9305182", "９３０５１８２２３６１"]
        {
            assert!(!shown(text).contains(&text[..3]), "{text}");
        }
    }
}
