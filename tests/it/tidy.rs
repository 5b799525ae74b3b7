//! Rules of the house: layout, imports, docs, lengths.

use std::fs;
use std::path::{Path, PathBuf};

use crate::sandbox::{files_below, repository};

/// Modules in the order the data walk through them, each with those it may import.
///
/// Every name allowed stands above, so there is no way round in a circle.
const MODULES: [(&str, &[&str]); 33] = [
    ("exact", &[]),
    ("visible", &[]),
    ("quarter", &["exact"]),
    ("fault", &[]),
    ("document", &["visible", "quarter"]),
    ("words", &["quarter", "document"]),
    ("finding", &["visible"]),
    ("dictionary", &["quarter", "document"]),
    ("delivery", &["quarter", "fault", "document", "finding", "dictionary"]),
    ("decode", &["exact", "visible", "quarter", "finding", "dictionary", "delivery"]),
    ("check", &["exact", "quarter", "finding", "dictionary", "delivery", "decode"]),
    ("pseudonym", &["exact", "decode"]),
    ("attribution", &["exact", "quarter", "dictionary", "decode", "check", "pseudonym"]),
    (
        "warehouse",
        &[
            "exact",
            "quarter",
            "document",
            "words",
            "finding",
            "dictionary",
            "delivery",
            "decode",
            "check",
            "pseudonym",
            "attribution",
        ],
    ),
    ("scan", &["quarter", "attribution", "warehouse"]),
    ("sql", &["exact"]),
    ("metric", &[]),
    ("query", &["exact", "quarter", "document", "dictionary", "metric"]),
    (
        "counting",
        &[
            "exact",
            "quarter",
            "document",
            "dictionary",
            "attribution",
            "warehouse",
            "sql",
            "metric",
            "query",
        ],
    ),
    (
        "answer",
        &["exact", "quarter", "document", "dictionary", "sql", "metric", "query", "counting"],
    ),
    ("statement", &["exact", "document", "dictionary", "metric", "query", "counting", "answer"]),
    ("disclosure", &["quarter", "document", "metric", "query", "answer"]),
    (
        "render",
        &["exact", "visible", "document", "words", "dictionary", "check", "metric", "disclosure"],
    ),
    ("fonts", &[]),
    ("chart", &["words", "disclosure", "render"]),
    (
        "export",
        &[
            "exact",
            "words",
            "quarter",
            "dictionary",
            "metric",
            "fonts",
            "render",
            "chart",
            "disclosure",
            "query",
        ],
    ),
    (
        "validation",
        &[
            "exact",
            "visible",
            "quarter",
            "document",
            "words",
            "finding",
            "dictionary",
            "check",
            "warehouse",
            "render",
        ],
    ),
    (
        "report",
        &[
            "exact",
            "visible",
            "words",
            "quarter",
            "document",
            "dictionary",
            "disclosure",
            "fonts",
            "render",
            "chart",
            "export",
        ],
    ),
    (
        "pipeline",
        &[
            "exact",
            "words",
            "quarter",
            "document",
            "fault",
            "finding",
            "dictionary",
            "delivery",
            "decode",
            "check",
            "pseudonym",
            "attribution",
            "warehouse",
            "scan",
            "sql",
            "query",
            "counting",
            "answer",
            "statement",
            "disclosure",
            "render",
            "export",
            "validation",
            "report",
        ],
    ),
    (
        "schedule",
        &[
            "exact",
            "visible",
            "words",
            "quarter",
            "document",
            "finding",
            "delivery",
            "warehouse",
            "render",
            "export",
            "report",
            "pipeline",
        ],
    ),
    ("sample", &["quarter", "dictionary"]),
    (
        "cli",
        &[
            "exact",
            "visible",
            "quarter",
            "fault",
            "words",
            "document",
            "finding",
            "dictionary",
            "delivery",
            "check",
            "attribution",
            "warehouse",
            "sql",
            "metric",
            "query",
            "counting",
            "answer",
            "statement",
            "disclosure",
            "render",
            "export",
            "validation",
            "report",
            "pipeline",
            "schedule",
            "sample",
        ],
    ),
    ("main", &[]),
];

