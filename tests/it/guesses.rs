//! Numbers are tried one by one against all that a small delivery leaves behind, without the key.
//!
//! Of a delivery of one row everything but the number may be known. Whoever finds a hash of anything that
//! holds the number goes through all numbers of a day of birth in a moment.

use std::collections::HashSet;
use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Stdio;

use arrow::util::display::array_value_to_string;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use sha2::{Digest as _, Sha256};
use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

use crate::sandbox::{HEADER, Sandbox, files_below, repository};

const BORN: &str = "850730";
const NUMBER: &str = "85073003328";
const ROW: &str = "85073003328;1;21004;2005-08-01;2005-08-31;;;2;250.00";

const OTHER_BORN: &str = "930518";
const OTHER_NUMBER: &str = "93051822361";
const SPOILED: [&str; 2] = [
    "42012205181;1;21004;2006-01-01;2006-01-31;;;2;500.00",
    "93051822361;2;62063;2006-02-01;2006-02-30;;60;0;",
];
const CORRECTED: &str = "3;93051822361;2;62063;2006-02-01;2006-02-28;;60;0;";

/// All numbers of persons born on a day of the last century, men and women.
fn born_on(day: &str) -> Vec<String> {
    let number = |sequence: u32| {
        let body = format!("{day}{sequence:03}");
        format!("{body}{:02}", 97 - body.parse::<u64>().unwrap() % 97)
    };
    (1..=998).map(number).collect()
}

/// What is left behind, as eight bytes in a row and as sixteen characters in a row.
#[derive(Default)]
struct Left {
    bytes: HashSet<[u8; 8]>,
    characters: HashSet<[u8; 16]>,
}

impl Left {
    /// All files of the warehouse, the values of those that are packed, and texts.
    fn of(warehouse: &Path, printed: &[String]) -> Self {
        let mut left = Self::default();
        for path in files_below(warehouse) {
            left.add(path.display().to_string().as_bytes());
            left.add(&fs::read(&path).unwrap());
            if path.extension().is_some_and(|it| it == "parquet") {
                left.add_values(&path);
            }
        }
        for text in printed {
            left.add(text.as_bytes());
        }
        left
    }

    fn add(&mut self, bytes: &[u8]) {
        self.bytes.extend(bytes.windows(8).map(|it| <[u8; 8]>::try_from(it).unwrap()));
        let lower = bytes.to_ascii_lowercase();
        self.characters.extend(lower.windows(16).map(|it| <[u8; 16]>::try_from(it).unwrap()));
    }

    fn add_values(&mut self, path: &Path) {
        let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap();
        for batch in reader.build().unwrap() {
            let batch = batch.unwrap();
            for column in batch.columns() {
                for row in 0..column.len() {
                    let text = array_value_to_string(column, row).unwrap();
                    self.add(text.as_bytes());
                    if let Ok(number) = text.parse::<i64>() {
                        self.add(&number.to_le_bytes());
                    }
                }
            }
        }
    }

    /// Whether any hash of a text, or the text itself, begins anywhere as something that is left.
    fn gives_away(&self, text: &[u8]) -> bool {
        let (short, long) = (xxh3_64(text), xxh3_128(text));
        let hashes: [Vec<u8>; 6] = [
            blake3::hash(text).as_bytes().to_vec(),
            Sha256::digest(text).to_vec(),
            short.to_le_bytes().to_vec(),
            short.to_be_bytes().to_vec(),
            long.to_le_bytes().to_vec(),
            long.to_be_bytes().to_vec(),
        ];
        hashes.iter().any(|hash| {
            let first: [u8; 8] = hash[..8].try_into().unwrap();
            let digits = format!("{:016x}", u64::from_be_bytes(first));
            // A pseudonym is a number of 63 bits.
            let number = i64::from_le_bytes(first) & i64::MAX;
            self.bytes.contains(&first)
                || self.bytes.contains(&number.to_le_bytes())
                || self.characters.contains(digits.as_bytes())
        }) || text.len() >= 8 && text.windows(8).all(|it| self.bytes.contains(it))
    }

    /// The numbers of a day of birth that are found. `file` is what was delivered, with the true number.
    fn numbers(&self, day: &str, true_number: &str, file: &str) -> Vec<String> {
        let mut found = born_on(day);
        assert!(found.iter().any(|number| number == true_number));
        let row = file.lines().find(|line| line.contains(true_number)).unwrap();
        found.retain(|number| {
            let value: i64 = number.parse().unwrap();
            let texts = [
                file.replace(true_number, number).into_bytes(),
                row.replace(true_number, number).into_bytes(),
                format!("{row}\n").replace(true_number, number).into_bytes(),
                number.clone().into_bytes(),
                format!("{}.{}.{}", &number[..2], &number[2..4], &number[4..6]).into_bytes(),
                format!("{:?}", number.as_bytes()).into_bytes(),
                value.to_le_bytes().to_vec(),
                value.to_be_bytes().to_vec(),
            ];
            texts.iter().any(|text| self.gives_away(text))
        });
        found
    }
}

