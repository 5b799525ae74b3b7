//! Options that are the same for every command that has them, the formats of files and their names,
//! and the mode that files get.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use crate::sandbox::{PROGRAM, Ran, Sandbox};
use crate::seeded::{copy, warehouse};

/// Every command, which of the shared options it has, and its formats, the first that of stdout.
/// A command that is not in the list has not been decided on.
pub(crate) const COMMANDS: [(&str, &[&str], &[&str]); 32] = [
    ("init", &[], &[]),
    ("inspect", &["format", "output"], TEXTS),
    ("ingest", &["lang"], &[]),
    ("inbox", &["format", "output"], TEXTS),
    ("deliveries", &["as-of", "format", "output", "locale"], LISTS),
    ("rejects", &["format", "output"], &["table", "csv", "json", "parquet"]),
    ("replay", &[], &[]),
    ("reclassify", &["format", "output"], TEXTS),
    ("validation", &["format", "output", "lang"], &["html", "json"]),
    ("verify", &["format", "output"], TEXTS),
    ("histories", &[], &[]),
    ("clean", &[], &[]),
    ("diff", &["as-of", "format", "output", "lang", "locale"], FIGURES),
    ("key", &[], &[]),
    ("history", &["as-of", "format", "output", "locale"], LISTS),
    ("queries", &["format", "output", "lang"], TEXTS),
    ("run", &["as-of", "format", "output", "lang", "locale"], PICTURES),
    // It writes an edition into a folder, in several languages.
    ("report", &["as-of"], &[]),
    ("reports", &["format", "output", "lang"], TEXTS),
    ("notices", &["format", "output"], TEXTS),
    ("editions", &["format", "output"], TEXTS),
    ("due", &["format", "output"], TEXTS),
    ("status", &["format", "output"], TEXTS),
    // It writes units into a folder.
    ("timer", &[], &[]),
    ("explain", &["as-of", "format", "output"], TEXTS),
    ("sql", &["as-of", "format", "output", "lang", "locale"], FIGURES),
    ("files", &["as-of", "format", "output"], TEXTS),
    ("dictionary", &["format", "output", "lang"], TEXTS),
    // It writes deliveries into a folder, no answer into a file.
    ("sample", &[], &[]),
    ("demo", &[], &[]),
    ("completions", &[], &[]),
    // It writes pages into a folder.
    ("man", &[], &[]),
];

const FIGURES: &[&str] = &[
    "table", "csv", "tsv", "json", "ndjson", "parquet", "arrow", "xlsx", "markdown", "html",
    "ipynb", "sdmx-csv", "px",
];

const PICTURES: &[&str] = &[
    "table", "csv", "tsv", "json", "ndjson", "parquet", "arrow", "xlsx", "markdown", "html",
    "ipynb", "sdmx-csv", "px", "svg", "png",
];

const LISTS: &[&str] =
    &["table", "csv", "tsv", "json", "ndjson", "parquet", "arrow", "xlsx", "markdown", "html"];

const TEXTS: &[&str] = &["table", "json"];

const SHARED: [&str; 6] = ["as-of", "format", "output", "lang", "locale", "quiet"];

/// The endings of each format's files.
const ENDINGS: [(&str, &[&str]); 15] = [
    ("table", &["txt", "TXT"]),
    ("csv", &["csv"]),
    ("tsv", &["tsv"]),
    ("json", &["json"]),
    ("ndjson", &["ndjson", "jsonl"]),
    ("parquet", &["parquet"]),
    ("arrow", &["arrow", "feather"]),
    ("xlsx", &["xlsx"]),
    ("markdown", &["md", "markdown"]),
    ("html", &["html", "htm"]),
    ("ipynb", &["ipynb"]),
    ("sdmx-csv", &["sdmx.csv"]),
    ("px", &["px"]),
    ("svg", &["svg"]),
    ("png", &["png"]),
];

/// An argument as its help says it.
fn said(argument: &clap::Arg) -> (String, Option<char>, Vec<String>, Vec<String>) {
    let help = argument.get_long_help().or(argument.get_help()).map(ToString::to_string);
    let names = argument.get_value_names().unwrap_or_default();
    let names = names.iter().map(ToString::to_string).collect();
    let defaults = argument.get_default_values().iter();
    let defaults = defaults.map(|it| it.to_string_lossy().into_owned()).collect();
    (help.unwrap_or_default(), argument.get_short(), names, defaults)
}

