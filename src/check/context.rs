//! What rules look at: the delivery's context, one row, and the place where findings go.

use std::borrow::Cow;

use arrow::array::{Array as _, AsArray as _, Int32Array};

use super::classify::Classifier;
use crate::decode::{DecodedBatch, IdentifierFormat};
use crate::dictionary::{CODE_COLUMNS, CodeColumn, Dictionary, Validity, Variable};
use crate::finding::{Finding, Rule, shown};
use crate::quarter::{Day, Quarter, QuarterRange};

/// Configured fixed amounts in cents, by name of guidance; none by default.
pub type FixedAmounts = Vec<(String, i64)>;

/// What the rules of one delivery depend on.
#[derive(Debug)]
pub struct CheckContext {
    window: QuarterRange,
    identifier: IdentifierFormat,
    classifier: Classifier,
    variables: Vec<VariableFacts>,
    partner_validity: Validity,
    amount_start: Day,
    source_start: Day,
    regimes: Vec<(String, String)>,
    measures: Vec<String>,
    unclassified: usize,
    guidances: Vec<GuidanceFacts>,
}

#[derive(Debug)]
struct GuidanceFacts {
    code: String,
    convention: bool,
    fixed_cents: Option<i64>,
}

/// A variable as the rules need it.
#[derive(Debug)]
pub(super) struct VariableFacts {
    variable: Variable,
    pub(super) validity: Validity,
    pub(super) regimes: Vec<String>,
    /// By position of the regime: whether it fills the variable in.
    pub(super) regime_set: Vec<bool>,
}

impl CheckContext {
    /// The context of a delivery with that window.
    pub fn new(
        dictionary: &Dictionary,
        window: QuarterRange,
        identifier: IdentifierFormat,
        fixed_amounts: &FixedAmounts,
    ) -> Self {
        let validity = |name| dictionary.variable(name).map(|it| it.validity).unwrap_or_default();
        let regimes = dictionary.regimes();
        let facts = |name: &&str| {
            let variable = dictionary.variable(name).cloned().unwrap_or_default();
            let fills =
                |regime: &crate::dictionary::Regime| variable.regimes.contains(&regime.name);
            VariableFacts {
                validity: variable.validity,
                regimes: variable.regimes.clone(),
                regime_set: regimes.iter().map(fills).collect(),
                variable,
            }
        };
        let guidance = |guidance: &crate::dictionary::Guidance| GuidanceFacts {
            code: guidance.code.clone(),
            convention: guidance.name != NO_GUIDANCE,
            fixed_cents: fixed_amounts
                .iter()
                .find(|(name, _)| name == &guidance.name)
                .map(|(_, cents)| *cents),
        };
        let start = Quarter::SOURCE_START.first_day();
        Self {
            window,
            identifier,
            classifier: Classifier::new(dictionary),
            variables: CODE_COLUMNS.iter().map(facts).collect(),
            partner_validity: validity("NNISPTN2"),
            amount_start: validity("EBENCONVCM").from.unwrap_or(start),
            source_start: start,
            regimes: regimes.iter().map(|it| (it.code.clone(), it.name.clone())).collect(),
            measures: dictionary.measures().iter().map(|it| it.name.clone()).collect(),
            unclassified: dictionary.unclassified(),
            guidances: dictionary.guidances().iter().map(guidance).collect(),
        }
    }

    pub(super) fn window(&self) -> QuarterRange {
        self.window
    }

    pub(super) fn classifier(&self) -> &Classifier {
        &self.classifier
    }

    pub(super) fn source_start(&self) -> Day {
        self.source_start
    }

    pub(super) fn amount_start(&self) -> Day {
        self.amount_start
    }

    pub(super) fn partner_validity(&self) -> Validity {
        self.partner_validity
    }

    pub(super) fn variable(&self, column: CodeColumn) -> &VariableFacts {
        &self.variables[column.index()]
    }

    pub(super) fn unclassified(&self) -> usize {
        self.unclassified
    }

    pub(super) fn measure_name(&self, measure: usize) -> &str {
        self.measures.get(measure).map_or("", String::as_str)
    }

    pub(super) fn regime_name(&self, regime: usize) -> &str {
        self.regimes.get(regime).map_or("", |(_, name)| name)
    }

    /// The codes of regimes as a list for reading: `1, 2 or 6`.
    pub(super) fn regime_codes(&self) -> String {
        let codes: Vec<&str> = self.regimes.iter().map(|(code, _)| code.as_str()).collect();
        match codes.split_last() {
            Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
            _ => codes.join(""),
        }
    }

    pub(super) fn regime_of(&self, code: &str) -> Option<usize> {
        self.regimes.iter().position(|(known, _)| known == code)
    }

    pub(super) fn guidance_of(&self, code: &str) -> Option<usize> {
        self.guidances.iter().position(|guidance| guidance.code == code)
    }

    pub(super) fn is_convention(&self, guidance: usize) -> bool {
        self.guidances.get(guidance).is_some_and(|guidance| guidance.convention)
    }

    pub(super) fn fixed_cents(&self, guidance: usize) -> Option<i64> {
        self.guidances.get(guidance).and_then(|guidance| guidance.fixed_cents)
    }

