//! Files that are no delivery, told by their first bytes: what they are, and what to do.

use super::archive::Member;
use super::record::count_line_ends;

/// Bytes looked at.
pub(super) const LENGTH: usize = 512;

const UNPACK: &str = "unpack it, and give the file inside";
const EXPORT: &str = "export it as CSV, XLSX or Parquet";
const PLAIN: &str = "ask for the data as CSV, XLSX or Parquet";

/// First bytes, where they stand, what they are the first bytes of, and what to do with it.
const KINDS: [(&[u8], usize, &str, &str); 33] = [
    (b"1AY&SY", 4, "packed with bzip2", UNPACK),
    (b"7z\xBC\xAF\x27\x1C", 0, "a 7z archive", UNPACK),
    (b"Rar!\x1A\x07", 0, "a RAR archive", UNPACK),
    (b"ustar", 257, "a tar archive", UNPACK),
    (b"\x1F\x9D", 0, "packed with compress", UNPACK),
    (b"\x04\x22\x4D\x18", 0, "packed with lz4", UNPACK),
    (b"LZIP\x01", 0, "packed with lzip", UNPACK),
    (
        b"PK\x07\x08",
        0,
        "one part of a zip archive in several",
        "put it together, and pack it as one",
    ),
    (
        b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1",
        0,
        "a workbook of the old kind (XLS), or another document",
        "save it as XLSX or CSV",
    ),
    (b"%PDF-", 0, "a PDF document", PLAIN),
    (b"{\\rtf", 0, "a text document (RTF)", PLAIN),
    (b"<?xml", 0, "an XML document", "save it as XLSX or CSV"),
    (b"ARROW1", 0, "an Arrow file", "write it as Parquet"),
    (b"FEA1", 0, "a Feather file", "write it as Parquet"),
    (b"Obj\x01", 0, "an Avro file", "write it as Parquet"),
    (b"\x89HDF\r\n\x1A\n", 0, "an HDF5 file", EXPORT),
    (b"\x0E\x03\x13\x01", 0, "an HDF file", EXPORT),
    (b"RDX2\n", 0, "data of R", EXPORT),
    (b"RDX3\n", 0, "data of R", EXPORT),
    (b"X\n\0\0\0", 0, "data of R", EXPORT),
    (b"SQLite format 3\0", 0, "an SQLite database", EXPORT),
    (
        b"HEADER RECORD*******",
        0,
        "a SAS transport file (XPORT)",
        "export it as CSV, Parquet or sas7bdat",
    ),
    (b"$FL2", 0, "an SPSS file", EXPORT),
    (b"$FL3", 0, "an SPSS file", EXPORT),
    (
        b"\0\0\0\0\0\0\0\0\0\0\0\0\xC2\xEA\x81\x63",
        0,
        "a SAS catalogue (sas7bcat), which holds formats",
        "give the dataset (sas7bdat)",
    ),
    (b"\xFF\xFE\0\0", 0, "text in UTF-32", "save it as UTF-8"),
    (b"\0\0\xFE\xFF", 0, "text in UTF-32", "save it as UTF-8"),
    (b"<stata_dta>", 0, "a Stata file", EXPORT),
    (b"\x00\x01\x00\x00Standard ", 0, "an Access database", EXPORT),
    (b"\x89PNG", 0, "a picture", PLAIN),
    (b"\xFF\xD8\xFF", 0, "a picture", PLAIN),
    (b"\x7FELF", 0, "a program", PLAIN),
    (b"MZ\x90\x00", 0, "a program", "unpack it if it unpacks itself, and give the file inside"),
];

