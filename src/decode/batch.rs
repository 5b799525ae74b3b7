//! The columns of one chunk while they are built, and when they are done.

use std::fmt;

use arrow::array::{
    Array as _, Date32Array, Date32Builder, DictionaryArray, Int16Array, Int16Builder, Int64Array,
    Int64Builder, StringArray, StringBuilder,
};
use arrow::datatypes::Int32Type;

use super::codes::CodeBuilder;
use super::identifier::{Identifier, IdentifierFormat};
use super::row_hash::RowHasher;
use crate::delivery::Header;
use crate::dictionary::{CODE_COLUMNS, CodeColumn, Column};
use crate::finding::Finding;
use crate::quarter::Day;

/// Codes of one column: few distinct texts, a key per row.
pub(super) type CodeArray = DictionaryArray<Int32Type>;

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
    National(Int64Array),
    /// Tokens.
    Coded(StringArray),
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

/// The typed values of a chunk's rows, and what was found in them.
///
/// Rows whose fields cannot be told apart are counted and found, but have no values here. Its
/// `Debug` shows the number of rows, never a value.
pub struct DecodedBatch {
    pub(super) row_count_read: u64,
    pub(super) second_header: Option<u64>,
    pub(super) lines: Vec<u64>,
    pub(super) rejected: Vec<bool>,
    pub(super) row_hashes: Vec<u128>,
    pub(super) person: IdentifierColumn,
    pub(super) partner: IdentifierColumn,
    pub(super) sex: Vec<Option<Sex>>,
    pub(super) birth_year: Int16Array,
    pub(super) first_day: Date32Array,
    pub(super) last_day: Date32Array,
    pub(super) cents: Int64Array,
    pub(super) codes: Vec<CodeArray>,
    pub(super) findings: Vec<Finding>,
    pub(super) part: usize,
}

impl fmt::Debug for DecodedBatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DecodedBatch(part {}, {} rows)", self.part, self.lines.len())
    }
}

impl DecodedBatch {
    /// Rows of the chunk, also those without values.
    pub fn row_count_read(&self) -> u64 {
        self.row_count_read
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
        &self.lines
    }

    /// Whether decoding rejected each row.
    pub fn rejected(&self) -> &[bool] {
        &self.rejected
    }

    /// Hash of each row's decoded values, equal for equal rows.
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
    pub fn birth_year(&self) -> &Int16Array {
        &self.birth_year
    }

    /// First days.
    pub fn first_day(&self) -> &Date32Array {
        &self.first_day
    }

    /// Last days as written.
    pub fn last_day(&self) -> &Date32Array {
        &self.last_day
    }

    /// EBENCONVCM in cents.
    pub fn cents(&self) -> &Int64Array {
        &self.cents
    }

    /// The codes of a column.
    pub fn codes(&self, column: CodeColumn) -> &CodeArray {
        &self.codes[column.index()]
    }

    /// What was found, in file order; taken by the check stage.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }
}

/// An identifier column while it is built.
enum IdentifierBuilder {
    National(Int64Builder),
    Coded(StringBuilder),
}

impl IdentifierBuilder {
    fn new(format: IdentifierFormat) -> Self {
        match format {
            IdentifierFormat::National => Self::National(Int64Builder::new()),
            IdentifierFormat::Coded => Self::Coded(StringBuilder::new()),
        }
    }

    fn append(&mut self, identifier: Option<&Identifier<'_>>) {
        match (self, identifier) {
            (Self::National(numbers), Some(Identifier::National(number))) => {
                numbers.append_value(number.digits);
            }
            (Self::Coded(tokens), Some(Identifier::Coded(token))) => tokens.append_value(token),
            (Self::National(numbers), _) => numbers.append_null(),
            (Self::Coded(tokens), _) => tokens.append_null(),
        }
    }

    fn append_nulls(&mut self, count: usize) {
        for _ in 0..count {
            self.append(None);
        }
    }

    fn finish(mut self) -> IdentifierColumn {
        match &mut self {
            Self::National(numbers) => IdentifierColumn::National(numbers.finish()),
            Self::Coded(tokens) => IdentifierColumn::Coded(tokens.finish()),
        }
    }
}

/// The columns of a chunk while its records are read.
pub(super) struct BatchBuilder {
    part: usize,
    row_count_read: u64,
    second_header: Option<u64>,
    lines: Vec<u64>,
    rejected: Vec<bool>,
    /// Whether all fields of the current row were readable.
    readable: bool,
    row_hashes: Vec<u128>,
    hasher: RowHasher,
    person: IdentifierBuilder,
    partner: IdentifierBuilder,
    sex: Vec<Option<Sex>>,
    birth_year: Int16Builder,
    first_day: Date32Builder,
    last_day: Date32Builder,
    cents: Int64Builder,
    codes: Vec<CodeBuilder>,
    absent: Absent,
    findings: Vec<Finding>,
}

/// Which columns the delivery does not have; they are filled with nulls at the end.
struct Absent {
    partner: bool,
    cents: bool,
    codes: Vec<bool>,
}