fn file_of(header: &str, rows: &[&str]) -> String {
    format!("{header}\n{}\n", rows.join("\n"))
}

fn one_row() -> String {
    file_of(HEADER, &[ROW])
}

fn corrections() -> String {
    file_of(&format!("LINE;{HEADER}"), &[CORRECTED])
}

/// A copy of a warehouse that was made when hashes of delivered files had no key: [`ROW`] in 2007-05,
/// [`SPOILED`] in 2007-11, and [`CORRECTED`] taken back.
pub(crate) fn warehouse_of_old() -> Sandbox {
    let sandbox = Sandbox::empty();
    let from = repository().join("tests/warehouses/unkeyed");
    for path in files_below(&from) {
        let name = Path::new("warehouse").join(path.strip_prefix(&from).unwrap());
        let copy = sandbox.write(name.to_str().unwrap(), fs::read(&path).unwrap());
        fs::set_permissions(copy, fs::Permissions::from_mode(0o600)).unwrap();
    }
    sandbox
}

fn entry(version: u32) -> String {
    format!("warehouse/observations/_delta_log/{version:020}.json")
}

/// Numbers that the warehouse gives away, of both persons.
fn given_away(sandbox: &Sandbox, printed: &[String]) -> Vec<String> {
    let left = Left::of(&sandbox.join("warehouse"), printed);
    let mut numbers = left.numbers(BORN, NUMBER, &one_row());
    numbers.extend(left.numbers(OTHER_BORN, OTHER_NUMBER, &corrections()));
    numbers
}

#[test]
fn no_number_of_a_small_delivery_or_replay_is_found_by_trying_all_of_a_day() {
    let sandbox = Sandbox::new();
    let mut printed = Vec::new();
    let mut run = |arguments: &[&str]| {
        let ran = sandbox.run_all(arguments).ok();
        printed.push(ran.to_string());
    };
    let first = sandbox.delivery("2007-05", &[ROW]);
    let second = sandbox.delivery("2007-11", &SPOILED);
    sandbox.write("corrected.csv", corrections());
    run(&["ingest", &first, "--report", "a.json", "--findings", "a.csv", "--log", "json"]);
    run(&["ingest", &second, "--max-rejects", "1", "--report", "b.html", "--findings", "b.json"]);
    run(&["rejects", "2007-11", "--rows", "--output", "rows.csv"]);
    run(&["replay", "2007-11", "corrected.csv"]);
    run(&["ingest", &first, "--report", "c.json"]);
    run(&["deliveries"]);
    run(&["history"]);
    run(&["verify"]);
    run(&["run", "by-regime-and-measure", "--format", "json"]);
    assert!(printed[4].contains("nothing changed"), "{}", printed[4]);
    for name in ["a.json", "a.csv", "b.html", "b.json", "c.json", "rows.csv"] {
        printed.push(sandbox.read(name));
    }
    assert_eq!(given_away(&sandbox, &printed), Vec::<String>::new());
    // The guesses are good ones: the same things with a hash of the file among them.
    printed.push(blake3::hash(one_row().as_bytes()).to_hex().to_string());
    assert_eq!(given_away(&sandbox, &printed), [NUMBER]);
}

