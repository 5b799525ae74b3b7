//! The command that is recorded in an export, run through a shell, gives the export's bytes again.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use arrow::ipc::reader::{FileReader, StreamReader};
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Value;

use crate::exports::FORMATS;
use crate::sandbox::{PROGRAM, Sandbox};
use crate::seeded::copy;

/// Formats that have no place for a command: they have it in a file beside theirs.
const BARE: [&str; 4] = ["csv", "tsv", "ndjson", "sdmx-csv"];

/// The seeded deliveries, with a query that takes any text.
fn sandbox() -> &'static Sandbox {
    static SANDBOX: OnceLock<Sandbox> = OnceLock::new();
    SANDBOX.get_or_init(|| {
        let sandbox = copy();
        let query = "metrics = [\"observations\", \"persons\"]\ndimensions = [\"quarter\"]\n\
                     filter = \"'a' <> $other\"\n[parameters.other]\ntype = \"text\"\n\
                     description = \"any\"\n";
        sandbox.write("warehouse/queries/but.toml", query);
        fs::create_dir(sandbox.join("bin")).unwrap();
        std::os::unix::fs::symlink(PROGRAM, sandbox.join("bin/sppis")).unwrap();
        sandbox
    })
}

/// What a command is called where people read, in English, French, Dutch and German.
const COMMAND: [&str; 4] = ["command", "commande", "opdracht", "Befehl"];

/// What stands on a line behind the word for a command.
fn labelled<'l>(line: &'l str, before: &str) -> Option<&'l str> {
    let (label, rest) = line.strip_prefix(before)?.split_once(": ")?;
    COMMAND.contains(&label.trim_end()).then_some(rest)
}

/// The command in a file of a format, as a reader of the format finds it.
fn command_in(path: &Path, format: &str) -> String {
    let beside = || format!("{}-metadata.json", path.display());
    let text = || fs::read_to_string(path).unwrap();
    let json = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    match format {
        _ if BARE.contains(&format) => {
            let document = json(&fs::read_to_string(beside()).unwrap());
            document["urn:sppis:command"].as_str().unwrap().to_owned()
        }
        "table" => {
            let text = text();
            text.lines().find_map(|line| labelled(line, "")).unwrap().to_owned()
        }
        "svg" => {
            let text = text();
            let (_, rest) = text.split_once("<s:command>").unwrap();
            unescaped(rest.split_once("</s:command>").unwrap().0)
        }
        "png" => {
            let bytes = fs::read(path).unwrap();
            let text = String::from_utf8_lossy(&bytes);
            let (_, rest) = text.split_once("iTXtsppis.command\0\0\0en\0\0").unwrap();
            // Behind it stands the checksum, which is no text.
            let words = ["sppis", "run", "by-region", "--chart", "bars"];
            assert!(words.iter().all(|it| rest.contains(it)));
            let last = "--format png --lang en";
            rest[..rest.find(last).unwrap() + last.len()].to_owned()
        }
        "json" => json(&text())["command"].as_str().unwrap().to_owned(),
        "html" => {
            let text = text();
            let mut rest = COMMAND.iter().filter_map(|it| {
                text.split_once(&format!("<dt>{it}</dt><dd>")).map(|(_, rest)| rest)
            });
            unescaped(rest.next().unwrap().split_once("</dd>").unwrap().0)
        }
        "markdown" => in_list(&text()),
        "ipynb" => in_list(json(&text())["cells"][0]["source"].as_str().unwrap()),
        "parquet" => {
            let reader = SerializedFileReader::new(File::open(path).unwrap()).unwrap();
            let pairs = reader.metadata().file_metadata().key_value_metadata().unwrap().clone();
            pairs.into_iter().find(|it| it.key == "sppis.command").unwrap().value.unwrap()
        }
        "arrow" => {
            let file = || File::open(path).unwrap();
            let schema = FileReader::try_new(file(), None)
                .map(|it| it.schema())
                .or_else(|_| StreamReader::try_new(file(), None).map(|it| it.schema()))
                .unwrap();
            schema.metadata()["sppis.command"].clone()
        }
        "xlsx" => {
            let mut archive = zip::ZipArchive::new(File::open(path).unwrap()).unwrap();
            let mut strings = String::new();
            let mut part = archive.by_name("xl/sharedStrings.xml").unwrap();
            part.read_to_string(&mut strings).unwrap();
            // The value is used first in the cell after that of its key.
            let mut texts = strings.split("<si><t").skip(1).map(|it| {
                let text = it.split_once('>').unwrap().1.split_once("</t>").unwrap().0;
                unescaped(text)
            });
            texts.find(|text| COMMAND.contains(&text.as_str())).unwrap();
            texts.next().unwrap()
        }
        "px" => {
            let text = text();
            let note = text.split("\nNOTE=").nth(1).unwrap().split(";\n").next().unwrap();
            let note: String = note.lines().map(|it| it.trim_matches('"')).collect();
            let at = COMMAND.iter().find_map(|it| note.split_once(&format!("#{it}: ")));
            at.unwrap().1.replace("\\u{22}", "\"")
        }
        other => panic!("{other}"),
    }
}

