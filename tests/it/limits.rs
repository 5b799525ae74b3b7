//! What bounds the program: whatever a file says of itself, it is read in bounded memory, or refused
//! in one sentence.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow::array::{ArrayRef, RecordBatch, StringArray};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use crate::sandbox::Sandbox;
use crate::seeded::copy;

const ROW: &str = "85073003328;1;21004;2006-01-01;2006-01-31;;;2;500.00";

/// The program's answer, which must come before long.
fn soon(sandbox: &Sandbox, arguments: &[&str], key: &str) -> (i32, String) {
    let mut command = sandbox.command(arguments);
    if !key.is_empty() {
        command.env("SPPIS_KEY_FILE", key);
    }
    let start = Instant::now();
    let mut child = command
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    while child.try_wait().unwrap().is_none() {
        if start.elapsed() > Duration::from_secs(30) {
            child.kill().unwrap();
            panic!("{arguments:?} waits for ever");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code().unwrap_or(-1), stderr)
}

/// Puts something else than a file in a place.
fn lay(path: &Path, kind: &str) {
    match kind {
        "a pipe" => assert!(Command::new("mkfifo").arg(path).status().unwrap().success()),
        "a device" => symlink("/dev/zero", path).unwrap(),
        "a folder" => fs::create_dir(path).unwrap(),
        _ => fs::write(path, vec![b'#'; (4 << 20) + 1]).unwrap(),
    }
}

#[test]
fn settings_queries_and_keys_are_regular_files_and_nothing_is_waited_for() {
    let sandbox = Sandbox::new();
    let file = sandbox.delivery("2007-11", &[ROW]);
    let places = [
        ("warehouse/sppis.toml", vec!["deliveries"], ""),
        ("warehouse/dictionary.toml", vec!["dictionary"], ""),
        ("warehouse/queries/own.toml", vec!["queries"], ""),
        ("outside.key", vec!["ingest", &file], "outside.key"),
    ];
    for (place, arguments, key) in places {
        let path = sandbox.join(place);
        let before = fs::read(&path).ok();
        for kind in ["a pipe", "a device", "a folder", "too long"] {
            let _absent = fs::remove_file(&path);
            lay(&path, kind);
            let (code, stderr) = soon(&sandbox, &arguments, key);
            let said = match kind {
                "too long" if key.is_empty() => "expected at most 4 MiB".to_owned(),
                "too long" => "the pseudonym key at".to_owned(),
                kind => format!("expected a regular file, found {kind}"),
            };
            assert_eq!(code, 2, "{place}: {stderr}");
            assert!(stderr.contains(&said), "{place}: {stderr}");
            let name = place.rsplit('/').next().unwrap();
            assert!(stderr.contains(name), "{place}: {stderr}");
            if path.is_dir() {
                fs::remove_dir(&path).unwrap();
            }
        }
        let _absent = fs::remove_file(&path);
        if let Some(bytes) = before {
            fs::write(&path, bytes).unwrap();
        }
    }
}

/// The file of the table with the most bytes.
fn observations(sandbox: &Sandbox) -> PathBuf {
    let files = sandbox.files("warehouse/observations");
    let files = files.into_iter().filter(|path| path.extension().is_some_and(|it| it == "parquet"));
    files.max_by_key(|path| path.metadata().unwrap().len()).unwrap()
}

#[test]
fn a_damaged_file_is_named_in_one_sentence_before_a_library_reads_it() {
    let sandbox = Sandbox::new();
    let file = sandbox.delivery("2007-11", &[ROW]);
    sandbox.run(["ingest", &file]).ok();
    let path = observations(&sandbox);
    let bytes = fs::read(&path).unwrap();
    let run = ["run", "amount-by-regime", "--without-histories"];
    let answer = sandbox.run(run).ok().stdout;
    let mut found = 0;
    // The description of the columns, which libraries take for granted, stands at the end.
    for at in (0..bytes.len()).rev().step_by(31) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 1;
        fs::write(&path, damaged).unwrap();
        let ran = sandbox.run(run);
        if ran.code == 0 {
            // A column that is not read.
            assert_eq!(ran.stdout, answer, "{at}");
            continue;
        }
        let name = path.file_name().unwrap().to_str().unwrap();
        let error = ran.stderr.lines().next().unwrap();
        assert!(error.starts_with("error: ") && error.contains(name), "{ran}");
        assert!(!error.contains("/registry/") && !error.contains("panicked"), "{ran}");
        assert_eq!((ran.code, ran.stderr.lines().count()), (2, 2), "{ran}");
        found += 1;
    }
    assert!(found > 50, "the test tests nothing: {found}");
}

/// The most memory that a command has at any moment, in MiB, and what it printed.
fn peak(sandbox: &Sandbox, arguments: &[&str]) -> (u64, String) {
    let file = fs::File::create(sandbox.join("printed")).unwrap();
    let mut command = sandbox.command(arguments);
    let mut child = command.stdout(file.try_clone().unwrap()).stderr(file).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kibibytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
        peak = peak.max(kibibytes.unwrap_or_default() >> 10);
        std::thread::sleep(Duration::from_millis(5));
    }
    (peak, sandbox.read("printed").replace('\u{a0}', " "))
}