#[test]
fn a_warehouse_of_old_gives_numbers_away_until_the_first_write_keys_its_hashes() {
    let sandbox = warehouse_of_old();
    assert_eq!(given_away(&sandbox, &[]), [NUMBER, OTHER_NUMBER]);
    let before = [1, 2, 3].map(|version| sandbox.read(&entry(version)));
    let state = |version: &str| {
        let answer = ["run", "persons-by-quarter", "--format", "csv", "--as-of", version];
        sandbox.run(answer).ok().stdout
    };
    let states = || ["1", "2", "3", "2007-05", "2007-11"].map(state);
    let (told, history) = (states(), sandbox.run(["history"]).ok().stdout);
    let looked_at = [
        sandbox.run(["verify"]).ok(),
        sandbox.run(["deliveries"]).ok(),
        sandbox.run(["rejects", "2007-11@1"]).ok(),
    ];
    let file = sandbox.delivery("2007-05", &[ROW]);
    let rehearsed = sandbox.run(["ingest", &file, "--dry-run", "--report", "dry.json"]).ok();
    let printed = looked_at.map(|it| it.to_string());
    assert_eq!(
        before,
        [1, 2, 3].map(|version| sandbox.read(&entry(version))),
        "nothing is written"
    );
    assert!(!printed.concat().contains("hashes of delivered files"), "{}", printed.concat());
    // Nothing that is printed of it gives away what its log does.
    let left = [printed.concat(), rehearsed.to_string(), sandbox.read("dry.json")];
    let left = Left::of(&sandbox.join("nowhere"), &left);
    assert!(left.numbers(BORN, NUMBER, &one_row()).is_empty());
    let times =
        || [1, 2, 3].map(|it| fs::metadata(sandbox.join(&entry(it))).unwrap().modified().unwrap());
    let times_before = times();

    let row = "00021500474;1;21004;2006-07-01;2006-07-31;;;2;125.00";
    let new = sandbox.delivery("2008-05", &[row]);
    let ran = sandbox.run(["ingest", &new]).ok();
    let said = "note: 3 commits of the table's log held hashes of delivered files without a key";
    assert!(ran.stderr.contains(said), "{ran}");
    assert_eq!(given_away(&sandbox, &[ran.to_string()]), Vec::<String>::new());
    assert_eq!((states(), times()), (told, times_before));
    let after = sandbox.run(["history"]).ok().stdout;
    assert!(history.lines().all(|line| after.contains(line)), "{history}{after}");
    sandbox.run(["verify"]).ok();
    // What others leave beside the log changes nothing.
    let plain = (sandbox.run(["history"]).ok().stdout, states());
    sandbox.write("warehouse/observations/_delta_log/of-another-maker", "");
    assert_eq!((sandbox.run(["history"]).ok().stdout, states()), plain);
    // The same bytes are known again, and others are not taken for them; it is said once.
    let again = sandbox.run(["ingest", &file, "--log", "json"]).ok();
    assert!(again.stderr.contains("\"replaces\":null"), "{again}");
    assert!(!again.stderr.contains("without a key"), "{again}");
    sandbox.delivery("2007-05", &[&ROW.replace("250.00", "260.00")]);
    let other = sandbox.run(["ingest", &file, "--log", "json"]).ok();
    assert!(other.stderr.contains("\"replaces\":{"), "{other}");
}

#[test]
fn a_log_of_which_half_is_keyed_is_read_and_the_next_write_keys_the_rest() {
    let sandbox = warehouse_of_old();
    let old = sandbox.read(&entry(2));
    let told = sandbox.csv("persons-by-quarter");
    let row = "00021500474;1;21004;2006-07-01;2006-07-31;;;2;125.00";
    let later = sandbox.delivery("2008-05", &[row]);
    sandbox.run(["ingest", &later]).ok();
    // As a writer leaves it that dies in between, before its commit.
    sandbox.write(&entry(2), old);
    fs::remove_file(sandbox.join(&entry(4))).unwrap();
    fs::remove_file(sandbox.join("warehouse/committed")).unwrap();
    sandbox.write("warehouse/observations/_delta_log/.sppis-left", "{\"commitInfo\":");
    let now = sandbox.csv("persons-by-quarter");
    assert_eq!(now, told);
    sandbox.run(["verify"]).ok();
    let row = row.replace("2006-07", "2007-01");
    let latest = sandbox.delivery("2008-11", &[&row]);
    let ran = sandbox.run(["ingest", &latest]).ok();
    assert!(ran.stderr.contains("note: 1 commit of the table's log held hashes"), "{ran}");
    assert_eq!(given_away(&sandbox, &[]), Vec::<String>::new());
}

#[test]
fn several_writers_and_readers_at_once_do_not_mind_that_hashes_are_keyed() {
    let sandbox = warehouse_of_old();
    let told = sandbox.csv("persons-by-quarter");
    let names = ["2008-05", "2008-11", "2009-05"].map(|id| {
        let quarter = match id {
            "2008-05" => "2006-07",
            "2008-11" => "2007-01",
            _ => "2007-08",
        };
        let row = format!("00021500474;1;21004;{quarter}-01;{quarter}-28;;;2;125.00");
        sandbox.delivery(id, &[&row])
    });
    let started = |name: &String| {
        let mut command = sandbox.command(&["ingest", name]);
        command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let writers: Vec<_> = names.iter().map(started).collect();
    for _ in 0..12 {
        let now = sandbox.csv("persons-by-quarter");
        assert!(told.lines().all(|line| now.contains(line)), "{told}{now}");
    }
    let mut said = String::new();
    for writer in writers {
        let output = writer.wait_with_output().unwrap();
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{text}");
        said.push_str(&text);
    }
    assert!(said.contains("held hashes of delivered files"), "{said}");
    assert_eq!(given_away(&sandbox, &[]), Vec::<String>::new());
    sandbox.run(["verify"]).ok();
}
