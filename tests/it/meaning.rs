//! One warehouse, one meaning: settings that the first delivery fixes, rules that are one state of the
//! table, and what a convention is.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::sandbox::{PERSONS, Ran, Sandbox, files_below, repository};

/// A rule that takes rows away from article 61 and partnership conventions.
pub(crate) const YOUTH: &str = r#"
[[measure_group]]
name = "youth"
label = "Youth"

[[measure]]
name = "youth_plan"
group = "youth"
label = "Youth plan"

[[measure_rule]]
measure = "youth_plan"
regime = "integration_sociale"
[measure_rule.when]
BUDART_ID = ["115", "1173"]
"#;

const DICTIONARY: &str = "warehouse/dictionary.toml";
const SETTINGS: &str = "warehouse/sppis.toml";

/// Three persons in the third quarter of 2006; the last row has a national number that is none.
fn sandbox() -> (Sandbox, String) {
    let [a, b, c, _] = PERSONS;
    let sandbox = Sandbox::new();
    let file = sandbox.delivery(
        "2008-05",
        &[
            &format!("{a};1;21004;2006-07-01;2006-07-31;1173;;1;250,00"),
            &format!("{b};1;21004;2006-08-01;2006-08-31;115;;3;100,00"),
            &format!("{c};1;44021;2006-11-01;2006-11-30;118;;4;"),
            "1;1;44021;2006-11-01;2006-11-30;118;;0;",
        ],
    );
    sandbox.run(["ingest", &file, "--max-rejects", "1"]).ok();
    (sandbox, file)
}

fn corrections(sandbox: &Sandbox) -> String {
    let header = format!("LINE;{}", crate::sandbox::HEADER);
    let row = format!("5;{};1;44021;2006-11-01;2006-11-30;118;;0;", PERSONS[3]);
    sandbox.write("corrected.csv", format!("{header}\n{row}\n"));
    "corrected.csv".to_owned()
}

/// The commands whose outcome depends on what figures mean, as it is asked of the newest state.
fn commands(sandbox: &Sandbox, file: &str) -> Vec<Vec<String>> {
    let corrected = corrections(sandbox);
    let commands = [
        vec!["ingest", file, "--again", "--max-rejects", "1"],
        vec!["replay", "2008-05", &corrected],
        vec!["run", "by-regime-and-measure"],
        vec!["run", "by-year", "--without-histories", "--verify"],
        vec!["explain", "by-year"],
        vec!["sql", "SELECT count(*) AS n FROM observations"],
        vec!["diff", "2008-05@1", "2008-05"],
        vec!["verify"],
    ];
    let owned = |it: Vec<&str>| it.into_iter().map(str::to_owned).collect();
    commands.into_iter().map(owned).collect()
}

fn run(sandbox: &Sandbox, command: &[String]) -> Ran {
    sandbox.run_all(&command.iter().map(String::as_str).collect::<Vec<_>>())
}

fn set(sandbox: &Sandbox, from: &str, to: &str) {
    let settings = sandbox.read(SETTINGS);
    assert!(settings.contains(from), "{settings}");
    sandbox.write(SETTINGS, settings.replace(from, to));
}

#[test]
fn what_cannot_be_worked_out_anew_is_fixed_by_the_first_delivery() {
    let (sandbox, file) = sandbox();
    let before = sandbox.csv("by-regime-and-measure");
    let others = [
        ("attribution = \"days\"", "attribution = \"start\""),
        ("identifier = \"national\"", "identifier = \"coded\""),
    ];
    for (fixed, other) in others {
        set(&sandbox, fixed, other);
        let mut commands = commands(&sandbox, &file);
        let more = ["rejects 2008-05", "validation 2008-05", "reclassify", "reclassify --dry-run"];
        let words = |it: &str| it.split(' ').map(str::to_owned).collect();
        commands.extend(more.map(words));
        commands.push(words("run by-year --as-of 1"));
        for command in &commands {
            let ran = run(&sandbox, command);
            assert_eq!(ran.code, 2, "{command:?} {ran}");
            for text in [fixed, other, "set it back", "sppis init", SETTINGS] {
                assert!(ran.stderr.contains(text), "{command:?}: {text}: {ran}");
            }
        }
        set(&sandbox, other, fixed);
        assert_eq!(sandbox.csv("by-regime-and-measure"), before);
    }
    sandbox.write(DICTIONARY, "[[variable]]\nname = \"BUDART_ID\"\ndrop_leading_zero = true\n");
    let ran = sandbox.run(["run", "by-year"]);
    assert_eq!(ran.code, 2, "{ran}");
    assert!(ran.stderr.contains("drop_leading_zero for BUDART_ID"), "{ran}");
}