fn sources() -> Vec<PathBuf> {
    let files = files_below(&repository().join("src"));
    files.into_iter().filter(|path| path.extension().is_some_and(|it| it == "rs")).collect()
}

/// The module a file belongs to.
fn module(path: &Path) -> String {
    let inside = path.strip_prefix(repository().join("src")).unwrap();
    let first = inside.components().next().unwrap().as_os_str().to_string_lossy();
    first.trim_end_matches(".rs").to_owned()
}

fn shown(path: &Path) -> String {
    path.strip_prefix(repository()).unwrap().display().to_string()
}

/// The lines of a file before its tests.
fn code(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap();
    text.lines().take_while(|line| *line != "#[cfg(test)]").map(str::to_owned).collect()
}

#[test]
fn a_module_imports_only_what_stands_before_it() {
    for (at, (name, allowed)) in MODULES.iter().enumerate() {
        for other in *allowed {
            let before = MODULES[..at].iter().any(|(earlier, _)| earlier == other);
            assert!(before, "`{name}` may import `{other}`, which stands after it");
        }
    }
    for path in sources() {
        let name = module(&path);
        if name == "lib" {
            continue;
        }
        let found = MODULES.iter().find(|(module, _)| *module == name);
        let (_, allowed) = found.unwrap_or_else(|| panic!("`{name}` is no module of the table"));
        for (line, text) in code(&path).iter().enumerate() {
            if text.trim_start().starts_with("//") {
                continue;
            }
            for rest in text.split("crate::").skip(1) {
                let end = rest.find(|it: char| !it.is_alphanumeric() && it != '_');
                let imported = &rest[..end.unwrap_or(rest.len())];
                let known = MODULES.iter().any(|(module, _)| *module == imported);
                assert!(
                    !known || imported == name || allowed.contains(&imported),
                    "{}:{}: `{name}` may not import `{imported}`, only {allowed:?}",
                    shown(&path),
                    line + 1,
                );
            }
        }
    }
}

#[test]
fn every_file_says_at_its_top_what_it_is_for() {
    let tests = files_below(&repository().join("tests/it"));
    let benches = files_below(&repository().join("benches"));
    for path in sources().into_iter().chain(tests).chain(benches) {
        if path.extension().is_none_or(|ending| ending != "rs") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let documented = text.starts_with("//!") || text.starts_with("#![doc = include_str!");
        assert!(documented, "{} does not open with `//!`", shown(&path));
    }
}

#[test]
fn files_stay_short() {
    const LINES_MAX: usize = 400;
    for path in sources() {
        let lines = code(&path).len();
        assert!(lines <= LINES_MAX, "{} has {lines} lines of code", shown(&path));
    }
}

#[test]
fn only_the_command_line_prints_and_no_code_is_left_for_later() {
    for path in sources() {
        for (line, text) in code(&path).iter().enumerate() {
            let place = || format!("{}:{}: {text}", shown(&path), line + 1);
            let prints = ["println!", "eprintln!", "io::stdout", "io::stderr"];
            let prints = prints.iter().any(|call| text.contains(call));
            assert!(!prints || module(&path) == "cli", "{}", place());
            for mark in ["TODO", "FIXME", "XXX", "HACK", "todo!", "for now"] {
                assert!(!text.contains(mark), "{}", place());
            }
        }
    }
}

#[test]
fn money_is_never_a_binary_float() {
    for path in sources() {
        for (line, text) in code(&path).iter().enumerate() {
            let float = text.contains("f64") || text.contains("f32");
            // The likeness of two names is a float, and no figure.
            let likeness = shown(&path) == "src/document/problem.rs";
            // A sheet and a SAS dataset have no other numbers; there they become digits.
            let foreign = ["delivery/typed/float.rs", "export/workbook/cell.rs"]
                .iter()
                .any(|it| shown(&path) == format!("src/{it}"));
            assert!(!float || likeness || foreign, "{}:{}: {text}", shown(&path), line + 1);
        }
    }
}

