//! Cells with types: Parquet, workbooks and SAS datasets of other programs give the figures of the
//! same rows as text, and what cannot be read is found or refused, never left out.

use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;

use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use sppis::delivery::{Identifiers, Part};
use tempfile::TempDir;

use crate::peers::peer;
use crate::sandbox::{HEADER, Ran, Sandbox, files_below};

const ROWS: &str = "85073003328;1;21004;2006-01-01;2006-01-31;;;2;500.00
42012205181;2;21004;2006-02-01;2006-02-28;;60;1;-250.25
90472100631;2;62063;2006-06-16;2006-07-15;;60;;
00021500474;1;21004;2006-03-01;2006-03-31;;;1;0.10";

fn text() -> String {
    format!("{HEADER}\n{ROWS}\n")
}

/// Files that other programs have written, in `same` and `other`.
fn written() -> &'static TempDir {
    static FOLDER: OnceLock<TempDir> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let folder = tempfile::Builder::new().prefix("sppis-test-").tempdir().unwrap();
        let source = folder.path().join("plain.csv");
        fs::write(&source, text()).unwrap();
        peer("typed.py", &[source.to_str().unwrap(), folder.path().to_str().unwrap()]);
        folder
    })
}

/// Those that hold the same rows.
pub(crate) fn of_same_rows() -> Vec<PathBuf> {
    files_below(&written().path().join("same"))
}

fn other(name: &str) -> Vec<u8> {
    fs::read(written().path().join("other").join(name)).unwrap()
}

/// A warehouse that was asked to take a file in.
fn taken(content: &[u8], more: &[&str]) -> (Sandbox, Ran) {
    let sandbox = Sandbox::new();
    sandbox.write("delivery", content);
    let arguments = ["ingest", "delivery", "--delivery", "2007-11", "--max-rejects", "100%"];
    let ran = sandbox.run_all(&[&arguments, more].concat());
    (sandbox, ran)
}

/// The figures and the reconciliation of a file.
fn figures(content: &[u8], more: &[&str]) -> String {
    let (sandbox, ran) = taken(content, more);
    let ran = ran.ok();
    let sums = ran.stdout.lines().skip(1).take(3).collect::<Vec<_>>().join("\n");
    format!("{sums}\n{}", sandbox.csv("by-regime-and-measure"))
}

/// The findings that reject, as `line rule column`.
fn rejects(content: &[u8], more: &[&str]) -> Vec<String> {
    let (sandbox, ran) = taken(content, more);
    ran.ok();
    let csv = sandbox.run(["rejects", "2007-11", "--format", "csv"]).ok().stdout;
    let header: Vec<&str> = csv.lines().next().unwrap().split(',').collect();
    let at = |name: &str| header.iter().position(|it| *it == name).unwrap();
    let short = |line: &str| {
        let fields: Vec<&str> = line.split(',').collect();
        [at("line"), at("rule"), at("column")].map(|at| fields[at]).join(" ")
    };
    csv.lines().skip(1).map(short).collect()
}

fn refusal(content: &[u8], more: &[&str]) -> String {
    let (sandbox, ran) = taken(content, more);
    assert_eq!(ran.code, 2, "{ran}");
    assert_eq!(sandbox.run(["history"]).ok().stdout.matches("2007-11").count(), 0);
    ran.stderr.lines().next().unwrap().to_owned()
}

#[test]
fn every_type_and_packing_of_a_cell_gives_the_figures_of_the_text() {
    let plain = figures(text().as_bytes(), &[]);
    assert!(plain.contains("accepted 4 + rejected 0"), "{plain}");
    let files = of_same_rows();
    assert!(files.len() > 40, "{files:?}");
    for file in files {
        assert_eq!(figures(&fs::read(&file).unwrap(), &[]), plain, "{}", file.display());
    }
}

#[test]
fn truths_that_are_kept_apart_are_codes_like_others() {
    let truths = figures(&other("truths.parquet"), &[]);
    assert_eq!(figures(&other("truths-apart.parquet"), &[]), truths);
    assert!(truths.contains("accepted 4 + rejected 0"), "{truths}");
}

