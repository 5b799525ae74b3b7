//! Which columns of an answer are numbers that name something, such as years, lines and pseudonyms:
//! they are shown as they are, not in groups of digits. A column is one where all it can hold comes
//! unchanged from a stored column or dimension of such numbers, through subqueries, groups and the
//! least or greatest of them too.

use super::grouping::{called, key};
use super::tables::{Aggregate, Relation, Selection};
use crate::query::language::expression::{Node, Typed};

/// Stored columns and dimensions whose numbers name something.
const LABELS: [&str; 5] = ["year", "birth_year", "line", "person", "partner"];

/// Whether the numbers of a column name something, by its place.
pub(super) fn is_label(relation: &Relation, at: usize) -> bool {
    match relation {
        Relation::Observations => false,
        Relation::Selection(selection) => {
            selection.outputs.get(at).is_some_and(|typed| is_of_labels(typed, selection))
        }
        Relation::Union { parts, .. } => parts.iter().all(|part| is_label(&part.relation, at)),
    }
}

fn is_of_labels(typed: &Typed, selection: &Selection) -> bool {
    match &typed.node {
        Node::Column(name) => is_label_column(name, selection),
        Node::First(parts) => parts.iter().all(|part| is_of_labels(part, selection)),
        _ => false,
    }
}

fn is_label_column(name: &str, selection: &Selection) -> bool {
    let Some(grouping) = &selection.grouping else { return is_label_of_input(name, selection) };
    let of_input = |typed: &Typed| match &typed.node {
        Node::Column(name) => is_label_of_input(name, selection),
        _ => false,
    };
    let number = selection.number;
    let of_key = grouping.keys.iter().enumerate().find(|(at, _)| key(number, *at) == name);
    let of_call = grouping.calls.iter().enumerate().find(|(at, _)| called(number, *at) == name);
    match (of_key, of_call) {
        (Some((_, typed)), _) => of_input(typed),
        (None, Some((_, call))) => {
            matches!(call.aggregate, Aggregate::Least | Aggregate::Greatest)
                && of_input(&call.argument)
        }
        (None, None) => false,
    }
}

fn is_label_of_input(name: &str, selection: &Selection) -> bool {
    match &selection.input {
        Relation::Observations => LABELS.contains(&name),
        Relation::Selection(input) => {
            let at = (0..input.outputs.len()).find(|at| input.output(*at) == name);
            at.is_some_and(|at| is_label(&selection.input, at))
        }
        Relation::Union { kinds, .. } => {
            let at = (0..kinds.len()).find(|at| selection.input.column(*at) == name);
            at.is_some_and(|at| is_label(&selection.input, at))
        }
    }
}