/// Modules that count, or that store, read or show what is counted.
const COUNTING: [&str; 16] = [
    "quarter",
    "decode",
    "check",
    "pseudonym",
    "attribution",
    "warehouse",
    "scan",
    "metric",
    "query",
    "counting",
    "answer",
    "statement",
    "disclosure",
    "render",
    "export",
    "pipeline",
];

/// Whether a line puts something else in the place of what is not there or does not fit.
fn falls_back(line: &str) -> bool {
    let value = line.split("unwrap_or(").nth(1).unwrap_or_default();
    let number = value.starts_with(|it: char| it == '-' || it.is_ascii_digit());
    let end = ["::MAX)", "::MIN)"].iter().any(|it| value.contains(it));
    number || end || line.contains("unwrap_or_default") || line.contains("saturating_")
}

#[test]
fn where_figures_are_made_nothing_stands_in_for_what_cannot_be() {
    for line in [
        "let key = u32::try_from(length).unwrap_or(u32::MAX);",
        "count.unwrap_or(0)",
        "text.parse::<i128>().unwrap_or_default() + cents",
        "amounts.map(Option::unwrap_or_default)",
        "sum.saturating_add(cents)",
    ] {
        assert!(falls_back(line), "{line}");
    }
    for path in sources().into_iter().filter(|path| COUNTING.contains(&&*module(path))) {
        let lines = code(&path);
        for (at, line) in lines.iter().enumerate() {
            // A reason says that no figure is made of it.
            let before = lines[at.max(2) - 2..at].iter().map(|it| it.trim_start());
            let has_reason = before.into_iter().any(|it| it.starts_with("// No figure: "));
            let is_comment = line.trim_start().starts_with("//");
            assert!(
                is_comment || has_reason || !falls_back(line),
                "{}:{}: {line}: an error where users or files may be the cause, otherwise `exact`",
                shown(&path),
                at + 1,
            );
        }
    }
}

#[test]
fn rules_have_unique_ids_and_a_file_each() {
    let rules = sppis::check::all_rules();
    let mut ids: Vec<&str> = rules.iter().map(|rule| rule.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), rules.len());
    for rule in &rules {
        assert!(!rule.meaning.is_empty() && !rule.help.is_empty(), "{}", rule.id);
        assert!(!rule.help.contains("  "), "{}", rule.id);
    }
    for path in files_below(&repository().join("src/check")) {
        let text = fs::read_to_string(&path).unwrap();
        let Some((_, rest)) = text.split_once("id: \"check.") else { continue };
        let id = rest.split('"').next().unwrap();
        let stem = path.file_stem().unwrap().to_string_lossy().replace('_', "-");
        assert_eq!(id, stem, "{}", shown(&path));
    }
}

#[test]
fn every_test_file_is_part_of_the_binary() {
    let main = fs::read_to_string(repository().join("tests/it/main.rs")).unwrap();
    for path in files_below(&repository().join("tests/it")) {
        if path.extension().is_none_or(|ending| ending != "rs") {
            continue;
        }
        let name = path.file_stem().unwrap().to_string_lossy();
        assert!(name == "main" || main.contains(&format!("mod {name};")), "{name} is not listed");
    }
}

#[test]
fn every_shipped_query_has_a_golden_table_a_plan_and_sql() {
    for path in files_below(&repository().join("queries")) {
        if path.extension().is_none_or(|ending| ending != "toml") {
            continue;
        }
        let name = path.file_stem().unwrap().to_string_lossy();
        for ending in ["csv", "plan.txt", "sql"] {
            let golden = repository().join(format!("tests/golden/{name}.{ending}"));
            assert!(golden.exists(), "{} is missing", shown(&golden));
        }
    }
}

#[test]
fn every_dependency_is_taken_with_the_features_it_needs_only() {
    let manifest = fs::read_to_string(repository().join("Cargo.toml")).unwrap();
    let manifest: toml::Table = toml::from_str(&manifest).unwrap();
    let polars = &manifest["dependencies"]["polars"];
    assert_eq!(polars["default-features"].as_bool(), Some(false));
    let version = polars["version"].as_str().unwrap();
    assert!(version.starts_with('='), "the engine is pinned, since releases have had wrong sums");
}