#[test]
fn a_workbook_with_a_table_of_texts_and_formats_of_its_own_is_read() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let (day, euros) = (Format::new().set_num_format("dd/mm/yyyy"), "#,##0.00\\ \"EUR\"");
    let euros = Format::new().set_num_format(euros);
    let rows: Vec<Vec<&str>> =
        [HEADER].into_iter().chain(ROWS.lines()).map(|row| row.split(';').collect()).collect();
    for (row, cells) in (0..).zip(&rows) {
        for (column, text) in (0_u16..).zip(cells) {
            match column {
                3 | 4 if row > 0 => {
                    let date = ExcelDateTime::parse_from_str(text).unwrap();
                    sheet.write_datetime_with_format(row, column, date, &day).unwrap();
                }
                8 if row > 0 && !text.is_empty() => {
                    let amount: f64 = text.parse().unwrap();
                    sheet.write_number_with_format(row, column, amount, &euros).unwrap();
                }
                _ => {
                    sheet.write_string(row, column, *text).unwrap();
                }
            }
        }
    }
    let bytes = book.save_to_buffer().unwrap();
    assert_eq!(figures(&bytes, &[]), figures(text().as_bytes(), &[]));
}

#[test]
fn text_of_another_encoding_in_binary_columns_is_decoded_or_found() {
    let accents = other("accents.parquet");
    assert_eq!(rejects(&accents, &[]), ["2 decode.encoding CPAS"]);
    let plain = figures(text().as_bytes(), &[]);
    assert_eq!(figures(&accents, &["--encoding", "windows-1252"]), plain);
    // What is declared as UTF-8 and is not is found as well, whatever is declared elsewhere.
    let spoiled = other("spoiled.parquet");
    assert_eq!(rejects(&spoiled, &["--encoding", "windows-1252"]), ["2 decode.encoding CPAS"]);
    // A SAS dataset says its encoding; where it does not, it has to be declared.
    assert_eq!(rejects(&other("latin.sas7bdat"), &[]), [""; 0]);
    assert_eq!(rejects(&other("latin-unsaid.sas7bdat"), &[]), ["2 decode.encoding CPAS"]);
    let declared = ["--encoding", "windows-1252"];
    assert_eq!(rejects(&other("latin-unsaid.sas7bdat"), &declared), [""; 0]);
    let contradiction = refusal(&other("latin.sas7bdat"), &["--encoding", "utf-8"]);
    assert!(contradiction.ends_with("its header says windows-1252, but utf-8 was declared"));
}

#[test]
fn euros_in_bytes_that_are_not_utf_8_are_found_or_read_and_never_gone() {
    let bytes = other("euros.parquet");
    let found = [
        "2 decode.encoding EBENCONVCM",
        "3 decode.encoding DPAYLSTDAY",
        "4 decode.encoding EBENCONVCM",
    ];
    assert_eq!(rejects(&bytes, &[]), found);
    let declared = figures(&bytes, &["--encoding", "windows-1252"]);
    assert!(declared.contains("accepted 4 + rejected 0"), "{declared}");
    let close: String = declared.split_whitespace().collect();
    assert!(close.contains("eurosaccepted2000.00="), "{declared}");
}

#[test]
fn what_a_cell_cannot_be_is_found_in_its_row_and_column() {
    let by = |rule: &str| ["2", "3", "4", "5"].map(|line| format!("{line} {rule} EBENCONVCM"));
    for file in ["finer", "finest", "truth"] {
        assert_eq!(rejects(&other(&format!("{file}.parquet")), &[]), by("decode.amount"), "{file}");
    }
    assert_eq!(rejects(&other("huge.parquet"), &[]), by("decode.amount-implausible"));
    let noon: Vec<String> = (2..6)
        .flat_map(|line| ["DPAY1STDAY", "DPAYLSTDAY"].map(|it| format!("{line} decode.date {it}")))
        .collect();
    assert_eq!(rejects(&other("noon.parquet"), &[]), noon);
    let far = ["2", "3", "4", "5"].map(|line| format!("{line} decode.date DPAYLSTDAY"));
    assert_eq!(rejects(&other("far.parquet"), &[]), far);
    assert_eq!(rejects(&other("cents.xlsx"), &[]), ["2 decode.amount EBENCONVCM"]);
    assert_eq!(rejects(&other("cents.sas7bdat"), &[]), ["3 decode.amount EBENCONVCM"]);
    // A line break within a text moves no other row.
    assert_eq!(rejects(&other("breaks.parquet"), &[]), [""; 0]);
}