const FILE: &str = "DWH_SPPIS_Formulaires_2007-11";

/// A Parquet file of the required columns that holds one text in every cell, or none.
fn parquet(text: Option<&str>, rows: usize) -> Vec<u8> {
    let names = ["NISS", "LEGISLATION", "DPAY1STDAY", "DPAYLSTDAY"];
    let cells: ArrayRef = Arc::new(StringArray::from(vec![text; rows]));
    let batch =
        RecordBatch::try_from_iter_with_nullable(names.map(|name| (name, cells.clone(), true)));
    let zstd = Compression::ZSTD(ZstdLevel::default());
    let properties = WriterProperties::builder()
        .set_compression(zstd)
        .set_data_page_row_count_limit(usize::MAX)
        .build();
    let batch = batch.unwrap();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.into_inner().unwrap()
}

#[test]
fn a_small_parquet_file_of_long_texts_takes_little_memory() {
    let sandbox = Sandbox::new();
    let name = format!("{FILE}.parquet");
    let bytes = parquet(Some(&"x".repeat(60_000)), 600);
    assert!(bytes.len() < 10_000, "{} bytes", bytes.len());
    sandbox.write(&name, bytes);
    let (peak, printed) = peak(&sandbox, &["ingest", &name, "--max-rejects", "100%"]);
    assert!(printed.contains("rows read 600 = accepted 0 + rejected 600"), "{printed}");
    assert!(peak < 300, "{peak} MiB");
}

#[test]
fn a_file_that_says_more_than_its_bytes_can_hold_is_refused() {
    let sandbox = Sandbox::new();
    let name = format!("{FILE}.parquet");
    let bytes = parquet(None, 3_000_000);
    let length = bytes.len();
    sandbox.write(&name, bytes);
    let ran = sandbox.run(["ingest", &name]);
    let said = format!(
        "error: {name}: the Parquet file says that it has 3000000 rows in {length} bytes, more than 64 a \
         byte, which no delivery has; write it again\n"
    );
    assert_eq!((ran.code, ran.stderr.as_str()), (2, said.as_str()), "{ran}");
    let long = format!("{};x\n", "y".repeat(1_000)).repeat(100_000);
    let text = format!("NISS;LEGISLATION;DPAY1STDAY;DPAYLSTDAY\n{long}");
    sandbox.write(&format!("{FILE}.csv"), zstd::encode_all(text.as_bytes(), 3).unwrap());
    let ran = sandbox.run_all(&["ingest", &format!("{FILE}.csv"), "--max-rejects", "100%"]);
    let said = format!(
        "error: {FILE}.csv: the zstd data unpacks to more than 1100 times its length, which no delivery \
         does; if it is right, unpack it and give the file inside\n"
    );
    assert_eq!((ran.code, ran.stderr.as_str()), (2, said.as_str()), "{ran}");
}

#[test]
fn however_many_rows_are_rejected_all_are_found_in_bounded_memory() {
    let sandbox = Sandbox::new();
    let name = format!("{FILE}.csv");
    let short = format!("NISS;LEGISLATION;DPAY1STDAY;DPAYLSTDAY\n{}", "a\n".repeat(1_000_000));
    sandbox.write(&name, short);
    let (short, printed) = peak(&sandbox, &["ingest", &name, "--max-rejects", "100%"]);
    assert!(printed.contains("rows read 1 000 000 = accepted 0 + rejected 1 000 000"), "{printed}");
    assert!(printed.contains("decode.field-count  1 000 000 rows"), "{printed}");
    assert!(short < 300, "{short} MiB");
}

#[test]
fn a_complete_answer_that_would_fill_the_memory_is_refused_with_what_can_be_done() {
    let sandbox = copy();
    let dimensions = ["quarter", "cpas", "measures", "measures_before", "measures_after", "age"];
    let text = format!("metrics = [\"persons\"]\ndimensions = {dimensions:?}\ncomplete = true\n");
    sandbox.write("warehouse/queries/all.toml", text);
    let (mebibytes, said) = peak(&sandbox, &["run", "all"]);
    let said = said.lines().next().unwrap();
    let number = said.split(' ').find_map(|word| word.parse::<u64>().ok()).unwrap();
    assert!(number > 4_000_000, "{said}");
    let masked = said.replace(&number.to_string(), "N");
    insta::assert_snapshot!(masked, @"error: query `all`: `complete` asks for N rows, every combination of values, and may ask for 4000000; leave `complete` out, or narrow the answer with `--where`, `--from` and `--to`");
    assert!(mebibytes < 1024, "{mebibytes}");
    sandbox.run(["run", "all", "--from", "2005Q1", "--to", "2005Q1", "--where", "cpas=21004"]).ok();
}
