//! National and BIS numbers as they are issued: published ones, generated ones, python-stdnum's reading.

use std::fmt::Write as _;

use proptest::prelude::*;
use sppis::decode::{NationalNumber, parse_national};

use crate::peers::peer;
use crate::sandbox::Sandbox;

/// Sex and year of birth, a question mark where they are not known; `None` for no number.
fn read(text: &str) -> Option<String> {
    let NationalNumber { sex, birth_year, .. } = parse_national(text).ok()?;
    let year = birth_year.map_or("?".to_owned(), |year| year.to_string());
    Some(format!("{} {year}", sex.map_or("?", |sex| sex.letter())))
}

/// From the tests of python-stdnum 2.2 (`tests/test_be_nn.doctest`, `test_be_bis.doctest`) and of
/// belgif's rest-problem-java (`SsinValidatorTest`), with what they say of each.
const PUBLISHED: [(&str, &str); 31] = [
    ("85.07.30-033 28", "M 1985"),
    ("17 07 30 033 84", "M 2017"),
    ("75.06.08-980.09", "F 1975"),
    ("98.47.28-997.65", "M 1998"),
    ("01 49 07 001 85", "M 2001"),
    ("75.46.08-980.95", "F 1975"),
    ("75.26.08-980.52", "? 1975"),
    // Nothing of the date is known.
    ("00000100166", "M ?"),
    ("00000100195", "M ?"),
    ("00400100155", "M ?"),
    ("00200100112", "? ?"),
    ("00400100184", "M ?"),
    ("00200100141", "? ?"),
    // Only the year is known, or year and month.
    ("00000000128", "M 2000"),
    ("00010000135", "M 2000"),
    ("00400000117", "M 2000"),
    ("00200000171", "? 2000"),
    ("00410000124", "M 2000"),
    ("00210000178", "? 2000"),
    ("23292805780", "? 1923"),
    ("81050003552", "M 1981"),
    ("92200006963", "? 1992"),
    ("92321506985", "? 1992"),
    ("92400006909", "M 1992"),
    ("92521506931", "M 1992"),
    ("70252501507", "? 1970"),
    ("92471506993", "M 1992"),
    ("19282416134", "? 2019"),
    ("81000003517", "M 1981"),
    ("81120103571", "M 1981"),
    ("19082416188", "M 2019"),
];

/// From the same sources: check number, month, day of the month, sequence 000 and 999.
const PUBLISHED_AS_NONE: [&str; 11] = [
    "12345678901",
    "85133000105",
    "85533000191",
    "85333000148",
    "81130103578",
    "81043103522",
    "81023003522",
    "81022903534",
    "47060200096",
    "99020299964",
    "81050103521",
];

#[test]
fn published_numbers_are_read_as_their_publishers_read_them() {
    for (number, expected) in PUBLISHED {
        assert_eq!(read(number).as_deref(), Some(expected), "{number}");
    }
    for number in PUBLISHED_AS_NONE {
        assert_eq!(read(number), None, "{number}");
    }
}

#[test]
fn where_the_publishers_do_not_agree_the_rules_of_this_program_decide() {
    // python-stdnum takes a day of 35 in July for an unknown one; days count on only without a month.
    for number in ["85073500107", "85473500193", "85273500150"] {
        assert_eq!(read(number), None, "{number}");
    }
    // belgif knows no numbers whose date has run out.
    assert_eq!(read("81001202357").as_deref(), Some("M 1981"));
    // belgif leaves the sequence of BIS numbers open.
    assert_eq!(read("80240199943"), None);
}

/// The parts of a number that may be issued or not.
#[derive(Debug, Clone, Copy)]
struct Parts {
    year: i32,
    /// 0, or 20 and 40 for BIS numbers.
    shift: i32,
    month: i32,
    day: i32,
    sequence: i32,
}

impl Parts {
    fn text(self) -> String {
        let Self { year, shift, month, day, sequence } = self;
        let body = format!("{:02}{:02}{day:02}{sequence:03}", year % 100, month + shift);
        let number: i64 = body.parse().unwrap();
        let number = if year < 2000 { number } else { number + 2_000_000_000 };
        format!("{body}{:02}", 97 - number % 97)
    }

    fn days(self) -> i32 {
        let leap = self.year % 4 == 0 && (self.year % 100 != 0 || self.year % 400 == 0);
        match self.month {
            0 => 99,
            2 => 28 + i32::from(leap),
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        }
    }

