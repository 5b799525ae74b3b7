//! `--lang` and `--locale` where they are not given: the user's environment, the warehouse's settings, and
//! what is built in.

use std::fs;

use crate::exports::FORMATS;
use crate::outputs::{COMMANDS, writing};
use crate::sandbox::{PERSONS, Ran, Sandbox};
use crate::seeded::{copy, warehouse};

/// Variables of the environment.
type Environment<'e> = &'e [(&'e str, &'e str)];

/// Runs the program in an environment.
fn run(sandbox: &Sandbox, environment: Environment<'_>, arguments: &[&str]) -> Ran {
    let mut command = sandbox.command(arguments);
    let output = command.envs(environment.iter().copied()).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    Ran { code: output.status.code().unwrap(), stdout, stderr }
}

/// The seeded warehouse with more settings.
fn with_settings(more: &str) -> Sandbox {
    let sandbox = copy();
    let settings = sandbox.read("warehouse/sppis.toml");
    sandbox.write("warehouse/sppis.toml", format!("{settings}\n{more}"));
    sandbox
}

#[test]
fn what_is_asked_comes_before_the_environment_and_that_before_the_warehouse() {
    let settings =
        [with_settings(""), with_settings("[defaults]\nlang = \"fr\"\nlocale = \"fr-BE\"\n")];
    let languages = [
        // In the settings, in the environment, asked for, and what is taken.
        (0, None, None, "en"),
        (1, None, None, "fr"),
        (0, Some("nl"), None, "nl"),
        (1, Some("nl"), None, "nl"),
        (1, Some(""), None, "fr"),
        (1, Some("nl"), Some("de"), "de"),
        (1, None, Some("en"), "en"),
        (1, Some("no language"), Some("en"), "en"),
    ];
    for (at, environment, asked, taken) in languages {
        let set: Vec<_> = environment.map(|it| ("SPPIS_LANG", it)).into_iter().collect();
        let mut arguments = vec!["run", "by-year", "--format", "html"];
        arguments.extend(asked.map(|it| ["--lang", it]).iter().flatten());
        let ran = run(&settings[at], &set, &arguments).ok();
        let said = format!("<html lang=\"{taken}\">");
        assert!(ran.stdout.contains(&said), "{at} {environment:?} {asked:?}: {said}\n{ran}");
    }
    let locales = [
        (0, None, None, ','),
        (1, None, None, ';'),
        (0, Some("nl-BE"), None, ';'),
        (1, Some("C"), None, ','),
        (1, Some(""), None, ';'),
        (1, Some("nl-BE"), Some("C"), ','),
    ];
    for (at, environment, asked, delimiter) in locales {
        let set: Vec<_> = environment.map(|it| ("SPPIS_LOCALE", it)).into_iter().collect();
        let mut arguments = vec!["run", "by-year", "--format", "csv"];
        arguments.extend(asked.map(|it| ["--locale", it]).iter().flatten());
        let ran = run(&settings[at], &set, &arguments).ok();
        let header = ran.stdout.lines().next().unwrap();
        let is_delimited = header.contains(&format!("year{delimiter}"));
        assert!(is_delimited, "{at} {environment:?} {asked:?}: {header}");
    }
}

#[test]
fn every_command_that_has_the_options_takes_their_defaults() {
    let mut asked = 0;
    for (verb, words) in writing() {
        let (_, shared, formats) = COMMANDS.iter().find(|it| it.0 == verb).unwrap();
        let options = [
            ("lang", "SPPIS_LANG", "fr", ["table", "html"]),
            ("locale", "SPPIS_LOCALE", "fr-BE", ["csv", "csv"]),
        ];
        for (option, variable, value, wanted) in options {
            if !shared.contains(&option) {
                continue;
            }
            let format = wanted.into_iter().find(|it| formats.contains(it)).unwrap();
            let plain = [&[verb], &words[..], &["--format", format]].concat();
            let named = format!("--{option}");
            let given = [&plain[..], &[&named, value]].concat();
            let given = run(warehouse(), &[], &given).ok().stdout;
            let default = run(warehouse(), &[(variable, value)], &plain).ok().stdout;
            assert!(default == given, "{verb} {variable}\n{default}\n{given}");
            assert_ne!(default, run(warehouse(), &[], &plain).ok().stdout, "{verb} {option}");
            asked += 1;
        }
    }
    assert!(asked > 8, "{asked}");
    // The page that an ingestion writes has no format on the command line.
    let sandbox = Sandbox::new();
    let file = sandbox
        .delivery("2008-05", &[&format!("{};1;21004;2006-07-01;2006-07-31;;;;", PERSONS[0])]);
    let arguments = ["ingest", &file, "--dry-run", "--report", "page.html"];
    run(&sandbox, &[("SPPIS_LANG", "nl")], &arguments).ok();
    assert!(sandbox.read("page.html").contains("<html lang=\"nl\">"));
}

#[test]
fn what_programs_read_does_not_change_with_who_asks() {
    let sandbox = with_settings("[defaults]\nlang = \"fr\"\nlocale = \"fr-BE\"\n");
    let others = [("SPPIS_LANG", "nl"), ("SPPIS_LOCALE", "nl-BE")];
    for (format, _) in FORMATS {
        let bytes = |environment: Environment<'_>, sandbox: &Sandbox| {
            let mut command = sandbox.command(&["run", "by-region", "--format", format]);
            let output = command.envs(environment.iter().copied()).output().unwrap();
            assert!(output.status.success(), "{format}");
            output.stdout
        };
        let plain = bytes(&[], warehouse());
        let is_for_people = ["table", "xlsx", "markdown", "html", "ipynb"].contains(&format);
        let changes = is_for_people || ["csv", "tsv"].contains(&format);
        assert_eq!(bytes(&[], &sandbox) != plain, changes, "{format}");
        assert_eq!(bytes(&others, warehouse()) != plain, changes, "{format}");
    }
}