fn unescaped(text: &str) -> String {
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
    text.replace("&#39;", "'").replace("&amp;", "&")
}

/// The code of a list's item, between as many marks as it begins with.
fn in_list(text: &str) -> String {
    let code = text.lines().find_map(|line| labelled(line, "- ")).unwrap();
    let marks = code.len() - code.trim_start_matches('`').len();
    let inner = &code[marks..code.len() - marks];
    if marks > 1 { inner[1..inner.len() - 1].to_owned() } else { inner.to_owned() }
}

/// Runs a command line through the shell, in a folder; gives what it wrote to stdout.
fn shell(line: &str, folder: &Path) -> Vec<u8> {
    let sandbox = sandbox();
    let path = format!("{}:{}", sandbox.join("bin").display(), std::env::var("PATH").unwrap());
    let set = sandbox.command(&[]);
    let set: Vec<_> = set.get_envs().filter_map(|(name, value)| Some((name, value?))).collect();
    let output = Command::new("sh")
        .args(["-c", line])
        .current_dir(folder)
        .envs(set)
        .env("PATH", path)
        .env("SPPIS_WAREHOUSE", sandbox.join("warehouse"))
        // Who runs it has other defaults than who made the export.
        .env("SPPIS_LANG", "de")
        .env("SPPIS_LOCALE", "nl-BE")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{line}\n{said}");
    output.stdout
}

/// Exports with these words, reads the command from the export, runs it, and compares.
fn gives_itself_again(words: &[String], format: &str, name: Option<&str>) {
    let (there, again) = (Sandbox::empty(), Sandbox::empty());
    let warehouse = sandbox().join("warehouse");
    let mut arguments = vec!["--warehouse", warehouse.to_str().unwrap()];
    // Behind `--` stands no option.
    let ends = words.iter().position(|it| it == "--").unwrap_or(words.len());
    let (before, behind) = words.split_at(ends);
    arguments.extend(before.iter().map(String::as_str));
    arguments.extend(["--format", format]);
    let output = name.map(|name| format!("--output={name}"));
    arguments.extend(output.as_deref());
    arguments.extend(behind.iter().map(String::as_str));
    let set = sandbox().command(&[]);
    let set: Vec<_> = set.get_envs().filter_map(|(name, value)| Some((name, value?))).collect();
    let ran = there.command(&arguments).envs(set).output().unwrap();
    let said = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{arguments:?}\n{said}");
    let path = there.join(name.unwrap_or("stdout"));
    if name.is_none() {
        fs::write(&path, &ran.stdout).unwrap();
    }
    let command = command_in(&path, format);
    let written = shell(&command, again.path());
    let files = again.files(".");
    if files.is_empty() {
        let same = written == fs::read(&path).unwrap();
        assert!(same, "{command}\n{}\n{}", String::from_utf8_lossy(&written), show(&path));
    } else {
        // A structure lies beside SDMX-CSV, and a picture beside Arrow files of queries that can be drawn.
        let beside = usize::from(BARE.contains(&format)) + usize::from(format == "sdmx-csv");
        let most = 1 + beside + usize::from(format == "arrow");
        assert!((1 + beside..=most).contains(&files.len()), "{command}: {files:?}");
        assert_eq!(files.len(), there.files(".").len(), "{command}");
        for file in files {
            let first = there.path().join(file.strip_prefix(again.path().join(".")).unwrap());
            let same = fs::read(&file).unwrap() == fs::read(&first).unwrap();
            assert!(same, "{command}\n{}\n{}", show(&file), show(&first));
        }
    }
}

