//! A SAS dataset (sas7bdat).
//!
//! Pages, compression and deleted rows are the library's; what the bytes of a cell mean is decided
//! here. The library gives rows to whoever it calls, so it has a thread of its own, which waits
//! where rows are not taken. What it says of a damaged file, and its panics, become one sentence.

use std::borrow::Cow;
use std::io;
use std::ops::ControlFlow;
use std::os::fd::AsRawFd as _;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use encoding_rs::Encoding as AnyEncoding;
use sas7bdat::{CompressionKind, Endianness, IoBackendPreference, LogicalType, OpenOptions};

use super::cell::{INVALID, Kind, Value};
use super::cells::{
    About, CELL_LENGTH_MAX, Cells, Identifiers, Reading, holds_something, too_long,
};
use super::float::Float;
use crate::delivery::encoding::{Encoding, text_in};
use crate::delivery::progress::Progress;
use crate::delivery::refusal::refused;
use crate::delivery::source::Source;
use crate::fault::contained;

/// Bytes of text that a block aims at.
const BLOCK_LENGTH: usize = 1 << 18;
/// Blocks that may wait.
const BLOCKS: usize = 2;
/// Where the header has the number of the encoding.
const ENCODING_PLACE: u64 = 70;

/// Reads a dataset.
pub(super) struct Dataset {
    blocks: Receiver<io::Result<Block>>,
    rows: u64,
    row: u64,
    encoding: String,
    bytes: u64,
    progress: Arc<Progress>,
}

/// Rows as text, and by column how many of their cells hold something.
#[derive(Default)]
struct Block {
    text: Vec<u8>,
    held: Vec<u64>,
    rows: u64,
}

/// A variable, and where its bytes stand in a row.
struct Variable {
    name: String,
    kind: Kind,
    meaning: LogicalType,
    start: usize,
    length: usize,
}

/// The encoding of the texts: one that is declared, one that the file names, or none that is known.
#[derive(Clone, Copy)]
enum Texts {
    Declared(Encoding),
    Named(&'static AnyEncoding),
    Unknown,
}

impl Dataset {
    pub(super) fn open(
        source: &Arc<Source>,
        reading: Reading,
        progress: &Arc<Progress>,
    ) -> io::Result<Self> {
        let dataset = contained(|| opened(source)).ok_or_else(|| damaged(()))?.map_err(damaged)?;
        let metadata = dataset.metadata();
        if metadata.compression == CompressionKind::Unknown {
            let text = "the SAS dataset is compressed in a way that is not read; write it again with \
                        COMPRESS=NO";
            return Err(refused(text.to_owned()));
        }
        let (texts, encoding) = texts(source, metadata.encoding.as_deref(), reading)?;
        let rows = metadata.row_count.saturating_sub(metadata.deleted_row_count);
        let (sender, blocks) = sync_channel(BLOCKS);
        let converter = Converter {
            variables: variables(&dataset, reading.identifiers),
            texts,
            big_end_first: metadata.endianness == Endianness::Big,
            block: Block::default(),
            row: 0,
        };
        let kept = Arc::clone(source);
        let work = move || {
            let given = contained(|| converter.run(&dataset, rows, &sender));
            let failed = given.unwrap_or_else(|| Err(damaged(()))).err();
            // Where nobody listens, nobody wants to know.
            failed.map(|error| sender.send(Err(error)).ok());
            drop(kept);
        };
        thread::Builder::new().name("dataset".to_owned()).spawn(work)?;
        let (bytes, progress) = (source.length(), Arc::clone(progress));
        Ok(Self { blocks, rows, row: 0, encoding, bytes, progress })
    }
}

impl Cells for Dataset {
    fn next_rows(&mut self, text: &mut Vec<u8>, held: &mut Vec<u64>) -> io::Result<bool> {
        let Ok(block) = self.blocks.recv() else {
            // The thread has ended without saying why, and so with all rows given.
            return if self.row == self.rows { Ok(false) } else { Err(damaged(())) };
        };
        let block = block?;
        text.extend_from_slice(&block.text);
        held.resize(held.len().max(block.held.len()), 0);
        for (sum, count) in held.iter_mut().zip(&block.held) {
            *sum += count;
        }
        self.row += block.rows;
        let done = u128::from(self.bytes) * u128::from(self.row) / u128::from(self.rows.max(1));
        self.progress.set_position(u64::try_from(done).unwrap_or(self.bytes));
        Ok(true)
    }

