//! Mistakes planted in sample rows: one for each rule that a row alone or with its twin can break.

use chrono::Datelike as _;

use super::row::{COLUMNS, Row};
use crate::quarter::{Day, date_of, day_of, end_of_month};

/// A kind of mistake, and the rule that must find it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mistake {
    /// The id of the rule that must find it.
    pub(super) rule: &'static str,
    plant: fn(Row) -> Option<Vec<Vec<u8>>>,
}

impl Mistake {
    /// The lines that stand in place of the row, or `None` where the mistake does not fit it.
    pub(super) fn plant(self, row: &Row) -> Option<Vec<Vec<u8>>> {
        (self.plant)(row.clone())
    }
}

macro_rules! mistakes {
    ($($rule:literal => $plant:expr),* $(,)?) => {
        &[$(Mistake { rule: $rule, plant: $plant }),*]
    };
}

/// Every kind of mistake. New ones come last, so that a choice of earlier ones plants the same as ever.
pub(super) static ALL: &[Mistake] = mistakes! {
    "decode.field-count" => |row| Some(vec![format!("{};surplus", row.line()).into_bytes()]),
    "decode.quote-unclosed" => |row| with(row.clone(), "CPAS", format!("\"{}", row.get("CPAS"))),
    "decode.encoding" => |row| Some(vec![with_invalid_byte(&row)]),
    "decode.date" => |row| with(row, "DPAYLSTDAY", "31/02/2007"),
    "decode.amount" => |row| with(row, "EBENCONVCM", "five hundred"),
    "decode.amount-ambiguous" => |row| with(row, "EBENCONVCM", "1.234"),
    "decode.code-identifier" => |row| with(row.clone(), "CTYPHLP", row.get("NISS")),
    "check.niss-missing" => |row| with(row, "NISS", ""),
    "check.niss-invalid" => |row| with(row.clone(), "NISS", misprinted(row.get("NISS"))),
    "check.first-day-missing" => |row| with(row, "DPAY1STDAY", ""),
    "check.days-reversed" => |row| {
        let before = date_of(row.first_day - 1).to_string();
        with(row, "DPAYLSTDAY", before)
    },
    "check.regime-missing" => |row| with(row, "LEGISLATION", ""),
    "check.regime-unknown" => |row| with(row, "LEGISLATION", "9"),
    "check.before-source" => |row| {
        // The last day stays, so that the row still touches the window.
        let fits = row.get("EBENCONVCM").is_empty() && !row.get("DPAYLSTDAY").is_empty();
        with(fits.then_some(row)?, "DPAY1STDAY", "2002-09-30")
    },
    "check.amount-before-validity" => |mut row| {
        let fits = !row.get("DPAYLSTDAY").is_empty() && since(&row, 2005);
        row.set("CBENCONV", "2");
        row.set("EBENCONVCM", "500.00");
        with(fits.then_some(row)?, "DPAY1STDAY", "2004-12-31")
    },
    "check.outside-window" => |mut row| {
        let fits = row.get("EBENCONVCM").is_empty();
        row.set("DPAY1STDAY", "2031-01-01");
        with(fits.then_some(row)?, "DPAYLSTDAY", "2031-01-31")
    },
    "check.duplicate-row" => |row| {
        let line = row.line().into_bytes();
        Some(vec![line.clone(), line])
    },
    "check.last-day-missing" => |row| {
        let month_end = date_of(end_of_month(row.first_day)).to_string();
        let fits = row.get("DPAYLSTDAY") == month_end;
        with(fits.then_some(row)?, "DPAYLSTDAY", "")
    },
    "check.interval-long" => |row| {
        let last = date_of(row.first_day + 40).to_string();
        with(row, "DPAYLSTDAY", last)
    },
    "check.code-unknown" => |row| with(row, "TYPAMT_ID", "7"),
    "check.code-outside-validity" => |row| {
        let fits = row.get("LEGISLATION") == "1" && since(&row, 2016);
        with(fits.then_some(row)?, "BUDART_ID", "1173")
    },
    "check.variable-outside-validity" => |row| {
        let fits = row.get("LEGISLATION") == "1" && !since(&row, 2014);
        with(fits.then_some(row)?, "ARTICLE35BEN", "100.00")
    },
    "check.variable-other-regime" => |row| {
        let fits = row.get("LEGISLATION") == "1";
        with(fits.then_some(row)?, "IA61BENACP", "1")
    },
    "check.amount-without-convention" => |row| {
        let fits = row.get("CBENCONV") == "0" && since(&row, 2005);
        with(fits.then_some(row)?, "EBENCONVCM", "500,00")
    },
    "check.convention-without-amount" => |mut row| {
        let fits = since(&row, 2006) && row.get("LEGISLATION") != "6";
        row.set("CBENCONV", "1");
        with(fits.then_some(row)?, "EBENCONVCM", "")
    },
    "check.not-eligible" => |row| {
        let measures = ["59", "61", "113", "115"];
        let fits = row.get("LEGISLATION") == "2" && measures.contains(&row.get("THP_ID"));
        with(fits.then_some(row)?, "STS_CNT_ID", "B")
    },
    "check.niss-padded" => |row| {
        let lost = row.get("NISS").strip_prefix('0')?.to_owned();
        with(row, "NISS", lost)
    },
    "check.partner-invalid" => |row| {
        let partner = misprinted(row.get("NNISPTN2"));
        let fits = !row.get("NNISPTN2").is_empty();
        with(fits.then_some(row)?, "NNISPTN2", partner)
    },
    "check.unclassified" => |mut row| {
        let fits = row.get("EBENCONVCM").is_empty() && row.get("CBENCONV") == "0";
        for column in ["BUDART_ID", "THP_ID", "CBENIDVTYP"] {
            row.set(column, "");
        }
        with(fits.then_some(row)?, "CBENITGTYP", "")
    },
    "check.interval-implausible" => |row| {
        let fits = row.get("EBENCONVCM").is_empty();
        let last = date_of(row.first_day + 366).to_string();
        with(fits.then_some(row)?, "DPAYLSTDAY", last)
    },
    "check.no-value-word" => |row| {
        let fits = row.get("NNISPTN2").is_empty();
        with(fits.then_some(row)?, "NNISPTN2", "NULL")
    },
    "check.code-decimal" => |row| with(row.clone(), "LEGISLATION", format!("{}.0", row.get("LEGISLATION"))),
    "check.born-after" => |row| {
        let later = born_in(row.get("NISS"), date_of(row.first_day).year() + 1)?;
        with(row, "NISS", later)
    },
    "check.place-unknown" => |row| with(row, "CPAS", "21999"),
    "check.place-outside-validity" => |row| {
        // La Louvière, whose code changed on 2019-01-01.
        let code = if since(&row, 2019) { "55022" } else { "58001" };
        with(row, "CPAS", code)
    },
    // Ten digits of the number, as shifted columns bring them.
    "decode.amount-implausible" => |row| with(row.clone(), "EBENCONVCM", row.get("NISS").get(..10)?),
};

