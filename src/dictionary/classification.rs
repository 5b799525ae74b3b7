//! What rows are classified by: one hash of it, and the names that answers look up.
//!
//! In: a [`Dictionary`], shipped and own rules together. Out: its classification, a hash that is
//! another if and only if some row may be stored under another regime, measure or guidance, or be
//! counted in another group or as another convention; and its [`Terms`]. Never: anything that only
//! says how a thing is called or when a code is valid: a new label or place changes no figure.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::{
    CODE_COLUMNS, Code, CodeColumn, Condition, Dictionary, Guidance, Measure, MeasureGroup, Regime,
    Variable,
};

/// Begins the text that is hashed; counted up when the program itself classifies otherwise.
const METHOD: &str = "classification 1";

/// The names of a classification, in the order of their dictionary.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    regimes: Vec<String>,
    measure_groups: Vec<String>,
    /// Each with its group.
    measures: Vec<(String, Option<String>)>,
    /// Each with whether it is one under a partnership convention.
    guidances: Vec<(String, bool)>,
}

impl Terms {
    /// What answers look up otherwise by another classification, in words.
    pub fn changes(&self, after: &Self) -> Vec<String> {
        let mut changes = Vec::new();
        for (name, group) in &self.measures {
            let other = after.measures.iter().find(|(it, _)| it == name).map(|(_, group)| group);
            if let Some(other) = other.filter(|other| *other != group) {
                let said = |it: &Option<String>| it.clone().unwrap_or_else(|| "none".to_owned());
                let (old, new) = (said(group), said(other));
                changes.push(format!("measure `{name}` is of the group {new}, and was of {old}"));
            }
        }
        for (name, convention) in &self.guidances {
            let other = after.guidances.iter().find(|(it, _)| it == name).map(|(_, is_one)| is_one);
            if let Some(is_one) = other.filter(|is_one| *is_one != convention) {
                let (now, was) = if *is_one { ("is", "was not") } else { ("is not", "was") };
                changes.push(format!("guidance `{name}` {now} under a convention, and {was}"));
            }
        }
        changes
    }

    /// The guidances under a partnership convention.
    pub fn conventions(&self) -> impl Iterator<Item = &str> {
        self.guidances.iter().filter(|(_, is_one)| *is_one).map(|(name, _)| name.as_str())
    }
}

impl Dictionary {
    /// Hash of all that regime, measure, guidance and their groups depend on, in hexadecimal digits.
    pub fn classification(&self) -> String {
        blake3::hash(self.classification_text().as_bytes()).to_hex().to_string()
    }

    /// The names of its classification.
    pub fn terms(&self) -> Terms {
        Terms {
            regimes: self.regimes.iter().map(|it| it.name.clone()).collect(),
            measure_groups: self.measure_groups.iter().map(|it| it.name.clone()).collect(),
            measures: self.measures.iter().map(|it| (it.name.clone(), it.group.clone())).collect(),
            guidances: self.guidances.iter().map(|it| (it.name.clone(), it.convention)).collect(),
        }
    }

    /// The variables whose codes are stored without a leading zero, which cannot come back.
    pub fn without_leading_zero(&self) -> Vec<String> {
        let is_one = |name: &&str| self.variable(name).is_some_and(|it| it.drop_leading_zero);
        CODE_COLUMNS.into_iter().filter(is_one).map(ToOwned::to_owned).collect()
    }

    /// Hash of what says how rows are read and checked besides their classification: variables, codes
    /// and places, but not their names.
    pub fn reading(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        for variable in &self.variables {
            let code = |code: &Code| (code.code.clone(), code.validity, code.not_applicable);
            let Variable { name, required, regimes, validity, .. } = variable;
            let codes: Vec<_> = variable.codes.iter().map(code).collect();
            let (zero, complete) = (variable.drop_leading_zero, variable.table_complete);
            let read = (name, required, regimes, validity, zero, complete, codes);
            hasher.update(format!("{read:?}").as_bytes());
        }
        for place in self.places.municipalities() {
            hasher.update(format!("{:?}", (&place.nis, place.validity)).as_bytes());
        }
        hasher.finalize().to_hex().to_string()
    }