    fn is_issued(self) -> bool {
        (0..=12).contains(&self.month)
            && (0..=self.days()).contains(&self.day)
            && (1..=998).contains(&self.sequence)
    }

    fn expected(self) -> String {
        let sex = match (self.shift, self.sequence % 2) {
            (20, _) => "?",
            (_, 1) => "M",
            _ => "F",
        };
        let unknown = self.year % 100 == 0 && self.month == 0 && self.day != 0;
        let year = if unknown { "?".to_owned() } else { self.year.to_string() };
        format!("{sex} {year}")
    }
}

/// Numbers of every kind: usual ones, unknown days and months, dates that have run out, BIS numbers.
fn issued() -> impl Strategy<Value = Parts> {
    let years = prop_oneof![4 => 1900..=2099, 1 => Just(1900), 1 => Just(2000)];
    let months = prop_oneof![3 => 1..=12, 1 => Just(0), 1 => Just(2)];
    let days = prop_oneof![4 => 0..=31, 1 => 0..=99];
    let sequences = prop_oneof![4 => 1..=998, 1 => Just(1), 1 => Just(998)];
    let shifts = prop::sample::select(vec![0, 20, 40]);
    (years, shifts, months, days, sequences).prop_map(|(year, shift, month, day, sequence)| {
        let parts = Parts { year, shift, month, day, sequence };
        Parts { day: day % (parts.days() + 1), ..parts }
    })
}

proptest! {
    #[test]
    fn a_number_as_it_is_issued_says_sex_and_year(parts in issued()) {
        prop_assert!(parts.is_issued());
        prop_assert_eq!(read(&parts.text()), Some(parts.expected()));
    }

    #[test]
    fn a_number_with_another_digit_is_refused_unless_the_other_century_fits(
        parts in issued(),
        at in 0_usize..11,
        by in 1_u8..10,
    ) {
        let mut digits = parts.text().into_bytes();
        digits[at] = b'0' + (digits[at] - b'0' + by) % 10;
        let text = String::from_utf8(digits).unwrap();
        let (body, check) = text.split_at(9);
        let (body, check): (i64, i64) = (body.parse().unwrap(), check.parse().unwrap());
        let fits = |prefix: i64| 97 - (prefix + body) % 97 == check;
        let (own, other) = if parts.year < 2000 { (0, 2_000_000_000) } else { (2_000_000_000, 0) };
        prop_assert!(!fits(own));
        if !fits(other) {
            prop_assert_eq!(read(&text), None);
        }
    }
}

#[test]
fn thousands_of_numbers_are_read_as_python_stdnum_reads_them() {
    let mut all = Vec::new();
    for year in [1900, 1904, 1950, 1999, 2000, 2001, 2004, 2023] {
        for month in 0..=13 {
            for day in [0, 1, 2, 28, 29, 30, 31, 32, 45, 99] {
                for sequence in [0, 1, 2, 501, 998, 999] {
                    let parts = |shift| Parts { year, shift, month, day, sequence };
                    all.extend([0, 20, 40].map(parts));
                }
            }
        }
    }
    assert!(all.len() > 20_000);
    let sandbox = Sandbox::empty();
    let mut text = String::new();
    for parts in &all {
        writeln!(text, "{}", parts.text()).unwrap();
    }
    let file = sandbox.write("numbers.txt", text);
    let answers = peer("niss.py", &[file.to_str().unwrap()]);
    assert_eq!(answers.lines().count(), all.len());
    for (parts, answer) in all.iter().zip(answers.lines()) {
        let [valid, year, sex] = answer.split('|').collect::<Vec<_>>()[..] else {
            panic!("{answer}")
        };
        // It takes any sequence, and any day that its month does not have for an unknown one.
        let known_difference = !(1..=998).contains(&parts.sequence) || parts.day > parts.days();
        let expected = (valid == "valid" && !known_difference).then(|| {
            // Of dates that are not known at all it knows the first number only, not those that follow.
            let counted_on = parts.year % 100 == 0 && parts.month == 0 && parts.day > 1;
            let year = if counted_on || year.is_empty() { "?" } else { year };
            format!("{} {year}", if sex.is_empty() { "?" } else { sex })
        });
        assert_eq!(read(&parts.text()), expected, "{parts:?}");
    }
}
