//! The cells of a sheet, row by row, in a pass over its XML.
//!
//! Read here and not by a library for workbooks: those that were looked at drop empty entries of
//! the table of texts, which moves all behind them, give nothing for numbers written in unusual
//! XML, and show values in their errors.

use std::borrow::Cow;
use std::io::{self, BufRead, BufReader};
use std::sync::Arc;

use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};

use super::cell::Value;
use super::float::Float;
use crate::delivery::progress::Unpacked;
use crate::delivery::refusal::refused;

/// XML of a member of the workbook.
pub(super) type Xml = Reader<BufReader<Unpacked>>;

const ROWS_MAX: u32 = 1 << 20;
const COLUMNS_MAX: usize = 1 << 14;

/// What the cells of all sheets refer to.
#[derive(Debug, Default)]
pub(super) struct Shared {
    /// The texts, by number.
    pub(super) texts: Vec<Box<str>>,
    /// By number of a format: whether it shows days or times.
    pub(super) days: Vec<bool>,
    /// Whether days are counted from 1904 on.
    pub(super) from_1904: bool,
}

/// Reads a sheet.
pub(super) struct Sheet {
    xml: Xml,
    buffer: Vec<u8>,
    shared: Arc<Shared>,
    row: u32,
    ended: bool,
}

/// A row that has cells, and those that hold something, by column.
pub(super) struct Row {
    pub(super) number: u32,
    pub(super) cells: Vec<(usize, Value<'static>)>,
}

/// An element `c`.
#[derive(Default)]
struct Cell {
    place: String,
    kind: String,
    style: usize,
    value: Option<String>,
    inline: Option<String>,
    formula: bool,
}

impl Sheet {
    pub(super) fn new(xml: Xml, shared: &Arc<Shared>) -> Self {
        let shared = Arc::clone(shared);
        Self { xml, buffer: Vec::new(), shared, row: 0, ended: false }
    }

    /// The next row; nothing at the end.
    pub(super) fn next_row(&mut self) -> io::Result<Option<Row>> {
        while !self.ended {
            self.buffer.clear();
            match self.xml.read_event_into(&mut self.buffer).map_err(damaged)? {
                Event::Start(start) if start.local_name().as_ref() == b"row" => {
                    let number = match attribute(&start, b"r")? {
                        Some(number) => number.parse().map_err(damaged)?,
                        None => self.row + 1,
                    };
                    if number <= self.row || number > ROWS_MAX {
                        return Err(refused("its rows are not in order; save it again".to_owned()));
                    }
                    self.row = number;
                    return self.cells().map(|cells| Some(Row { number, cells }));
                }
                Event::End(end) if end.local_name().as_ref() == b"sheetData" => self.ended = true,
                Event::Eof => return Err(damaged(io::ErrorKind::UnexpectedEof)),
                _ => {}
            }
        }
        Ok(None)
    }

