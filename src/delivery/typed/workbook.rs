//! A workbook (XLSX): the first sheet of cells that can be seen.
//!
//! Never: another sheet with a delivery, of which nobody would know that it was not read.

use std::collections::HashMap;
use std::io::{self, BufReader};
use std::sync::Arc;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::cell::{Kind, Value};
use super::cells::{About, CELL_LENGTH_MAX, Cells, Identifiers, Reading, Sheets, too_long};
use super::sheet::{Row, Shared, Sheet, Xml, attribute, damaged, text_until};
use crate::delivery::archive::{Member, members};
use crate::delivery::header::{Header, HeaderError};
use crate::delivery::progress::Progress;
use crate::delivery::refusal::refused;
use crate::delivery::source::Source;

/// Rows made into text at a time.
const ROWS_PER_BATCH: usize = 1024;

/// The member that makes an archive a workbook.
const BOOK: &str = "xl/workbook.xml";

/// Reads a workbook.
pub(super) struct Workbook {
    sheet: Sheet,
    sheets: Sheets,
    identifiers: Identifiers,
    /// By column, once the header has been read.
    kinds: Vec<Kind>,
    names: Vec<String>,
    /// Lines of the text, and rows of the sheet, so far.
    line: u32,
}

/// Whether the files of an archive are those of a workbook.
pub(in crate::delivery) fn is_workbook(members: &[Member]) -> bool {
    let has = |name: &str| members.iter().any(|member| member.name == name);
    has("[Content_Types].xml") && has(BOOK)
}

/// The files of a workbook.
struct Parts<'s> {
    source: &'s Arc<Source>,
    members: Vec<Member>,
}

impl Parts<'_> {
    /// The XML of a member, if it is there.
    fn xml(&self, name: &str, progress: &Arc<Progress>) -> io::Result<Option<Xml>> {
        let member = self.members.iter().find(|it| it.name.eq_ignore_ascii_case(name));
        let Some(member) = member else { return Ok(None) };
        let unpacked = member.open(self.source, progress)?;
        let mut xml = Reader::from_reader(BufReader::with_capacity(1 << 16, unpacked));
        xml.config_mut().expand_empty_elements = true;
        Ok(Some(xml))
    }

    /// Gives each element of a member to `take`.
    fn each(
        &self,
        name: &str,
        mut take: impl FnMut(&BytesStart<'_>, &mut Xml) -> io::Result<()>,
    ) -> io::Result<()> {
        let Some(mut xml) = self.xml(name, &Arc::default())? else { return Ok(()) };
        let mut buffer = Vec::new();
        loop {
            buffer.clear();
            match xml.read_event_into(&mut buffer).map_err(damaged)? {
                Event::Start(start) => take(&start, &mut xml)?,
                Event::Eof => return Ok(()),
                _ => {}
            }
        }
    }
}

impl Workbook {
    pub(super) fn open(
        source: &Arc<Source>,
        reading: Reading,
        progress: &Arc<Progress>,
    ) -> io::Result<Self> {
        let parts = Parts { source, members: members(source)? };
        let mut shared = Shared::default();
        let targets = targets(&parts)?;
        let mut sheets = sheets(&parts, &mut shared.from_1904)?;
        sheets.retain(|sheet| targets.get(&sheet.relation).is_none_or(|it| it.has_cells));
        shared.days = day_styles(&parts)?;
        shared.texts = texts(&parts)?;
        let shared = Arc::new(shared);
        let open = |sheet: &Listed, progress: &Arc<Progress>| {
            let target = targets.get(&sheet.relation).ok_or_else(|| damaged(()))?;
            let xml = parts.xml(&target.path, progress)?.ok_or_else(|| damaged(()))?;
            let named = Sheets { read: sheet.name.clone(), others: Vec::new() };
            Ok::<_, io::Error>(Self::of(Sheet::new(xml, &shared), named, reading.identifiers))
        };
        let seen = sheets.iter().position(|sheet| !sheet.hidden).unwrap_or(0);
        let read = sheets.get(seen);
        let read = read.ok_or_else(|| refused("the workbook has no sheet of cells".to_owned()))?;
        let mut book = open(read, progress)?;
        let others = || sheets.iter().enumerate().filter(|(at, _)| *at != seen);
        // What is hidden counts only where it is the first.
        for (_, other) in others().filter(|(at, other)| !other.hidden || *at < seen) {
            // One that cannot be read holds nothing that could be taken in.
            if open(other, &Arc::default()).is_ok_and(Self::begins_delivery) {
                let both = open(read, &Arc::default()).is_ok_and(Self::begins_delivery);
                return Err(another_delivery(both, read, other));
            }
        }
        book.sheets.others = others().map(|(_, sheet)| sheet.name.clone()).collect();
        Ok(book)
    }