    /// The dictionary with the names, groups and conventions of another classification, for rows
    /// that are stored under it. What is known of a name here, its label above all, stays.
    #[must_use]
    pub fn with_terms(&self, terms: &Terms) -> Self {
        fn known<T: Clone + Default>(all: &[T], is_it: impl Fn(&T) -> bool) -> T {
            all.iter().find(|it| is_it(it)).cloned().unwrap_or_default()
        }
        let regime = |name: &String| {
            let regime = known(&self.regimes, |it| it.name == *name);
            Regime { name: name.clone(), ..regime }
        };
        let group = |name: &String| {
            let group = known(&self.measure_groups, |it| it.name == *name);
            MeasureGroup { name: name.clone(), ..group }
        };
        let measure = |(name, group): &(String, Option<String>)| {
            let measure = known(&self.measures, |it| it.name == *name);
            Measure { name: name.clone(), group: group.clone(), ..measure }
        };
        let guidance = |(name, convention): &(String, bool)| {
            let guidance = known(&self.guidances, |it| it.name == *name);
            Guidance { name: name.clone(), convention: *convention, ..guidance }
        };
        Self {
            regimes: terms.regimes.iter().map(regime).collect(),
            measure_groups: terms.measure_groups.iter().map(group).collect(),
            measures: terms.measures.iter().map(measure).collect(),
            guidances: terms.guidances.iter().map(guidance).collect(),
            // They lead to places among the measures of this dictionary.
            rules: Vec::new(),
            ..self.clone()
        }
    }

    /// The same with other conventions, for rows of which nothing else is known.
    #[must_use]
    pub fn with_conventions(&self, names: &[&str]) -> Self {
        let mut dictionary = self.clone();
        for guidance in &mut dictionary.guidances {
            guidance.convention = names.contains(&guidance.name.as_str());
        }
        dictionary
    }

    /// What is hashed: a line for each thing, texts quoted, so that no two classifications are alike.
    fn classification_text(&self) -> String {
        let mut text = format!("{METHOD}\n");
        for regime in &self.regimes {
            let _infallible = writeln!(text, "regime {:?} {:?}", regime.name, regime.code);
        }
        for Guidance { name, code, convention, .. } in &self.guidances {
            let _infallible = writeln!(text, "guidance {name:?} {code:?} {convention}");
        }
        for group in &self.measure_groups {
            let _infallible = writeln!(text, "group {:?}", group.name);
        }
        for Measure { name, group, .. } in &self.measures {
            let _infallible = writeln!(text, "measure {name:?} {group:?}");
        }
        let mut told_by_form = BTreeSet::new();
        for rule in &self.rules {
            let measure = self.measures.get(rule.measure).map(|it| &it.name);
            let regime = rule.regime.and_then(|at| self.regimes.get(at)).map(|it| &it.name);
            let (from, to) = (rule.validity.from, rule.validity.to);
            let _infallible = write!(text, "rule {measure:?} {regime:?} {from:?} {to:?}");
            for Condition { column, excludes, values } in &rule.conditions {
                let _infallible = write!(text, " {} {excludes} {values:?}", column.name());
                told_by_form.extend(excludes.then_some(*column));
            }
            text.push('\n');
        }
        for column in told_by_form {
            self.add_form(column, &mut text);
        }
        text
    }

    /// What tells whether a value of a column is a code at all: digits always are.
    fn add_form(&self, column: CodeColumn, text: &mut String) {
        let Some(variable) = self.variable(column.name()) else { return };
        let is_digits = |code: &str| code.bytes().all(|byte| byte.is_ascii_digit());
        let codes = variable.codes.iter().map(|it| it.code.as_str());
        let others: BTreeSet<&str> = codes.filter(|code| !is_digits(code)).collect();
        let (name, known) = (column.name(), !variable.codes.is_empty());
        let complete = variable.table_complete && !known;
        let _infallible = writeln!(text, "codes {name} {known} {complete} {others:?}");
    }
}
