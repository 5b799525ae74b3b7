//! Whether the files of a delivery are all of it, by their names and by how many there should be.

use std::collections::BTreeSet;

use crate::delivery::{PartName, part_name};

/// What the names of a delivery's files come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Standing {
    /// Nothing says that anything is missing.
    Whole,
    /// What is missing.
    Missing(String),
    /// Why nobody can tell.
    Unclear(String),
}

/// `expected` is how many files each delivery has, `is_said` whether a marker says that it is complete.
pub(super) fn standing(names: &[String], expected: Option<usize>, is_said: bool) -> Standing {
    match expected {
        Some(expected) if names.len() < expected => {
            return Standing::Missing(format!("{} of {expected} files are here", names.len()));
        }
        Some(expected) if names.len() > expected => {
            return Standing::Unclear(format!(
                "there are {} files of it, and `parts` says {expected}",
                names.len()
            ));
        }
        _ => {}
    }
    let parts: Vec<Option<PartName>> = names.iter().map(|name| part_name(name)).collect();
    let named: Vec<&PartName> = parts.iter().flatten().collect();
    if named.len() < names.len() {
        return match names {
            _ if expected.is_some() => Standing::Whole,
            [_] => Standing::Whole,
            _ => Standing::Unclear(
                "there are several files of it, and not every name says which part it is; name them \
                 part1, part2 and so on, say `parts` in the settings, or leave one"
                    .to_owned(),
            ),
        };
    }
    let labels: BTreeSet<&str> = named.iter().map(|it| it.label.as_str()).collect();
    if labels.len() < named.len() {
        return Standing::Unclear("two files of it are the same part by their names".to_owned());
    }
    let totals: BTreeSet<u32> = named.iter().filter_map(|it| it.all).collect();
    if totals.len() > 1 {
        return Standing::Unclear("its files do not say the same number of parts".to_owned());
    }
    match wanted(&labels, totals.first().copied(), is_said || expected.is_some()) {
        Some(wanted) => without(&wanted, &labels),
        None => Standing::Unclear("its parts have numbers and letters".to_owned()),
    }
}

/// The parts that there should be: all up to the number that the names say or, where they say none, up
/// to the last that is here. A part alone is one of at least two, unless it is said to be all.
fn wanted(labels: &BTreeSet<&str>, all: Option<u32>, is_all: bool) -> Option<Vec<String>> {
    let number = |label: &str| if label.is_empty() { Some(0) } else { label.parse::<u32>().ok() };
    let numbers: Option<BTreeSet<u32>> = labels.iter().map(|label| number(label)).collect();
    if let Some(numbers) = numbers {
        let (first, last) = (*numbers.first()?, *numbers.last()?);
        let first = first.min(1);
        let least = if is_all { last } else { last.max(first + 1) };
        return Some((first..=all.unwrap_or(least)).map(|it| it.to_string()).collect());
    }
    let letters: Option<BTreeSet<char>> = labels.iter().map(|label| label.parse().ok()).collect();
    let last = *letters.filter(|it| it.iter().all(char::is_ascii_lowercase))?.last()?;
    let last = if is_all { last } else { last.max('b') };
    Some(('a'..=last).map(String::from).collect())
}

fn without(wanted: &[String], labels: &BTreeSet<&str>) -> Standing {
    const SHOWN_MAX: usize = 5;
    let is_there = |part: &str| labels.contains(part) || part == "0" && labels.contains("");
    let missing: Vec<&str> =
        wanted.iter().map(String::as_str).filter(|part| !is_there(part)).collect();
    match missing.as_slice() {
        [] => Standing::Whole,
        [part] => Standing::Missing(format!("part {part} is missing")),
        [first @ .., last] if missing.len() <= SHOWN_MAX => {
            Standing::Missing(format!("parts {} and {last} are missing", first.join(", ")))
        }
        _ => Standing::Missing(format!("{} of {} parts are missing", missing.len(), wanted.len())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_is_missing_or_nothing_does() {
        let said = |names: &str, expected, is_said| {
            let names: Vec<String> = names.split(' ').map(str::to_owned).collect();
            match standing(&names, expected, is_said) {
                Standing::Whole => "whole".to_owned(),
                Standing::Missing(text) | Standing::Unclear(text) => text,
            }
        };
        let cases = [
            ("x.csv", None, false, "whole"),
            ("x_1of2.csv x_2of2.csv", None, false, "whole"),
            ("x_part2of2.csv", None, true, "part 1 is missing"),
            ("x_1of9.csv x_3of9.csv", None, false, "7 of 9 parts are missing"),
            ("x_part1.csv x_part4.csv", None, false, "parts 2 and 3 are missing"),
            ("x_part0.csv x_part1.csv", None, false, "whole"),
            ("x_part1.csv", None, false, "part 2 is missing"),
            ("x_part1.csv", None, true, "whole"),
            ("x_part1.csv", Some(1), false, "whole"),
            ("x_part_a.csv x_part_c.csv", None, false, "part b is missing"),
            ("x.csv", Some(2), true, "1 of 2 files are here"),
            ("x.csv y.csv", Some(2), false, "whole"),
            ("x.csv y.csv", Some(1), false, "there are 2 files of it, and `parts` says 1"),
            (
                "x_part1.csv y_part_01.csv",
                None,
                false,
                "two files of it are the same part by their names",
            ),
            ("x_1of2.csv x_2of3.csv", None, false, "its files do not say the same number of parts"),
            ("x_part1.csv x_part_b.csv", None, false, "its parts have numbers and letters"),
        ];
        for (names, expected, is_said, text) in cases {
            assert_eq!(said(names, expected, is_said), text, "{names}");
        }
        for names in ["x.csv y.csv", "x.csv x_part1.csv"] {
            assert!(said(names, None, true).starts_with("there are several files"), "{names}");
        }
    }
}