    /// The cells up to the end of the row.
    fn cells(&mut self) -> io::Result<Vec<(usize, Value<'static>)>> {
        let mut cells: Vec<(usize, Value<'static>)> = Vec::new();
        let mut next = 0;
        loop {
            self.buffer.clear();
            let mut cell = Cell::default();
            match self.xml.read_event_into(&mut self.buffer).map_err(damaged)? {
                Event::Start(start) if start.local_name().as_ref() == b"c" => {
                    cell.place = attribute(&start, b"r")?.unwrap_or_default();
                    cell.kind = attribute(&start, b"t")?.unwrap_or_default();
                    let style = attribute(&start, b"s")?.unwrap_or_default();
                    cell.style = style.parse().unwrap_or_default();
                }
                Event::End(end) if end.local_name().as_ref() == b"row" => return Ok(cells),
                Event::Eof => return Err(damaged(io::ErrorKind::UnexpectedEof)),
                _ => continue,
            }
            let column = column_of(&cell.place).unwrap_or(next);
            if column < next || column >= COLUMNS_MAX {
                let text = format!("its cells are not in order in row {}; save it again", self.row);
                return Err(refused(text));
            }
            next = column + 1;
            self.parts(&mut cell)?;
            if let Some(value) = self.value(cell, column)? {
                cells.push((column, value));
            }
        }
    }

    /// What stands within a cell.
    fn parts(&mut self, cell: &mut Cell) -> io::Result<()> {
        loop {
            self.buffer.clear();
            match self.xml.read_event_into(&mut self.buffer).map_err(damaged)? {
                Event::Start(start) => {
                    let name = start.local_name().as_ref().to_vec();
                    let text = text_until(&mut self.xml, &name)?;
                    match name.as_slice() {
                        b"v" => cell.value = Some(text),
                        b"is" => cell.inline = Some(text),
                        b"f" => cell.formula = true,
                        _ => {}
                    }
                }
                Event::End(end) if end.local_name().as_ref() == b"c" => return Ok(()),
                Event::Eof => return Err(damaged(io::ErrorKind::UnexpectedEof)),
                _ => {}
            }
        }
    }

    /// The value of a cell, if it holds something.
    fn value(&self, cell: Cell, column: usize) -> io::Result<Option<Value<'static>>> {
        let place = || format!("cell {}{}", letters(column), self.row);
        let value = cell.value.as_deref().map(str::trim).unwrap_or_default();
        let text = |text: String| Value::Text(Cow::Owned(text.into_bytes()));
        if value.is_empty() && cell.formula && cell.kind != "str" {
            let place = place();
            return Err(refused(format!(
                "{place} holds a formula without its value; open the workbook, and save it again",
            )));
        }
        let value = match cell.kind.as_str() {
            "inlineStr" => cell.inline.or(cell.value).map(text),
            "str" => cell.value.or(cell.inline).map(text),
            _ if value.is_empty() => cell.inline.map(text),
            "s" => {
                let shared = value.parse().ok().and_then(|at: usize| self.shared.texts.get(at));
                let Some(shared) = shared else {
                    let text = "names a text that the workbook does not have; save it again";
                    return Err(refused(format!("{} {text}", place())));
                };
                Some(text(shared.to_string()))
            }
            "b" if matches!(value, "0" | "false") => Some(Value::Truth(false)),
            "b" if matches!(value, "1" | "true") => Some(Value::Truth(true)),
            "" | "n" => Some(match Float::parse(value) {
                Some(number) if self.shared.days.get(cell.style) == Some(&true) => {
                    number.of_sheet(self.shared.from_1904)
                }
                Some(number) => number.written(),
                None => text(value.to_owned()),
            }),
            // Dates, errors, and whatever else: the text that stands there.
            _ => Some(text(value.to_owned())),
        };
        Ok(value.filter(|value| match value {
            Value::Text(bytes) => super::cells::holds_something(bytes.trim_ascii()),
            _ => true,
        }))
    }
}

/// XML that is no XML, or not that of a workbook; what it says is not shown.
pub(super) fn damaged<E>(_: E) -> io::Error {
    refused("the workbook is damaged or was cut off; save it again, or fetch it again".to_owned())
}

/// An attribute by its name without the name space.
pub(super) fn attribute(start: &BytesStart<'_>, name: &[u8]) -> io::Result<Option<String>> {
    for attribute in start.attributes() {
        let attribute = attribute.map_err(damaged)?;
        if attribute.key.local_name().as_ref() == name {
            let value = std::str::from_utf8(&attribute.value).map_err(damaged)?;
            return quick_xml::escape::unescape(value).map_err(damaged).map(|it| Some(it.into()));
        }
    }
    Ok(None)
}

/// The text up to the end of an element: all of it, or the parts of a text in several formats,
/// without how it is read aloud.
pub(super) fn text_until<R: BufRead>(xml: &mut Reader<R>, name: &[u8]) -> io::Result<String> {
    let rich = matches!(name, b"is" | b"si");
    let (mut text, mut taken, mut aloud) = (String::new(), !rich, false);
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match xml.read_event_into(&mut buffer).map_err(damaged)? {
            Event::Start(start) => match start.local_name().as_ref() {
                b"rPh" => aloud = true,
                b"t" if rich => taken = !aloud,
                _ => {}
            },
            Event::End(end) => match end.local_name().as_ref() {
                ended if ended == name => return Ok(unescaped(&text)),
                b"rPh" => aloud = false,
                b"t" if rich => taken = false,
                _ => {}
            },
            Event::Text(piece) if taken => text.push_str(&piece.decode().map_err(damaged)?),
            Event::CData(piece) if taken => text.push_str(&piece.decode().map_err(damaged)?),
            Event::GeneralRef(reference) if taken => text.push(character(&reference)?),
            Event::Eof => return Err(damaged(io::ErrorKind::UnexpectedEof)),
            _ => {}
        }
    }
}