#[test]
fn an_option_has_one_meaning_wherever_it_stands() {
    let program = sppis::cli::command();
    let commands: Vec<&clap::Command> = program
        .get_subcommands()
        .filter(|it| it.get_name() != "help" && !it.is_hide_set())
        .collect();
    let names: Vec<&str> = commands.iter().map(|it| it.get_name()).collect();
    let mut decided: Vec<&str> = COMMANDS.iter().map(|it| it.0).collect();
    decided.sort_unstable();
    let mut known = names.clone();
    known.sort_unstable();
    assert_eq!(known, decided, "which options a command shares is decided in this list");
    let mut meanings = std::collections::BTreeMap::new();
    for command in commands {
        let name = command.get_name();
        let (_, shared, formats) = COMMANDS.iter().find(|it| it.0 == name).unwrap();
        let of = |long: &str| command.get_arguments().find(|it| it.get_long() == Some(long));
        let has: Vec<&str> = SHARED.into_iter().filter(|it| of(it).is_some()).collect();
        // What these write is a folder, and a report is written in several languages at once.
        let is_own = |it: &str| match name {
            "sample" | "man" | "timer" => it == "output",
            "report" => ["output", "lang"].contains(&it),
            _ => false,
        };
        let expected = |it: &&str| *it == "quiet" || shared.contains(it) || is_own(it);
        assert_eq!(has, SHARED.into_iter().filter(expected).collect::<Vec<_>>(), "{name}");
        for long in has.into_iter().filter(|it| !is_own(it)) {
            let argument = of(long).unwrap();
            let first = meanings.entry(long).or_insert_with(|| said(argument));
            assert_eq!(said(argument), *first, "--{long} of {name}");
        }
        let values = of("format").map(clap::Arg::get_possible_values).unwrap_or_default();
        let values: Vec<&str> = values.iter().map(clap::builder::PossibleValue::get_name).collect();
        assert_eq!(values, *formats, "{name}");
        let short = |it: &&clap::Arg| it.get_short() == Some('o') || it.get_short() == Some('q');
        let shorts: Vec<&str> =
            command.get_arguments().filter(short).filter_map(clap::Arg::get_long).collect();
        let own = if of("output").is_some() { vec!["output", "quiet"] } else { vec!["quiet"] };
        let mut shorts = shorts;
        shorts.sort_unstable();
        assert_eq!(shorts, own, "{name}");
    }
}

/// Every command with formats, ready to be run.
pub(crate) fn writing() -> Vec<(&'static str, Vec<&'static str>)> {
    let words = |name: &str| -> Vec<&'static str> {
        match name {
            "run" => vec!["by-year"],
            "sql" => {
                vec!["SELECT quarter, sum(amount) AS amount FROM observations GROUP BY quarter"]
            }
            "diff" => vec!["2006-11", "2007-05", "--all"],
            "rejects" | "validation" => vec!["2007-05"],
            "reclassify" => vec!["--dry-run"],
            "inspect" => vec!["in/DWH_SPPIS_Formulaires_2007-05.csv"],
            "explain" => vec!["by-year"],
            _ => Vec::new(),
        }
    };
    COMMANDS.iter().filter(|it| !it.2.is_empty()).map(|it| (it.0, words(it.0))).collect()
}

/// Commands whose answers hold for a moment: the next one may say another.
const OF_A_MOMENT: [&str; 2] = ["due", "status"];

fn run(verb: &str, words: &[&str], more: &[&str]) -> Ran {
    warehouse().run_all(&[&[verb], words, more].concat())
}

/// What the first bytes of a file say that it is.
fn sniffed(path: &Path) -> &'static str {
    let bytes = fs::read(path).unwrap();
    let text = String::from_utf8_lossy(&bytes);
    let first = text.lines().next().unwrap_or_default();
    let json = serde_json::from_str::<serde_json::Value>(&text).ok();
    match &bytes[..] {
        [b'P', b'A', b'R', b'1', ..] => "parquet",
        [b'A', b'R', b'R', b'O', b'W', b'1', ..] => "arrow",
        [b'P', b'K', ..] => "xlsx",
        [0x89, b'P', b'N', b'G', ..] => "png",
        _ if text.starts_with("<svg ") || text.starts_with("<?xml") => "svg",
        _ if text.starts_with("<!DOCTYPE html>") => "html",
        _ if text.starts_with("# ") => "markdown",
        _ if json.as_ref().is_some_and(|it| it["nbformat"].is_number()) => "ipynb",
        _ if json.is_some() => "json",
        _ if text.starts_with('{') => "ndjson",
        _ if text.starts_with("STRUCTURE,") => "sdmx-csv",
        _ if text.starts_with("CHARSET=") => "px",
        _ if first.contains('\t') => "tsv",
        _ if first.contains(',') && !first.contains(' ') => "csv",
        _ => "table",
    }
}

