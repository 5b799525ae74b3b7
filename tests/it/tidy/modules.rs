//! Which module may import which.

use super::imports::Imports;
use super::source::sources;

/// Modules in the order the data walk through them, each with those it may import.
///
/// Every name allowed stands above, so there is no way round in a circle.
const MODULES: [(&str, &[&str]); 34] = [
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
    (
        "library",
        &[
            "exact",
            "words",
            "quarter",
            "finding",
            "dictionary",
            "delivery",
            "warehouse",
            "metric",
            "query",
            "disclosure",
            "render",
            "export",
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

#[test]
fn a_module_imports_only_what_stands_before_it() {
    for (at, (name, allowed)) in MODULES.iter().enumerate() {
        for other in *allowed {
            let before = MODULES[..at].iter().any(|(earlier, _)| earlier == other);
            assert!(before, "`{name}` may import `{other}`, which stands after it");
        }
    }
    let sources = sources();
    let imports = Imports::of(&sources);
    for source in sources.iter().filter(|it| it.room() != "lib") {
        let name = source.room();
        let found = MODULES.iter().find(|(module, _)| *module == name);
        let (_, allowed) = found.unwrap_or_else(|| panic!("`{name}` is no module of the table"));
        for (mention, path) in imports.named_in(source) {
            let imported = path.first().map_or("", String::as_str);
            let known = MODULES.iter().any(|(module, _)| *module == imported);
            assert!(
                !known || imported == name || allowed.contains(&imported),
                "{}: `{name}` may not import `{imported}`, only {allowed:?}",
                source.shown(mention.line),
            );
        }
    }
}
