//! The header line: which known columns stand where, and which delimiter splits it.

use super::foreign::zeros;
use super::likeness::probable;
use super::record::{RecordEnd, Shape, next_record};
use crate::dictionary::{CODE_COLUMNS, Column};
use crate::finding::shown;

/// A recognised header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    delimiter: u8,
    names: Vec<String>,
    columns: Vec<Option<Column>>,
    byte_count: usize,
    line_count: u64,
}

/// A file whose first line is no header of a delivery.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// Nothing but white space.
    #[error("the file is empty; expected a header line with the names of the variables")]
    Empty,
    /// The first line does not end.
    #[error("the header does not end within the first {0} bytes")]
    TooLong(usize),
    /// A quoted name goes on behind the line end.
    #[error(
        "the header goes on for {0} lines, since a quote in it is closed further down; expected one line"
    )]
    Lines(u64),
    /// Not text.
    #[error("{0}")]
    NotText(String),
    /// No known name, whatever the delimiter.
    #[error(
        "no header: line 1 has none of the known variable names split by `;`, `,`, tab or `|`; \
         expected for example `NISS;LEGISLATION;DPAY1STDAY;DPAYLSTDAY`"
    )]
    None,
    /// No known name among those of typed columns.
    #[error(
        "no header: {place} none of the known variables{found}; expected for example `NISS`, \
         `LEGISLATION`, `DPAY1STDAY`, `DPAYLSTDAY`"
    )]
    Cells {
        /// Where the names stand.
        place: String,
        /// Some of the names that stand there, if they look like such.
        found: String,
    },
    /// The header stands further down.
    #[error(
        "the header stands on line {line}, after {}; remove what stands before it",
        before(*.line - 1, *.blank)
    )]
    Preamble {
        /// Line of the header.
        line: u64,
        /// Whether nothing stands before it but blanks.
        blank: bool,
    },
    /// A first line for spreadsheets says another delimiter than the header has.
    #[error(
        "line 1 says that the delimiter is {said}, but the header is split by {found}; remove line 1, or correct it"
    )]
    Separator {
        /// What stands on line 1.
        said: String,
        /// The header's delimiter.
        found: String,
    },
    /// Required columns are not there.
    #[error("{}", missing(.0))]
    Missing(Vec<(&'static str, Option<String>)>),
    /// A known column is named twice.
    #[error("the header names `{0}` twice")]
    Duplicate(&'static str),
}

fn lines(count: u64) -> String {
    if count == 1 { "1 line".to_owned() } else { format!("{count} lines") }
}

fn before(count: u64, blank: bool) -> String {
    match (blank, count) {
        (true, 1) => "a blank line".to_owned(),
        (true, _) => format!("{count} blank lines"),
        (false, _) => format!("{} of other text", lines(count)),
    }
}

fn missing(columns: &[(&'static str, Option<String>)]) -> String {
    let texts = columns.iter().map(|(name, near)| match near {
        Some(near) => {
            format!("`{name}` (the header has {near}: rename it if that is meant)")
        }
        None => format!("`{name}`"),
    });
    let list: Vec<_> = texts.collect();
    let noun = if list.len() == 1 { "required column is" } else { "required columns are" };
    format!("{} {noun} missing: {}", list.len(), list.join(", "))
}

const DELIMITERS: [u8; 4] = [b';', b',', b'\t', b'|'];
/// The columns that every delivery has.
pub(crate) const REQUIRED: [Column; 4] = [
    Column::Person,
    Column::Code(crate::dictionary::CodeColumn::LEGISLATION),
    Column::FirstDay,
    Column::LastDay,
];
/// A delimiter that text does not hold: lines are then not split.
const LINES: Shape = Shape { delimiter: 0, width: 0 };
/// Lines searched for a header that does not stand on the first.
const PREAMBLE_LINES_MAX: u64 = 100;

impl Header {
    /// Recognises the header at the start of `text`, the first bytes of a file without its BOM;
    /// `whole` says that the file has no more.
    pub fn read(text: &[u8], whole: bool) -> Result<Self, HeaderError> {
        if let Some(what) = zeros(text, 1) {
            return Err(HeaderError::NotText(what));
        }
        match separator(text) {
            Some((said, next)) => Self::below_separator(text, whole, &said, next),
            None => Self::without_separator(text, whole),
        }
    }

    /// The header whose names begin with `text`.
    fn without_separator(text: &[u8], whole: bool) -> Result<Self, HeaderError> {
        if text.iter().all(u8::is_ascii_whitespace) {
            return Err(HeaderError::Empty);
        }
        if let Some(header) = Self::recognise(text, 0) {
            if header.byte_count == text.len() && !whole {
                return Err(HeaderError::TooLong(text.len()));
            }
            if std::str::from_utf8(text.get(..header.byte_count).unwrap_or(&[])).is_err() {
                let what = "this is not delimited text: the header holds bytes that are not UTF-8";
                return Err(HeaderError::NotText(what.to_owned()));
            }
            if header.line_count > 1 {
                return Err(HeaderError::Lines(header.line_count));
            }
            // A name of a variable may stand in a preamble; a header has all that are required.
            let incomplete = match header.complete() {
                Err(error @ HeaderError::Missing(_)) => error,
                complete => return complete,
            };
            let further_down = Self::further_down(text);
            let complete = further_down.filter(|(_, header)| header.clone().complete().is_ok());
            let preamble = |(line, _)| HeaderError::Preamble { line, blank: false };
            return Err(complete.map_or(incomplete, preamble));
        }
        let blank = || text.split(|byte| matches!(byte, b'\n' | b'\r')).map(<[u8]>::trim_ascii);
        match Self::further_down(text) {
            Some((line, _)) => {
                let before = usize::try_from(line - 1).unwrap_or(usize::MAX);
                let blank = blank().take(before).all(<[u8]>::is_empty);
                Err(HeaderError::Preamble { line, blank })
            }
            None => Err(HeaderError::None),
        }
    }

    /// The header below a line that tells spreadsheets the delimiter, and ends at `next`.
    fn below_separator(
        text: &[u8],
        whole: bool,
        said: &str,
        next: usize,
    ) -> Result<Self, HeaderError> {
        let below = Self::without_separator(text.get(next..).unwrap_or(&[]), whole);
        let mut header = below.map_err(|error| match error {
            HeaderError::Preamble { line, .. } => {
                HeaderError::Preamble { line: line + 1, blank: false }
            }
            other => other,
        })?;
        if said.as_bytes() != [header.delimiter] {
            let said = if said.is_empty() { "nothing".to_owned() } else { shown(said) };
            let found = delimiter_name(header.delimiter);
            return Err(HeaderError::Separator { said, found });
        }
        header.byte_count += next;
        header.line_count += 1;
        Ok(header)
    }

    /// The first of the lines below the first that is a header, and its number.
    fn further_down(text: &[u8]) -> Option<(u64, Self)> {
        let mut fields = Vec::new();
        let (mut at, mut line) = (0, 1);
        while at < text.len() && line <= PREAMBLE_LINES_MAX {
            let (RecordEnd::Complete { next } | RecordEnd::QuoteUnclosed { next }) =
                next_record(text, at, LINES, false, &mut fields)
            else {
                break;
            };
            line += super::record::count_line_ends(text.get(at..next).unwrap_or(&[])).max(1);
            at = next;
            let found = Self::recognise(text, at);
            if let Some(header) = found.filter(|header| header.known().count() >= 2) {
                return Some((line, header));
            }
        }
        None
    }

    /// The record at `start` as a header, split by the delimiter that yields most known names.
    fn recognise(text: &[u8], start: usize) -> Option<Self> {
        let candidates = DELIMITERS.map(|delimiter| Self::split(text, start, delimiter));
        let best =
            candidates.into_iter().flatten().rev().max_by_key(|header| header.known().count());
        best.filter(|header| header.known().count() > 0)
    }

    fn split(text: &[u8], start: usize, delimiter: u8) -> Option<Self> {
        let mut fields = Vec::new();
        let shape = Shape { delimiter, width: 0 };
        let end = next_record(text, start, shape, false, &mut fields);
        let RecordEnd::Complete { next } = end else { return None };
        let name = |field: &super::Field| {
            let bytes = text.get(field.start..field.end).unwrap_or(&[]);
            String::from_utf8_lossy(bytes).trim().to_owned()
        };
        let names: Vec<String> = fields.iter().map(name).collect();
        let columns = names.iter().map(|name| Column::named(name)).collect();
        let record = text.get(start..next).unwrap_or(&[]);
        let line_count = super::record::count_line_ends(record).max(1);
        Some(Self { delimiter, names, columns, byte_count: next, line_count })
    }

    /// Required columns are there, and none twice.
    fn complete(self) -> Result<Self, HeaderError> {
        for (index, column) in self.columns.iter().enumerate() {
            if let Some(column) = column
                && self.columns.iter().take(index).any(|earlier| earlier == &Some(*column))
            {
                return Err(HeaderError::Duplicate(column.name()));
            }
        }
        let missing = REQUIRED.into_iter().filter(|column| self.position(*column).is_none());
        let unknown: Vec<&str> = self.unknown().collect();
        let near = |column: Column| (column.name(), probable(column.name(), &unknown));
        let missing: Vec<_> = missing.map(near).collect();
        if missing.is_empty() { Ok(self) } else { Err(HeaderError::Missing(missing)) }
    }

    fn known(&self) -> impl Iterator<Item = Column> {
        self.columns.iter().copied().flatten()
    }

    /// The byte between fields.
    pub fn delimiter(&self) -> u8 {
        self.delimiter
    }

    /// How its records look.
    pub fn shape(&self) -> Shape {
        Shape { delimiter: self.delimiter, width: self.names.len() }
    }

    /// The names as written.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The known column at each position.
    pub fn columns(&self) -> &[Option<Column>] {
        &self.columns
    }

    /// Position of a column.
    pub fn position(&self, column: Column) -> Option<usize> {
        self.columns.iter().position(|known| known == &Some(column))
    }

    /// Names of columns that are not known: reported once, not stored.
    pub fn unknown(&self) -> impl Iterator<Item = &str> {
        let pairs = self.names.iter().zip(&self.columns);
        pairs.filter(|(_, column)| column.is_none()).map(|(name, _)| name.as_str())
    }

    /// Known columns that the delivery does not have.
    pub fn absent(&self) -> Vec<&'static str> {
        let special = [Column::Partner, Column::Amount].map(Column::name);
        let known = special.into_iter().chain(CODE_COLUMNS);
        known
            .filter(|name| Column::named(name).is_none_or(|it| self.position(it).is_none()))
            .collect()
    }

    /// Whether a column has no name at all.
    pub fn is_nameless(&self, field: usize) -> bool {
        self.names.get(field).is_some_and(String::is_empty)
    }

    /// Bytes of the header line with its line end.
    pub fn byte_count(&self) -> usize {
        self.byte_count
    }

    /// Lines of the header as an editor counts them.
    pub fn line_count(&self) -> u64 {
        self.line_count
    }
}

/// What a first line `sep=X` says, and where it ends.
fn separator(text: &[u8]) -> Option<(String, usize)> {
    const BEGINNING: &[u8] = b"sep=";
    let end = text.iter().position(|byte| matches!(byte, b'\n' | b'\r'))?;
    let line = text.get(..end)?;
    // Some programs quote the line.
    let line = line.strip_prefix(b"\"").and_then(|it| it.strip_suffix(b"\"")).unwrap_or(line);
    let begins = line.get(..BEGINNING.len())?.eq_ignore_ascii_case(BEGINNING);
    let said = String::from_utf8_lossy(line.get(BEGINNING.len()..)?).into_owned();
    let paired = text.get(end..end + 2) == Some(b"\r\n");
    begins.then_some((said, end + 1 + usize::from(paired)))
}

fn delimiter_name(delimiter: u8) -> String {
    if delimiter == b'\t' { "a tab".to_owned() } else { format!("`{}`", char::from(delimiter)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> String {
        match Header::read(text.as_bytes(), true) {
            Ok(header) => format!("{:?} {:?}", header.delimiter as char, header.names),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn the_delimiter_is_the_one_that_gives_known_names() {
        for delimiter in [";", ",", "\t", "|"] {
            let text = ["niss", "Legislation", "DPAY1STDAY", "\"DPAYLSTDAY\""].join(delimiter);
            let header = Header::read(text.as_bytes(), true).unwrap();
            assert_eq!(header.delimiter, delimiter.as_bytes()[0]);
            assert_eq!(header.position(Column::LastDay), Some(3));
        }
    }

    #[test]
    fn what_is_no_header_is_named_as_what_it_is() {
        insta::assert_snapshot!(message(" \n"), @"the file is empty; expected a header line with the names of the variables");
        assert_eq!(message(&"sep=;\n".repeat(100_000)), HeaderError::None.to_string());
        insta::assert_snapshot!(message("1;2;3\n4;5;6\n"), @"no header: line 1 has none of the known variable names split by `;`, `,`, tab or `|`; expected for example `NISS;LEGISLATION;DPAY1STDAY;DPAYLSTDAY`");
        insta::assert_snapshot!(message("Delivery 1\n\nNISS;LEGISLATION\n"), @"the header stands on line 3, after 2 lines of other text; remove what stands before it");
        insta::assert_snapshot!(message("NISS;LEGISLATION;DPAY1STDAY;DPAYLASTDAY"), @"1 required column is missing: `DPAYLSTDAY` (the header has `DPAYLASTDAY`: rename it if that is meant)");
        insta::assert_snapshot!(message("NISS;NISS;LEGISLATION;DPAY1STDAY;DPAYLSTDAY"), @"the header names `NISS` twice");
        insta::assert_snapshot!(message("PK\u{3}\u{4}\u{0}"), @"this is not delimited text: it holds NUL bytes, the first on line 1; write it again, as text without them");
    }
}