/// The row with another value in a column, as one line.
#[expect(clippy::unnecessary_wraps, reason = "the form that all plants have")]
fn with(mut row: Row, column: &str, value: impl Into<String>) -> Option<Vec<Vec<u8>>> {
    row.set(column, value);
    Some(vec![row.line().into_bytes()])
}

/// The number of somebody born on the same day of a year from 2000 on.
fn born_in(number: &str, year: i32) -> Option<String> {
    let body = format!("{:02}{}", year % 100, number.get(2..9)?);
    let digits: i64 = body.parse().ok()?;
    Some(format!("{body}{:02}", 97 - (2_000_000_000 + digits) % 97))
}

/// The number with another last digit, which its check number does not fit.
fn misprinted(number: &str) -> String {
    let last = if number.ends_with('1') { '2' } else { '1' };
    let mut misprinted = number.to_owned();
    misprinted.pop();
    misprinted.push(last);
    misprinted
}

/// Whether the row begins in `year` or later.
fn since(row: &Row, year: i32) -> bool {
    let start: Option<Day> = chrono::NaiveDate::from_ymd_opt(year, 1, 1).map(day_of);
    start.is_some_and(|start| row.first_day >= start)
}

/// The row with a byte that is not UTF-8 in its last field.
fn with_invalid_byte(row: &Row) -> Vec<u8> {
    debug_assert_eq!(COLUMNS.last(), Some(&"NDOSSFX"));
    let mut line = row.line().into_bytes();
    line.push(0xE9);
    line
}
