//! What the rules of one delivery depend on besides its rows.

use super::classify::Classifier;
use super::value_facts::{PlaceFacts, ValueFacts};
use crate::decode::IdentifierFormat;
use crate::dictionary::{CODE_COLUMNS, CodeColumn, Dictionary, Places, Validity, Variable};
use crate::exact::known;
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
    amount: VariableFacts,
    partner: VariableFacts,
    places: Places,
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

impl VariableFacts {
    /// Whether not every regime fills the variable in.
    pub(super) fn is_bound(&self) -> bool {
        !self.regimes.is_empty() && self.regime_set.contains(&false)
    }

    /// Whether rows of a regime have no value of the variable.
    pub(super) fn is_of_others_than(&self, regime: usize) -> bool {
        !self.regimes.is_empty() && self.regime_set.get(regime) == Some(&false)
    }
}

impl CheckContext {
    /// The context of a delivery with that window.
    pub fn new(
        dictionary: &Dictionary,
        window: QuarterRange,
        identifier: IdentifierFormat,
        fixed_amounts: &FixedAmounts,
    ) -> Self {
        let regimes = dictionary.regimes();
        let facts = |name: &str| {
            let variable = known(dictionary.variable(name)).clone();
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
            convention: guidance.convention,
            fixed_cents: fixed_amounts
                .iter()
                .find(|(name, _)| name == &guidance.name)
                .map(|(_, cents)| *cents),
        };
        let start = Quarter::SOURCE_START.first_day();
        let amount = facts("EBENCONVCM");
        Self {
            window,
            identifier,
            classifier: Classifier::new(dictionary),
            variables: CODE_COLUMNS.iter().map(|name| facts(name)).collect(),
            partner: facts("NNISPTN2"),
            amount_start: amount.validity.from.unwrap_or(start),
            amount,
            places: dictionary.places().clone(),
            source_start: start,
            regimes: regimes.iter().map(|it| (it.code.clone(), it.name.clone())).collect(),
            measures: dictionary.measures().iter().map(|it| it.name.clone()).collect(),
            unclassified: dictionary.unclassified(),
            guidances: dictionary.guidances().iter().map(guidance).collect(),
        }
    }

    pub(super) fn identifier(&self) -> IdentifierFormat {
        self.identifier
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

    /// The amount, EBENCONVCM.
    pub(super) fn amount(&self) -> &VariableFacts {
        &self.amount
    }

    /// The partner's number, NNISPTN2.
    pub(super) fn partner(&self) -> &VariableFacts {
        &self.partner
    }

    pub(super) fn places(&self) -> &Places {
        &self.places
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
        alternatives(self.regimes.iter().map(|(code, _)| code.as_str()))
    }

    /// The codes of guidance under a partnership convention, likewise.
    pub(super) fn convention_codes(&self) -> String {
        alternatives(self.guidances.iter().filter(|it| it.convention).map(|it| it.code.as_str()))
    }

    fn regime_of(&self, code: &str) -> Option<usize> {
        self.regimes.iter().position(|(known, _)| known == code)
    }

    fn guidance_of(&self, code: &str) -> Option<usize> {
        self.guidances.iter().position(|guidance| guidance.code == code)
    }

    pub(super) fn is_convention(&self, guidance: usize) -> bool {
        self.guidances.get(guidance).is_some_and(|guidance| guidance.convention)
    }

    pub(super) fn fixed_cents(&self, guidance: usize) -> Option<i64> {
        self.guidances.get(guidance).and_then(|guidance| guidance.fixed_cents)
    }

    pub(super) fn has_fixed_amounts(&self) -> bool {
        self.guidances.iter().any(|guidance| guidance.fixed_cents.is_some())
    }

    /// What the dictionary says of a value, worked out once for each distinct value of a batch.
    pub(super) fn facts_of(&self, column: CodeColumn, value: &str) -> ValueFacts {
        let variable = &self.variable(column).variable;
        let codes: Vec<_> = variable.codes.iter().filter(|code| code.code == value).collect();
        let unknown = is_unknown(column, variable, value, codes.is_empty());
        let known = !codes.is_empty() || is_digits(value);
        let is_code = known || (variable.codes.is_empty() && !unknown);
        let place = match column {
            // What is no number is no code at all; codes that the variable lists are no places.
            CodeColumn::CPAS if is_digits(value) && codes.is_empty() => self.place_of(value),
            _ => PlaceFacts::None,
        };
        ValueFacts {
            unknown,
            place,
            validities: codes.iter().map(|code| code.validity).collect(),
            not_applicable: codes.iter().any(|code| code.not_applicable),
            rules: self.classifier.rules_of(column, Some(value), is_code),
            regime: self.regime_of(value).and_then(|it| u16::try_from(it).ok()),
            guidance: self.guidance_of(value).and_then(|it| u16::try_from(it).ok()),
        }
    }

    fn place_of(&self, code: &str) -> PlaceFacts {
        match self.places.municipality(code) {
            Some(municipality) => PlaceFacts::Known(municipality.validity),
            None => PlaceFacts::Unknown(self.places.nearest(code).map(Into::into)),
        }
    }
}

fn alternatives<'c>(codes: impl Iterator<Item = &'c str>) -> String {
    let codes: Vec<&str> = codes.collect();
    match codes.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => codes.join(""),
    }
}

/// Whether a text is no code of its variable, as far as that can be told; `LEGISLATION` has a rule of its
/// own. Where the known codes are all digits, but for one that says the variable does not apply, so are
/// those that are not known.
fn is_unknown(column: CodeColumn, variable: &Variable, value: &str, is_new: bool) -> bool {
    if column == CodeColumn::LEGISLATION {
        return false;
    }
    if column == CodeColumn::CPAS && !is_digits(value) {
        return true;
    }
    let mut known = variable.codes.iter().filter(|code| !code.not_applicable).peekable();
    let only_digits = known.peek().is_some() && known.all(|code| is_digits(&code.code));
    is_new
        && (variable.table_complete || !is_code_shaped(value) || (only_digits && !is_digits(value)))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a text could be a code of a table that is not known in full: ASCII letters, digits and
/// dashes, without the quotes and invisible characters that damaged files have.
fn is_code_shaped(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}
