//! A file's data in chunks of whole records, each with the line it starts on.
//!
//! In: the text of a file, read once. Out: [`Chunk`]s in file order.
//! Never: a record cut in two, bytes of zero, or memory that grows with the file.

use std::fmt;
use std::io::Read;
use std::sync::Arc;

use super::foreign::zeros;
use super::header::Header;
use super::progress::Progress;
use super::record::{Field, RecordEnd, Shape, count_line_ends, next_record};
use super::refusal::refused;

/// Whole records of one file. Its `Debug` shows their length, never their text.
#[derive(Clone)]
pub struct Chunk {
    /// Index of the delivery's part.
    pub part: usize,
    /// Line of the first record, as an editor counts it.
    pub first_line: u64,
    /// The records' bytes.
    pub text: Vec<u8>,
    /// Bytes of the file, as it is packed, that have been read when the chunk was made.
    pub position: u64,
}

impl fmt::Debug for Chunk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Chunk(part {}, line {}, {} bytes)", self.part, self.first_line, self.text.len())
    }
}

/// Reads a file in chunks. Its `Debug` shows where it is, never what it holds.
pub struct ChunkReader {
    source: Box<dyn Read + Send>,
    progress: Arc<Progress>,
    part: usize,
    shape: Shape,
    line: u64,
    skip: usize,
    held: Vec<u8>,
    ended: bool,
}

impl fmt::Debug for ChunkReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ChunkReader(part {}, line {})", self.part, self.line)
    }
}

/// Bytes aimed at for one chunk: large enough to spread fixed costs, small enough that some
/// dozens of them fit in memory.
const CHUNK_LENGTH: usize = 1 << 20;
/// Lines of a chunk beyond which it ends early: what is found in its rows is held until they are
/// stored, and a line of two bytes has as many findings as any other.
const LINES_MAX: usize = 1 << 14;
/// The longest record: bounds what a file without line ends can take.
const RECORD_LENGTH_MAX: usize = 64 << 20;

impl ChunkReader {
    /// Reads `source`, text without its mark; `progress` follows the file behind it.
    pub(super) fn new(
        source: Box<dyn Read + Send>,
        progress: Arc<Progress>,
        part: usize,
        header: &Header,
    ) -> Self {
        Self {
            source,
            progress,
            part,
            shape: header.shape(),
            line: 1 + header.line_count(),
            skip: header.byte_count(),
            held: Vec::new(),
            ended: false,
        }
    }

    /// The next chunk, or `None` at the end of the file.
    pub fn next_chunk(&mut self) -> std::io::Result<Option<Chunk>> {
        let mut length = CHUNK_LENGTH;
        loop {
            self.fill(length)?;
            let end = boundary(&self.held, self.shape, self.ended);
            if end > 0 {
                let (end, line_ends) = self.within_lines(end);
                let rest = self.held.split_off(end);
                let text = std::mem::replace(&mut self.held, rest);
                let first_line = self.line;
                // Fields are read with zeros behind them, and archives are full of them.
                if let Some(what) = zeros(&text, first_line) {
                    return Err(refused(what));
                }
                self.line += line_ends;
                let position = self.progress.position();
                return Ok(Some(Chunk { part: self.part, first_line, text, position }));
            }
            if self.ended {
                return Ok(None);
            }
            length += CHUNK_LENGTH;
            if length > RECORD_LENGTH_MAX {
                let line = self.line;
                let text = format!("line {line} does not end within {RECORD_LENGTH_MAX} bytes");
                return Err(std::io::Error::new(std::io::ErrorKind::InvalidData, text));
            }
        }
    }

    /// BLAKE3 of the file, if all of its `length` bytes have been read one after the other.
    pub(super) fn hash_of(&self, length: u64) -> Option<blake3::Hash> {
        self.progress.hash_of(length)
    }

    /// Holds at least `length` bytes, or all that is left.
    fn fill(&mut self, length: usize) -> std::io::Result<()> {
        // Room for the chunk and what splitting puts behind it: nothing is moved as it fills.
        self.held.reserve((length + CHUNK_LENGTH / 64).saturating_sub(self.held.len()));
        while self.held.len() < length && !self.ended {
            let start = self.held.len();
            let wanted = (length - start + self.skip) as u64;
            let read = (&mut self.source).take(wanted).read_to_end(&mut self.held)?;
            self.ended = (read as u64) < wanted;
            let skipped = self.skip.min(read);
            self.held.drain(start..start + skipped);
            self.skip -= skipped;
        }
        Ok(())
    }

    /// Where the whole records of a chunk end that is to have few lines, and how many line ends
    /// stand before.
    fn within_lines(&self, end: usize) -> (usize, u64) {
        let text = self.held.get(..end).unwrap_or(&[]);
        let line_ends = count_line_ends(text);
        let mut most = LINES_MAX;
        // A record that has many lines itself is not cut.
        while (most as u64) < line_ends {
            let cut = memchr::memchr2_iter(b'\n', b'\r', text).nth(most).unwrap_or(end);
            let start = text.get(..cut).unwrap_or(text);
            match boundary(start, self.shape, false) {
                0 => most *= 2,
                early => return (early, count_line_ends(&text[..early])),
            }
        }
        (end, line_ends)
    }
}

/// Where the last whole record of a text ends, behind which more may follow.
fn boundary(text: &[u8], shape: Shape, ended: bool) -> usize {
    if ended {
        return text.len();
    }
    let mut fields: Vec<Field> = Vec::new();
    let mut at = 0;
    loop {
        // Lines without a quote are records; only those with one are looked at more closely.
        let rest = text.get(at..).unwrap_or(&[]);
        let Some(quote) = memchr::memchr(b'"', rest) else { return at + last_line_end(rest) };
        at += memchr::memrchr2(b'\n', b'\r', &rest[..quote]).map_or(0, |end| end + 1);
        match next_record(text, at, shape, true, &mut fields) {
            RecordEnd::Partial => return at,
            RecordEnd::Complete { next } | RecordEnd::QuoteUnclosed { next } => {
                if next >= text.len() {
                    // A record cut by an unclosed quote may end without a line end.
                    return if ends_line(text) { next } else { at };
                }
                at = next;
            }
        }
    }
}

/// One past the last line end, leaving out a final CR whose LF may not have been read yet.
fn last_line_end(text: &[u8]) -> usize {
    let safe = text.strip_suffix(b"\r").unwrap_or(text);
    memchr::memrchr2(b'\n', b'\r', safe).map_or(0, |at| at + 1)
}

fn ends_line(text: &[u8]) -> bool {
    text.ends_with(b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_boundary_never_splits_a_line_end() {
        assert_eq!(last_line_end(b"a;b\r\nc;d\r\n"), 10);
        assert_eq!(last_line_end(b"a;b\r\nc;d\r"), 5);
        assert_eq!(last_line_end(b"a;b\rc;d"), 4);
        assert_eq!(last_line_end(b"a;b"), 0);
    }
}
