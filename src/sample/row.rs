//! A row of a sample delivery: its fields by column.

use crate::quarter::{Day, date_of};

/// The columns of a sample delivery, in order.
pub(super) const COLUMNS: [&str; 23] = [
    "NISS",
    "LEGISLATION",
    "CPAS",
    "DPAY1STDAY",
    "DPAYLSTDAY",
    "BUDART_ID",
    "THP_ID",
    "CTYPHLP",
    "CA60BENPLC",
    "CBENCONV",
    "EBENCONVCM",
    "CBENITGTYP",
    "CBENIDVTYP",
    "CPTNIDVTYP",
    "IA60PTNACP",
    "IA61BENACP",
    "CPTNACTACP",
    "NNISPTN2",
    "ARTICLE35BEN",
    "STS_CNT_ID",
    "CAT_CNT_ID",
    "TYPAMT_ID",
    "NDOSSFX",
];

/// A row under construction.
#[derive(Debug, Clone)]
pub(super) struct Row {
    fields: [String; COLUMNS.len()],
    /// The first day, for mistakes that depend on it.
    pub(super) first_day: Day,
}

impl Row {
    pub(super) fn new(first_day: Day, last_day: Day) -> Self {
        let mut row = Self { fields: std::array::from_fn(|_| String::new()), first_day };
        row.set("DPAY1STDAY", date_of(first_day).to_string());
        row.set("DPAYLSTDAY", date_of(last_day).to_string());
        row
    }

    pub(super) fn set(&mut self, column: &str, value: impl Into<String>) {
        if let Some(at) = COLUMNS.iter().position(|known| *known == column) {
            self.fields[at] = value.into();
        }
    }

    pub(super) fn get(&self, column: &str) -> &str {
        let at = COLUMNS.iter().position(|known| *known == column);
        at.map_or("", |at| &self.fields[at])
    }

    pub(super) fn line(&self) -> String {
        self.fields.join(";")
    }
}