/// What a file with these first bytes is, as a sentence, where it is surely no delivery.
pub(super) fn named(first_bytes: &[u8]) -> Option<String> {
    let begins =
        |bytes: &[u8], at: usize| first_bytes.get(at..).is_some_and(|rest| rest.starts_with(bytes));
    let kind = KINDS.iter().find(|(bytes, at, ..)| begins(bytes, *at));
    let (what, advice) = match kind {
        Some((.., what, advice)) => (*what, *advice),
        None if is_page(first_bytes) => {
            ("a web page, whatever its name says", "save it as XLSX or CSV")
        }
        None if is_orc(first_bytes) => ("an ORC file", "write it as Parquet"),
        None if is_stata(first_bytes) => ("a Stata file", EXPORT),
        None if is_dbase(first_bytes) => ("a dBASE file (DBF)", EXPORT),
        None => return None,
    };
    Some(format!("this is {what}; {advice}"))
}

/// What bytes of zero in a text say, which has none: it is text of another encoding, or no text. The
/// text begins on line `first_line`.
pub(super) fn zeros(text: &[u8], first_line: u64) -> Option<String> {
    let first = memchr::memchr(0, text)?;
    let line = first_line + count_line_ends(&text[..first]);
    let rest = match wide_characters(text) {
        Some(2) if line == 1 => "; UTF-16 needs its byte-order mark".to_owned(),
        Some(4) if line == 1 => " like UTF-32; save it as UTF-8".to_owned(),
        _ => format!(", the first on line {line}; write it again, as text without them"),
    };
    Some(format!("this is not delimited text: it holds NUL bytes{rest}"))
}

/// How many bytes a character seems to have where most of them are zeros.
fn wide_characters(text: &[u8]) -> Option<usize> {
    const LOOKED_AT: usize = 64;
    let head = &text[..text.len().min(LOOKED_AT)];
    let most = |width: usize, place: usize| {
        let bytes = head.iter().skip(place).step_by(width);
        let (zeros, all) =
            bytes.fold((0, 0), |(zeros, all), byte| (zeros + usize::from(*byte == 0), all + 1));
        all > 1 && zeros * 4 >= all * 3
    };
    let wide = |width: usize| (0..width).filter(|place| most(width, *place)).count() == width - 1;
    [4, 2].into_iter().find(|width| wide(*width))
}

/// Whether these are the first bytes of HTML: portals give it out under the names of workbooks.
fn is_page(first_bytes: &[u8]) -> bool {
    let text = first_bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(first_bytes).trim_ascii_start();
    [b"<!doctype html".as_slice(), b"<html", b"<table", b"<head", b"<body", b"<meta"]
        .iter()
        .any(|tag| text.get(..tag.len()).is_some_and(|it| it.eq_ignore_ascii_case(tag)))
}

/// Whether an ORC file begins so, and no text whose first word has these letters.
fn is_orc(first_bytes: &[u8]) -> bool {
    let behind = first_bytes.strip_prefix(b"ORC").and_then(<[u8]>::first);
    behind.is_some_and(|byte| !byte.is_ascii_graphic() && !matches!(byte, b' ' | b'\t' | b'\r'))
}

/// Whether a Stata file of a release before 13 begins so: release, order of bytes, kind.
fn is_stata(first_bytes: &[u8]) -> bool {
    matches!(first_bytes, [102..=115, 1 | 2, 1, 0, ..])
}

/// Whether a dBASE file begins so: version, and year, month and day of the last change.
fn is_dbase(first_bytes: &[u8]) -> bool {
    let versions =
        [0x02, 0x03, 0x04, 0x05, 0x30, 0x31, 0x32, 0x43, 0x63, 0x83, 0x8B, 0x8C, 0xCB, 0xE5, 0xF5];
    matches!(first_bytes, [version, _, 1..=12, 1..=31, ..] if versions.contains(version))
}

/// The same of an archive, by the names of its files.
pub(super) fn named_archive(members: &[Member]) -> Option<String> {
    let has = |wanted: &str| members.iter().any(|member| member.name == wanted);
    let what = match () {
        () if has("xl/workbook.bin") => "a binary workbook (XLSB)",
        () if has("content.xml") && has("mimetype") => "an OpenDocument file",
        () if has("word/document.xml") => "a Word document",
        () => return None,
    };
    Some(format!("this is {what}; save it as XLSX or CSV"))
}