#[test]
fn a_finding_names_the_row_of_the_sheet() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, name) in (0_u16..).zip(HEADER.split(';')) {
        sheet.write_string(0, column, name).unwrap();
    }
    // Rows 5 and 9 of the sheet; what lies between is empty, or has nothing but a format.
    let bold = Format::new().set_bold();
    sheet.write_blank(6, 3, &bold).unwrap();
    for (row, first_day) in [(4, "2006-01-01"), (8, "01.01.2006")] {
        for (column, text) in (0_u16..).zip(["85073003328", "1", "21004", first_day, "2006-01-31"])
        {
            sheet.write_string(row, column, text).unwrap();
        }
    }
    let bytes = book.save_to_buffer().unwrap();
    assert_eq!(rejects(&bytes, &[]), ["9 decode.date DPAY1STDAY"]);
}

#[test]
fn a_workbook_with_other_sheets_says_which_was_read() {
    let read = |name: &str| {
        let bytes = fs::read(written().path().join("same").join(name)).unwrap();
        let said = taken(&bytes, &[]).1.ok().stdout;
        said.lines().find(|line| line.contains("is read, not")).unwrap_or_default().to_owned()
    };
    let said =
        ["typed.xlsx", "hidden-notes-first.xlsx", "chart-first.xlsx", "pandas.xlsx"].map(read);
    insta::assert_snapshot!(said.join("\n"), @"
    of delivery the sheet `Levering mei` is read, not `Notes`
    of delivery the sheet `Levering mei` is read, not `Notes`
    of delivery the sheet `Levering mei` is read, not `Notes`
    ");
}

#[test]
fn a_code_that_is_a_number_with_decimals_is_warned_of_and_a_whole_one_is_not() {
    let warned = |name: &str| {
        let bytes = fs::read(written().path().join("same").join(name)).unwrap();
        let (sandbox, ran) = taken(&bytes, &[]);
        ran.ok();
        let list = ["rejects", "2007-11", "--rule", "check.code-decimal", "--format", "csv"];
        let csv = sandbox.run(list).ok().stdout;
        let found = csv.lines().nth(1).and_then(|line| line.rsplit_once("found "));
        (csv.lines().count() - 1, found.map_or("", |found| found.1).to_owned())
    };
    // Of nine cells of codes with a value.
    // The digits of 1.000 and of the cell beside it could be pieces of a number.
    let hidden =
        "digits that together with others of the row could be an identifier: they are not shown\"";
    assert_eq!(warned("decimal-codes.parquet"), (9, hidden.to_owned()));
    assert_eq!(warned("floats.parquet"), (9, "`1.0`\"".to_owned()));
    for name in ["whole-int64.parquet", "small.parquet", "typed.xlsx", "typed.sas7bdat"] {
        assert_eq!(warned(name), (0, String::new()), "{name}");
    }
}

#[test]
fn what_is_not_read_is_refused_by_the_name_of_its_column_or_cell() {
    let names = [
        "lists.parquet",
        "durations.parquet",
        "doubles.parquet",
        "zones.parquet",
        "int128.parquet",
        "two-sheets.xlsx",
        "two-sheets-below.xlsx",
        "hidden-first.xlsx",
        "notes-first.xlsx",
        "formula.xlsx",
        "no-text.xlsx",
        "preamble.xlsx",
        "cut.xlsx",
        "damaged.xlsx",
    ];
    let said: Vec<String> = names.iter().map(|name| refusal(&other(name), &[])).collect();
    insta::assert_snapshot!(said.join("\n"), @"
    error: delivery: column `CPAS` holds List(Utf8, field: 'element'), which is no text, number or date; write one of these
    error: delivery: column `CPAS` holds Duration(s), which is no text, number or date; write one of these
    error: delivery: column `EBENCONVCM` holds binary floats; write decimals
    error: delivery: column `DPAY1STDAY` holds moments of the zone Europe/Brussels; write dates
    error: delivery: column `CPAS` holds 16 bytes whose type is not known here; write text, or whole numbers of 64 bits
    error: delivery: two sheets have the header of a delivery, `Levering mei` and `Kopie`; give each as a file of its own, or the one that counts
    error: delivery: two sheets have the header of a delivery, `Levering mei` and `Kopie`; give each as a file of its own, or the one that counts
    error: delivery: two sheets have the header of a delivery, `Levering mei` and `Kopie` (hidden); give each as a file of its own, or the one that counts
    error: delivery: the first sheet is read, `Notes`, which has no header of a delivery; `Levering mei` has one: put it first, or save it as a file of its own
    error: delivery: cell I2 holds a formula without its value; open the workbook, and save it again
    error: delivery: cell G1 names a text that the workbook does not have; save it again
    error: delivery: the header stands on line 2, after 1 line of other text; remove what stands before it
    error: delivery: the zip archive has no directory at its end: it was cut off, or is one part of several; fetch it again as a whole
    error: delivery: the workbook is damaged or was cut off; save it again, or fetch it again
    ");
}

#[test]
fn a_damaged_typed_file_is_one_sentence_and_nothing_is_taken_in() {
    let mut files: Vec<PathBuf> = files_below(&written().path().join("other"));
    files.retain(|path| path.to_string_lossy().contains("long"));
    files.extend(
        ["typed.xlsx", "snappy.parquet"].map(|name| written().path().join("same").join(name)),
    );
    let sandbox = Sandbox::new();
    let tried = |content: &[u8]| {
        sandbox.write("delivery", content);
        sandbox.run(["ingest", "delivery", "--delivery", "2007-11", "--dry-run"])
    };
    for file in files {
        let bytes = fs::read(&file).unwrap();
        for part in [1, 35, 60, 99] {
            let ran = tried(&bytes[..bytes.len() * part / 100]);
            assert_eq!(ran.code, 2, "{} {part} {ran}", file.display());
            assert_eq!(ran.stderr.lines().count(), 1, "{} {part} {ran}", file.display());
        }
        // Wherever a byte is another, the program ends with a code and a sentence of its own.
        for at in (0..bytes.len()).step_by(bytes.len() / 11) {
            let mut changed = bytes.clone();
            changed[at] ^= 0x55;
            let ran = tried(&changed);
            assert!((0..=2).contains(&ran.code), "{} {at} {ran}", file.display());
            assert!(!ran.stderr.contains("panicked"), "{} {at} {ran}", file.display());
        }
    }
}

#[test]
fn no_byte_of_a_parquet_file_can_make_the_program_end_without_a_sentence() {
    let file = written().path().join("same").join("apart.parquet");
    let bytes = fs::read(&file).unwrap();
    let sandbox = Sandbox::empty();
    let path = sandbox.join("delivery");
    for at in (0..bytes.len()).rev().step_by(3) {
        for bits in [0x55, 0xFF, 0x01] {
            let mut changed = bytes.clone();
            changed[at] ^= bits;
            fs::write(&path, &changed).unwrap();
            let Ok(part) = Part::open(&path, None) else { continue };
            let Ok(mut chunks) = part.chunks(0, Identifiers::ElevenDigits) else { continue };
            while let Ok(Some(_)) = chunks.next_chunk() {}
        }
    }
}

#[test]
fn inspect_says_what_a_typed_file_holds() {
    let sandbox = Sandbox::empty();
    let mut said = String::new();
    for file in ["whole-int64.parquet", "typed.xlsx", "typedrle.sas7bdat"] {
        let bytes = fs::read(written().path().join("same").join(file)).unwrap();
        sandbox.write("DWH_SPPIS_Formulaires_2007-11", bytes);
        let ran = sandbox.run(["inspect", "DWH_SPPIS_Formulaires_2007-11", "--rows", "1"]).ok();
        assert!(!ran.stdout.contains("85073003328"));
        let lines = ran.stdout.lines().skip(1);
        let shown =
            lines.filter(|line| !line.starts_with("not there") && line.trim().contains(' '));
        said.push_str(&(shown.collect::<Vec<_>>().join("\n") + "\n"));
    }
    insta::assert_snapshot!(said, @"
    packing    parquet
    rows       4
    encoding   utf-8
    delivery   2007-11 (2006Q1..2006Q2)
    columns    9
    row 1
      NISS              an identifier of 11 characters
      LEGISLATION       `1`
      CPAS              `21004`
      DPAY1STDAY        `2006-01-01`
      DPAYLSTDAY        `2006-01-31`
      CBENCONV          `2`
      EBENCONVCM        `500.00`
    packing    xlsx
    sheet      `Levering mei`, of 2; no other is read
    rows       4
    encoding   utf-8
    delivery   2007-11 (2006Q1..2006Q2)
    columns    9
    row 1
      NISS              an identifier of 11 characters
      LEGISLATION       `1`
      CPAS              `21004`
      DPAY1STDAY        `2006-01-01`
      DPAYLSTDAY        `2006-01-31`
      CBENCONV          `2`
      EBENCONVCM        `500`
    packing    sas7bdat
    rows       4
    encoding   utf-8
    delivery   2007-11 (2006Q1..2006Q2)
    columns    9
    row 1
      NISS              an identifier of 11 characters
      LEGISLATION       `1`
      CPAS              `21004`
      DPAY1STDAY        `2006-01-01`
      DPAYLSTDAY        `2006-01-31`
      CBENCONV          `2`
      EBENCONVCM        `500`
    ");
}
