//! A delivery's id and window, and the calendar of deliveries.

use std::fmt;
use std::path::{Path, PathBuf};

use super::near_id::{ids_in, near_id};
use crate::finding::{shown, shown_name};
use crate::quarter::{Quarter, QuarterRange};

/// `YYYY-05`, `YYYY-11`, or a free id with a declared window.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct DeliveryId(String);

impl fmt::Display for DeliveryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An id or window that is missing, malformed or contradicted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeliveryIdError {
    /// Nothing says which delivery this is.
    #[error("no delivery id in the file name `{}`{}", shown_name(.file), remedy(.near.as_deref()))]
    Missing {
        /// The file's name.
        file: String,
        /// The id that its name may mean.
        near: Option<String>,
    },
    /// A file name says two ids.
    #[error(
        "the file name `{}` says two deliveries, {}; rename the file, or give \
         `--delivery {first}` if it is that one",
        shown_name(.file),
        ids(.first, .others)
    )]
    Several {
        /// The file's name.
        file: String,
        /// The id that follows the source's name.
        first: String,
        /// Those further on.
        others: Vec<String>,
    },
    /// The name or option holds something that is no id.
    #[error("{} is no delivery id: expected `YYYY-05` or `YYYY-11`{}", shown(.found), meant(.found))]
    Malformed {
        /// What was found.
        found: String,
    },
    /// A free id that cannot be used in commands.
    #[error(
        "{} cannot name a delivery: expected up to {most} letters without accents, digits, `-` and \
         `_`, the first a letter or a digit, and not digits only",
        shown(.0),
        most = LENGTH_MAX
    )]
    Name(String),
    /// What should be the id begins like an option.
    #[error(
        "expected an id after `--delivery`, found {}, which is written like an option; an id begins \
         with a letter or a digit, for example `--delivery 2007-05`",
        shown(.0)
    )]
    Option(String),
    /// File names and option do not agree.
    #[error("the file `{}` says delivery `{named}`, but `{declared}` was expected", shown_name(.file))]
    Contradiction {
        /// The file's name.
        file: String,
        /// The id in its name.
        named: String,
        /// The id declared, or read off another file.
        declared: String,
    },
    /// A calendar delivery cannot have another window.
    #[error("delivery `{id}` covers {calendar}, not {declared}; use a free id for another window")]
    Window {
        /// The id.
        id: String,
        /// The window the calendar gives.
        calendar: QuarterRange,
        /// The window declared.
        declared: QuarterRange,
    },
    /// A window that begins before there were data.
    #[error(
        "the window begins in {0}, but the source in {start}; give `--window {start}..{1}`, or the \
         quarters that the files hold",
        start = Quarter::SOURCE_START
    )]
    BeforeSource(Quarter, Quarter),
    /// A delivery of the calendar that ends before there were data.
    #[error(
        "delivery `{0}` covers {1}, but the source begins in {start}; the first delivery is `{first}`",
        start = Quarter::SOURCE_START,
        first = FIRST_ID
    )]
    NoSource(String, QuarterRange),
    /// A window longer than any source.
    #[error(
        "the window {}..{} has {} quarters; expected at most {most}: give those that the files hold, \
         for example `--window 2002Q4..2004Q4`",
        .0.first(),
        .0.last(),
        .0.iter().count(),
        most = WINDOW_LENGTH_MAX
    )]
    Long(QuarterRange),
}

/// The first delivery of the calendar that carries a quarter of the source.
const FIRST_ID: &str = "2004-05";
/// Quarters of fifty years.
const WINDOW_LENGTH_MAX: usize = 200;
/// Letters of a free id.
const LENGTH_MAX: usize = 40;

/// What to do about a file name without an id.
fn remedy(near: Option<&str>) -> String {
    match near {
        Some(id) => format!("; if `{id}` is meant, rename it, or give `--delivery {id}`"),
        None => "; give it with `--delivery 2007-05`".to_owned(),
    }
}