    /// What the dictionary says of a value, worked out once for each distinct value of a batch.
    pub(super) fn facts_of(&self, column: CodeColumn, value: &str) -> ValueFacts {
        let variable = &self.variable(column).variable;
        let codes: Vec<_> = variable.codes.iter().filter(|code| code.code == value).collect();
        let is_nis = value.len() == 5 && value.bytes().all(|byte| byte.is_ascii_digit());
        ValueFacts {
            unknown: (variable.table_complete && codes.is_empty())
                || (column == CodeColumn::CPAS && !is_nis),
            validities: codes.iter().map(|code| code.validity).collect(),
            not_applicable: codes.iter().any(|code| code.not_applicable),
            rules: self.classifier.rules_of(column, Some(value)),
        }
    }
}

/// The guidance that is no convention.
const NO_GUIDANCE: &str = "none";

/// What the dictionary says of one code.
#[derive(Debug)]
pub(super) struct ValueFacts {
    pub(super) unknown: bool,
    pub(super) validities: Vec<Validity>,
    pub(super) not_applicable: bool,
    /// The measure rules that this value leaves open.
    pub(super) rules: u128,
}

/// A code of a row.
pub(super) struct Value<'a> {
    pub(super) column: CodeColumn,
    pub(super) text: &'a str,
    pub(super) facts: &'a ValueFacts,
}

/// The codes of a batch as the rules look at them: by column, then a key per row, then the text
/// and the facts of each distinct code.
pub(super) struct BatchFacts<'a> {
    columns: Vec<ColumnFacts<'a>>,
    pub(super) suspects: Suspects,
}

struct ColumnFacts<'a> {
    keys: &'a Int32Array,
    texts: Vec<&'a str>,
    facts: Vec<ValueFacts>,
}

/// The columns that a rule needs to look at row by row: those in which some value of the batch
/// could break it. Most batches are clean, and most rules then have nothing to do.
#[derive(Default)]
pub(super) struct Suspects {
    /// Some code is not in its table.
    pub(super) unknown: Vec<CodeColumn>,
    /// Some code is not valid on every first day of the batch.
    pub(super) code_validity: Vec<CodeColumn>,
    /// The variable is not valid on every first day of the batch.
    pub(super) variable_validity: Vec<CodeColumn>,
    /// Not every regime fills the variable in.
    pub(super) regime: Vec<CodeColumn>,
}

impl<'a> BatchFacts<'a> {
    pub(super) fn new(batch: &'a DecodedBatch, context: &CheckContext) -> Self {
        let column = |column: CodeColumn| {
            let codes = batch.codes(column);
            let values = codes.values().as_string::<i32>();
            let texts: Vec<&str> = (0..values.len()).map(|index| values.value(index)).collect();
            let facts = texts.iter().map(|text| context.facts_of(column, text)).collect();
            ColumnFacts { keys: codes.keys(), texts, facts }
        };
        let columns: Vec<ColumnFacts<'_>> = CodeColumn::all().map(column).collect();
        let days = batch.first_day();
        let ends = [arrow::compute::min(days), arrow::compute::max(days)];
        let covers =
            |validity: Validity| ends.into_iter().flatten().all(|day| validity.contains(day));
        let mut suspects = Suspects::default();
        for column in CodeColumn::all() {
            let facts = &columns[column.index()].facts;
            if facts.is_empty() {
                continue;
            }
            let always = |facts: &ValueFacts| {
                facts.validities.is_empty() || facts.validities.iter().any(|it| covers(*it))
            };
            let variable = context.variable(column);
            let add = |suspect: bool, columns: &mut Vec<CodeColumn>| {
                if suspect {
                    columns.push(column);
                }
            };
            add(facts.iter().any(|facts| facts.unknown), &mut suspects.unknown);
            add(!facts.iter().all(always), &mut suspects.code_validity);
            add(!covers(variable.validity), &mut suspects.variable_validity);
            let bound = !variable.regimes.is_empty() && variable.regime_set.contains(&false);
            add(bound, &mut suspects.regime);
        }
        Self { columns, suspects }
    }
}

/// One decoded row, as the rules see it.
pub(super) struct Row<'a> {
    pub(super) facts: &'a BatchFacts<'a>,
    pub(super) index: usize,
    /// What decoding found in this row.
    pub(super) decode_findings: &'a [Finding],
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
}

impl<'a> Row<'a> {
    /// Whether the column has a text that decoding could not read.
    pub(super) fn unreadable(&self, column: &str) -> bool {
        self.decode_findings.iter().any(|finding| finding.column == Some(column))
    }

    /// The code of a column.
    pub(super) fn code(&self, column: CodeColumn) -> Option<&'a str> {
        self.value(column).map(|value| value.text)
    }

    /// The row's codes in some columns.
    pub(super) fn values(&self, columns: &'a [CodeColumn]) -> impl Iterator<Item = Value<'a>> + '_ {
        columns.iter().filter_map(|column| self.value(*column))
    }

    pub(super) fn value(&self, column: CodeColumn) -> Option<Value<'a>> {
        let facts = &self.facts.columns[column.index()];
        let key = facts.keys.is_valid(self.index).then(|| facts.keys.value(self.index))?;
        let key = usize::try_from(key).ok()?;
        Some(Value { column, text: facts.texts[key], facts: &facts.facts[key] })
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
        match self.context.identifier {
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
