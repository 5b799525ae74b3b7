//! What a delivery's accepted rows are like: how many of each measure and regime, how many have a
//! value in each variable, and which codes. Two profiles side by side show what has changed.

use std::collections::BTreeMap;
use std::sync::Arc;

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

/// The counts of one batch, by keys; what they stand for is looked up when they are added.
#[derive(Debug)]
pub struct BatchCounts {
    rows: u64,
    /// By position of regime and measure in the dictionary.
    groups: Vec<((usize, usize), u64)>,
    filled: Vec<(Column, u64)>,
    codes: Vec<CodeCounts>,
}

/// Rows by key, 0 for no value.
#[derive(Debug)]
struct CodeCounts {
    column: CodeColumn,
    texts: Arc<[Box<str>]>,
    counts: Vec<u64>,
}

impl BatchCounts {
    /// The counts of a batch's accepted rows.
    pub fn of(batch: &CheckedBatch) -> Self {
        let decoded = batch.decoded();
        let rejected: Vec<usize> = batch.rejected().collect();
        let row_count = (decoded.row_count() - rejected.len()) as u64;
        let mut groups: BTreeMap<(usize, usize), u64> = BTreeMap::new();
        let of_rows: Vec<(usize, usize)> =
            batch.accepted().map(|row| (batch.regime(row), batch.measure(row))).collect();
        for run in of_rows.chunk_by(|a, b| a == b) {
            *groups.entry(run[0]).or_default() += run.len() as u64;
        }
        let filled = |column, has_value: &dyn Fn(usize) -> bool| {
            let filled = (0..decoded.row_count()).filter(|row| has_value(*row)).count();
            let out = rejected.iter().filter(|row| has_value(**row)).count();
            (column, (filled - out) as u64)
        };
        let code = |column: CodeColumn| {
            let codes = decoded.codes(column);
            if codes.texts().is_empty() {
                let counts = vec![row_count];
                return CodeCounts { column, texts: Arc::default(), counts };
            }
            let mut counts = occurrences(codes.keys(), codes.texts().len() + 1);
            for row in &rejected {
                counts[codes.keys()[*row] as usize] -= 1;
            }
            CodeCounts { column, texts: Arc::clone(codes.texts()), counts }
        };
        Self {
            rows: row_count,
            groups: groups.into_iter().collect(),
            filled: vec![
                filled(Column::LastDay, &|row| decoded.last_day()[row].is_some()),
                filled(Column::Amount, &|row| decoded.cents()[row].is_some()),
                filled(Column::Partner, &|row| decoded.partner().is_valid(row)),
            ],
            codes: CodeColumn::all().map(code).collect(),
        }
    }
}

/// How often each key occurs.
fn occurrences(keys: &[u32], key_count: usize) -> Vec<u64> {
    // Four tables, since an increment waits for the one before it where keys are the same.
    let mut tables: [Vec<u32>; 4] = std::array::from_fn(|_| vec![0; key_count]);
    let (fours, rest) = keys.as_chunks::<4>();
    for keys in fours {
        tables.iter_mut().zip(keys).for_each(|(table, key)| table[*key as usize] += 1);
    }
    for key in rest {
        tables[0][*key as usize] += 1;
    }
    (0..key_count).map(|key| tables.iter().map(|table| u64::from(table[key])).sum()).collect()
}

impl Profile {
    /// Adds the counts of a batch of the same delivery.
    pub fn add_batch(
        &mut self,
        batch: &BatchCounts,
        format: IdentifierFormat,
        dictionary: &Dictionary,
    ) {
        self.rows += batch.rows;
        for ((regime, measure), count) in &batch.groups {
            let regime = dictionary.regimes().get(*regime).map_or("", |it| &it.name);
            let measure = dictionary.measures().get(*measure).map_or("", |it| &it.name);
            *entry(entry(&mut self.groups, regime), measure) += count;
        }
        for (column, filled) in &batch.filled {
            entry(&mut self.variables, column.name()).filled += filled;
        }
        for CodeCounts { column, texts, counts } in &batch.codes {
            let variable = entry(&mut self.variables, column.name());
            variable.filled += batch.rows - counts[0];
            if variable.unlisted {
                continue;
            }
            for (text, count) in texts.iter().zip(&counts[1..]).filter(|(_, count)| **count > 0) {
                if format == IdentifierFormat::National || dictionary.knows_code(*column, text) {
                    *entry(&mut variable.codes, text) += count;
                }
            }
            variable.bound();
        }
    }

    /// Adds the counts of other rows of the same delivery.
    pub fn add(&mut self, other: &Self) {
        self.rows += other.rows;
        for (regime, measures) in &other.groups {
            let own = entry(&mut self.groups, regime);
            for (measure, count) in measures {
                *entry(own, measure) += count;
            }
        }
        for (name, variable) in &other.variables {
            let own = entry(&mut self.variables, name);
            own.filled += variable.filled;
            own.unlisted |= variable.unlisted;
            for (code, count) in &variable.codes {
                *entry(&mut own.codes, code) += count;
            }
            own.bound();
        }
    }
}

/// The value under a name, made where there is none yet; most names are known.
fn entry<'m, V: Default>(map: &'m mut BTreeMap<String, V>, name: &str) -> &'m mut V {
    if !map.contains_key(name) {
        map.insert(name.to_owned(), V::default());
    }
    map.get_mut(name).unwrap_or_else(|| unreachable!("it has just been put there"))
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
