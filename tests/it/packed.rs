//! Packed, encoded and columnar deliveries: the same rows, the same figures.

use std::io::Write as _;

use sppis::delivery::{Delivery, Identifiers, Part};

use crate::peers::peer;
use crate::sandbox::{HEADER, Ran, Sandbox};

const ROWS: &str = "85073003328;1;21004;2006-01-01;2006-01-31;;;2;500.00
42012205181;2;21004;2006-02-01;2006-02-28;;60;1;-250.25
90472100631;2;62063;2006-06-16;2006-07-15;;60;;";

/// The figures and the reconciliation of a file, taken in by a warehouse of its own.
fn taken(file: &str, content: &[u8], more: &[&str]) -> (String, String) {
    let sandbox = Sandbox::new();
    sandbox.write(file, content);
    let mut arguments = vec!["ingest", file, "--delivery", "2007-11"];
    arguments.extend(more);
    let ran = sandbox.run_all(&arguments).ok();
    let sums = ran.stdout.lines().skip(1).take(3).collect::<Vec<_>>().join("\n");
    (sandbox.csv("by-regime-and-measure"), sums)
}

fn text() -> String {
    format!("{HEADER}\n{ROWS}\n")
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn xz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = liblzma::write::XzEncoder::new(Vec::new(), 6);
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn utf16(text: &str, little: bool) -> Vec<u8> {
    let units = std::iter::once(0xFEFF).chain(text.encode_utf16());
    let bytes = units.map(|unit: u16| if little { unit.to_le_bytes() } else { unit.to_be_bytes() });
    bytes.flatten().collect()
}

/// UTF-32, little end first, with its mark or without.
fn wide(text: &str, marked: bool) -> Vec<u8> {
    let mark = if marked { Some('\u{FEFF}') } else { None };
    mark.into_iter().chain(text.chars()).flat_map(|it| u32::from(it).to_le_bytes()).collect()
}

#[test]
fn packing_and_encoding_change_no_figure() {
    let plain = taken("plain.csv", text().as_bytes(), &[]);
    let half = text().len() / 2;
    let members = [gzip(&text().as_bytes()[..half]), gzip(&text().as_bytes()[half..])].concat();
    let forms: [(&str, Vec<u8>); 8] = [
        ("gzip", gzip(text().as_bytes())),
        ("gzip of two members", members),
        ("zstd", zstd::encode_all(text().as_bytes(), 3).unwrap()),
        ("xz", xz(text().as_bytes())),
        ("utf-16le", utf16(&text(), true)),
        ("utf-16be", utf16(&text(), false)),
        ("utf-8 with mark", [b"\xEF\xBB\xBF", text().as_bytes()].concat()),
        ("utf-16 in gzip", gzip(&utf16(&text(), true))),
    ];
    for (name, bytes) in forms {
        assert_eq!(taken("delivery", &bytes, &[]), plain, "{name}");
    }
    assert_eq!(taken("x.csv", text().as_bytes(), &["--encoding", "windows-1252"]), plain);
}

#[test]
fn zip_archives_and_parquet_files_of_other_programs_are_read() {
    let plain = taken("plain.csv", text().as_bytes(), &[]);
    let sandbox = Sandbox::empty();
    let source = sandbox.write("plain.csv", text());
    peer("pack.py", &[source.to_str().unwrap(), sandbox.path().to_str().unwrap()]);
    for file in ["deflated.zip", "stored.zip", "texts.parquet", "typed.parquet", "moments.parquet"]
    {
        let bytes = std::fs::read(sandbox.join(file)).unwrap();
        assert_eq!(taken("delivery", &bytes, &[]), plain, "{file}");
    }
    for file in ["mac.zip", "comment.zip", "streamed.zip"] {
        let bytes = std::fs::read(sandbox.join(file)).unwrap();
        assert_eq!(taken("delivery", &bytes, &[]), plain, "{file}");
    }
    let names = [
        "two.zip",
        "damaged.zip",
        "same-name.zip",
        "one-after-the-other.zip",
        "before.zip",
        "behind.zip",
        "unnamed-last.zip",
        "unnamed-first.zip",
        "empty.zip",
        "folders.zip",
        "cut.zip",
        "encrypted.zip",
        "bzip2.zip",
        "nested.zip",
        "open-document.zip",
    ];
    let refused =
        names.map(|file| refused(&std::fs::read(sandbox.join(file)).unwrap(), &[]).stderr);
    insta::assert_snapshot!(refused.concat(), @"
    error: delivery: the archive has 2 files; a delivery's has one: unpack it, and give the files
    error: delivery: the archive's checksum does not fit its content; fetch it again
    error: delivery: the archive has two files of the same name; unpack them under names of their own
    error: delivery: 377 bytes stand before the zip archive, perhaps another file; give each as a file of its own
    error: delivery: 64 bytes stand before the zip archive, perhaps another file; give each as a file of its own
    error: delivery: 16 bytes stand behind the zip archive; files put together are no archive, pack them again
    error: delivery: 186 bytes stand in the zip archive that its directory does not name, perhaps another file; pack it again
    error: delivery: 186 bytes stand before the zip archive, perhaps another file; give each as a file of its own
    error: delivery: the zip archive is empty; pack the delivery again
    error: delivery: the zip archive is empty; pack the delivery again
    error: delivery: the zip archive has no directory at its end: it was cut off, or is one part of several; fetch it again as a whole
    error: delivery: the archive is encrypted; unpack it first
    error: delivery: the archive is packed with Bzip2; only deflate and stored are read: pack it again
    error: delivery: this is zip within zip; unpack it once, and give the file inside
    error: delivery: this is an OpenDocument file; save it as XLSX or CSV
    ");
}

/// A tar archive of one file, as far as its header says what it is.
fn tar() -> Vec<u8> {
    let mut bytes = vec![0; 1024];
    bytes[..12].copy_from_slice(b"delivery.csv");
    bytes[257..262].copy_from_slice(b"ustar");
    bytes
}

#[test]
fn what_is_no_delivery_is_named_with_what_to_do() {
    let text = text();
    let packed = gzip(text.as_bytes());
    let files: [Vec<u8>; 25] = [
        gzip(&packed),
        gzip(&tar()),
        tar(),
        [packed.as_slice(), b"NISS;LEGISLATION\n"].concat(),
        [packed.as_slice(), &zstd::encode_all(text.as_bytes(), 3).unwrap()].concat(),
        [zstd::encode_all(text.as_bytes(), 3).unwrap().as_slice(), b"rest"].concat(),
        [xz(text.as_bytes()).as_slice(), b"rest"].concat(),
        packed[..packed.len() - 9].to_vec(),
        b"BZh91AY&SY\0\0".to_vec(),
        b"7z\xBC\xAF\x27\x1C\0\0".to_vec(),
        b"Rar!\x1A\x07\x01\0".to_vec(),
        b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1\0".to_vec(),
        b"%PDF-1.7\n".to_vec(),
        b"\xEF\xBB\xBF\r\n<HTML><table>".to_vec(),
        b"<?xml version=\"1.0\"?><Workbook>".to_vec(),
        b"PAR1".to_vec(),
        wide(&text, true),
        wide(&text, false),
        utf16(&text, true)[2..].to_vec(),
        b"ORC\x0A\x18\0".to_vec(),
        b"\x89HDF\r\n\x1A\n\0\0".to_vec(),
        [&[0; 12][..], b"\xC2\xEA\x81\x63\xB3\x14\x11\xCF"].concat(),
        b"\x72\x02\x01\0\x09\0".to_vec(),
        b"\x03\x6B\x05\x0D\x02\0\0\0".to_vec(),
        gzip(b"X\n\0\0\0\x03\0\x04\x01\0"),
    ];
    let said: String = files.iter().map(|bytes| refused(bytes, &[]).stderr).collect();
    insta::assert_snapshot!(said, @"
    error: delivery: this is gzip within gzip; unpack it once, and give the file inside
    error: delivery: inside the gzip data: this is a tar archive; unpack it, and give the file inside
    error: delivery: this is a tar archive; unpack it, and give the file inside
    error: delivery: something that is not packed stands behind the gzip data; files put together are no delivery, give each as a file of its own
    error: delivery: something that is not packed stands behind the gzip data; files put together are no delivery, give each as a file of its own
    error: delivery: the zstd data is damaged, or something else stands behind it; fetch the file again
    error: delivery: the xz data ends too early, or something else stands behind it; fetch the file again
    error: delivery: the gzip data ends too early, or something else stands behind it; fetch the file again
    error: delivery: this is packed with bzip2; unpack it, and give the file inside
    error: delivery: this is a 7z archive; unpack it, and give the file inside
    error: delivery: this is a RAR archive; unpack it, and give the file inside
    error: delivery: this is a workbook of the old kind (XLS), or another document; save it as XLSX or CSV
    error: delivery: this is a PDF document; ask for the data as CSV, XLSX or Parquet
    error: delivery: this is a web page, whatever its name says; save it as XLSX or CSV
    error: delivery: this is an XML document; save it as XLSX or CSV
    error: delivery: the Parquet file is damaged or was cut off; write it again, or fetch it again
    error: delivery: this is text in UTF-32; save it as UTF-8
    error: delivery: this is not delimited text: it holds NUL bytes like UTF-32; save it as UTF-8
    error: delivery: this is not delimited text: it holds NUL bytes; UTF-16 needs its byte-order mark
    error: delivery: this is an ORC file; write it as Parquet
    error: delivery: this is an HDF5 file; export it as CSV, XLSX or Parquet
    error: delivery: this is a SAS catalogue (sas7bcat), which holds formats; give the dataset (sas7bdat)
    error: delivery: this is a Stata file; export it as CSV, XLSX or Parquet
    error: delivery: this is a dBASE file (DBF); export it as CSV, XLSX or Parquet
    error: delivery: inside the gzip data: this is data of R; export it as CSV, XLSX or Parquet
    ");
}

#[test]
fn bytes_of_zero_and_archives_behind_a_text_are_refused_wherever_they_stand() {
    let archive = |method| {
        let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default().compression_method(method);
        archive.start_file("more.csv", options).unwrap();
        archive.write_all(text().as_bytes()).unwrap();
        archive.finish().unwrap().into_inner()
    };
    let packed = archive(zip::CompressionMethod::STORE);
    // As many rows as make several chunks.
    let many = format!("{HEADER}\n{}", format!("{ROWS}\n").repeat(20_000));
    let zero = |at: usize| [&many.as_bytes()[..at], b"\0", &many.as_bytes()[at + 1..]].concat();
    let files = [
        [many.as_bytes(), &packed].concat(),
        [b"junk", packed.as_slice()].concat(),
        gzip(&[text().as_bytes(), &packed].concat()),
        zero(many.len() - 2),
        gzip(&zero(many.len() - 3)),
        [many.as_bytes(), &[0; 9]].concat(),
        utf16(&format!("{}\0", text()), true),
    ];
    let said: String = files.iter().map(|bytes| refused(bytes, &[]).stderr).collect();
    insta::assert_snapshot!(said, @"
    error: delivery: 3140081 bytes stand before the zip archive, perhaps another file; give each as a file of its own
    error: delivery: 4 bytes stand before the zip archive, perhaps another file; give each as a file of its own
    error: delivery: this is not delimited text: it holds NUL bytes, the first on line 6; write it again, as text without them
    error: delivery: this is not delimited text: it holds NUL bytes, the first on line 60001; write it again, as text without them
    error: delivery: this is not delimited text: it holds NUL bytes, the first on line 60001; write it again, as text without them
    error: delivery: this is not delimited text: it holds NUL bytes, the first on line 60002; write it again, as text without them
    error: delivery: this is not delimited text: it holds NUL bytes, the first on line 5; write it again, as text without them
    ");
}

#[test]
fn a_file_is_opened_once_and_what_was_hashed_is_what_was_read() {
    let sandbox = Sandbox::empty();
    let text = text();
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let stored =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::STORE);
    archive.start_file("delivery.csv", stored).unwrap();
    archive.write_all(text.as_bytes()).unwrap();
    let archive = archive.finish().unwrap().into_inner();
    let read = |part: &Part| {
        let mut chunks = part.chunks(0, Identifiers::ElevenDigits).unwrap();
        let mut rows = Vec::new();
        while let Some(chunk) = chunks.next_chunk().unwrap() {
            rows.extend(chunk.text);
        }
        (rows, part.hash_of_read(&chunks))
    };
    for bytes in [text.clone().into_bytes(), gzip(text.as_bytes()), xz(text.as_bytes()), archive] {
        let path = sandbox.write("delivery", &bytes);
        let delivery = Delivery::open(&[path], Some("2007-11"), None, None).unwrap();
        let part = &delivery.parts()[0];
        // Another file takes its place: what was opened is what is read.
        sandbox.write("new", "LEGISLATION;NISS;DPAYLSTDAY;DPAY1STDAY\n");
        std::fs::rename(sandbox.join("new"), sandbox.join("delivery")).unwrap();
        let (rows, hash) = read(part);
        assert_eq!(rows, format!("{ROWS}\n").into_bytes());
        assert_eq!(hash.unwrap(), blake3::hash(&bytes));
        // Somebody writes to it after it was opened: nothing of it is believed.
        let path = sandbox.write("delivery", &bytes);
        let delivery = Delivery::open(&[path], Some("2007-11"), None, None).unwrap();
        let part = &delivery.parts()[0];
        let mut file = std::fs::File::options().append(true).open(part.path()).unwrap();
        file.write_all(&[0; 7]).unwrap();
        drop(file);
        let mut chunks = part.chunks(0, Identifiers::ElevenDigits).unwrap();
        while let Ok(Some(_)) = chunks.next_chunk() {}
        let said = part.hash_of_read(&chunks).unwrap_err().to_string();
        assert!(said.contains("the file has changed while it was read"), "{said}");
        assert!(part.hash().is_err());
    }
}

#[test]
fn bytes_of_zero_that_fill_up_a_tape_are_no_rest() {
    let padded = [gzip(text().as_bytes()), vec![0; 10_000]].concat();
    assert_eq!(taken("delivery", &padded, &[]), taken("delivery", text().as_bytes(), &[]));
}

#[test]
fn a_first_line_for_spreadsheets_is_skipped_where_it_is_right() {
    let plain = taken("plain.csv", text().as_bytes(), &[]);
    for first in ["sep=;\n", "SEP=;\r\n", "\"sep=;\"\r"] {
        let bytes = format!("{first}{}", text());
        assert_eq!(taken("delivery", bytes.as_bytes(), &[]), plain, "{first:?}");
        assert_eq!(taken("delivery", &utf16(&bytes, true), &[]), plain, "{first:?}");
    }
    let wrong = refused(format!("sep=,\n{}", text()).as_bytes(), &[]).stderr
        + &refused(format!("sep=\n{}", text()).as_bytes(), &[]).stderr
        + &refused(format!("sep=;\n\n{}", text()).as_bytes(), &[]).stderr
        + &refused(b"sep=;\n", &[]).stderr;
    insta::assert_snapshot!(wrong, @"
    error: delivery: line 1 says that the delimiter is `,`, but the header is split by `;`; remove line 1, or correct it
    error: delivery: line 1 says that the delimiter is nothing, but the header is split by `;`; remove line 1, or correct it
    error: delivery: the header stands on line 3, after 2 lines of other text; remove what stands before it
    error: delivery: the file is empty; expected a header line with the names of the variables
    ");
    // Lines stay those of an editor.
    let sandbox = Sandbox::new();
    let rows = "85073003328;1;21004;2006-01-01;2006-01-31;;;2;x";
    sandbox.write("delivery", format!("sep=;\n{HEADER}\n{rows}\n"));
    let all = ["ingest", "delivery", "--delivery", "2007-11", "--max-rejects", "100%"];
    sandbox.run_all(&all).ok();
    let csv = sandbox.run(["rejects", "2007-11", "--format", "csv"]).ok().stdout;
    assert!(csv.lines().nth(1).unwrap().contains(",3,"), "{csv}");
}

fn refused(content: &[u8], more: &[&str]) -> Ran {
    let sandbox = Sandbox::new();
    sandbox.write("delivery", content);
    let before = sandbox.files("warehouse");
    let mut arguments = vec!["ingest", "delivery", "--delivery", "2007-11"];
    arguments.extend(more);
    let ran = sandbox.run_all(&arguments);
    assert_eq!(ran.code, 2, "{ran}");
    assert_eq!(sandbox.files("warehouse"), before);
    ran
}

#[test]
fn a_cut_or_damaged_stream_never_passes_for_a_whole_one() {
    let rows = ROWS.lines().cycle().take(3000).collect::<Vec<_>>().join("\n");
    let long = format!("{HEADER}\n{rows}\n");
    let packed =
        [gzip(long.as_bytes()), zstd::encode_all(long.as_bytes(), 3).unwrap(), xz(long.as_bytes())];
    for bytes in packed {
        refused(&bytes[..bytes.len() - 6], &["--max-rejects", "100%"]);
        refused(&bytes[..bytes.len() / 2], &["--max-rejects", "100%"]);
    }
}

#[test]
fn a_byte_that_means_nothing_rejects_its_row_and_no_other() {
    let header = format!("{HEADER};REMARK");
    let row = "85073003328;1;21004;2006-01-01;2006-01-31;;;2;500.00";
    let bytes = [
        format!("{header}\n{row};Li").as_bytes(),
        b"\xE8ge\n42012205181;2;21004;2006-02-01;2006-02-28;;60;1;1;\x81\n",
        b"90472100631;2;62063;2006-06-16;2006-06-20;;60;;;fine\n",
    ]
    .concat();
    let sums =
        |more: &[&str]| taken("x.csv", &bytes, &[more, &["--max-rejects", "100%"]].concat()).1;
    // Declared, the accent is a letter and 0x81 is not; undeclared, neither is UTF-8.
    assert!(sums(&["--encoding", "windows-1252"]).contains("accepted 2 + rejected 1"));
    assert!(sums(&[]).contains("accepted 1 + rejected 2"));
}

#[test]
fn a_mark_that_contradicts_the_declared_encoding_is_refused() {
    let ran = refused(&utf16(&text(), true), &["--encoding", "windows-1252"]);
    insta::assert_snapshot!(ran.stderr, @"error: delivery: its byte-order mark says utf-16le, but windows-1252 was declared");
    let unmarked: Vec<u8> = utf16(&text(), true)[2..].to_vec();
    assert!(refused(&unmarked, &[]).stderr.contains("UTF-16 needs its byte-order mark"));
}

#[test]
fn inspect_says_how_a_file_would_be_read_and_shows_no_identifier() {
    let sandbox = Sandbox::empty();
    let text = format!("{HEADER};REMARK\n{}\n", ROWS.replace('\n', ";\n"));
    sandbox.write("DWH_SPPIS_Formulaires_2007-11.csv.gz", gzip(text.as_bytes()));
    let ran = sandbox.run(["inspect", "DWH_SPPIS_Formulaires_2007-11.csv.gz", "--rows", "1"]).ok();
    assert!(!ran.stdout.contains("85073003328"));
    let stable = ran.stdout.lines().skip(1).collect::<Vec<_>>().join("\n");
    insta::assert_snapshot!(stable, @"
    packing    gzip
    encoding   utf-8
    delimiter  `;`
    delivery   2007-11 (2006Q1..2006Q2)
    columns    10
      NISS
      LEGISLATION
      CPAS
      DPAY1STDAY
      DPAYLSTDAY
      BUDART_ID
      THP_ID
      CBENCONV
      EBENCONVCM
      `REMARK`          not known, not stored
    not there  NNISPTN2, CTYPHLP, CA60BENPLC, CBENITGTYP, CBENIDVTYP, CPTNIDVTYP, IA60PTNACP, IA61BENACP, CPTNACTACP, ARTICLE35BEN, STS_CNT_ID, CAT_CNT_ID, TYPAMT_ID, NDOSSFX
    row 1
      NISS              an identifier of 11 characters
      LEGISLATION       `1`
      CPAS              `21004`
      DPAY1STDAY        `2006-01-01`
      DPAYLSTDAY        `2006-01-31`
      CBENCONV          `2`
      EBENCONVCM        `500.00`
    ");
    assert_eq!(sandbox.run(["inspect", "missing.csv"]).code, 2);
}

#[test]
fn inspect_shows_no_identifier_where_these_have_no_form_and_no_row_that_is_none() {
    let sandbox = Sandbox::empty();
    let row = "TOK-A;TOK-A;21004;2006-07-01;2006-07-31;TOK-B;;TOK-A;TOK-A";
    let text = format!("{HEADER};NNISPTN2\n\n{row};tok-b\nT;1;21004;2006-07-01;;1;;1;2;;x;y\n");
    sandbox.write("DWH_SPPIS_Formulaires_2008-05.csv", text);
    let inspected = || {
        let ran = sandbox.run(["inspect", "DWH_SPPIS_Formulaires_2008-05.csv"]).ok();
        ran.stdout.split_once("row 1\n").unwrap().1.to_owned()
    };
    // Without a warehouse nothing is known of identifiers but what stands in the row.
    let said = inspected();
    insta::assert_snapshot!(said, @"
      NISS              an identifier of 5 characters
      LEGISLATION       an identifier of 5 characters
      CPAS              `21004`
      DPAY1STDAY        `2006-07-01`
      DPAYLSTDAY        `2006-07-31`
      BUDART_ID         an identifier of 5 characters
      CBENCONV          an identifier of 5 characters
      EBENCONVCM        an identifier of 5 characters
      NNISPTN2          an identifier of 5 characters
    row 2
      expected 10 fields, found 12
    ");
    sandbox.run(["init"]).ok();
    let settings = sandbox.read("warehouse/sppis.toml");
    sandbox.write("warehouse/sppis.toml", settings.replace("\"national\"", "\"coded\""));
    assert_eq!(inspected(), said);
    // A row of a valid number may still hold tokens of others.
    let row = "85073003328;TOK-C;21004;2006-07-01;2006-07-31;;;1;250.00;";
    sandbox.write("DWH_SPPIS_Formulaires_2008-05.csv", format!("{HEADER};NNISPTN2\n{row}\n"));
    insta::assert_snapshot!(inspected(), @"
      NISS              an identifier of 11 characters
      LEGISLATION       a text of 5 characters
      CPAS              `21004`
      DPAY1STDAY        `2006-07-01`
      DPAYLSTDAY        `2006-07-31`
      CBENCONV          `1`
      EBENCONVCM        a text of 6 characters
    ");
}
