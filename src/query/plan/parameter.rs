//! The values of a query's parameters: given or usual, of the right type, among those allowed.
//!
//! All mistakes are reported; a query with one of them is not run.

use super::arguments::Arguments;
use super::values::unknown;
use crate::query::language::definition::Parameter;
use crate::query::language::file::Query;
use crate::query::language::filter::{TypedValues, element};
use crate::query::language::list::DELIMITER;

/// The value of each parameter as it was given, or its default.
pub(crate) fn given(
    query: &Query,
    arguments: &Arguments,
    problems: &mut Vec<String>,
) -> Vec<(String, String)> {
    let names: Vec<&str> =
        query.parameters.iter().map(|parameter| parameter.name.as_str()).collect();
    for (name, _) in &arguments.sets {
        if !names.contains(&name.as_str()) {
            problems.push(unknown("parameter", name, &names));
        }
    }
    let mut given = Vec::new();
    for Parameter { name, default, list, .. } in &query.parameters {
        let sets = arguments.sets.iter().filter(|(known, _)| known == name);
        let sets: Vec<&str> = sets.map(|(_, value)| value.as_str()).collect();
        let set = match sets.as_slice() {
            [first, _, ..] if !list => {
                problems
                    .push(format!("parameter `{name}` is given more than once, and is no list"));
                Some((*first).to_owned())
            }
            [] => None,
            sets => Some(sets.join(&DELIMITER.to_string())),
        };
        match set.or_else(|| default.clone()) {
            Some(value) => given.push((name.clone(), value)),
            None => problems
                .push(format!("parameter `{name}` has no default: give it with `--set {name}=…`")),
        }
    }
    given
}

/// Every single value, checked; and how many each list has.
pub(crate) fn values(
    query: &Query,
    given: &[(String, String)],
    problems: &mut Vec<String>,
) -> (TypedValues, Vec<(String, usize)>) {
    let (mut values, mut lists) = (Vec::new(), Vec::new());
    for (name, text) in given {
        let Some(parameter) = query.parameters.iter().find(|it| it.name == *name) else { continue };
        let single = parameter.values(text);
        if parameter.list {
            lists.push((name.clone(), single.len()));
        }
        for (at, value) in single.into_iter().enumerate() {
            problems.extend(wrong(parameter, &value));
            let name = if parameter.list { element(name, at) } else { name.clone() };
            values.push((name, parameter.kind, value));
        }
    }
    (values, lists)
}

/// What is wrong with a value of a parameter.
fn wrong(parameter: &Parameter, value: &str) -> Option<String> {
    let Parameter { name, kind, allowed, list, .. } = parameter;
    if *list && value.is_empty() {
        return Some(format!("the list of parameter `{name}` has an empty value"));
    }
    if !kind.accepts(value) {
        return Some(format!("parameter `{name}` is of type {}, found `{value}`", kind.name()));
    }
    if allowed.is_empty() || allowed.iter().any(|it| it == value) {
        return None;
    }
    let known: Vec<&str> = allowed.iter().map(String::as_str).collect();
    Some(unknown(&format!("value of parameter `{name}`"), value, &known))
}
