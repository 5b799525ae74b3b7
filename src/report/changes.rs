//! What has changed since the edition before: its figures beside those of now.
//!
//! In: the data of the edition before, as they were handed out, and the tables of now. Out: for each
//! table the figures that differ, what is new, what is gone; and what else is another now: queries, texts,
//! classification, program. Never: a figure worked out anew for the edition before. What was handed out
//! is what is compared.

use std::collections::{BTreeMap, BTreeSet};

use super::made::{MadeEdition, MadeError};
use super::manifest::{ComparedWith, Manifest, ManifestTable};
use crate::disclosure::{STATUS_ENDING, TOTAL};
use crate::export::records;
use crate::render::delimited;

/// What has changed since an edition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// The edition before.
    pub edition: String,
    /// Hash of its manifest.
    pub manifest_hash: String,
    /// Of each table of the report.
    pub tables: Vec<TableChanges>,
    /// What figures are made by.
    pub definitions: Vec<DefinitionChange>,
}

/// What has changed in a table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TableChanges {
    /// Figures that were handed out otherwise.
    pub revised: Vec<Revised>,
    /// Quarters or years that the edition before had no row of.
    pub times_new: Vec<String>,
    /// Rows that it did not have.
    pub rows_new: usize,
    /// Rows of a time that both have, which are no more.
    pub rows_gone: usize,
}

/// A figure that was handed out otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revised {
    /// The row of the table of now.
    pub row: usize,
    /// What the row is of, dimension by dimension.
    pub of: Vec<String>,
    /// The column.
    pub metric: String,
    /// What stood there.
    pub before: Figure,
    /// What stands there.
    pub after: Figure,
}

/// A figure as programs read it, and its status where it has one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Figure {
    /// The number; empty where there is none.
    pub value: String,
    /// Why there is none, or what it lacks.
    pub status: String,
}

/// What figures are made by, that is another now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DefinitionChange {
    /// The query of a table.
    Query(String),
    /// The text or the definition of the report.
    Text(String),
    /// How rows are classified.
    Classification,
    /// The program.
    Program(String, String),
}

/// Where all changes stand.
pub(super) const CHANGES: &str = "data/changes.csv";

/// The bytes of a file of data by its name; none where there is no such file.
pub type DataFile<'a> = &'a dyn Fn(&str) -> Result<Option<Vec<u8>>, MadeError>;

impl Changes {
    /// What has changed since `before` in an edition with a manifest and files of data. Only tables that both
    /// handed out as CSV are compared.
    pub fn since(
        before: &MadeEdition,
        manifest: &Manifest,
        file: DataFile<'_>,
    ) -> Result<Self, MadeError> {
        let mut found = Vec::new();
        for table in &manifest.tables {
            let name = format!("data/{}.csv", table.name);
            let old = before.manifest().tables.iter().find(|it| it.name == table.name);
            let is_of_same_time = before.manifest().period == manifest.period
                && old.is_some_and(|it| it.quarters == table.quarters);
            found.push(match (before.file(&name)?, file(&name)?) {
                (Some(before), Some(now)) => {
                    let [before, now] = [&before, &now].map(|it| String::from_utf8_lossy(it));
                    compared([&before, &now], table, is_of_same_time)
                }
                _ => TableChanges::default(),
            });
        }
        Ok(Self {
            edition: before.manifest().edition.clone(),
            manifest_hash: before.manifest_hash().to_owned(),
            tables: found,
            definitions: definitions(before.manifest(), manifest),
        })
    }

    /// All revised figures as CSV, a line for each: the table, what the figure is of, before and after.
    pub fn lines(&self, manifest: &Manifest) -> String {
        let mut text = String::from("table,of,figure,before,before_status,after,after_status\n");
        for (changed, table) in self.tables.iter().zip(&manifest.tables) {
            for Revised { row: _, of, metric, before, after } in &changed.revised {
                let of = table.dimensions.iter().zip(of).map(|(name, it)| format!("{name}={it}"));
                let of = of.collect::<Vec<_>>().join(";");
                let [one, other] = [before, after].map(|it| [it.value.as_str(), &it.status]);
                let fields = [&[&*table.name, &*of, metric][..], &one, &other].concat();
                let fields: Vec<String> = fields.iter().map(|it| delimited(it, ',')).collect();
                text += &(fields.join(",") + "\n");
            }
        }
        text
    }

    /// What the manifest says of it.
    pub fn compared_with(&self) -> ComparedWith {
        let sum = |of: fn(&TableChanges) -> usize| self.tables.iter().map(of).sum();
        ComparedWith {
            edition: self.edition.clone(),
            manifest_blake3: self.manifest_hash.clone(),
            revised: sum(|it| it.revised.len()),
            rows_new: sum(|it| it.rows_new),
            rows_gone: sum(|it| it.rows_gone),
        }
    }
}