fn show(path: &Path) -> String {
    String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned()
}

/// Texts that a shell, a page or a terminal would take for something else.
fn hostile() -> impl Strategy<Value = String> {
    let known = [
        "it's",
        "$(touch x)",
        "`id`",
        "a\\b",
        "\\u{1b}",
        "-n",
        "a  b",
        "%s%n",
        "é€",
        "*",
        "!x",
        "a\nb",
        "x\u{200b}y",
        "\u{1b}[31m",
        "\"q\"",
        "a\tb",
        "<b>&amp;",
        "|",
        "",
        "#",
        "~",
        "a`b``c",
        "=1+1",
    ];
    prop_oneof![select(known.to_vec()).prop_map(str::to_owned), "[!-~ é\u{202e}\t\n]{1,8}"]
}

/// What is asked, without how it is written.
fn question() -> impl Strategy<Value = Vec<String>> {
    let owned = |words: &[&str]| words.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
    let maybe =
        |options: Vec<Vec<String>>| prop_oneof![2 => Just(Vec::new()), 1 => select(options)];
    let named = select(vec!["by-region", "by-year", "persons-by-quarter", "by-sex-and-age"]);
    let of = move |options: &[&[&str]]| options.iter().map(|it| owned(it)).collect::<Vec<_>>();
    let range = maybe(of(&[
        &["--from", "2006Q1"],
        &["--to", "2016Q2"],
        &["--from", "2005Q1", "--to", "2017Q4"],
    ]));
    let wheres = maybe(of(&[
        &["--where", "region=04000"],
        &["--where", "region=none", "--where", "region=02000"],
        &["--where", "sex=F", "--where", "regime=aide_sociale", "--complete-only"],
        &["--where", "sex=F,none", "--complete-only"],
    ]));
    let state = maybe(of(&[
        &["--as-of", "2006-11"],
        &["--as-of", "2007-05@1"],
        &["--as-of", "2999-12-31"],
        &["--as-of", "5"],
    ]));
    let compared = maybe(of(&[&["--compare-with", "2006-11"], &["--compare-with", "2015-11@1"]]));
    let run = (named, range, wheres, state.clone(), compared).prop_map(
        |(name, range, wheres, state, compared)| {
            [vec!["run".to_owned(), name.to_owned()], range, wheres, state, compared].concat()
        },
    );
    let set = (hostile(), state.clone()).prop_map(move |(value, state)| {
        let set = ["run", "but", "--set"].map(str::to_owned).to_vec();
        [set, vec![format!("other={value}")], state].concat()
    });
    let sql = (hostile(), any::<bool>(), state).prop_map(|(value, rows, state)| {
        let value = value.replace('\'', "''");
        let what = if rows { "quarter, days" } else { "quarter, count(*) AS n" };
        let by = if rows { "LIMIT 5" } else { "GROUP BY quarter" };
        let text = format!(
            "-- of all\n SELECT {what} FROM observations WHERE 'a' <> '{value}' {by} -- end \n"
        );
        let rows = if rows { vec!["--rows".to_owned()] } else { Vec::new() };
        [vec!["sql".to_owned()], rows, state, vec!["--".to_owned(), text]].concat()
    });
    let diff = prop_oneof![
        Just(owned(&["diff", "2006-11", "2007-05"])),
        Just(owned(&["diff", "2006-11@1", "2007-05", "--all"])),
    ];
    let lists = prop_oneof![
        Just(owned(&["history"])),
        Just(owned(&["history", "--as-of", "2006-11"])),
        Just(owned(&["deliveries"])),
        Just(owned(&["deliveries", "--on", "2009-05-03", "--as-of", "2"])),
    ];
    prop_oneof![5 => run, 3 => set, 3 => sql, 1 => diff, 1 => lists]
}

fn manner() -> impl Strategy<Value = Vec<String>> {
    let lang = prop_oneof![Just(""), Just("--lang=fr"), Just("--lang=de")];
    let locale = prop_oneof![Just(""), Just("--locale=nl-BE")];
    (lang, locale).prop_map(|(lang, locale)| {
        [lang, locale].into_iter().filter(|it| !it.is_empty()).map(str::to_owned).collect()
    })
}

