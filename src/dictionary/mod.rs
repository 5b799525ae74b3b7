//! What is known of the data: variables, codes, validity, regimes, measures, rules and places.
//!
//! In: the TOML files compiled in, and a warehouse's own file that extends or overrides them.
//! Out: one [`Dictionary`], the single source for checks, classification, labels and help.
//! Never: a code called wrong where its table is marked incomplete, or a rule hidden in code.

mod classification;
mod columns;
mod entry;
mod model;
mod own_places;
mod read;
mod refnis;

pub use classification::Terms;
pub use columns::{CODE_COLUMNS, CodeColumn, Column};
pub use model::{
    Code, Condition, Guidance, Measure, MeasureGroup, MeasureRule, Regime, Validity, Variable,
};
pub use refnis::{Municipality, NamedPlace, PlaceNames, Places, Successor};

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::document::Labels;
use crate::quarter::Quarter;

/// Variables, classifications and places, as compiled in and extended by the warehouse.
#[derive(Debug, Clone)]
pub struct Dictionary {
    variables: Vec<Variable>,
    regimes: Vec<Regime>,
    measure_groups: Vec<MeasureGroup>,
    measures: Vec<Measure>,
    guidances: Vec<Guidance>,
    rules: Vec<MeasureRule>,
    places: Places,
    fingerprint: String,
    /// Whether a warehouse has added to it.
    is_extended: bool,
}

impl Dictionary {
    /// The variables, in the order of the delivery's documentation.
    pub fn variables(&self) -> &[Variable] {
        &self.variables
    }

    /// The variable of that name, in any case.
    pub fn variable(&self, name: &str) -> Option<&Variable> {
        self.variables.iter().find(|variable| variable.name.eq_ignore_ascii_case(name))
    }

    /// What a code of a variable is called, where it means the same in all times.
    pub fn code_label(&self, variable: &str, code: &str) -> Option<&Labels> {
        let codes = &self.variable(variable)?.codes;
        let mut meanings = codes.iter().filter(|it| it.code == code).map(|it| &it.label);
        let first = meanings.next()?;
        meanings.all(|it| it == first).then_some(first)
    }

    /// The codes of a variable, sorted, where there are no others.
    pub fn closed_codes(&self, variable: &str) -> Option<Vec<String>> {
        let variable = self.variable(variable).filter(|it| it.table_complete)?;
        let codes: BTreeSet<&str> = variable.codes.iter().map(|it| it.code.as_str()).collect();
        Some(codes.into_iter().map(str::to_owned).collect())
    }

    /// The legal regimes.
    pub fn regimes(&self) -> &[Regime] {
        &self.regimes
    }

    /// The groups of measures.
    pub fn measure_groups(&self) -> &[MeasureGroup] {
        &self.measure_groups
    }

    /// The measures.
    pub fn measures(&self) -> &[Measure] {
        &self.measures
    }

    /// Position of the measure that no rule leads to.
    pub fn unclassified(&self) -> usize {
        let position = self.measures.iter().position(|measure| measure.name == UNCLASSIFIED);
        position.unwrap_or(self.measures.len())
    }

    /// The kinds of guidance under a partnership convention.
    pub fn guidances(&self) -> &[Guidance] {
        &self.guidances
    }

    /// The names of those that are given under a partnership convention.
    pub fn conventions(&self) -> impl Iterator<Item = &str> {
        self.guidances.iter().filter(|it| it.convention).map(|it| it.name.as_str())
    }

    /// The measure rules; the first that matches decides.
    pub fn rules(&self) -> &[MeasureRule] {
        &self.rules
    }

    /// Whether a code is in the table of its variable; centres go by the list of places.
    pub fn knows_code(&self, column: CodeColumn, code: &str) -> bool {
        let variable = self.variable(column.name());
        variable.is_some_and(|it| it.codes.iter().any(|known| known.code == code))
            || (column == CodeColumn::CPAS && self.places().municipality(code).is_some())
    }

    /// Municipalities, provinces and regions.
    pub fn places(&self) -> &Places {
        &self.places
    }

    /// The dictionary with the places as they were when a quarter's delivery was due: which code is
    /// valid today is told by the deliveries there are, and never by the date.
    pub fn when_due(&self, last: Option<Quarter>) -> Cow<'_, Self> {
        match self.places.on(last.map(Quarter::due_by)) {
            Some(places) => Cow::Owned(Self { places, ..self.clone() }),
            None => Cow::Borrowed(self),
        }
    }

    /// Hash of everything the dictionary was read from: figures depend on it.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// The fingerprints of dictionaries of earlier versions of the program that classify as this one.
    pub fn earlier_fingerprints(&self) -> &[&'static str] {
        let is_same = !self.is_extended && self.classification() == EARLIER_CLASSIFICATION;
        if is_same { &EARLIER_FINGERPRINTS } else { &[] }
    }
}

/// The fingerprints that versions of the program whose commits say no classification gave what they
/// had compiled in, and the classification of all of these.
const EARLIER_FINGERPRINTS: [&str; 1] =
    [concat!("08badd3207c46f49c7447c360f6", "4056114b34fd6afc15d4e4972d2ea6a5eec08")];
const EARLIER_CLASSIFICATION: &str =
    "1669121ef5dc5b242d4023cda0f03b1d2aeeaefb4baac58dfd6a1d1ea0960308";

/// The measure of an observation that no rule classifies.
pub const UNCLASSIFIED: &str = "unclassified";