#[test]
fn what_was_made_under_defaults_is_made_again_without_them() {
    let sandbox = with_settings("[defaults]\nlang = \"fr\"\n");
    let locale = [("SPPIS_LOCALE", "nl-BE")];
    let commands = [("x.html", vec![]), ("x.csv", vec!["--locale", "nl-BE"]), ("x.svg", vec![])];
    for (name, more) in commands {
        let arguments = ["run", "by-year", "--output", name];
        run(&sandbox, &locale, &arguments).ok();
        let first = fs::read(sandbox.join(name)).unwrap();
        let mut command = vec!["run", "by-year", "--output", name];
        command.extend(more);
        if !name.ends_with("csv") {
            command.extend(["--lang", "fr"]);
        }
        let plain = copy();
        plain.run_all(&command).ok();
        assert!(fs::read(plain.join(name)).unwrap() == first, "{name}");
        let beside = format!("{name}-metadata.json");
        let said = if name.ends_with("csv") { sandbox.read(&beside) } else { sandbox.read(name) };
        let options =
            if name.ends_with("csv") { "--format csv --locale nl-BE" } else { "--lang fr" };
        assert!(said.contains(options), "{name}: {said}");
    }
}

/// Variables of the environment, and the words of a command.
type Case<'a> = (&'a [(&'a str, &'a str)], &'a [&'a str]);

#[test]
fn a_wrong_default_is_told_with_its_place() {
    let mut said = String::new();
    let cases: [Case<'_>; 6] = [
        (&[("SPPIS_LANG", "english")], &["run", "by-year"]),
        (&[("SPPIS_LANG", "EN\u{1b}")], &["queries"]),
        (&[("SPPIS_LOCALE", "fr")], &["deliveries", "--format", "csv"]),
        // Whether the format has a use for it makes no difference.
        (&[("SPPIS_LOCALE", "fr_BE.UTF-8")], &["run", "by-year", "--format", "json"]),
        (&[("SPPIS_LANG", "english")], &["validation", "2007-05"]),
        (&[("SPPIS_LANG", "english")], &["ingest", "in/DWH_SPPIS_Formulaires_2007-05.csv"]),
    ];
    for (environment, arguments) in cases {
        let ran = run(warehouse(), environment, arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{ran}");
        said += &ran.stderr;
    }
    let sandbox = with_settings("[defaults]\nlang = \"french\"\nlocale = \"fr\"\nlanguage = 1\n");
    let ran = sandbox.run(["run", "by-year"]);
    assert_eq!(ran.code, 2, "{ran}");
    said += &ran.stderr;
    insta::assert_snapshot!(said, @r#"
    error: expected en, fr, nl or de in the variable SPPIS_LANG, found `english`
    hint: set it to one of them, or `unset SPPIS_LANG`
    error: expected en, fr, nl or de in the variable SPPIS_LANG, found `EN\u{1b}`
    hint: set it to one of them, or `unset SPPIS_LANG`
    error: expected C, fr-BE, nl-BE or de-BE in the variable SPPIS_LOCALE, found `fr`
    hint: set it to one of them, or `unset SPPIS_LOCALE`
    error: expected C, fr-BE, nl-BE or de-BE in the variable SPPIS_LOCALE, found `fr_BE.UTF-8`
    hint: set it to one of them, or `unset SPPIS_LOCALE`
    error: expected en, fr, nl or de in the variable SPPIS_LANG, found `english`
    hint: set it to one of them, or `unset SPPIS_LANG`
    error: expected en, fr, nl or de in the variable SPPIS_LANG, found `english`
    hint: set it to one of them, or `unset SPPIS_LANG`
    error: 3 mistakes in ./warehouse/sppis.toml
      ./warehouse/sppis.toml:32:8: unknown value `french` (did you mean `fr`?)
      ./warehouse/sppis.toml:33:10: unknown value `fr` (did you mean `fr-BE`?)
      ./warehouse/sppis.toml:34:1: unknown key `language` (did you mean `lang`?)
    "#);
}

#[test]
fn figures_and_deliveries_do_not_depend_on_defaults() {
    let sandbox = Sandbox::new();
    let row = format!("{};1;21004;2006-07-01;2006-07-31;;;;", PERSONS[0]);
    let file = sandbox.delivery("2008-05", &[&row]);
    sandbox.run(["ingest", &file]).ok();
    let settings = sandbox.read("warehouse/sppis.toml");
    // As the file says that they are set.
    let set = settings.replace("# [defaults]", "[defaults]").replace("# lang", "lang");
    let set = set.replace("# locale", "locale");
    assert_ne!(set, settings);
    sandbox.write("warehouse/sppis.toml", set);
    let again = sandbox.run(["ingest", &file]).ok();
    assert!(again.stdout.contains("nothing changed"), "{again}");
    sandbox.run(["verify"]).ok();
    let table = sandbox.run(["run", "by-year"]).ok();
    assert!(table.stdout.contains("année") || table.stdout.contains("Année"), "{table}");
}

#[test]
fn without_a_warehouse_the_environment_is_asked_alone() {
    let sandbox = Sandbox::empty();
    let french = run(&sandbox, &[("SPPIS_LANG", "fr")], &["queries", "by-year"]).ok();
    let asked = sandbox.run(["queries", "by-year", "--lang", "fr"]).ok();
    assert_eq!(french.stdout, asked.stdout);
    assert_ne!(french.stdout, sandbox.run(["queries", "by-year"]).ok().stdout);
}
