//! Text of any accepted encoding as UTF-8, in a stream.
//!
//! In: bytes, and the encoding that a byte-order mark or the user says. Out: UTF-8 without a mark,
//! in which everything that is not valid has become the byte [`INVALID`], so that the row it
//! stands in is found out later. Never: a replacement character in place of what was there, or an
//! encoding guessed from the text.

use std::borrow::Cow;
use std::io::{self, Read};
use std::str::FromStr;

use encoding_rs::{
    Decoder, DecoderResult, Encoding as AnyEncoding, UTF_16BE, UTF_16LE, WINDOWS_1252,
};

use super::held_text::HeldText;

/// A byte that occurs nowhere in UTF-8.
const INVALID: u8 = 0xFF;
/// Bytes transcoded at a time.
const BLOCK_LENGTH: usize = 1 << 16;

/// An encoding of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without a mark.
    Utf8,
    /// UTF-16, little end first, with a mark.
    Utf16Le,
    /// UTF-16, big end first, with a mark.
    Utf16Be,
    /// Windows-1252, when declared.
    Windows1252,
}

/// Marks at the start of a text, the longest first.
const MARKS: [(&[u8], Encoding); 3] = [
    (b"\xEF\xBB\xBF", Encoding::Utf8),
    (b"\xFF\xFE", Encoding::Utf16Le),
    (b"\xFE\xFF", Encoding::Utf16Be),
];

impl Encoding {
    /// The encoding that a byte-order mark says, and the mark's length.
    pub(super) fn of_mark(first_bytes: &[u8]) -> Option<(Self, usize)> {
        let found = MARKS.iter().find(|(mark, _)| first_bytes.starts_with(mark));
        found.map(|(mark, encoding)| (*encoding, mark.len()))
    }

    /// Its name, as it is declared.
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf16Le => "utf-16le",
            Self::Utf16Be => "utf-16be",
            Self::Windows1252 => "windows-1252",
        }
    }

    /// A text as UTF-8 in which everything that is not valid is a byte that UTF-8 does not have.
    pub(super) fn text(self, bytes: &[u8]) -> Cow<'_, [u8]> {
        match self {
            Self::Utf8 => Cow::Borrowed(bytes),
            Self::Windows1252 => text_in(WINDOWS_1252, bytes),
            Self::Utf16Le => text_in(UTF_16LE, bytes),
            Self::Utf16Be => text_in(UTF_16BE, bytes),
        }
    }

    /// A reader of the text as UTF-8; `bytes` begins after the mark.
    pub(super) fn transcode(self, bytes: Box<dyn Read + Send>) -> Box<dyn Read + Send> {
        let decoder = match self {
            Self::Utf8 => return bytes,
            Self::Utf16Le => UTF_16LE.new_decoder_without_bom_handling(),
            Self::Utf16Be => UTF_16BE.new_decoder_without_bom_handling(),
            Self::Windows1252 => WINDOWS_1252.new_decoder_without_bom_handling(),
        };
        Box::new(Transcoder {
            bytes,
            decoder,
            undefined: self == Self::Windows1252,
            block: vec![0; BLOCK_LENGTH],
            held: HeldText::default(),
            ended: false,
        })
    }
}

/// A name that is no accepted encoding.
#[derive(Debug, thiserror::Error)]
#[error("expected utf-8, utf-16le, utf-16be or windows-1252, found `{0}`")]
pub struct EncodingError(String);

impl FromStr for Encoding {
    type Err = EncodingError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let all = [Self::Utf8, Self::Utf16Le, Self::Utf16Be, Self::Windows1252];
        let found = all.into_iter().find(|encoding| encoding.name().eq_ignore_ascii_case(text));
        found.ok_or_else(|| EncodingError(text.to_owned()))
    }
}