    fn of(sheet: Sheet, sheets: Sheets, identifiers: Identifiers) -> Self {
        Self { sheet, sheets, identifiers, kinds: Vec::new(), names: Vec::new(), line: 0 }
    }

    /// Whether the sheet begins as a delivery does, perhaps below other rows.
    fn begins_delivery(mut self) -> bool {
        let mut text = Vec::new();
        let read = self.next_rows(&mut text, &mut Vec::new());
        let header = read.map(|_| Header::read(&text, true));
        matches!(header, Ok(Ok(_) | Err(HeaderError::Preamble { .. })))
    }

    /// The first row with cells is the header.
    fn header(&mut self, cells: &[(usize, Value<'static>)]) {
        let width = cells.last().map_or(0, |(column, _)| column + 1);
        self.names = vec![String::new(); width];
        for (column, value) in cells {
            if let Value::Text(name) = value {
                self.names[*column] = String::from_utf8_lossy(name).into_owned();
            }
        }
        let eleven_digits = self.identifiers == Identifiers::ElevenDigits;
        self.kinds = self.names.iter().map(|name| Kind::named(name, eleven_digits)).collect();
    }
}

impl Workbook {
    /// Appends a row of as many fields as `held` has.
    fn write(
        &self,
        row: Row,
        is_header: bool,
        held: &mut [u64],
        text: &mut Vec<u8>,
    ) -> io::Result<()> {
        let mut cells = row.cells.into_iter().peekable();
        for (column, held) in held.iter_mut().enumerate() {
            if column > 0 {
                text.push(b';');
            }
            let Some((_, value)) = cells.next_if(|cell| cell.0 == column) else { continue };
            let kind = if is_header { Some(&Kind::Name) } else { self.kinds.get(column) };
            *held += 1;
            let start = text.len();
            value.write(kind.copied().unwrap_or(Kind::Unknown), text);
            if text.len() - start > CELL_LENGTH_MAX {
                let name = self.names.get(column).map_or("", String::as_str);
                return Err(too_long(name, u64::from(row.number)));
            }
        }
        text.push(b'\n');
        Ok(())
    }
}

impl Cells for Workbook {
    fn next_rows(&mut self, text: &mut Vec<u8>, held: &mut Vec<u64>) -> io::Result<bool> {
        for _ in 0..ROWS_PER_BATCH {
            let Some(row) = self.sheet.next_row()? else { return Ok(false) };
            if row.cells.is_empty() {
                continue;
            }
            let is_header = self.kinds.is_empty();
            if is_header {
                self.header(&row.cells);
            }
            // A row stands on the line of its number, and an empty line is no row.
            text.extend((self.line + 1..row.number).map(|_| b'\n'));
            self.line = row.number;
            let width = row.cells.last().map_or(0, |(column, _)| column + 1).max(self.kinds.len());
            held.resize(held.len().max(width), 0);
            self.write(row, is_header, &mut held[..width], text)?;
        }
        Ok(true)
    }

    fn about(&self) -> About {
        About { sheets: Some(self.sheets.clone()), ..About::default() }
    }
}

/// A sheet as the workbook lists it.
struct Listed {
    name: String,
    relation: String,
    hidden: bool,
}

fn sheets(parts: &Parts<'_>, from_1904: &mut bool) -> io::Result<Vec<Listed>> {
    let mut sheets = Vec::new();
    parts.each(BOOK, |start, _| {
        match start.local_name().as_ref() {
            b"workbookPr" => {
                let said = attribute(start, b"date1904")?;
                *from_1904 = matches!(said.as_deref(), Some("1" | "true"));
            }
            b"sheet" => sheets.push(Listed {
                name: attribute(start, b"name")?.unwrap_or_default(),
                relation: attribute(start, b"id")?.unwrap_or_default(),
                hidden: attribute(start, b"state")?.is_some_and(|state| state != "visible"),
            }),
            _ => {}
        }
        Ok(())
    })?;
    Ok(sheets)
}

/// A delivery stands in a sheet that is not read; `both` says that one stands in the other, too.
fn another_delivery(both: bool, read: &Listed, other: &Listed) -> io::Error {
    let named = |sheet: &Listed| {
        let hidden = if sheet.hidden { " (hidden)" } else { "" };
        format!("{}{hidden}", crate::finding::shown(&sheet.name))
    };
    let (read, other) = (named(read), named(other));
    refused(if both {
        format!(
            "two sheets have the header of a delivery, {read} and {other}; give each as a file of its \
             own, or the one that counts",
        )
    } else {
        format!(
            "the first sheet is read, {read}, which has no header of a delivery; {other} has one: put \
             it first, or save it as a file of its own",
        )
    })
}

/// Where a sheet lies.
struct Target {
    path: String,
    /// Whether it has cells, unlike one that is a chart.
    has_cells: bool,
}

/// Where the sheets lie, by the names that the workbook has for them.
fn targets(parts: &Parts<'_>) -> io::Result<HashMap<String, Target>> {
    let mut targets = HashMap::new();
    parts.each("xl/_rels/workbook.xml.rels", |start, _| {
        if start.local_name().as_ref() == b"Relationship"
            && let (Some(id), Some(target)) =
                (attribute(start, b"Id")?, attribute(start, b"Target")?)
        {
            let path = target.strip_prefix('/').map(ToOwned::to_owned);
            let path = path.unwrap_or_else(|| format!("xl/{target}"));
            let kind = attribute(start, b"Type")?.unwrap_or_default();
            let kind = kind.rsplit('/').next().unwrap_or_default();
            let has_cells = !matches!(kind, "chartsheet" | "dialogsheet");
            targets.insert(id, Target { path, has_cells });
        }
        Ok(())
    })?;
    Ok(targets)
}

/// By number of a cell's format: whether it shows a day or a time.
fn day_styles(parts: &Parts<'_>) -> io::Result<Vec<bool>> {
    let mut own: HashMap<u32, bool> = HashMap::new();
    let mut days = Vec::new();
    let mut among_cells = false;
    parts.each("xl/styles.xml", |start, _| {
        let number = |name: &[u8]| -> io::Result<u32> {
            Ok(attribute(start, name)?.and_then(|number| number.parse().ok()).unwrap_or_default())
        };
        match start.local_name().as_ref() {
            b"numFmt" => {
                let code = attribute(start, b"formatCode")?.unwrap_or_default();
                own.insert(number(b"numFmtId")?, shows_days(&code));
            }
            b"cellXfs" => among_cells = true,
            b"cellStyleXfs" | b"cellStyles" | b"dxfs" => among_cells = false,
            b"xf" if among_cells => {
                let format = number(b"numFmtId")?;
                let built_in = matches!(format, 14..=22 | 27..=36 | 45..=47 | 50..=58);
                days.push(own.get(&format).copied().unwrap_or(built_in));
            }
            _ => {}
        }
        Ok(())
    })?;
    Ok(days)
}

/// Whether a format shows parts of a day: letters of days and times outside of quotes.
fn shows_days(code: &str) -> bool {
    let mut characters = code.split(';').next().unwrap_or_default().chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' | '_' | '*' => _ = characters.next(),
            '"' => _ = characters.find(|it| *it == '"'),
            '[' => {
                let inside: String = characters.by_ref().take_while(|it| *it != ']').collect();
                if !inside.is_empty() && inside.chars().all(|it| "hmsHMS".contains(it)) {
                    return true;
                }
            }
            'd' | 'm' | 'y' | 'h' | 's' | 'D' | 'M' | 'Y' | 'H' | 'S' => return true,
            _ => {}
        }
    }
    false
}

/// The texts that cells refer to by number.
fn texts(parts: &Parts<'_>) -> io::Result<Vec<Box<str>>> {
    let mut texts: Vec<Box<str>> = Vec::new();
    parts.each("xl/sharedStrings.xml", |start, xml| {
        if start.local_name().as_ref() == b"si" {
            texts.push(text_until(xml, b"si")?.into());
        }
        Ok(())
    })?;
    Ok(texts)
}

#[cfg(test)]
mod tests {
    use super::shows_days;

    #[test]
    fn formats_of_days_are_told_from_those_of_numbers() {
        for code in
            ["dd/mm/yyyy", "yyyy\\-mm\\-dd;@", "[$-813]d mmmm yyyy", "[h]:mm", "m/d/yy h:mm"]
        {
            assert!(shows_days(code), "{code}");
        }
        let numbers = [
            "General",
            "0.00",
            "#,##0.00\\ \"days\"",
            "[Red]0",
            "_-* #,##0.00\\ [$€-80C]_d",
            "0;d",
        ];
        for code in numbers {
            assert!(!shows_days(code), "{code}");
        }
    }
}