/// What both are made by, where it differs.
fn definitions(before: &Manifest, after: &Manifest) -> Vec<DefinitionChange> {
    let mut changes = Vec::new();
    let asked = |it: &ManifestTable| {
        (it.query_blake3.clone(), it.conditions.clone(), it.parameters.clone())
    };
    for table in &after.tables {
        let old = before.tables.iter().find(|it| it.name == table.name);
        if old.is_some_and(|it| asked(it) != asked(table)) {
            changes.push(DefinitionChange::Query(table.query.clone()));
        }
    }
    changes.dedup();
    let texts: BTreeMap<&str, &str> =
        before.made_of.iter().map(|it| (it.file.as_str(), it.blake3.as_str())).collect();
    let is_other = |name: &str, hash: &str| texts.get(name).is_some_and(|it| *it != hash);
    let others = after.made_of.iter().filter(|it| is_other(&it.file, &it.blake3));
    changes.extend(others.map(|it| DefinitionChange::Text(it.file.clone())));
    if before.classification != after.classification {
        changes.push(DefinitionChange::Classification);
    }
    if before.program != after.program {
        let (before, after) = (before.program.clone(), after.program.clone());
        changes.push(DefinitionChange::Program(before, after));
    }
    changes
}

/// The rows of a file by what they are of.
type Rows<'r> = BTreeMap<Vec<&'r str>, &'r [String]>;

/// The file of a table of now beside that of the edition before. What is over all quarters of a table is a
/// revised figure only where both are of the same quarters.
fn compared(files: [&str; 2], table: &ManifestTable, is_of_same_time: bool) -> TableChanges {
    let [before, now] = files.map(records);
    let (Some((heads_before, rows_before)), Some((heads, rows))) =
        (before.split_first(), now.split_first())
    else {
        return TableChanges::default();
    };
    let keys: Vec<&str> = table.dimensions.iter().map(String::as_str).collect();
    let old = keyed(heads_before, rows_before, &keys);
    let new = keyed(heads, rows, &keys);
    let time = keys.iter().position(|it| ["quarter", "year"].contains(it));
    let is_comparable = |key: &[&str]| is_of_same_time || time.is_some_and(|at| key[at] != TOTAL);
    let times = |of: &Rows<'_>| -> BTreeSet<String> {
        let texts = of.keys().filter_map(|key| Some(key[time?])).filter(|it| *it != TOTAL);
        texts.map(str::to_owned).collect()
    };
    let (times_before, times_now) = (times(&old), times(&new));
    let mut changes = TableChanges {
        times_new: times_now.difference(&times_before).cloned().collect(),
        ..TableChanges::default()
    };
    for (at, row) in rows.iter().enumerate() {
        let key = key_of(heads, row, &keys);
        let Some(old_row) = old.get(&key) else {
            changes.rows_new += 1;
            continue;
        };
        if !is_comparable(&key) {
            continue;
        }
        for metric in &table.figures {
            // A figure that was not handed out before is not revised.
            let Some(before) = figure(heads_before, old_row, metric) else { continue };
            let Some(after) = figure(heads, row, metric) else { continue };
            if before != after {
                let of = key.iter().map(|it| (*it).to_owned()).collect();
                let metric = metric.clone();
                changes.revised.push(Revised { row: at, of, metric, before, after });
            }
        }
    }
    let is_gone = |key: &&Vec<&str>| {
        !new.contains_key(*key)
            && is_comparable(key)
            && time.is_none_or(|at| times_now.contains(key[at]))
    };
    changes.rows_gone = old.keys().filter(is_gone).count();
    changes
}

/// The rows of a file by what they are of.
fn keyed<'r>(heads: &[String], rows: &'r [Vec<String>], keys: &[&str]) -> Rows<'r> {
    rows.iter().map(|row| (key_of(heads, row, keys), row.as_slice())).collect()
}

/// What a row is of; nothing for a dimension that its file has not.
fn key_of<'r>(heads: &[String], row: &'r [String], keys: &[&str]) -> Vec<&'r str> {
    keys.iter().map(|key| field(heads, row, key).unwrap_or("")).collect()
}

fn field<'r>(heads: &[String], row: &'r [String], name: &str) -> Option<&'r str> {
    let at = heads.iter().position(|it| it == name)?;
    row.get(at).map(String::as_str)
}

fn figure(heads: &[String], row: &[String], metric: &str) -> Option<Figure> {
    let status = field(heads, row, &format!("{metric}{STATUS_ENDING}"));
    Some(Figure {
        value: field(heads, row, metric)?.to_owned(),
        // A file without the column has full numbers alone.
        status: status.unwrap_or("").to_owned(),
    })
}