/// The id that may have been meant, or how to name another period.
fn meant(found: &str) -> String {
    match near_id(found) {
        Some(id) if found.is_ascii() => format!("; is `{id}` meant?"),
        Some(id) => format!("; is `{id}` meant, in the digits 0 to 9 and a plain dash?"),
        None => "; for another period give `--window` too, for example `--delivery backfill \
                 --window 2002Q4..2004Q4`"
            .to_owned(),
    }
}

fn ids(first: &str, others: &[String]) -> String {
    let others: Vec<String> = others.iter().map(|id| format!(" and `{id}`")).collect();
    format!("`{first}`{}", others.concat())
}

impl DeliveryId {
    /// A calendar id, or any short name where a window is declared.
    fn parse(text: &str, free: bool) -> Result<Self, DeliveryIdError> {
        let id = Self(text.to_owned());
        if id.calendar_window().is_some() {
            return Ok(id);
        }
        if text.starts_with('-') {
            return Err(DeliveryIdError::Option(text.to_owned()));
        }
        if !free {
            return Err(DeliveryIdError::Malformed { found: text.to_owned() });
        }
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        // An id of digits only could not be told from a version of the table.
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        let named = !digits && text.len() <= LENGTH_MAX && text.bytes().all(legal);
        let begins = text.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric());
        if named && begins { Ok(id) } else { Err(DeliveryIdError::Name(text.to_owned())) }
    }

    /// Whether the option could be an id at all, before any file is opened.
    pub(super) fn check_declared(
        declared: Option<&str>,
        window: Option<QuarterRange>,
    ) -> Result<(), DeliveryIdError> {
        declared.map_or(Ok(()), |text| Self::parse(text, window.is_some()).map(|_| ()))
    }

    /// A calendar id with its window.
    pub fn calendar(text: &str) -> Result<(Self, QuarterRange), DeliveryIdError> {
        let id = Self::parse(text, false)?;
        let malformed = || DeliveryIdError::Malformed { found: text.to_owned() };
        let window = id.calendar_window().ok_or_else(malformed)?;
        Ok((id, window))
    }

    /// The delivery that the name of a file says.
    pub fn of_file(path: &Path) -> Result<Self, DeliveryIdError> {
        settle(&[path.to_owned()], None, None).map(|(id, _)| id)
    }

    /// An id that a delivery may have, of the calendar or with a window of its own.
    pub fn named(text: &str) -> Result<Self, DeliveryIdError> {
        let is_like_calendar = text.bytes().all(|it| it.is_ascii_digit() || it == b'-');
        Self::parse(text, !is_like_calendar)
    }

    /// The text of the id.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The window of a calendar id: May of A covers Q3 and Q4 of A-2, November of A covers Q1 and
    /// Q2 of A-1. `None` for a free id.
    pub fn calendar_window(&self) -> Option<QuarterRange> {
        let (year, month) = self.0.split_once('-')?;
        if year.len() != 4 || !year.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let year: i32 = year.parse().ok()?;
        let (year, first) = match month {
            "05" => (year - 2, 3),
            "11" => (year - 1, 1),
            _ => return None,
        };
        let (first, last) = (Quarter::new(year, first)?, Quarter::new(year, first + 1)?);
        QuarterRange::new(first, last).ok()
    }
}

/// The calendar's deliveries up to and including `year`, oldest first, beginning with the one
/// that carries the first quarter of the source, 2002Q4.
pub(crate) fn calendar(year: i32) -> Vec<(DeliveryId, QuarterRange)> {
    let ids = (2004..=year)
        .flat_map(|year| ["05", "11"].map(|month| DeliveryId(format!("{year:04}-{month}"))));
    let windows = ids.filter_map(|id| id.calendar_window().map(|window| (id, window)));
    windows.filter(|(_, window)| Quarter::SOURCE_START <= window.last()).collect()
}

