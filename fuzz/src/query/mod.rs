//! Query files and statements as far as to the typed trees that the engine is given.

#[path = "../../../src/query/language/mod.rs"]
pub mod language;

pub use language::{Parameter, ParameterKind, Query, Top};

use language::filter;

/// Gives a query's filter values for its parameters; whether it has a meaning with them.
pub fn takes(query: &Query, values: &[(String, String)], lists: usize) -> bool {
    let kind = |name: &str| query.parameters.iter().find(|it| it.name == name);
    let mut typed = Vec::new();
    let mut counts = Vec::new();
    for (name, value) in values {
        let Some(parameter) = kind(name) else { continue };
        if parameter.list {
            counts.push((name.clone(), lists));
            for at in 0..lists {
                typed.push((filter::element(name, at), parameter.kind, value.clone()));
            }
        } else {
            typed.push((name.clone(), parameter.kind, value.clone()));
        }
    }
    query.filter.as_ref().is_none_or(|filter| filter.with_values(&typed, &counts).is_ok())
}
