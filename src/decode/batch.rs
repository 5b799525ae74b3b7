//! The typed values of one chunk's rows.

use std::collections::BTreeMap;
use std::fmt;

use zeroize::Zeroize;

use super::cells::CellCounts;
use super::codes::Codes;
use super::date::DayFirstDates;
use crate::delivery::Rows;
use crate::dictionary::{CodeColumn, Column};
use crate::finding::Finding;
use crate::quarter::Day;

/// Sex as the identifier says it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sex {
    /// Odd sequence number.
    Male,
    /// Even sequence number.
    Female,
}

impl Sex {
    /// As stored: `M` or `F`.
    pub fn letter(self) -> &'static str {
        match self {
            Self::Male => "M",
            Self::Female => "F",
        }
    }
}

/// Identifiers of one column. Its `Debug` shows the number of rows, never a value.
pub enum IdentifierColumn {
    /// National numbers.
    National(Vec<Option<i64>>),
    /// Tokens.
    Coded(Vec<Option<Box<str>>>),
}

impl fmt::Debug for IdentifierColumn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = match self {
            Self::National(numbers) => numbers.len(),
            Self::Coded(tokens) => tokens.len(),
        };
        write!(f, "IdentifierColumn({rows} rows)")
    }
}

impl Drop for IdentifierColumn {
    /// Memory that is given back holds no number.
    fn drop(&mut self) {
        match self {
            // As fast as memory can be written; being looked at, it is not left out.
            Self::National(numbers) => {
                numbers.fill(Some(0));
                std::hint::black_box(numbers);
            }
            Self::Coded(tokens) => tokens.iter_mut().flatten().for_each(Zeroize::zeroize),
        }
    }
}

impl IdentifierColumn {
    /// Whether the row has a valid identifier.
    pub fn is_valid(&self, row: usize) -> bool {
        match self {
            Self::National(numbers) => numbers[row].is_some(),
            Self::Coded(tokens) => tokens[row].is_some(),
        }
    }

    /// Rows that have one.
    pub(super) fn value_count(&self) -> u64 {
        let count = match self {
            Self::National(numbers) => numbers.iter().filter(|it| it.is_some()).count(),
            Self::Coded(tokens) => tokens.iter().filter(|it| it.is_some()).count(),
        };
        count as u64
    }
}

/// The typed values of a chunk's rows, and what was found in them.
///
/// Rows whose fields cannot be told apart are counted and found, but have no values here. Its
/// `Debug` shows the number of rows, never a value.
pub struct DecodedBatch {
    pub(super) part: usize,
    pub(super) rows: Rows,
    pub(super) second_header: Option<u64>,
    pub(super) rejected: Vec<bool>,
    pub(super) row_hashes: Vec<u128>,
    pub(super) person: IdentifierColumn,
    pub(super) partner: IdentifierColumn,
    pub(super) sex: Vec<Option<Sex>>,
    pub(super) birth_year: Vec<Option<i16>>,
    pub(super) first_day: Vec<Option<Day>>,
    pub(super) last_day: Vec<Option<Day>>,
    pub(super) cents: Vec<Option<i64>>,
    pub(super) day_first: DayFirstDates,
    pub(super) codes: Vec<Codes>,
    /// By position of the column: its place in a row.
    pub(super) code_places: Vec<Option<usize>>,
    pub(super) cells: Vec<(Column, CellCounts)>,
    pub(super) findings: Vec<Finding>,
}

impl fmt::Debug for DecodedBatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DecodedBatch(part {}, {} rows)", self.part, self.rows.len())
    }
}

impl DecodedBatch {
    /// Rows that have values.
    pub fn row_count(&self) -> usize {
        self.rows.len()
    }

    /// Rows of the chunk, also those without values.
    pub fn row_count_read(&self) -> u64 {
        (self.rows.len() + self.rows.unread().len()) as u64
    }

    /// The rows as they were split, for those that are given back to the sender.
    pub fn rows(&self) -> &Rows {
        &self.rows
    }

    /// Gives rows the lines they had in another file, by the lines they have.
    pub fn relabel(&mut self, lines: &BTreeMap<u64, u64>) {
        self.rows.relabel(lines);
    }

    /// Line of a record that repeats the header.
    pub fn second_header(&self) -> Option<u64> {
        self.second_header
    }

    /// Index of the delivery's part.
    pub fn part(&self) -> usize {
        self.part
    }

    /// Line of each row.
    pub fn lines(&self) -> &[u64] {
        self.rows.lines()
    }

    /// Whether decoding rejected each row.
    pub fn rejected(&self) -> &[bool] {
        &self.rejected
    }

    /// What became of the fields of each known column that the header has.
    pub fn cells(&self) -> &[(Column, CellCounts)] {
        &self.cells
    }

    /// A code as the row has it, without blanks around it.
    pub fn written_code(&self, row: usize, column: CodeColumn) -> Option<&str> {
        let bytes = self.rows.field(row, self.code_places[column.index()]?);
        std::str::from_utf8(bytes).ok().map(str::trim)
    }

    /// Hash of each row's decoded values, a missing last day filled in; equal for equal rows, and zero
    /// where not all could be read.
    pub fn row_hashes(&self) -> &[u128] {
        &self.row_hashes
    }

    /// The beneficiaries.
    pub fn person(&self) -> &IdentifierColumn {
        &self.person
    }

    /// The partners.
    pub fn partner(&self) -> &IdentifierColumn {
        &self.partner
    }

    /// Sex of the beneficiaries.
    pub fn sex(&self) -> &[Option<Sex>] {
        &self.sex
    }

    /// Birth year of the beneficiaries.
    pub fn birth_year(&self) -> &[Option<i16>] {
        &self.birth_year
    }

    /// First days.
    pub fn first_day(&self) -> &[Option<Day>] {
        &self.first_day
    }

    /// Last days as written; one in the year 9999 is none.
    pub fn last_day(&self) -> &[Option<Day>] {
        &self.last_day
    }

    /// EBENCONVCM in cents.
    pub fn cents(&self) -> &[Option<i64>] {
        &self.cents
    }

    /// The dates that are written with the day first.
    pub fn day_first(&self) -> &DayFirstDates {
        &self.day_first
    }

    /// The codes of a column.
    pub fn codes(&self, column: CodeColumn) -> &Codes {
        &self.codes[column.index()]
    }

    /// Forgets what was found, once it stands elsewhere.
    pub fn drop_findings(&mut self) {
        self.findings = Vec::new();
    }

    /// What was found, in file order; taken by the check stage.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }
}