/// The character that a reference stands for.
fn character(reference: &BytesRef<'_>) -> io::Result<char> {
    if let Some(character) = reference.resolve_char_ref().map_err(damaged)? {
        return Ok(character);
    }
    Ok(match reference.decode().map_err(damaged)?.as_ref() {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => return Err(damaged(io::ErrorKind::InvalidData)),
    })
}

/// `_x000D_` and the like as the characters that XML cannot hold.
fn unescaped(text: &str) -> String {
    let mut pieces = text.split("_x");
    let mut whole = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let code = piece.get(..4).filter(|_| piece.get(4..5) == Some("_"));
        let code = code.and_then(|code| u32::from_str_radix(code, 16).ok());
        match code.and_then(char::from_u32) {
            Some(character) => {
                whole.push(character);
                whole.push_str(piece.get(5..).unwrap_or_default());
            }
            None => {
                whole.push_str("_x");
                whole.push_str(piece);
            }
        }
    }
    whole
}

/// The column of a place such as `AB12`, counted from zero.
fn column_of(place: &str) -> Option<usize> {
    let letters = place.bytes().take_while(u8::is_ascii_alphabetic);
    let number = letters.take(4).fold(0, |number, letter| {
        number * 26 + usize::from(letter.to_ascii_uppercase() - b'A') + 1
    });
    number.checked_sub(1)
}

/// The letters of a column counted from zero.
pub(super) fn letters(column: usize) -> String {
    let mut letters = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        letters.push(char::from(b'A' + u8::try_from((rest - 1) % 26).unwrap_or_default()));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_letters_and_numbers() {
        for (column, name) in [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")] {
            assert_eq!(letters(column), name);
            assert_eq!(column_of(&format!("{name}12")), Some(column));
        }
        assert_eq!(column_of("12"), None);
    }

    #[test]
    fn a_text_is_what_is_seen() {
        let text = |xml: &str| {
            let mut reader = Reader::from_reader(xml.as_bytes());
            let start = reader.read_event_into(&mut Vec::new()).unwrap().into_owned();
            let Event::Start(start) = start else { panic!("begins with an element") };
            text_until(&mut reader, start.local_name().as_ref()).unwrap()
        };
        assert_eq!(
            text("<si> <r><t>a&amp;</t></r> <r><t>b</t></r><rPh><t>x</t></rPh></si>"),
            "a&b"
        );
        assert_eq!(text("<v><![CDATA[500]]><!-- x -->&#46;25</v>"), "500.25");
        assert_eq!(text("<is><t>a_x000D_b_xyz_x</t></is>"), "a\rb_xyz_x");
    }

    #[test]
    fn a_tag_with_very_many_attributes_takes_no_longer_than_it_is_long() {
        let attributes: Vec<String> = (0..80_000).map(|at| format!(" a{at}=\"\"")).collect();
        let attributes = attributes.concat();
        let xml = format!("<c{attributes} r=\"A1\"/>");
        let mut reader = Reader::from_reader(xml.as_bytes());
        let Ok(Event::Empty(start)) = reader.read_event() else { panic!("begins with an element") };
        let begun = std::time::Instant::now();
        assert_eq!(attribute(&start, b"r").unwrap().as_deref(), Some("A1"));
        assert!(begun.elapsed() < std::time::Duration::from_secs(2), "{:?}", begun.elapsed());
    }
}