#[test]
fn the_ending_of_a_file_says_its_format_for_every_command() {
    let sandbox = Sandbox::empty();
    for (verb, words) in writing() {
        let (.., formats) = COMMANDS.iter().find(|it| it.0 == verb).unwrap();
        for (format, endings) in ENDINGS {
            for ending in endings {
                let path = sandbox.join(&format!("x.{ending}"));
                let output = ["--output", path.to_str().unwrap()];
                let ran = run(verb, &words, &output);
                if !formats.contains(&format) {
                    assert_eq!(ran.code, 2, "{verb} {ending}: {ran}");
                    let said = format!("says {format}, which is no format of this command");
                    assert!(ran.stderr.contains(&said), "{verb} {ending}: {ran}");
                    assert!(ran.stderr.contains("hint: end it in ."), "{ran}");
                    assert!(!path.exists(), "{verb} {ending}");
                    continue;
                }
                ran.ok();
                assert_eq!(sniffed(&path), format, "{verb} {ending}");
                let by_ending = fs::read(&path).unwrap();
                run(verb, &words, &["-o", output[1], "--format", format]).ok();
                if !OF_A_MOMENT.contains(&verb) {
                    assert_eq!(fs::read(&path).unwrap(), by_ending, "{verb} {ending}");
                }
                fs::remove_file(path).unwrap();
            }
        }
    }
}