/// A whole text of any encoding as UTF-8.
pub(super) fn text_in<'a>(encoding: &'static AnyEncoding, bytes: &'a [u8]) -> Cow<'a, [u8]> {
    if encoding.is_ascii_compatible() && bytes.is_ascii() {
        return Cow::Borrowed(bytes);
    }
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut text = Vec::new();
    decode_pieces(&mut decoder, bytes, encoding == WINDOWS_1252, &mut text);
    decode(&mut decoder, b"", true, &mut text);
    Cow::Owned(text)
}

/// Turns text into UTF-8 block by block.
struct Transcoder {
    bytes: Box<dyn Read + Send>,
    decoder: Decoder,
    /// Whether five bytes of the encoding mean nothing, although its decoder accepts them.
    undefined: bool,
    block: Vec<u8>,
    held: HeldText,
    ended: bool,
}

impl Transcoder {
    fn fill(&mut self) -> io::Result<()> {
        let read = self.bytes.read(&mut self.block)?;
        self.ended = read == 0;
        let text = self.held.begin();
        let block = &self.block[..read];
        if !self.undefined {
            decode(&mut self.decoder, block, self.ended, text);
            return Ok(());
        }
        decode_pieces(&mut self.decoder, block, true, text);
        Ok(())
    }
}

/// Appends `bytes` as UTF-8. A decoder knows nothing of bytes that Windows-1252 leaves undefined:
/// it is given what lies between them.
fn decode_pieces(decoder: &mut Decoder, bytes: &[u8], undefined: bool, text: &mut Vec<u8>) {
    let mut pieces = bytes.split(|byte| undefined && is_undefined(*byte)).peekable();
    while let Some(piece) = pieces.next() {
        decode(decoder, piece, false, text);
        if pieces.peek().is_some() {
            text.push(INVALID);
        }
    }
}

/// Appends `bytes` as UTF-8; `last` says that none follow.
fn decode(decoder: &mut Decoder, mut bytes: &[u8], last: bool, text: &mut Vec<u8>) {
    loop {
        let start = text.len();
        // Three bytes of UTF-8 hold any unit of the accepted encodings.
        text.resize(start + bytes.len() * 3 + 16, 0);
        let target = &mut text[start..];
        let (result, read, written) =
            decoder.decode_to_utf8_without_replacement(bytes, target, last);
        text.truncate(start + written);
        bytes = &bytes[read..];
        match result {
            DecoderResult::InputEmpty => return,
            DecoderResult::OutputFull => {}
            DecoderResult::Malformed(..) => text.push(INVALID),
        }
    }
}

impl Read for Transcoder {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        while self.held.is_given() && !self.ended {
            self.fill()?;
        }
        Ok(self.held.give(bytes))
    }
}

/// The bytes that Windows-1252 leaves undefined.
fn is_undefined(byte: u8) -> bool {
    matches!(byte, 0x81 | 0x8D | 0x8F | 0x90 | 0x9D)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn transcoded(encoding: Encoding, bytes: &[u8]) -> Vec<u8> {
        let mut text = Vec::new();
        let source: Box<dyn Read + Send> = Box::new(io::Cursor::new(bytes.to_vec()));
        encoding.transcode(source).read_to_end(&mut text).unwrap();
        text
    }

    #[test]
    fn what_is_not_valid_is_marked_and_never_replaced() {
        assert_eq!(transcoded(Encoding::Windows1252, b"Li\xE8ge \x80"), "Liège €".as_bytes());
        assert_eq!(transcoded(Encoding::Windows1252, b"a\x81\x8Db"), b"a\xFF\xFFb");
        assert_eq!(transcoded(Encoding::Utf16Le, b"a\0\xE9\0"), "aé".as_bytes());
        assert_eq!(transcoded(Encoding::Utf16Be, b"\0a\xD8\x3D\xDE\0"), "a😀".as_bytes());
        // A lone surrogate, and half a unit at the end.
        assert_eq!(transcoded(Encoding::Utf16Le, b"a\0\x3D\xD8b\0"), b"a\xFFb");
        assert_eq!(transcoded(Encoding::Utf16Le, b"a\0b"), b"a\xFF");
    }
}