#[test]
fn settings_are_free_until_the_first_delivery() {
    let sandbox = Sandbox::new();
    set(&sandbox, "attribution = \"days\"", "attribution = \"end\"");
    let row = format!("{};1;21004;2006-07-01;2006-07-31;1173;;1;250,00", PERSONS[0]);
    let file = sandbox.delivery("2008-05", &[&row]);
    sandbox.run(["ingest", &file]).ok();
    sandbox.run(["verify"]).ok();
    set(&sandbox, "attribution = \"end\"", "attribution = \"days\"");
    assert_eq!(sandbox.run(["verify"]).code, 2);
}

#[test]
fn rules_that_have_changed_are_refused_until_all_rows_are_under_them() {
    let (sandbox, file) = sandbox();
    let before = sandbox.csv("by-regime-and-measure");
    sandbox.write(DICTIONARY, YOUTH);
    for command in commands(&sandbox, &file) {
        let ran = run(&sandbox, &command);
        assert_eq!(ran.code, 2, "{command:?} {ran}");
        for text in ["`sppis reclassify`", "--dry-run", "--as-of 1", "classification"] {
            assert!(ran.stderr.contains(text), "{command:?}: {text}: {ran}");
        }
    }
    // What is asked for as it was is as it was; what does not depend on rules is there.
    let old = sandbox.run(["run", "by-regime-and-measure", "--format", "csv", "--as-of", "1"]);
    assert_eq!(old.ok().stdout, before);
    for command in [&["history"][..], &["deliveries"], &["rejects", "2008-05"], &["files"]] {
        sandbox.run_all(command).ok();
    }
    sandbox.run(["reclassify"]).ok();
    for command in commands(&sandbox, &file) {
        run(&sandbox, &command).ok();
    }
    let after = sandbox.csv("by-regime-and-measure");
    assert!(after.contains("2006Q3,integration_sociale,youth_plan,2,2,"), "{after}");
    // Taken away again it is another classification again.
    fs::remove_file(sandbox.join(DICTIONARY)).unwrap();
    assert_eq!(sandbox.run(["run", "by-year"]).code, 2);
}

#[test]
fn what_only_names_things_needs_no_reclassification() {
    let (sandbox, file) = sandbox();
    let before = sandbox.csv("by-regime-and-measure");
    let own = r#"
# A comment.
[[regime]]
name = "organic_law"
code = "6"
label = "Another label"

[[guidance]]
name = "h50"
code = "1"
label = "Fifty hours"

[[variable]]
name = "CBENITGTYP"
[[variable.code]]
code = "77"
label = "A number that was always taken for a code"

[[place]]
code = "44099"
name = "New"
province = "40000"
"#;
    sandbox.write(DICTIONARY, own);
    assert_eq!(sandbox.csv("by-regime-and-measure"), before);
    sandbox.run(["verify"]).ok();
    sandbox.run(["ingest", &file, "--max-rejects", "1"]).ok();
    let ran = sandbox.run(["reclassify"]).ok();
    assert!(ran.stdout.starts_with("nothing to do: "), "{ran}");
    assert_eq!(sandbox.csv("by-regime-and-measure"), before);
}

#[test]
fn every_format_names_the_classification_and_two_have_different_ones() {
    let (sandbox, _) = sandbox();
    let named = |format: &str| {
        let name = format!("answer.{format}");
        let arguments = ["run", "by-regime-and-measure", "--format", format, "--output", &name];
        sandbox.run_all(&arguments).ok();
        let beside = sandbox.join(&format!("{name}-metadata.json"));
        if beside.exists() {
            fs::read(beside).unwrap()
        } else {
            fs::read(sandbox.join(&name)).unwrap()
        }
    };
    let classification = |json: &str| -> String {
        let json: serde_json::Value = serde_json::from_str(json).unwrap();
        json["classification"].as_str().unwrap().to_owned()
    };
    let formats =
        ["table", "csv", "json", "parquet", "arrow", "html", "markdown", "ipynb", "sdmx-csv"];
    let json = |more: &[&str]| {
        let arguments = [&["run", "by-regime-and-measure", "--format", "json"], more].concat();
        sandbox.run_all(&arguments).ok().stdout
    };
    let first = classification(&json(&[]));
    assert_eq!(first.len(), 12);
    let says = |format: &str, text: &str| {
        let bytes = named(format);
        assert!(bytes.windows(text.len()).any(|it| it == text.as_bytes()), "{format}: {text}");
    };
    for format in formats {
        says(format, &first);
    }
    sandbox.write(DICTIONARY, YOUTH);
    sandbox.run(["reclassify"]).ok();
    let second = classification(&json(&[]));
    assert_ne!(first, second);
    for format in formats {
        says(format, &second);
    }
    assert_eq!(classification(&json(&["--as-of", "1"])), first);
    let both: serde_json::Value = serde_json::from_str(&json(&["--compare-with", "1"])).unwrap();
    assert_eq!(both["classification"], second.as_str());
    assert_eq!(both["compared_classification"], first.as_str());
    let sql = ["sql", "SELECT count(*) AS n FROM observations", "--format", "json"];
    assert_eq!(classification(&sandbox.run_all(&sql).ok().stdout), second);
}