#[test]
fn a_format_and_an_ending_that_contradict_each_other_are_refused_by_every_command() {
    let sandbox = Sandbox::empty();
    for (verb, words) in writing() {
        let (.., formats) = COMMANDS.iter().find(|it| it.0 == verb).unwrap();
        for (at, format) in formats.iter().enumerate() {
            let (_, endings) = ENDINGS
                [(ENDINGS.iter().position(|it| it.0 == *format).unwrap() + 6) % ENDINGS.len()];
            let path = sandbox.join(&format!("x.{}", endings[0]));
            let path = path.to_str().unwrap();
            let ran = run(verb, &words, &["--format", format, "--output", path]);
            assert_eq!(ran.code, 2, "{verb} --format {format} -o {path}: {ran}");
            assert!(ran.stderr.contains("contradict each other"), "{ran}");
            assert!(ran.stderr.contains(&format!("`--format {format}`")), "{ran}");
            assert!(!Path::new(path).exists());
            // An ending that says nothing contradicts nothing.
            let unknown = sandbox.join(&format!("{verb}.{at}"));
            let output = ["--format", format, "--output", unknown.to_str().unwrap()];
            run(verb, &words, &output).ok();
            assert_eq!(sniffed(&unknown), *format, "{verb}");
        }
        for name in ["x.pdf", "x", ".csv.gz"] {
            let path = sandbox.join(name);
            let ran = run(verb, &words, &["--output", path.to_str().unwrap()]);
            assert_eq!(ran.code, 2, "{verb} {name}: {ran}");
            assert!(ran.stderr.contains("says no format") && !path.exists(), "{ran}");
        }
    }
    let refused: [&[&str]; 4] = [
        &["diff", "2006-11", "2007-05", "--format", "csv", "-o", "x.html"],
        &["rejects", "2007-05", "--output", "x.html"],
        &["rejects", "2007-05", "--rows", "--output", "x.html"],
        &["validation", "2007-05", "--output", "x.pdf"],
    ];
    let mut said = String::new();
    for arguments in refused {
        let ran = warehouse().run_all(arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{ran}");
        said += &ran.stderr;
    }
    // What an ingestion writes besides has no `--format`, and the same rule.
    let sandbox = copy();
    let file = "in/DWH_SPPIS_Formulaires_2007-05.csv";
    fs::create_dir_all(sandbox.join("in")).unwrap();
    fs::copy(warehouse().join(file), sandbox.join(file)).unwrap();
    let ran = sandbox.run(["ingest", file, "--findings", "x.html", "--report", "y.html"]);
    said += &ran.stderr;
    insta::assert_snapshot!(said, @"
    error: `--format csv` and the ending of x.html, which says html, contradict each other
    hint: write `--format html`, or `--output x.csv`
    error: the ending of x.html says html, which is no format of this command
    hint: end it in .txt, .csv, .json or .parquet, or give `--format`
    error: the ending of x.html is not one of the format, that of the delivery
    hint: end it in .csv, .tsv or .txt
    error: the ending of x.pdf says no format
    hint: end it in .html or .json, or give `--format`
    error: the ending of x.html says html, which is no format of this command
    hint: end it in .txt, .csv, .json or .parquet
    ");
}

#[test]
fn sdmx_csv_is_csv_too() {
    let sandbox = Sandbox::empty();
    let path = sandbox.join("x.csv");
    let output = ["--format", "sdmx-csv", "--output", path.to_str().unwrap()];
    run("run", &["by-year"], &output).ok();
    assert_eq!(sniffed(&path), "sdmx-csv");
    let path = sandbox.join("x.sdmx.csv");
    let refused =
        run("run", &["by-year"], &["--format", "csv", "--output", path.to_str().unwrap()]);
    assert_eq!(refused.code, 2, "{refused}");
}

#[test]
fn with_quiet_data_are_the_same_and_stderr_has_notes_only() {
    let sandbox = Sandbox::empty();
    for (verb, words) in writing() {
        let path = sandbox.join("x.json");
        let output = ["--output", path.to_str().unwrap()];
        let loud = run(verb, &words, &output).ok();
        let bytes = fs::read(&path).unwrap();
        assert!(loud.stderr.contains("wrote "), "{verb}: {loud}");
        let quiet = run(verb, &words, &[&output[..], &["--quiet"]].concat()).ok();
        let holds = !OF_A_MOMENT.contains(&verb);
        assert!(!holds || fs::read(&path).unwrap() == bytes, "{verb}");
        assert_eq!(quiet.stdout, "", "{verb}");
        // Only what changes how data are read is left of it.
        let notes = |ran: &Ran| {
            let lines = ran.stderr.lines();
            let notes = lines.filter(|it| it.starts_with("note: ") || it.starts_with("hint: "));
            notes.flat_map(|it| [it, "\n"]).collect::<String>()
        };
        assert_eq!(quiet.stderr, notes(&loud), "{verb}");
        let loud = run(verb, &words, &[]).ok();
        let quiet = run(verb, &words, &["-q"]).ok();
        assert!(!holds || quiet.stdout == loud.stdout, "{verb}: {quiet}");
        assert_eq!(quiet.stderr, notes(&loud), "{verb}");
    }
    // What changes how figures are read is said.
    let arguments = ["run", "by-year", "--from", "2017Q1", "--format", "csv", "--quiet"];
    let ran = warehouse().run(arguments).ok();
    assert!(ran.stderr.starts_with("note: "), "{ran}");
    let ran = warehouse().run(["--quiet", "run", "no-such-query"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.starts_with("error: ") && ran.stderr.contains("hint: "), "{ran}");
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

/// Runs the program under a umask.
fn under(umask: &str, sandbox: &Sandbox, arguments: &[&str]) {
    let script = format!("umask {umask}; exec \"$0\" \"$@\"");
    let mut command = Command::new("sh");
    command.args(["-c", &script, PROGRAM]).args(arguments).current_dir(sandbox.path());
    let set = sandbox.command(&[]);
    let set: Vec<_> = set.get_envs().filter_map(|(name, value)| Some((name, value?))).collect();
    let output = command.envs(set).env_remove("SPPIS_WAREHOUSE").output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Every command that writes files, with the files that it writes.
const WRITERS: [(&[&str], &[&str]); 9] = [
    (&["run", "by-year", "--output", "a.csv"], &["a.csv", "a.csv-metadata.json"]),
    (&["run", "by-year", "by-region", "--format", "html", "-o", "f"], &["f/by-year.html"]),
    (&["sql", "SELECT count(*) AS n FROM observations", "-o", "b.xlsx"], &["b.xlsx"]),
    (&["diff", "2006-11", "2007-05", "-o", "c.txt"], &["c.txt"]),
    (&["rejects", "2007-05", "--warnings", "-o", "d.parquet"], &["d.parquet"]),
    (&["rejects", "2007-05", "--rows", "-o", "rows.csv"], &["rows.csv"]),
    (&["validation", "2007-05", "-o", "e.html"], &["e.html"]),
    (&["history", "-o", "h.json"], &["h.json"]),
    (
        &["sample", "--deliveries", "2009-05", "--persons", "3", "-o", "s", "--force"],
        &["s/DWH_SPPIS_Formulaires_2009-05.csv", "s/DWH_SPPIS_Formulaires_2009-05.manifest.json"],
    ),
];

#[test]
fn a_new_file_is_the_owners_and_one_that_is_there_keeps_its_mode() {
    let sandbox = copy();
    for (arguments, files) in WRITERS {
        under("000", &sandbox, arguments);
        for file in files {
            assert_eq!(mode(&sandbox.join(file)), 0o600, "{file}");
        }
        for kept in [0o644, 0o660, 0o444] {
            for file in files {
                fs::set_permissions(sandbox.join(file), fs::Permissions::from_mode(kept)).unwrap();
            }
            under("077", &sandbox, arguments);
            for file in files {
                assert_eq!(mode(&sandbox.join(file)), kept, "{file}");
            }
        }
    }
    // What is no bit of who may do what does not stay.
    fs::set_permissions(sandbox.join("h.json"), fs::Permissions::from_mode(0o4755)).unwrap();
    under("022", &sandbox, &["history", "-o", "h.json"]);
    assert_eq!(mode(&sandbox.join("h.json")), 0o755);
}

#[test]
fn new_files_get_the_mode_of_the_settings_whatever_the_umask_is() {
    let sandbox = copy();
    let settings = sandbox.read("warehouse/sppis.toml");
    assert!(settings.contains("\noutput_mode = \"0600\"\n"), "{settings}");
    let with = |mode: &str| {
        let set = settings.replace("\"0600\"", &format!("\"{mode}\""));
        sandbox.write("warehouse/sppis.toml", set);
    };
    with("0640");
    for (arguments, files) in WRITERS {
        under("077", &sandbox, arguments);
        for file in files {
            assert_eq!(mode(&sandbox.join(file)), 0o640, "{file}");
        }
    }
    with("664");
    under("077", &sandbox, &["run", "by-year", "-o", "new.csv"]);
    assert_eq!(mode(&sandbox.join("new.csv")), 0o664);
    // A key is never anybody else's.
    under("000", &sandbox, &["key", "--backup", "copy.key"]);
    assert_eq!(mode(&sandbox.join("copy.key")), 0o600);
    // No figure depends on it: the same delivery changes nothing.
    fs::create_dir_all(sandbox.join("in")).unwrap();
    let file = "in/DWH_SPPIS_Formulaires_2025-11.csv";
    fs::copy(warehouse().join(file), sandbox.join(file)).unwrap();
    let wanted = ["--report", "r.html", "--findings", "r.csv"];
    let ingest = [&["ingest", file, "--max-rejects", "100%"][..], &wanted].concat();
    let again = sandbox.run_all(&ingest).ok();
    assert!(again.stdout.contains("already"), "{again}");
    assert_eq!([mode(&sandbox.join("r.html")), mode(&sandbox.join("r.csv"))], [0o664; 2]);
}

#[test]
fn a_mode_that_is_none_or_lets_everybody_write_is_refused() {
    let sandbox = Sandbox::new();
    let mut said = String::new();
    for mode in [
        "\"rw-r-----\"",
        "\"0o640\"",
        "\"0680\"",
        "\"40\"",
        "\"0440\"",
        "\"0750\"",
        "\"0666\"",
        "\"2640\"",
        "416",
        "\"\"",
    ] {
        sandbox.write("warehouse/sppis.toml", format!("output_mode = {mode}\n"));
        let ran = sandbox.run(["history"]);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{ran}");
        said += &ran.stderr;
    }
    insta::assert_snapshot!(said, @r#"
    error: 1 mistake in ./warehouse/sppis.toml
      ./warehouse/sppis.toml:1:15: expected an octal mode such as "0640", found `rw-r-----`
    error: 1 mistake in ./warehouse/sppis.toml
      ./warehouse/sppis.toml:1:15: expected an octal mode such as "0640", found `0o640`
    error: 1 mistake in ./warehouse/sppis.toml
      ./warehouse/sppis.toml:1:15: expected an octal mode such as "0640", found `0680`
    error: 1 mistake in ./warehouse/sppis.toml
      ./warehouse/sppis.toml:1:15: expected an octal mode such as "0640", found `40`
    error: 1 mistake in ./warehouse/sppis.toml
      ./warehouse/sppis.toml:1:15: expected a mode in which the owner reads and writes, such as "0600", found `0440`
    error: 1 mistake in ./warehouse/sppis.toml
      ./warehouse/sppis.toml:1:15: expected a mode in which files are not run, nor written by everybody, such as "0640", found `0750`
    error: 1 mistake in ./warehouse/sppis.toml
      ./warehouse/sppis.toml:1:15: expected a mode in which files are not run, nor written by everybody, such as "0640", found `0666`
    error: 1 mistake in ./warehouse/sppis.toml
      ./warehouse/sppis.toml:1:15: expected a mode in which files are not run, nor written by everybody, such as "0640", found `2640`
    error: 1 mistake in ./warehouse/sppis.toml
      ./warehouse/sppis.toml:1:15: `output_mode` must be a text in quotes, found a whole number
    error: 1 mistake in ./warehouse/sppis.toml
      ./warehouse/sppis.toml:1:15: expected an octal mode such as "0640", found ``
    "#);
}

fn json(arguments: &[&str]) -> serde_json::Value {
    let ran = warehouse().run_all(&[arguments, &["--format", "json"]].concat()).ok();
    serde_json::from_str(&ran.stdout).unwrap()
}

fn names(value: &serde_json::Value) -> String {
    let names: Vec<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
    names.join(" ")
}

/// The fields that `docs/json.md` promises.
#[test]
fn what_a_warehouse_holds_is_said_to_programs() {
    let history = json(&["history"]);
    let versions = history["rows"].as_array().unwrap();
    assert_eq!(versions.len(), 7);
    let first = &versions[0];
    let said = names(first);
    let columns = "amount classification committed delivery quarters revision rows_read \
                   rows_rejected version";
    assert_eq!(said, columns);
    assert_eq!(
        (&first["version"], &first["delivery"], &first["revision"], &first["quarters"]),
        (&1.into(), &"2004-05".into(), &1.into(), &"2002Q3..2002Q4".into())
    );
    // What stands in the table stands in the list.
    let committed = first["committed"].as_str().unwrap();
    let shown = committed.replace('T', " ").replace('Z', " UTC");
    let text = warehouse().run(["history"]).ok().stdout;
    assert!(text.lines().nth(1).unwrap().contains(&shown), "{text}");
    assert_eq!(json(&["history", "--as-of", "3"])["rows"].as_array().unwrap().len(), 3);

    let deliveries = json(&["deliveries", "--on", "2007-11-08"]);
    let rows = deliveries["rows"].as_array().unwrap();
    let said = names(&rows[0]);
    assert_eq!(said, "covered_by delivery found quarters received revision since state version");
    let of = |id: &str| rows.iter().find(|it| it["delivery"] == id).unwrap();
    let state = |id: &str| {
        let row = of(id);
        let text = |name: &str| row[name].as_str().unwrap_or("-").to_owned();
        format!("{} {}", text("state"), text("since"))
    };
    assert_eq!(state("2007-05"), "received -");
    assert_eq!(state("2004-11"), "missing 2004-11-30");
    assert_eq!(state("2007-11"), "due 2007-11-01");
    assert_eq!((&of("2007-05")["revision"], &of("2004-11")["version"]), (&1.into(), &().into()));

    let verified = json(&["verify"]);
    let said = names(&verified);
    let expected = "amount faults files is_as_committed left_over notes observations version";
    assert_eq!(said, expected);
    assert_eq!(verified["is_as_committed"], true);
    let files = json(&["files"]);
    let count = |it: &serde_json::Value| it["observations"].as_u64().unwrap();
    let observations: u64 = files["files"].as_array().unwrap().iter().map(count).sum();
    assert_eq!(verified["observations"], observations);

    let queries = json(&["queries"]);
    let by_year = json(&["queries", "by-year"]);
    assert!(queries.as_array().unwrap().contains(&by_year), "{by_year}");
    assert_eq!(by_year["metrics"][0]["name"], "observations");
    let variables = json(&["dictionary"]);
    let amount = json(&["dictionary", "EBENCONVCM"]);
    assert!(variables.as_array().unwrap().contains(&amount), "{amount}");
    assert!(json(&["dictionary", "--measures"]).as_array().unwrap().len() > 5);
}

#[test]
fn a_damaged_warehouse_says_so_in_json_too() {
    let sandbox = copy();
    let files = sandbox.files("warehouse/observations");
    let file = files.iter().find(|it| it.to_str().unwrap().contains("quarter=")).unwrap();
    fs::write(file, "damaged").unwrap();
    let ran = sandbox.run(["verify", "--format", "json"]);
    assert_eq!(ran.code, 1, "{ran}");
    let said: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(said["is_as_committed"], false);
    assert!(
        said["faults"][0]["text"].is_string() && said["faults"][0]["help"].is_string(),
        "{said}"
    );
}

#[test]
fn a_difference_has_one_content_in_every_format() {
    let words = ["2006-11", "2007-05", "--all"];
    let csv = run("diff", &words, &["--format", "csv"]).ok().stdout;
    let tsv = run("diff", &words, &["--format", "tsv"]).ok().stdout;
    assert_eq!(tsv.replace('\t', ","), csv);
    let html = run("diff", &words, &["--format", "html", "--lang", "fr"]).ok().stdout;
    assert!(
        html.contains("<title>Ce qui a changé\u{a0}: 2006-11@1 -&gt; 2007-05@1</title>"),
        "{html}"
    );
    assert_eq!(html.matches("<tr><th scope=\"row\"").count(), csv.lines().count() - 1);
    let local = run("diff", &words, &["--format", "csv", "--locale", "nl-BE"]).ok().stdout;
    assert!(local.starts_with("\u{feff}quarter_before;quarter_after;regime;"), "{local}");
}

#[test]
fn rows_alone_have_what_is_said_of_them_beside_them() {
    let sandbox = Sandbox::empty();
    for ending in ["csv", "tsv", "ndjson", "sdmx.csv"] {
        let path = sandbox.join(&format!("x.{ending}"));
        run("run", &["by-year"], &["--output", path.to_str().unwrap(), "--lang", "nl"]).ok();
        let beside = fs::read_to_string(format!("{}-metadata.json", path.display())).unwrap();
        let said: serde_json::Value = serde_json::from_str(&beside).unwrap();
        assert_eq!(said["url"], format!("x.{ending}"));
        assert_eq!((&said["dc:language"], &said["urn:sppis:version"]), (&"nl".into(), &"7".into()));
        let dialect = &said["dialect"]["delimiter"];
        match ending {
            "ndjson" => assert!(said.get("@context").is_none() && dialect.is_null()),
            "tsv" => assert_eq!(dialect, "\t"),
            _ => assert_eq!(dialect, ","),
        }
        let columns = said["tableSchema"]["columns"].as_array().map_or(0, Vec::len);
        assert_eq!(columns > 0, ["csv", "tsv"].contains(&ending), "{ending}");
    }
    // Nothing lies beside formats that say it themselves.
    run("run", &["by-year"], &["--output", sandbox.join("y.json").to_str().unwrap()]).ok();
    assert_eq!(
        sandbox.files(".").iter().filter(|it| it.to_str().unwrap().contains("y.")).count(),
        1
    );
}

#[test]
#[cfg_attr(not(feature = "index"), ignore = "it is of person histories")]
fn a_file_and_a_query_are_described_to_programs_too() {
    let file = "in/DWH_SPPIS_Formulaires_2007-05.csv";
    let said = json(&["inspect", file]);
    assert_eq!((&said["delivery"], &said["delimiter"]), (&"2007-05".into(), &";".into()));
    assert_eq!((&said["quarters"], &said["problem"]), (&"2005Q3..2005Q4".into(), &().into()));
    let columns = said["columns"].as_array().unwrap();
    assert!(columns.iter().all(|it| it["known"] == true), "{said}");
    let text = warehouse().run(["inspect", file]).ok().stdout;
    assert!(text.contains(&format!("columns    {}\n", columns.len())), "{text}");

    let said = json(&["explain", "by-year", "--time"]);
    assert!(said["counting_microseconds"].is_u64() && said["over_histories"].is_object(), "{said}");
    let files = json(&["files"]);
    assert_eq!(said["files"], files["files"]);
    assert_eq!(said["plans"].as_array().unwrap().len(), 1, "{said}");
}
