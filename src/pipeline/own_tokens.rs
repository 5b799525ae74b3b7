//! Tokens of persons of a delivery that stand in its code columns.
//!
//! In: the codes that could be identifiers, and the persons and partners of all rows, both as pseudonyms.
//! Out: those that are both, by which the rows are rejected when the delivery is read again. Never: a
//! token that is kept, or memory that grows with the delivery without end.
//!
//! Where identifiers have a form of their own, decoding knows them in every column. Elsewhere a token is
//! one only because some row has it, maybe the last. So the codes that could be one, which are few, are held;
//! when all has been read they are looked for among the persons of the files that are to be committed, and of
//! the rejected rows. Mostly none is there, and nothing else is to be done.

use std::collections::HashSet;

use parquet::column::reader::get_typed_column_reader;
use parquet::data_type::Int64Type;
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use rayon::prelude::*;

use crate::check::CheckedBatch;
use crate::dictionary::Dictionary;
use crate::pseudonym::PseudonymKey;
use crate::warehouse::{CheckedBytes, WarehouseError, Written};

/// Pseudonyms of one kind that are held: some 80 MB.
const HELD_MAX: usize = 1 << 22;

/// Records that are read at once.
const RECORDS_AT_ONCE: usize = 1 << 13;

/// The columns that say persons.
const PERSON_COLUMNS: [&str; 2] = ["person", "partner"];

/// What is held of a delivery, or of a chunk of it.
#[derive(Debug, Default)]
pub(super) struct OwnTokens {
    /// Codes that could be identifiers.
    codes: HashSet<i64>,
    /// Persons and partners that are in no file.
    persons: HashSet<i64>,
    is_full: bool,
}

impl OwnTokens {
    /// The codes of a chunk, and the persons and partners of some of its rows.
    pub(super) fn of(
        batch: &CheckedBatch,
        rows: impl Iterator<Item = usize>,
        dictionary: &Dictionary,
        key: &PseudonymKey,
    ) -> Self {
        let rows: Vec<u32> = rows.filter_map(|row| u32::try_from(row).ok()).collect();
        let decoded = batch.decoded();
        let persons = [decoded.person(), decoded.partner()];
        let codes = batch.possible_identifiers(dictionary).into_iter();
        Self {
            codes: codes.flat_map(|text| forms(text, key)).collect(),
            persons: persons
                .into_iter()
                .flat_map(|it| key.pseudonyms(it, &rows))
                .flatten()
                .collect(),
            is_full: false,
        }
    }

    /// Takes what another chunk has.
    pub(super) fn add(&mut self, other: Self) {
        for (own, other) in [(&mut self.codes, other.codes), (&mut self.persons, other.persons)] {
            self.is_full |= own.len() + other.len() > HELD_MAX;
            let room = HELD_MAX - own.len().min(HELD_MAX);
            own.extend(other.into_iter().take(room));
        }
    }

    /// Whether there is anything to look for.
    pub(super) fn has_codes(&self) -> bool {
        !self.codes.is_empty()
    }

    /// Whether there were more than could be held.
    pub(super) fn is_full(&self) -> bool {
        self.is_full
    }

    /// The codes that are persons or partners, held ones or those of the delivery's files.
    pub(super) fn found_in(&self, files: &[Written<'_>]) -> Result<Found, WarehouseError> {
        const LOOKING: &str = "looking for identifiers among the codes";
        let mut found: HashSet<i64> = self.codes.intersection(&self.persons).copied().collect();
        if !self.codes.is_empty() {
            let columns =
                files.par_iter().flat_map_iter(|file| PERSON_COLUMNS.map(|it| (*file, it)));
            let of_file = |(file, column): (Written<'_>, &str)| {
                let found = self.found_in_column(file.columns(&[column])?, column);
                let named = |error| format!("{}: {error}", file.path().display());
                found.map_err(|error| WarehouseError::table(LOOKING)(named(error)))
            };
            let of_files: Vec<_> = columns.map(of_file).collect::<Result<_, WarehouseError>>()?;
            found.extend(of_files.into_iter().flatten());
        }
        Ok(Found(found))
    }

    fn found_in_column(
        &self,
        bytes: CheckedBytes,
        name: &str,
    ) -> Result<HashSet<i64>, ParquetError> {
        let file = SerializedFileReader::new(bytes)?;
        let columns = file.metadata().file_metadata().schema_descr().columns();
        let column = columns.iter().position(|column| column.name() == name);
        let missing = || ParquetError::General(format!("no column `{name}`"));
        let column = column.ok_or_else(missing)?;
        let (mut found, mut some, mut levels) = (HashSet::new(), Vec::new(), Vec::new());
        for group in 0..file.num_row_groups() {
            let reader = file.get_row_group(group)?.get_column_reader(column)?;
            let mut reader = get_typed_column_reader::<Int64Type>(reader);
            loop {
                some.clear();
                levels.clear();
                let read =
                    reader.read_records(RECORDS_AT_ONCE, Some(&mut levels), None, &mut some)?;
                if read.0 == 0 {
                    break;
                }
                found.extend(some.iter().filter(|person| self.codes.contains(person)));
            }
        }
        Ok(found)
    }
}

/// Codes that are identifiers of the delivery.
#[derive(Debug, Default)]
pub(super) struct Found(HashSet<i64>);

impl Found {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Rejects the rows of a chunk that have one of them in a code column.
    pub(super) fn reject(
        &self,
        batch: &mut CheckedBatch,
        dictionary: &Dictionary,
        key: &PseudonymKey,
    ) {
        if !self.is_empty() {
            let is_found = |text: &str| forms(text, key).any(|it| self.0.contains(&it));
            batch.reject_identifiers(dictionary, is_found);
        }
    }
}

/// The pseudonyms of a text as it is, and with other letters: codes are often put in capitals.
fn forms(text: &str, key: &PseudonymKey) -> impl Iterator<Item = i64> {
    let [lower, upper] = [text.to_ascii_lowercase(), text.to_ascii_uppercase()];
    let other = |form: String| (form != text).then(|| key.of_token(&form));
    [Some(key.of_token(text)), other(lower), other(upper)].into_iter().flatten()
}
