//! A variable that the delivery before had values of, and this one has none of.

use super::profile::Profile;
use crate::dictionary::Column;
use crate::finding::{DeliveryFinding, Rule, Severity};

/// `delivery.column-gone`
pub(super) static RULE: Rule = Rule {
    id: "delivery.column-gone",
    severity: Severity::Block,
    meaning: "a variable that the delivery before had values of has values in this one too",
    help: "ask the sender whether the column is meant to be left out; if so, `--without-column NAME`",
};

/// Values that must be expected before a column without any counts as gone: of a few rows none may
/// happen to have one.
const EXPECTED_MIN: u128 = 20;

/// Files of a delivery, and those of them that have no column of a variable.
#[derive(Debug, Clone, Copy, Default)]
pub struct Lacking {
    /// Files without the column.
    pub without: usize,
    /// All of them.
    pub files: usize,
}

impl Lacking {
    /// Whether a larger share of files lacks the column than did before.
    fn is_more_than(self, before: Self) -> bool {
        let (now, then) = (self.without * before.files.max(1), before.without * self.files);
        now > then
    }
}

/// The variables that are gone. `before` is the delivery before and its profile; `lacking` says how
/// many files lack a column, of the delivery before and of this one, `in_use` whether a variable was
/// valid in both windows.
///
/// A column that no file has is gone where there was a single value, and so is one that a larger share
/// of the files lacks than before. One that is there and empty is gone where, by its share of rows
/// before, twenty values were to be expected; values from before or after a variable's validity are
/// mistakes, and let none be expected.
pub fn columns_gone(
    before: (&str, &Profile),
    now: &Profile,
    lacking: impl Fn(Column) -> (Lacking, Lacking),
    in_use: impl Fn(&str) -> bool,
) -> Vec<DeliveryFinding> {
    let (name, before) = before;
    let gone = |(variable, profile): (&String, &super::VariableProfile)| {
        let column = Column::named(variable)?;
        let left = now.variables.get(variable).map_or(0, |it| it.filled);
        let (lacked, lacks) = lacking(column);
        if profile.filled == 0 {
            return None;
        }
        let expected = u128::from(profile.filled) * u128::from(now.rows);
        let here = match lacks {
            Lacking { without, files } if without == files && left == 0 => {
                "here no file has the column".to_owned()
            }
            Lacking { without, files } if lacks.is_more_than(lacked) => {
                format!("here {without} of {files} files {} no such column", have(without))
            }
            _ if left > 0
                || expected < EXPECTED_MIN * u128::from(before.rows)
                || !in_use(variable) =>
            {
                return None;
            }
            _ => format!("here none of {} rows has one", now.rows),
        };
        let text =
            format!("in {name} {} of {} rows have a value, {here}", profile.filled, before.rows);
        Some(DeliveryFinding { rule: &RULE, column: Some(column.name()), text })
    };
    before.variables.iter().filter_map(gone).collect()
}

fn have(files: usize) -> &'static str {
    if files == 1 { "has" } else { "have" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::VariableProfile;

    fn profile(rows: u64, filled: u64) -> Profile {
        let variable = VariableProfile { filled, ..VariableProfile::default() };
        let variables = [("CBENCONV".to_owned(), variable)].into();
        Profile { rows, variables, ..Profile::default() }
    }

    #[test]
    fn a_column_is_gone_when_no_file_has_it_or_many_values_were_to_be_expected() {
        let gone = |before: (u64, u64), now: (u64, u64), there: bool, in_use: bool| {
            let (before, now) = (profile(before.0, before.1), profile(now.0, now.1));
            let lacking = |without| Lacking { without, files: 1 };
            let lacking = |_| (lacking(0), lacking(usize::from(!there)));
            !columns_gone(("2007-05@1", &before), &now, lacking, |_| in_use).is_empty()
        };
        assert!(gone((1000, 1), (1000, 0), false, true));
        assert!(gone((1000, 1), (1000, 0), false, false));
        assert!(!gone((1000, 0), (1000, 0), false, true));
        assert!(!gone((1000, 100), (1000, 1), true, true));
        assert!(gone((1000, 100), (200, 0), true, true));
        assert!(!gone((1000, 100), (200, 0), true, false));
        assert!(!gone((1000, 100), (199, 0), true, true));
        assert!(!gone((2, 2), (1, 0), true, true));
    }

    #[test]
    fn a_column_is_gone_from_a_part_unless_as_many_parts_lacked_it_before() {
        let gone = |before: (usize, usize), now: (usize, usize)| {
            let lacking = |(without, files)| Lacking { without, files };
            let lacking = |_| (lacking(before), lacking(now));
            let profiles = (profile(100, 50), profile(100, 1));
            !columns_gone(("2007-05@1", &profiles.0), &profiles.1, lacking, |_| true).is_empty()
        };
        assert!(gone((0, 1), (1, 2)));
        assert!(gone((0, 0), (1, 2)));
        assert!(gone((1, 4), (1, 2)));
        assert!(!gone((0, 2), (0, 3)));
        assert!(!gone((1, 2), (1, 2)));
        assert!(!gone((1, 2), (2, 4)));
        assert!(!gone((1, 2), (0, 1)));
    }
}