/// A copy of a warehouse of an earlier version of the program, whose commits say no meaning.
fn warehouse_of_old() -> Sandbox {
    let sandbox = Sandbox::empty();
    let from = repository().join("tests/warehouses/unkeyed");
    for path in files_below(&from) {
        let name = Path::new("warehouse").join(path.strip_prefix(&from).unwrap());
        let copy = sandbox.write(name.to_str().unwrap(), fs::read(&path).unwrap());
        fs::set_permissions(copy, fs::Permissions::from_mode(0o600)).unwrap();
    }
    sandbox
}

#[test]
fn what_a_warehouse_of_old_means_is_told_by_its_records_or_settled_once() {
    let sandbox = warehouse_of_old();
    // Its records are those of settings and rules as they are.
    let before = sandbox.csv("by-regime-and-measure");
    let table = sandbox.run(["run", "by-regime-and-measure"]).ok().stdout;
    assert!(table.contains("; classification "), "{table}");
    sandbox.run(["verify"]).ok();
    set(&sandbox, "attribution = \"days\"", "attribution = \"end\"");
    let ran = sandbox.run(["run", "by-regime-and-measure"]);
    assert_eq!(ran.code, 2, "{ran}");
    assert!(ran.stderr.contains("attribution = \"days\"\n"), "{ran}");
    set(&sandbox, "attribution = \"end\"", "attribution = \"days\"");
    // Under a dictionary of its own nothing tells what its rows were classified by.
    sandbox.write(DICTIONARY, YOUTH);
    let ran = sandbox.run(["run", "by-regime-and-measure"]);
    assert_eq!(ran.code, 2, "{ran}");
    assert!(ran.stderr.contains("does not say under which classification"), "{ran}");
    let old = ["run", "by-regime-and-measure", "--format", "csv", "--as-of", "3"];
    assert_eq!(sandbox.run_all(&old).ok().stdout, before);
    let ran = sandbox.run(["reclassify"]).ok();
    assert!(ran.stdout.contains("classification unknown -> "), "{ran}");
    assert_eq!(sandbox.csv("by-regime-and-measure"), before);
    assert_eq!(sandbox.run_all(&old).ok().stdout, before);
    // From now on it is said.
    fs::remove_file(sandbox.join(DICTIONARY)).unwrap();
    let ran = sandbox.run(["run", "by-regime-and-measure"]);
    assert!(ran.stderr.contains("the rows of version 4 are stored under"), "{ran}");
    sandbox.run(["reclassify"]).ok();
    set(&sandbox, "attribution = \"days\"", "attribution = \"end\"");
    assert_eq!(sandbox.run(["run", "by-regime-and-measure"]).code, 2);
}

#[test]
fn a_convention_is_what_the_dictionary_says_in_every_way_of_counting() {
    let own = r#"
[[guidance]]
name = "h200"
code = "3"
convention = true
label = "At least 200 hours"

[[guidance]]
name = "advice"
code = "4"
label = "Advice without a convention"
"#;
    let [a, b, c, d] = PERSONS;
    let sandbox = Sandbox::new();
    sandbox.write(DICTIONARY, own);
    let file = sandbox.delivery(
        "2008-05",
        &[
            &format!("{a};1;21004;2006-07-01;2006-07-31;;;1;250,00"),
            &format!("{b};1;21004;2006-07-01;2006-07-31;;;3;100,00"),
            &format!("{b};1;21004;2006-10-01;2006-10-31;;;3;"),
            &format!("{c};1;21004;2006-07-01;2006-07-31;;;4;30,00"),
            &format!("{d};1;21004;2006-10-01;2006-10-31;;;4;"),
        ],
    );
    let stated = sandbox.run(["ingest", &file]).ok().stdout;
    // Money without a convention, and a convention without money, are those of the dictionary.
    for rule in ["check.amount-without-convention", "check.convention-without-amount"] {
        let found = ["rejects", "2008-05", "--rule", rule, "--format", "csv"];
        let found = sandbox.run_all(&found).ok().stdout;
        assert_eq!(found.lines().count(), 2, "{stated}\n{found}");
        assert!(found.contains("CBENCONV 1, 2 or 3"), "{found}");
    }
    let query = "title = { en = \"C\" }\ndimensions = [DIMENSIONS]\n\
                 metrics = [\"persons\", \"convention_persons\", \"amount_per_convention_person\"]\n";
    // By quarter over groups, without quarters over appearances, by centre over persons.
    let cases = [
        ("\"quarter\"", "2006Q3,3,2,190.00\n2006Q4,2,1,0.00\n"),
        ("", "4,2,190.00\n"),
        ("\"regime\"", "integration_sociale,4,2,190.00\n"),
        ("\"sex\", \"cpas\"", ""),
        ("\"guidance\"", "advice,2,0,,undefined\nh200,1,1,100.00,\nh50,1,1,250.00,\n"),
    ];
    for (dimensions, expected) in cases {
        sandbox.write("warehouse/queries/c.toml", query.replace("DIMENSIONS", dimensions));
        let ask = |more: &[&str]| {
            let arguments = [&["run", "c", "--format", "csv"], more].concat();
            sandbox.run_all(&arguments).ok().stdout
        };
        let answer = ask(&[]);
        assert_eq!(ask(&["--without-histories"]), answer, "{dimensions}");
        assert_eq!(ask(&["--verify"]), answer, "{dimensions}");
        assert_eq!(ask(&["--without-histories", "--verify"]), answer, "{dimensions}");
        let rows = answer.split_once('\n').unwrap().1;
        assert!(expected.is_empty() || rows == expected, "{dimensions}:\n{answer}");
    }
    let sql =
        "SELECT count(DISTINCT person) AS n FROM observations WHERE guidance IN ('h50', 'h200')";
    let counted = sandbox.run(["sql", sql, "--format", "csv"]).ok().stdout;
    assert_eq!(counted, "n\n2\n");
}

