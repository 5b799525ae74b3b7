//! Names of files as they may be stored and shown: a name can hold the number of a person.

use std::path::Path;

use crate::visible::line;

/// Digits of a national number.
const NUMBER_LENGTH: usize = 11;
/// A run of this many digits or more is masked unless it is a moment.
const RUN_MAX: usize = 9;
/// Marks that may stand between the groups of a number: `93.05.18 - 223.61`.
const MARKS_MAX: usize = 3;

/// The name of a file, or a path: digits that could be an identifier are masked, and characters that
/// are not seen are written.
pub(crate) fn shown_name(name: &str) -> String {
    line(&masked(name)).into_owned()
}

/// A path as [`shown_name`] shows it.
pub(crate) fn shown_path(path: &Path) -> String {
    shown_name(&path.to_string_lossy())
}

/// A run of digits: where it begins and ends among the characters.
struct Run {
    start: usize,
    end: usize,
}

impl Run {
    fn length(&self) -> usize {
        self.end - self.start
    }
}

fn masked(name: &str) -> String {
    let mut characters: Vec<char> = name.chars().collect();
    let runs = runs(&characters);
    let mut hidden: Vec<(usize, usize)> = Vec::new();
    for (at, run) in runs.iter().enumerate() {
        if is_number_alone(&characters[run.start..run.end]) {
            hidden.push((run.start, run.end));
        }
        // Groups with marks between them that are a number together.
        let (mut length, mut last) = (0, run.start);
        for group in &runs[at..] {
            let marks = &characters[last..group.start];
            if marks.len() > MARKS_MAX || marks.iter().any(|it| it.is_alphanumeric()) {
                break;
            }
            (length, last) = (length + group.length(), group.end);
            if length >= NUMBER_LENGTH {
                let digits = characters[run.start..last].iter().filter(|it| it.is_numeric());
                let digits: Vec<char> = digits.copied().collect();
                if length == NUMBER_LENGTH && is_number(&digits) {
                    hidden.push((run.start, last));
                }
                break;
            }
        }
    }
    for (start, end) in hidden {
        characters[start..end].iter_mut().filter(|it| it.is_numeric()).for_each(|it| *it = '#');
    }
    characters.into_iter().collect()
}

/// Runs of digits of any script.
fn runs(characters: &[char]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (at, _) in characters.iter().enumerate().filter(|(_, it)| it.is_numeric()) {
        match runs.last_mut().filter(|run| run.end == at) {
            Some(run) => run.end = at + 1,
            None => runs.push(Run { start: at, end: at + 1 }),
        }
    }
    runs
}

/// Whether a run could be an identifier: as long as one without its leading zeros, and no moment.
fn is_number_alone(run: &[char]) -> bool {
    run.len() >= RUN_MAX && !is_moment(run)
}

/// `20080612153000` and the like: a day of these centuries, an hour, minutes, parts of seconds.
fn is_moment(run: &[char]) -> bool {
    const LENGTHS: [usize; 4] = [10, 12, 14, 17];
    let number = |at: usize| {
        let digits = run.get(at..at + 2)?;
        digits.iter().try_fold(0, |sum, it| Some(sum * 10 + it.to_digit(10)?))
    };
    let within = |at: usize, first: u32, last: u32| {
        at + 2 > run.len() || number(at).is_some_and(|it| (first..=last).contains(&it))
    };
    LENGTHS.contains(&run.len())
        && within(0, 19, 20)
        && within(2, 0, 99)
        && within(4, 1, 12)
        && within(6, 1, 31)
        && within(8, 0, 23)
        && within(10, 0, 59)
        && within(12, 0, 59)
}

/// Whether eleven digits are a national number: a month that there is, and the check number of one
/// of two centuries. Digits of another script are taken for one.
fn is_number(digits: &[char]) -> bool {
    let values: Option<Vec<u64>> = digits.iter().map(|it| it.to_digit(10).map(u64::from)).collect();
    let Some(values) = values else { return true };
    let number = |digits: &[u64]| digits.iter().fold(0, |sum, it| sum * 10 + it);
    let (base, check) = (number(&values[..9]), number(&values[9..]));
    let month = number(&values[2..4]);
    let is_month = month % 20 <= 12 && month < 60;
    let checks = [base, 2_000_000_000 + base].map(|it| 97 - it % 97);
    is_month && checks.contains(&check)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_in_a_name_is_masked_and_nothing_else() {
        let cases = [
            ("85073003328.csv", "###########.csv"),
            ("x_85.07.30-033.28_part2.csv", "x_##.##.##-###.##_part2.csv"),
            ("x 850730 - 033 28.csv", "x ###### - ### ##.csv"),
            (
                "DWH_SPPIS_Formulaires_2007-05_00021500474.csv",
                "DWH_SPPIS_Formulaires_2007-05_###########.csv",
            ),
            ("2007-0585073003328.csv", "2007-#############.csv"),
            ("８５０７３００３３２８.csv", "###########.csv"),
            ("930518223.csv", "#########.csv"),
        ];
        for (name, expected) in cases {
            assert_eq!(shown_name(name), expected);
        }
        let others = [
            "DWH_SPPIS_Formulaires_2007-05_part1.csv.gz",
            "DWH_SPPIS_Formulaires_2008-05_20080612.csv",
            "DWH_SPPIS_Formulaires_2008-05_20080612153000.csv",
            "2008-05-13 12.30.00.csv",
            "in/2007-05/x1of12.csv",
        ];
        for name in others {
            assert_eq!(shown_name(name), name);
        }
        assert_eq!(shown_name("a\nb\u{1b}.csv"), "a\\u{a}b\\u{1b}.csv");
    }
}
