//! Mistakes planted in sample rows: one for each rule that a row alone or with its twin can break.

use super::row::{COLUMNS, Row};
use crate::quarter::date_of;

/// A kind of mistake, and the rule that must find it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mistake {
    FieldCount,
    QuoteUnclosed,
    Encoding,
    Date,
    Amount,
    AmountAmbiguous,
    NissMissing,
    NissInvalid,
    FirstDayMissing,
    DaysReversed,
    RegimeMissing,
    RegimeUnknown,
    BeforeSource,
    OutsideWindow,
    AmountBeforeValidity,
    DuplicateRow,
    CodeUnknown,
    CodeOutsideValidity,
    VariableOtherRegime,
    AmountWithoutConvention,
}

impl Mistake {
    pub(super) const ALL: [Self; 20] = [
        Self::FieldCount,
        Self::QuoteUnclosed,
        Self::Encoding,
        Self::Date,
        Self::Amount,
        Self::AmountAmbiguous,
        Self::NissMissing,
        Self::NissInvalid,
        Self::FirstDayMissing,
        Self::DaysReversed,
        Self::RegimeMissing,
        Self::RegimeUnknown,
        Self::BeforeSource,
        Self::OutsideWindow,
        Self::AmountBeforeValidity,
        Self::DuplicateRow,
        Self::CodeUnknown,
        Self::CodeOutsideValidity,
        Self::VariableOtherRegime,
        Self::AmountWithoutConvention,
    ];

    /// The id of the rule that must find it.
    pub(super) fn rule(self) -> &'static str {
        match self {
            Self::FieldCount => "decode.field-count",
            Self::QuoteUnclosed => "decode.quote-unclosed",
            Self::Encoding => "decode.encoding",
            Self::Date => "decode.date",
            Self::Amount => "decode.amount",
            Self::AmountAmbiguous => "decode.amount-ambiguous",
            Self::NissMissing => "check.niss-missing",
            Self::NissInvalid => "check.niss-invalid",
            Self::FirstDayMissing => "check.first-day-missing",
            Self::DaysReversed => "check.days-reversed",
            Self::RegimeMissing => "check.regime-missing",
            Self::RegimeUnknown => "check.regime-unknown",
            Self::BeforeSource => "check.before-source",
            Self::OutsideWindow => "check.outside-window",
            Self::AmountBeforeValidity => "check.amount-before-validity",
            Self::DuplicateRow => "check.duplicate-row",
            Self::CodeUnknown => "check.code-unknown",
            Self::CodeOutsideValidity => "check.code-outside-validity",
            Self::VariableOtherRegime => "check.variable-other-regime",
            Self::AmountWithoutConvention => "check.amount-without-convention",
        }
    }

    /// The lines that stand in place of the row, or `None` where the mistake does not fit it.
    pub(super) fn plant(self, row: &Row) -> Option<Vec<Vec<u8>>> {
        let mut row = row.clone();
        let set = |row: &mut Row, column: &str, value: &str| row.set(column, value);
        match self {
            Self::FieldCount => return Some(vec![format!("{};surplus", row.line()).into_bytes()]),
            Self::QuoteUnclosed => {
                let cpas = format!("\"{}", row.get("CPAS"));
                row.set("CPAS", cpas);
            }
            Self::Encoding => return Some(vec![with_invalid_byte(&row)]),
            Self::Date => set(&mut row, "DPAYLSTDAY", "31/02/2007"),
            Self::Amount => set(&mut row, "EBENCONVCM", "five hundred"),
            Self::AmountAmbiguous => set(&mut row, "EBENCONVCM", "1.234"),
            Self::NissMissing => set(&mut row, "NISS", ""),
            Self::NissInvalid => {
                let mut niss = row.get("NISS").to_owned();
                let last = if niss.ends_with('1') { '2' } else { '1' };
                niss.pop();
                niss.push(last);
                row.set("NISS", niss);
            }
            Self::FirstDayMissing => set(&mut row, "DPAY1STDAY", ""),
            Self::DaysReversed => {
                let before = date_of(row.first_day - 1).to_string();
                row.set("DPAYLSTDAY", before);
            }
            Self::RegimeMissing => set(&mut row, "LEGISLATION", ""),
            Self::RegimeUnknown => set(&mut row, "LEGISLATION", "9"),
            // The last day stays: the row still touches the window, unless it has no last day.
            Self::BeforeSource if row.get("EBENCONVCM").is_empty() && has_last_day(&row) => {
                set(&mut row, "DPAY1STDAY", "2002-09-30");
            }
            Self::AmountBeforeValidity
                if has_last_day(&row) && date_of(row.first_day) >= amount_start() =>
            {
                set(&mut row, "DPAY1STDAY", "2004-12-31");
                set(&mut row, "CBENCONV", "2");
                set(&mut row, "EBENCONVCM", "500.00");
            }
            Self::OutsideWindow if row.get("EBENCONVCM").is_empty() => {
                set(&mut row, "DPAY1STDAY", "2031-01-01");
                set(&mut row, "DPAYLSTDAY", "2031-01-31");
            }
            Self::BeforeSource | Self::AmountBeforeValidity | Self::OutsideWindow => return None,
            Self::DuplicateRow => {
                let line = row.line().into_bytes();
                return Some(vec![line.clone(), line]);
            }
            Self::CodeUnknown => set(&mut row, "TYPAMT_ID", "7"),
            Self::CodeOutsideValidity => {
                if row.get("LEGISLATION") != "1" || date_of(row.first_day) < new_codes() {
                    return None;
                }
                set(&mut row, "BUDART_ID", "1173");
            }
            Self::VariableOtherRegime if row.get("LEGISLATION") == "1" => {
                set(&mut row, "IA61BENACP", "1");
            }
            Self::AmountWithoutConvention
                if row.get("CBENCONV") == "0" && date_of(row.first_day) >= amount_start() =>
            {
                set(&mut row, "EBENCONVCM", "500,00");
            }
            Self::VariableOtherRegime | Self::AmountWithoutConvention => return None,
        }
        Some(vec![row.line().into_bytes()])
    }
}

fn has_last_day(row: &Row) -> bool {
    !row.get("DPAYLSTDAY").is_empty()
}

fn amount_start() -> chrono::NaiveDate {
    chrono::NaiveDate::from_ymd_opt(2005, 1, 1).unwrap_or_default()
}

fn new_codes() -> chrono::NaiveDate {
    chrono::NaiveDate::from_ymd_opt(2016, 1, 1).unwrap_or_default()
}

/// The row with a byte that is not UTF-8 in its last field.
fn with_invalid_byte(row: &Row) -> Vec<u8> {
    debug_assert_eq!(COLUMNS.last(), Some(&"NDOSSFX"));
    let mut line = row.line().into_bytes();
    line.push(0xE9);
    line
}
