//! Whatever stands in a query file, or in the filter of one: it is a query, or refused with its
//! mistakes; and values of its parameters are taken or refused.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sppis_fuzz::query::Query;
use sppis_fuzz::query::takes;

fuzz_target!(|text: &str| {
    read(text);
    let filter: String = text.chars().flat_map(escaped).collect();
    read(&format!(
        "metrics = [\"persons\"]\nfilter = \"{filter}\"\n[parameters.a]\ntype = \"text\"\n\
         [parameters.b]\ntype = \"integer\"\nlist = true\n[parameters.c]\ntype = \"date\"\n"
    ));
});

fn read(text: &str) {
    match Query::read("fuzzed", "fuzzed.toml", text) {
        Ok(query) => {
            let names = query.parameters.iter().map(|it| it.name.clone());
            let values: Vec<_> = names.map(|name| (name, "1".to_owned())).collect();
            for lists in [0, 1, 3] {
                takes(&query, &values, lists);
            }
        }
        Err(error) => {
            let said = error.to_string();
            assert!(!said.is_empty() && said.len() < 200_000, "a long story");
        }
    }
}

/// A character in a text of TOML.
fn escaped(character: char) -> Vec<char> {
    match character {
        '"' | '\\' => vec!['\\', character],
        it if it.is_control() => format!("\\u{:04X}", u32::from(it)).chars().collect(),
        it => vec![it],
    }
}
