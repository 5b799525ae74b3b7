//! Some rows of an answer, for a place where no others are wanted: those of one value of a dimension,
//! whose column then says nothing and goes, or those of single values, without totals.
//!
//! In: a table and what is wanted of it. Out: rows of the same table, as they were. Never: a figure made
//! anew.

use super::column::{Member, ResultColumn, TOTAL, Values};
use super::result::ResultTable;

/// Of a dimension: its first value, its last, each without their total.
const WORDS: [&str; 3] = ["first", "last", "each"];

impl ResultTable {
    /// The rows that are wanted, by dimension: a value as it is written, `total`, `first` and `last` of its
    /// values, or `each` of them without their total.
    pub(crate) fn narrowed(&self, only: &[(String, String)]) -> Result<Self, String> {
        let mut table = self.clone();
        for (name, wanted) in only {
            table = table.narrowed_by(name, wanted)?;
        }
        Ok(table)
    }

    fn narrowed_by(self, name: &str, wanted: &str) -> Result<Self, String> {
        let members = |it: &ResultColumn| matches!(it.values, Values::Members(_));
        let dimensions = || self.columns().iter().filter(|it| members(it));
        let Some(dimension) = dimensions().find(|it| it.name == name) else {
            let known: Vec<&str> = dimensions().map(|it| it.name.as_str()).collect();
            return Err(format!("there is no dimension `{name}`; there are {}", known.join(", ")));
        };
        let texts = dimension.texts();
        let mut single: Vec<&String> = texts.iter().flatten().filter(|it| *it != TOTAL).collect();
        single.sort_unstable();
        let value = match wanted {
            "first" => single.first().map(|it| it.as_str()),
            "last" => single.last().map(|it| it.as_str()),
            wanted => Some(wanted),
        };
        let rows: Vec<usize> = match value {
            Some("each") => dimension.single_rows(),
            value => (0..texts.len()).filter(|row| texts[*row].as_deref() == value).collect(),
        };
        if rows.is_empty() && !WORDS.contains(&wanted) {
            return Err(format!("no row has `{wanted}` as its `{name}`"));
        }
        let goes = |it: &ResultColumn| it.name == name && wanted != "each";
        let columns = self.columns().iter().filter(|it| !goes(it)).map(|column| {
            let mut column = column.clone();
            column.values.reorder(&rows);
            column
        });
        let columns = columns.collect();
        Ok(self.of_rows(columns, rows.len()))
    }
}

impl ResultColumn {
    fn texts(&self) -> Vec<Option<String>> {
        let Values::Members(members) = &self.values else { return Vec::new() };
        members.iter().map(|it| it.text().map(std::borrow::Cow::into_owned)).collect()
    }

    fn single_rows(&self) -> Vec<usize> {
        let Values::Members(members) = &self.values else { return Vec::new() };
        (0..members.len()).filter(|row| members[*row] != Member::Total).collect()
    }
}