    fn about(&self) -> About {
        let (rows, encoding) = (Some(self.rows), Some(self.encoding.clone()));
        About { rows, encoding, ..About::default() }
    }
}

/// The library's view of the one open file, by the name that the system has for it: behind the
/// path another file may lie by now.
fn opened(source: &Arc<Source>) -> sas7bdat::Result<sas7bdat::Dataset> {
    let file = match &**source {
        Source::File(file, _) => file,
        Source::Memory(bytes) => return sas7bdat::Dataset::from_bytes(bytes.to_vec()),
    };
    let folder = if cfg!(target_os = "linux") { "/proc/self/fd" } else { "/dev/fd" };
    let path = format!("{folder}/{}", file.as_raw_fd());
    // Not mapped: a mapped file that becomes shorter ends the program.
    let options = OpenOptions::builder().io_backend(IoBackendPreference::Buffered).build();
    sas7bdat::Dataset::open_with(path, options)
}

/// The encoding of a dataset's texts, and its name.
fn texts(
    source: &Arc<Source>,
    named: Option<&str>,
    reading: Reading,
) -> io::Result<(Texts, String)> {
    let number = source.bytes(ENCODING_PLACE, 1)?;
    let declared = reading.encoding;
    if number.first() == Some(&0) {
        let encoding = declared.unwrap_or(Encoding::Utf8);
        return Ok((Texts::Declared(encoding), encoding.name().to_owned()));
    }
    let name = named.unwrap_or("unknown").to_lowercase();
    let found = AnyEncoding::for_label(name.as_bytes());
    let same = |declared: Encoding| AnyEncoding::for_label(declared.name().as_bytes()) == found;
    if let Some(declared) = declared.filter(|declared| !same(*declared)) {
        let declared = declared.name();
        return Err(refused(format!("its header says {name}, but {declared} was declared")));
    }
    Ok((found.map_or(Texts::Unknown, Texts::Named), name))
}

fn variables(dataset: &sas7bdat::Dataset, identifiers: Identifiers) -> Vec<Variable> {
    let variable = |column: &sas7bdat::ColumnMeta| Variable {
        name: column.name.clone(),
        kind: Kind::named(&column.name, identifiers == Identifiers::ElevenDigits),
        meaning: meaning(column),
        start: column.offset as usize,
        length: column.physical_width as usize,
    };
    dataset.columns().iter().map(variable).collect()
}

/// What a variable's numbers mean: as the library says, which leaves out formats of languages.
fn meaning(column: &sas7bdat::ColumnMeta) -> LogicalType {
    match column.logical_type {
        LogicalType::Float | LogicalType::Integer => {
            let name = column.format.as_deref().unwrap_or_default();
            national(name).unwrap_or(column.logical_type)
        }
        other => other,
    }
}

/// What a format of a language shows, by its name as SAS has it: `NLDATE`, `NLDATM` and their kin, and
/// three letters of a language (`EUR` for all) before what the format shows.
fn national(format: &str) -> Option<LogicalType> {
    const DAYS: [&str; 8] = ["DFDD", "DFDE", "DFDN", "DFDWN", "DFMN", "DFMY", "DFWDX", "DFWKX"];
    const WEEKS: [&str; 3] = ["YYWEEKU", "YYWEEKV", "YYWEEKW"];
    let name = format.trim().trim_end_matches(|it: char| it == '.' || it.is_ascii_digit());
    let name = name.to_ascii_uppercase();
    let behind = name.get(3..).unwrap_or_default();
    if name.starts_with("NLDATM") || behind == "DFDT" {
        Some(LogicalType::DateTime)
    } else if name.starts_with("NLDATE") || DAYS.contains(&behind) || WEEKS.contains(&name.as_str())
    {
        Some(LogicalType::Date)
    } else {
        None
    }
}

/// Turns the bytes of rows into text.
struct Converter {
    variables: Vec<Variable>,
    texts: Texts,
    big_end_first: bool,
    block: Block,
    row: u64,
}

impl Converter {
    /// Gives the header and all rows.
    fn run(
        mut self,
        dataset: &sas7bdat::Dataset,
        rows: u64,
        blocks: &SyncSender<io::Result<Block>>,
    ) -> io::Result<()> {
        self.header();
        let mut failure = None;
        let scanned = dataset.scan().visit_raw_rows(|row| {
            let taken = self.take(row.bytes);
            let full = self.block.text.len() >= BLOCK_LENGTH;
            let gone = full && blocks.send(Ok(std::mem::take(&mut self.block))).is_err();
            failure = taken.err();
            let stop = failure.is_some() || gone;
            Ok(if stop { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        });
        if let Some(failure) = failure {
            return Err(failure);
        }
        scanned.map_err(damaged)?;
        let found = self.row;
        if blocks.send(Ok(self.block)).is_ok() && found != rows {
            return Err(refused(format!(
                "the SAS dataset says that it has {rows} rows, and {found} were found; write it again",
            )));
        }
        Ok(())
    }

    fn header(&mut self) {
        for (at, variable) in self.variables.iter().enumerate() {
            if at > 0 {
                self.block.text.push(b';');
            }
            let name = variable.name.as_bytes();
            Value::Text(name.into()).write(Kind::Name, &mut self.block.text);
            self.block.held.push(u64::from(holds_something(name)));
        }
        self.block.text.push(b'\n');
    }

    fn take(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.row += 1;
        let Block { text, held, rows } = &mut self.block;
        *rows += 1;
        held.resize(self.variables.len(), 0);
        for (at, variable) in self.variables.iter().enumerate() {
            if at > 0 {
                text.push(b';');
            }
            let cell = bytes.get(variable.start..variable.start + variable.length);
            let cell = cell.ok_or_else(|| damaged(()))?;
            let Some(value) = value(variable.meaning, cell, self.texts, self.big_end_first) else {
                continue;
            };
            held[at] += 1;
            let start = text.len();
            value.write(variable.kind, text);
            if text.len() - start > CELL_LENGTH_MAX {
                return Err(too_long(&variable.name, self.row));
            }
        }
        text.push(b'\n');
        Ok(())
    }
}

/// The value of a cell, if it holds something.
fn value(
    meaning: LogicalType,
    bytes: &[u8],
    texts: Texts,
    big_end_first: bool,
) -> Option<Value<'_>> {
    let number = || Float::of_sas(bytes, big_end_first);
    match meaning {
        LogicalType::Date => number().map(Float::days_of_sas),
        LogicalType::DateTime => number().map(Float::seconds_of_sas),
        LogicalType::Integer | LogicalType::Float | LogicalType::Time => {
            number().map(Float::written)
        }
        LogicalType::String | LogicalType::Bytes => {
            let end = bytes.iter().rposition(|byte| !matches!(byte, b' ' | 0));
            let bytes = &bytes[..end.map_or(0, |last| last + 1)];
            let text = match texts {
                Texts::Declared(encoding) => encoding.text(bytes),
                Texts::Named(encoding) if encoding == encoding_rs::UTF_8 => Cow::Borrowed(bytes),
                Texts::Named(encoding) => text_in(encoding, bytes),
                Texts::Unknown if bytes.is_ascii() => Cow::Borrowed(bytes),
                Texts::Unknown => {
                    let known = |byte: &u8| if byte.is_ascii() { *byte } else { INVALID };
                    Cow::Owned(bytes.iter().map(known).collect())
                }
            };
            holds_something(text.trim_ascii()).then_some(Value::Text(text))
        }
    }
}

/// What the library says of a file, in one sentence; its own may show what stands in it.
fn damaged<E>(_: E) -> io::Error {
    refused(
        "the SAS dataset is damaged or was cut off, or of a kind that is not read; fetch it again, \
         or export it as CSV or Parquet"
            .to_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_of_languages_show_days_or_moments() {
        let days = ["NLDATE", "NLDATEW", "EURDFDD", "eurdfde", "FRADFDD10.", "NLDDFDD", "YYWEEKU"];
        assert!(days.iter().all(|name| national(name) == Some(LogicalType::Date)));
        let moments = ["NLDATM", "NLDATMW", "EURDFDT", "FRADFDT"];
        assert!(moments.iter().all(|name| national(name) == Some(LogicalType::DateTime)));
        for name in ["", "NLNUM", "EUROX", "COMMA", "NLTIME", "DFDD", "ÉÉDFDD", "BEST"] {
            assert_eq!(national(name), None, "{name}");
        }
    }
}