/// A name for a file without its ending; whether there is one, the format says too.
fn name() -> impl Strategy<Value = Option<String>> {
    let names = ["answer", "my answer", "it's $(id)", "-x", "né"].map(str::to_owned).to_vec();
    prop_oneof![Just(None), select(names).prop_map(Some)]
}

/// Puts options before what may end them.
fn with(mut words: Vec<String>, manner: &[String]) -> Vec<String> {
    let lists = ["history", "deliveries"].contains(&words[0].as_str());
    let manner = manner.iter().filter(|it| !(lists && it.starts_with("--lang"))).cloned();
    let at = words.iter().position(|it| it == "--").unwrap_or(words.len());
    words.splice(at..at, manner);
    words
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn a_recorded_command_gives_the_same_bytes(
        words in question(),
        manner in manner(),
        (format, ending) in select(FORMATS.to_vec()),
        name in name(),
    ) {
        let is_list = ["history", "deliveries"].contains(&words[0].as_str());
        prop_assume!(!(is_list && ["ipynb", "sdmx-csv", "px"].contains(&format)));
        // On stdout rows alone and tables for reading have no command.
        let needs_file = BARE.contains(&format) || format == "table";
        let name = name.or_else(|| needs_file.then(|| "x".to_owned()));
        let name = name.map(|name| format!("{name}.{ending}"));
        let words = with(words, &manner);
        gives_itself_again(&words, format, name.as_deref());
    }
}

#[test]
fn every_format_of_every_export_records_its_command() {
    let commands: [&[&str]; 5] = [
        &["run", "by-region", "--where", "region=04000", "--lang", "nl", "--locale", "nl-BE"],
        &[
            "sql",
            "SELECT count(*) AS n FROM observations WHERE cpas <> 'it''s'",
            "--locale",
            "fr-BE",
        ],
        &["diff", "2006-11", "2007-05", "--lang", "fr"],
        &["history"],
        &["deliveries", "--on", "2009-05-03"],
    ];
    for words in commands {
        let words: Vec<String> = words.iter().map(|it| (*it).to_owned()).collect();
        for (format, ending) in FORMATS {
            if ["history", "deliveries"].contains(&words[0].as_str())
                && ["ipynb", "sdmx-csv", "px"].contains(&format)
            {
                continue;
            }
            gives_itself_again(&words, format, Some(&format!("x.{ending}")));
        }
    }
}

#[test]
fn a_picture_records_its_command() {
    let words =
        ["run", "by-region", "--chart", "bars", "--chart-metric", "amount", "--from", "2016Q1"];
    let words: Vec<String> = words.iter().map(|it| (*it).to_owned()).collect();
    for (format, name) in [("svg", Some("x.svg")), ("svg", None), ("png", Some("x.png"))] {
        gives_itself_again(&words, format, name);
    }
    let words = [words, vec!["--lang".to_owned(), "fr".to_owned()]].concat();
    gives_itself_again(&words, "svg", None);
}

#[test]
fn a_command_says_states_by_their_versions_and_nothing_that_is_as_usual() {
    let said = |arguments: &[&str]| {
        let ran = sandbox().run_all(&[arguments, &["--format", "json"]].concat()).ok();
        let document: Value = serde_json::from_str(&ran.stdout).unwrap();
        document["command"].as_str().unwrap().to_owned()
    };
    let by_year = ["run", "by-year", "--as-of", "2006-11", "--compare-with", "2004-05@1"];
    assert_eq!(said(&by_year), "sppis run by-year --as-of 2 --compare-with 1 --format json");
    let narrow = ["run", "by-year", "--from", "2006Q1", "--where", "sex=F", "--lang", "fr"];
    assert_eq!(
        said(&narrow),
        "sppis run by-year --from 2006Q1 --where sex=F --as-of 7 --format json --lang fr"
    );
    assert_eq!(
        said(&["diff", "2006-11", "2007-05"]),
        "sppis diff 2006-11@1 2007-05@1 --format json"
    );
    assert_eq!(said(&["history"]), "sppis history --as-of 7 --format json");
}
