//! What a delivery's accepted rows are like: how many of each measure and regime, how many have a
//! value in each variable, and which codes. Two profiles side by side show what has changed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::batch::CheckedBatch;
use crate::decode::IdentifierFormat;
use crate::dictionary::{CodeColumn, Column, Dictionary};

/// Distinct codes listed per variable; a column of free text is not a table of codes.
const CODES_MAX: usize = 2_000;

/// Counts of accepted rows. Holds codes, which are stored as they come, and nothing of a person.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// Accepted rows.
    pub rows: u64,
    /// Rows by regime and measure.
    pub groups: BTreeMap<String, BTreeMap<String, u64>>,
    /// By variable.
    pub variables: BTreeMap<String, VariableProfile>,
}

/// One variable.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VariableProfile {
    /// Rows with a value.
    pub filled: u64,
    /// Rows by code, for variables that are codes; where identifiers have no form of their own,
    /// of codes that the dictionary knows.
    pub codes: BTreeMap<String, u64>,
    /// Whether there are too many codes for a table of codes; they are then not listed.
    #[serde(default)]
    pub unlisted: bool,
}

impl Profile {
    /// The profile of a batch.
    pub fn of(batch: &CheckedBatch, format: IdentifierFormat, dictionary: &Dictionary) -> Self {
        let rows: Vec<usize> = batch.accepted().collect();
        let mut profile = Self { rows: rows.len() as u64, ..Self::default() };
        let mut groups: BTreeMap<(usize, usize), u64> = BTreeMap::new();
        for row in &rows {
            *groups.entry((batch.regime(*row), batch.measure(*row))).or_default() += 1;
        }
        for ((regime, measure), count) in groups {
            let regime = dictionary.regimes().get(regime).map(|it| it.name.clone());
            let measure = dictionary.measures().get(measure).map(|it| it.name.clone());
            let measures = profile.groups.entry(regime.unwrap_or_default()).or_default();
            *measures.entry(measure.unwrap_or_default()).or_default() += count;
        }
        let decoded = batch.decoded();
        let mut filled = |column: Column, has_value: &dyn Fn(usize) -> bool| {
            let count = rows.iter().filter(|row| has_value(**row)).count();
            let filled = VariableProfile { filled: count as u64, ..VariableProfile::default() };
            profile.variables.insert(column.name().to_owned(), filled);
        };
        filled(Column::LastDay, &|row| decoded.last_day()[row].is_some());
        filled(Column::Amount, &|row| decoded.cents()[row].is_some());
        filled(Column::Partner, &|row| decoded.partner().is_valid(row));
        for column in CodeColumn::all() {
            let codes = decoded.codes(column);
            let mut counts = vec![0_u64; codes.texts().len() + 1];
            for row in &rows {
                counts[codes.keys()[*row] as usize] += 1;
            }
            let used = codes.texts().iter().zip(&counts[1..]).filter(|(_, count)| **count > 0);
            let listed = used.filter(|(text, _)| {
                format == IdentifierFormat::National || dictionary.knows_code(column, text)
            });
            let mut variable = VariableProfile {
                filled: profile.rows - counts[0],
                codes: listed.map(|(text, count)| (text.to_string(), *count)).collect(),
                unlisted: false,
            };
            variable.bound();
            profile.variables.insert(column.name().to_owned(), variable);
        }
        profile
    }

    /// Adds the counts of other rows of the same delivery.
    pub fn add(&mut self, other: &Self) {
        self.rows += other.rows;
        for (regime, measures) in &other.groups {
            let own = self.groups.entry(regime.clone()).or_default();
            for (measure, count) in measures {
                *own.entry(measure.clone()).or_default() += count;
            }
        }
        for (name, variable) in &other.variables {
            let own = self.variables.entry(name.clone()).or_default();
            own.filled += variable.filled;
            own.unlisted |= variable.unlisted;
            for (code, count) in &variable.codes {
                *own.codes.entry(code.clone()).or_default() += count;
            }
            own.bound();
        }
    }
}

impl VariableProfile {
    /// Forgets codes that are too many to be a table.
    fn bound(&mut self) {
        self.unlisted |= self.codes.len() > CODES_MAX;
        if self.unlisted {
            self.codes.clear();
        }
    }
}