/// Id and window from the file names and the options; contradictions are errors.
pub(super) fn settle(
    paths: &[PathBuf],
    declared: Option<&str>,
    window: Option<QuarterRange>,
) -> Result<(DeliveryId, QuarterRange), DeliveryIdError> {
    let mut id = declared.map(|text| DeliveryId::parse(text, window.is_some())).transpose()?;
    for path in paths {
        let file = file_name(path);
        let Some(named) = named_id(&file) else { continue };
        let others: Vec<String> = ids_in(&file).into_iter().filter(|id| *id != named).collect();
        match &id {
            Some(id) if id.as_str() == named => {}
            Some(id) => {
                let declared = id.to_string();
                return Err(DeliveryIdError::Contradiction { file, named, declared });
            }
            None => id = Some(DeliveryId::parse(&named, window.is_some())?),
        }
        if declared.is_none() && !others.is_empty() {
            return Err(DeliveryIdError::Several { file, first: named, others });
        }
    }
    let missing = || {
        let file = paths.first().map(|path| file_name(path)).unwrap_or_default();
        DeliveryIdError::Missing { near: near_id(&file), file }
    };
    let id = id.ok_or_else(missing)?;
    match (id.calendar_window(), window) {
        (Some(calendar), Some(declared)) if calendar != declared => {
            Err(DeliveryIdError::Window { id: id.to_string(), calendar, declared })
        }
        (Some(calendar), _) if calendar.last() < Quarter::SOURCE_START => {
            Err(DeliveryIdError::NoSource(id.to_string(), calendar))
        }
        (Some(calendar), _) => Ok((id, calendar)),
        (None, Some(declared)) => free_window(declared).map(|window| (id, window)),
        (None, None) => Err(DeliveryIdError::Malformed { found: id.to_string() }),
    }
}

/// The window of a free id, which must be one that the source can have.
fn free_window(window: QuarterRange) -> Result<QuarterRange, DeliveryIdError> {
    if window.first() < Quarter::SOURCE_START {
        let last = window.last().max(Quarter::SOURCE_START);
        return Err(DeliveryIdError::BeforeSource(window.first(), last));
    }
    if window.iter().count() > WINDOW_LENGTH_MAX {
        return Err(DeliveryIdError::Long(window));
    }
    Ok(window)
}

/// The name of a file without its folder.
pub(super) fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// The `YYYY-MM` that follows the source's name in a file name.
fn named_id(file: &str) -> Option<String> {
    const PREFIX: &str = "dwh_sppis_formulaires_";
    let at = file.to_ascii_lowercase().find(PREFIX)? + PREFIX.len();
    let id: String = file.get(at..)?.chars().take(7).collect();
    let shape = id.bytes().enumerate().all(|(index, byte)| match index {
        4 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    (shape && id.len() == 7).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settled(file: &str, declared: Option<&str>, window: Option<&str>) -> String {
        let window = window.map(|text| text.parse().unwrap());
        match settle(&[PathBuf::from(file)], declared, window) {
            Ok((id, window)) => format!("{id} {window}"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn the_calendar_gives_the_window() {
        let file = "in/DWH_SPPIS_Formulaires_2025-05_part1.csv.gz";
        assert_eq!(settled(file, None, None), "2025-05 2023Q3..2023Q4");
        assert_eq!(settled("x.csv", Some("2025-11"), None), "2025-11 2024Q1..2024Q2");
        let window = Some("2002Q4..2004Q4");
        assert_eq!(settled("x.csv", Some("backfill"), window), "backfill 2002Q4..2004Q4");
    }

    #[test]
    fn a_missing_malformed_or_contradicted_id_is_refused() {
        assert!(
            settled("x.csv", None, None).starts_with("no delivery id in the file name `x.csv`")
        );
        let file = "DWH_SPPIS_Formulaires_2007-06.csv";
        assert!(settled(file, None, None).starts_with("`2007-06` is no delivery id"));
        let file = "DWH_SPPIS_Formulaires_2007-05.csv";
        let contradiction = settled(file, Some("2007-11"), None);
        assert!(
            contradiction.contains("says delivery `2007-05`, but `2007-11`"),
            "{contradiction}"
        );
        let window = settled("x.csv", Some("2007-11"), Some("2002Q4..2004Q4"));
        assert!(window.contains("covers 2006Q1..2006Q2"), "{window}");
    }

    #[test]
    fn the_first_delivery_of_the_calendar_carries_2002q4() {
        let first = calendar(2005).first().map(|(id, _)| id.to_string());
        assert_eq!(first.as_deref(), Some("2004-05"));
    }
}
