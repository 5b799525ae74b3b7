//! Rules of the house: layout, imports, docs, lengths.

/// Files that import each other.
mod circles;
/// Where names come from.
mod imports;
/// Which module may import which.
mod modules;
/// What a file defines, imports and names.
mod names;
/// Source text without its tests.
mod source;

use std::fs;
use std::path::Path;

use crate::sandbox::{files_below, repository};
use source::{Piece, Source, pieces, sources};

fn shown(path: &Path) -> String {
    path.strip_prefix(repository()).unwrap().display().to_string()
}

#[test]
fn every_file_says_at_its_top_what_it_is_for() {
    for folder in ["src", "tests/it", "benches", "examples"] {
        for path in files_below(&repository().join(folder)) {
            if path.extension().is_none_or(|ending| ending != "rs") {
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            let documented = text.starts_with("//!") || text.starts_with("#![doc = include_str!");
            assert!(documented, "{} does not open with `//!`", shown(&path));
        }
    }
}

#[test]
fn files_stay_short() {
    const LINES_MAX: usize = 400;
    for source in sources() {
        let lines = source.lines().count();
        assert!(lines <= LINES_MAX, "src/{} has {lines} lines of code", source.name);
    }
}

#[test]
fn tests_are_left_out_and_nothing_else_is() {
    let text = "//! Why.\n#[cfg(test)]\nuse a::b;\nfn one() {}\n#[cfg(all(test, unix))]\nmod tests {\n\n}\n\
                #[cfg(any(test, unix))]\nfn two() {}\nimpl Three {\n    #[cfg(test)]\n    fn four() {\n    }\n}\n\
                #[test]\nfn five() {\n}\n";
    let source = Source::new("one.rs", text);
    let lines: Vec<usize> = source.lines().map(|(line, _)| line).collect();
    assert_eq!(lines, [1, 4, 9, 10, 11, 15]);
}

#[test]
fn only_the_command_line_prints_and_no_code_is_left_for_later() {
    for source in sources() {
        for (line, text) in source.lines() {
            for mark in ["TODO", "FIXME", "XXX", "HACK", "todo!", "for now"] {
                assert!(!text.contains(mark), "{}", source.shown(line));
            }
        }
        if source.room() == "cli" {
            continue;
        }
        let pieces = source.pieces();
        for (at, piece) in pieces.iter().enumerate() {
            assert!(!prints(&pieces, at), "{}", source.shown(piece.line));
        }
    }
}

/// The text of a piece; nothing where there is none.
fn text(pieces: &[Piece], at: Option<usize>) -> &str {
    at.and_then(|at| pieces.get(at)).map_or("", |it| it.text.as_str())
}

/// Whether a word is a call of a macro that prints, or one of the streams that are printed to.
fn prints(pieces: &[Piece], at: usize) -> bool {
    let (before, after) = (text(pieces, at.checked_sub(1)), text(pieces, Some(at + 1)));
    match text(pieces, Some(at)) {
        "print" | "println" | "eprint" | "eprintln" | "dbg" => after == "!",
        // A command that is started has streams too.
        "stdout" | "stderr" => before != "." && after == "(" || before == ":",
        _ => false,
    }
}

#[test]
fn money_is_never_a_binary_float() {
    const ALLOWED: [&str; 3] = [
        // The likeness of two names is a float, and no figure.
        "document/problem.rs",
        // A sheet and a SAS dataset have no other numbers; there they become digits.
        "delivery/typed/float.rs",
        "export/workbook/cell.rs",
    ];
    // Lines of pictures have a width, and what is invented a likelihood.
    const MEASURED: [&str; 2] = ["export/vega.rs", "export/workbook/picture.rs"];
    for source in sources().iter().filter(|it| !ALLOWED.contains(&&*it.name)) {
        let pieces = source.pieces();
        let has_numbers = source.room() == "sample" || MEASURED.contains(&&*source.name);
        for (at, piece) in pieces.iter().enumerate() {
            // `pair.0.1` is no number.
            let is_place = text(&pieces, at.checked_sub(1)) == ".";
            let is_number = !is_place && syn::parse_str::<syn::LitFloat>(&piece.text).is_ok();
            let is_float = is_number && !has_numbers
                || ["f64", "f32"].iter().any(|it| piece.text.contains(it));
            assert!(!is_float, "{}", source.shown(piece.line));
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

/// Whether a word puts something else in the place of what is not there or does not fit.
fn falls_back(pieces: &[Piece], at: usize) -> bool {
    let text = |at: usize| text(pieces, Some(at));
    if text(at) != "unwrap_or" || text(at + 1) != "(" {
        return text(at) == "unwrap_or_default" || text(at).starts_with("saturating_");
    }
    let mut depth = 0;
    let within = |it: &&str| {
        depth += i32::from(*it == "(") - i32::from(*it == ")");
        depth >= 0
    };
    let value: Vec<&str> = (at + 2..pieces.len()).map(text).take_while(within).collect();
    let is_number = value.first().is_some_and(|it| it.starts_with(|it: char| it.is_ascii_digit()));
    let is_end = value.iter().any(|it| ["MAX", "MIN"].contains(it));
    is_number || is_end || value.first() == Some(&"-")
}

#[test]
fn where_figures_are_made_nothing_stands_in_for_what_cannot_be() {
    for line in [
        "let key = u32::try_from(length).unwrap_or(u32::MAX);",
        "count.unwrap_or(0)",
        "count.unwrap_or(i64::from(u32::MAX))",
        "cents.unwrap_or(\n    -1,\n)",
        "text.parse::<i128>().unwrap_or_default() + cents",
        "amounts.map(Option::unwrap_or_default)",
        "assert!(sum.saturating_add(cents) > 0)",
    ] {
        let pieces = pieces(line.parse().unwrap());
        assert!((0..pieces.len()).any(|at| falls_back(&pieces, at)), "{line}");
    }
    for source in sources().into_iter().filter(|it| COUNTING.contains(&it.room())) {
        let pieces = source.pieces();
        // A reason says that no figure is made of it.
        let reasons = source.lines().filter(|it| it.1.trim_start().starts_with("// No figure: "));
        let reasons: Vec<usize> = reasons.map(|(line, _)| line).collect();
        for (at, piece) in pieces.iter().enumerate() {
            let has_reason = reasons.iter().any(|it| (*it + 1..=*it + 2).contains(&piece.line));
            assert!(
                has_reason || !falls_back(&pieces, at),
                "{}: an error where users or files may be the cause, otherwise `exact`",
                source.shown(piece.line),
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
fn every_file_is_part_of_its_crate() {
    for (folder, root) in [("src", "lib.rs"), ("tests/it", "main.rs")] {
        let folder = repository().join(folder);
        for path in files_below(&folder) {
            let name = path.strip_prefix(&folder).unwrap();
            let is_root = ["lib.rs", "main.rs"].iter().any(|it| name == Path::new(it));
            if name.extension().is_none_or(|it| it != "rs") || is_root {
                continue;
            }
            let file = if name.ends_with("mod.rs") { name.parent().unwrap() } else { name };
            let module = file.file_stem().unwrap().to_str().unwrap();
            let above = file.parent().unwrap();
            let above = if above == Path::new("") {
                folder.join(root)
            } else {
                let apart = folder.join(above).with_extension("rs");
                if apart.exists() { apart } else { folder.join(above).join("mod.rs") }
            };
            let tree = syn::parse_file(&fs::read_to_string(&above).unwrap()).unwrap();
            let is_it = |it: &syn::Item| matches!(it, syn::Item::Mod(it) if it.ident == module);
            assert!(tree.items.iter().any(is_it), "{} is not listed", shown(&path));
        }
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
