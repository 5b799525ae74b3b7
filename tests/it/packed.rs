//! Packed, encoded and columnar deliveries: the same rows, the same figures.

use std::io::Write as _;

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
    for file in ["deflated.zip", "stored.zip", "texts.parquet", "typed.parquet"] {
        let bytes = std::fs::read(sandbox.join(file)).unwrap();
        assert_eq!(taken("delivery", &bytes, &[]), plain, "{file}");
    }
    for (file, reason) in [
        ("two.zip", "the archive has 2 files"),
        ("damaged.zip", "checksum"),
        ("floats.parquet", "column `EBENCONVCM` holds binary floats; write decimals"),
        ("moments.parquet", "column `DPAY1STDAY` holds moments; write dates"),
    ] {
        let refused = refused(&std::fs::read(sandbox.join(file)).unwrap(), &[]);
        assert!(refused.stderr.contains(reason), "{file}: {refused}");
    }
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