#[test]
fn every_change_of_rules_is_another_classification_and_no_change_of_names_is() {
    let classification = |own: &str| {
        let own = (!own.is_empty()).then_some(("own", own));
        sppis::dictionary::Dictionary::extended(own).unwrap().classification()
    };
    let rule = |measure: &str, more: &str, codes: &str| {
        format!("[[measure_rule]]\nmeasure = \"{measure}\"\n{more}[measure_rule.when]\n{codes}\n")
    };
    let first = rule("sine", "", "BUDART_ID = [\"700\"]");
    let second = rule("ptp", "", "BUDART_ID = [\"700\"]");
    let variable = |name: &str, code: &str| {
        format!(
            "[[variable]]\nname = \"{name}\"\n[[variable.code]]\ncode = \"{code}\"\nlabel = \"x\"\n"
        )
    };
    let others = [
        "[[regime]]\nname = \"third\"\ncode = \"3\"\n".to_owned(),
        "[[regime]]\nname = \"organic_law\"\ncode = \"7\"\n".to_owned(),
        "[[guidance]]\nname = \"h50\"\ncode = \"3\"\n".to_owned(),
        "[[guidance]]\nname = \"h50\"\ncode = \"1\"\nconvention = false\n".to_owned(),
        "[[guidance]]\nname = \"h200\"\ncode = \"3\"\n".to_owned(),
        "[[guidance]]\nname = \"h200\"\ncode = \"3\"\nconvention = true\n".to_owned(),
        "[[measure_group]]\nname = \"more\"\n".to_owned(),
        "[[measure]]\nname = \"sine\"\ngroup = \"cpas_employment\"\n".to_owned(),
        "[[measure]]\nname = \"more\"\n".to_owned(),
        first.clone(),
        second.clone(),
        format!("{first}{second}"),
        format!("{second}{first}"),
        rule("sine", "regime = \"aide_sociale\"\n", "BUDART_ID = [\"700\"]"),
        rule("sine", "valid_from = \"2016-01-01\"\n", "BUDART_ID = [\"700\"]"),
        rule("sine", "valid_to = \"2016-01-01\"\n", "BUDART_ID = [\"700\"]"),
        rule("sine", "", "BUDART_ID = { not = [\"700\"] }"),
        rule("sine", "", "BUDART_ID = [\"700\", \"701\"]"),
        rule("sine", "", "BUDART_ID = [\"700\"]\nTHP_ID = [\"1\"]"),
        // What is a code at all, of a variable that a rule excludes codes of.
        variable("CBENITGTYP", "X"),
    ];
    let mut seen = vec![classification("")];
    for own in &others {
        let found = classification(own);
        assert!(!seen.contains(&found), "{own}");
        seen.push(found);
    }
    let names = [
        "[[regime]]\nname = \"organic_law\"\ncode = \"6\"\nlabel = \"x\"\n".to_owned(),
        "[[guidance]]\nname = \"h50\"\ncode = \"1\"\nlabel = \"x\"\n".to_owned(),
        "[[measure]]\nname = \"sine\"\ngroup = \"activation_measures\"\nlabel = \"x\"\n".to_owned(),
        variable("CBENITGTYP", "99"),
        variable("BUDART_ID", "X"),
        "[[variable]]\nname = \"CPAS\"\nvalid_to = \"2030-01-01\"\n".to_owned(),
    ];
    for own in &names {
        assert_eq!(classification(own), seen[0], "{own}");
    }
}
