//! Which part of a delivery a file is, where its name says so: `_part2`, `-deel_2`, `partie2`, `2of3`.

use super::Part;
use super::id::file_name;

const PART_WORDS: [&str; 5] = ["part", "partie", "deel", "teil", "parte"];
const OF_WORDS: [&str; 6] = ["of", "de", "sur", "van", "von", "op"];
/// A number of more digits is a year or a day.
const DIGITS_MAX: usize = 3;

impl Part {
    /// The number or letter that the file's name gives its part.
    pub fn part_label(&self) -> Option<String> {
        part_label(&file_name(self.path()))
    }
}

/// What the name of a file says of its part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PartName {
    /// Its number, without leading zeros, or its letter.
    pub label: String,
    /// How many parts there are.
    pub all: Option<u32>,
}

/// The number, without leading zeros, or the letter of a part in the name of a file.
pub(crate) fn part_label(file: &str) -> Option<String> {
    part_name(file).map(|part| part.label)
}

/// Which part of how many the name of a file says.
pub(crate) fn part_name(file: &str) -> Option<PartName> {
    let name = file.to_lowercase();
    let words: Vec<&str> = words(&name);
    (0..words.len()).find_map(|at| {
        let label = match &words[at..] {
            [word, label, ..] if PART_WORDS.contains(word) => {
                number(label).or_else(|| letter(label))?
            }
            [one, of, all, ..] if OF_WORDS.contains(of) => {
                return part_of(one, all).map(|(label, all)| PartName { label, all: Some(all) });
            }
            _ => return None,
        };
        // `part2of3`
        let all = match &words[at + 1..] {
            [one, of, all, ..] if OF_WORDS.contains(of) => part_of(one, all).map(|it| it.1),
            _ => None,
        };
        Some(PartName { label, all })
    })
}

/// A number of a part, and the number of all parts.
fn part_of(one: &str, all: &str) -> Option<(String, u32)> {
    let (one, all) = (number(one)?, number(all)?.parse().ok()?);
    (one.parse::<u32>().ok()? <= all).then_some((one, all))
}

/// Runs of letters and runs of digits.
fn words(name: &str) -> Vec<&str> {
    #[derive(PartialEq)]
    enum Kind {
        Letter,
        Digit,
        Mark,
    }
    let kind = |it: char| match it {
        _ if it.is_ascii_digit() => Kind::Digit,
        _ if it.is_alphabetic() => Kind::Letter,
        _ => Kind::Mark,
    };
    let mut words: Vec<(Kind, usize, usize)> = Vec::new();
    for (start, character) in name.char_indices() {
        let (kind, end) = (kind(character), start + character.len_utf8());
        match words.last_mut().filter(|(last, _, _)| *last == kind) {
            Some(word) => word.2 = end,
            None => words.push((kind, start, end)),
        }
    }
    let words = words.into_iter().filter(|(kind, _, _)| *kind != Kind::Mark);
    words.filter_map(|(_, start, end)| name.get(start..end)).collect()
}

fn number(word: &str) -> Option<String> {
    let digits = word.len() <= DIGITS_MAX && word.bytes().all(|it| it.is_ascii_digit());
    digits.then(|| word.trim_start_matches('0').to_owned())
}

fn letter(word: &str) -> Option<String> {
    (word.len() == 1 && word.bytes().all(|it| it.is_ascii_lowercase())).then(|| word.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{part_label, part_name};

    #[test]
    fn a_name_says_how_many_parts_there_are_or_not() {
        let cases = [("x 2of3.csv", Some(3)), ("x_part2of3.csv", Some(3)), ("x_part2.csv", None)];
        for (name, all) in cases {
            assert_eq!(part_name(name).and_then(|it| it.all), all, "{name}");
        }
    }

    #[test]
    fn a_name_says_which_part_it_is_or_none() {
        let cases = [
            ("DWH_SPPIS_Formulaires_2007-05_part1.csv", "1"),
            ("DWH_SPPIS_Formulaires_2007-05_Part_02.csv.gz", "2"),
            ("x-partie2.csv", "2"),
            ("x_deel-3.csv", "3"),
            ("x 2of3.csv", "2"),
            ("x_2_van_3.csv", "2"),
            ("x_part_b.csv", "b"),
            ("2007-05part2.csv", "2"),
        ];
        for (name, label) in cases {
            assert_eq!(part_label(name).as_deref(), Some(label), "{name}");
        }
        let none = [
            "DWH_SPPIS_Formulaires_2007-05.csv",
            "depart2.csv",
            "x_part_2007.csv",
            "x_3_of_2.csv",
            "2007-05_de_2008.csv",
            "part.csv",
            "x2.csv",
        ];
        for name in none {
            assert_eq!(part_label(name), None, "{name}");
        }
    }
}