impl BatchBuilder {
    pub(super) fn new(part: usize, header: &Header, format: IdentifierFormat) -> Self {
        let lacks = |column| header.position(column).is_none();
        let absent = Absent {
            partner: lacks(Column::Partner),
            cents: lacks(Column::Amount),
            codes: CodeColumn::all().map(|code| lacks(Column::Code(code))).collect(),
        };
        Self {
            part,
            row_count_read: 0,
            second_header: None,
            lines: Vec::new(),
            rejected: Vec::new(),
            readable: true,
            row_hashes: Vec::new(),
            hasher: RowHasher::default(),
            person: IdentifierBuilder::new(format),
            partner: IdentifierBuilder::new(format),
            sex: Vec::new(),
            birth_year: Int16Builder::new(),
            first_day: Date32Builder::new(),
            last_day: Date32Builder::new(),
            cents: Int64Builder::new(),
            codes: CODE_COLUMNS.iter().map(|_| CodeBuilder::default()).collect(),
            absent,
            findings: Vec::new(),
        }
    }

    /// A row without values: counted as read, and rejected by its finding.
    pub(super) fn count_unread_row(&mut self) {
        self.row_count_read += 1;
    }

    pub(super) fn note_second_header(&mut self, line: u64) {
        self.second_header.get_or_insert(line);
    }

    pub(super) fn start_row(&mut self, line: u64) {
        self.row_count_read += 1;
        self.lines.push(line);
        self.rejected.push(false);
        self.readable = true;
        self.hasher.start();
    }

    /// The row stays out; it is then also no row that others can duplicate.
    pub(super) fn reject_row(&mut self) {
        self.readable = false;
        if let Some(last) = self.rejected.last_mut() {
            *last = true;
        }
    }

    /// Rows that could not be read get a hash of zero, which equals no other row's.
    pub(super) fn end_row(&mut self) {
        self.row_hashes.push(if self.readable { self.hasher.finish() } else { 0 });
    }

    pub(super) fn find(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    pub(super) fn append_person(&mut self, identifier: Option<&Identifier<'_>>) {
        self.hasher.identifier(Column::Person, identifier);
        self.person.append(identifier);
        let national = match identifier {
            Some(Identifier::National(number)) => Some(number),
            _ => None,
        };
        self.sex.push(national.and_then(|number| number.sex));
        self.birth_year.append_option(national.map(|number| number.birth_year));
    }

    pub(super) fn append_partner(&mut self, identifier: Option<&Identifier<'_>>) {
        self.hasher.identifier(Column::Partner, identifier);
        self.partner.append(identifier);
    }

    /// A partner's identifier that fails has no value, but still tells rows apart.
    pub(super) fn append_invalid_partner(&mut self, text: &str) {
        self.hasher.text(Column::Partner, text);
        self.partner.append(None);
    }

    pub(super) fn append_day(&mut self, column: Column, day: Option<Day>) {
        self.hasher.number(column, day.map(i64::from));
        if column == Column::FirstDay {
            self.first_day.append_option(day);
        } else {
            self.last_day.append_option(day);
        }
    }

    pub(super) fn append_amount(&mut self, cents: Option<i64>) {
        self.hasher.number(Column::Amount, cents);
        self.cents.append_option(cents);
    }

    pub(super) fn append_code(&mut self, column: CodeColumn, text: &str) {
        let builder = &mut self.codes[column.index()];
        if text.is_empty() {
            return builder.append_null();
        }
        self.hasher.text(Column::Code(column), text);
        builder.append(text);
    }

    /// A field that could not be read as text.
    pub(super) fn append_unreadable(&mut self, column: Column) {
        match column {
            Column::Person => self.append_person(None),
            Column::Partner => self.append_partner(None),
            Column::FirstDay | Column::LastDay => self.append_day(column, None),
            Column::Amount => self.append_amount(None),
            Column::Code(code) => self.append_code(code, ""),
        }
    }

    pub(super) fn finish(mut self) -> DecodedBatch {
        let rows = self.lines.len();
        if self.absent.partner {
            self.partner.append_nulls(rows);
        }
        if self.absent.cents {
            self.cents.append_nulls(rows);
        }
        for (builder, absent) in self.codes.iter_mut().zip(&self.absent.codes) {
            if *absent {
                builder.append_nulls(rows);
            }
        }
        DecodedBatch {
            part: self.part,
            row_count_read: self.row_count_read,
            second_header: self.second_header,
            lines: self.lines,
            rejected: self.rejected,
            row_hashes: self.row_hashes,
            person: self.person.finish(),
            partner: self.partner.finish(),
            sex: self.sex,
            birth_year: self.birth_year.finish(),
            first_day: self.first_day.finish(),
            last_day: self.last_day.finish(),
            cents: self.cents.finish(),
            codes: self.codes.into_iter().map(CodeBuilder::finish).collect(),
            findings: self.findings,
        }
    }
}
