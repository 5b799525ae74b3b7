//! What a workbook is made of.

use super::super::Grid;
use crate::chart::Chart;
use crate::disclosure::ReleasedTable;
use crate::render::Look;
use crate::words::Language;

/// What a workbook holds.
#[derive(Debug)]
pub(crate) struct Book<'a> {
    /// The language of its words.
    pub language: Language,
    /// What it shows.
    pub title: &'a str,
    /// What it is for.
    pub description: &'a str,
    /// What else the cover says of it, each under a label.
    pub about: Vec<(&'a str, &'a str)>,
    /// Tables and charts in their order.
    pub sheets: Vec<Sheet<'a>>,
    /// Tables whose columns are explained, and whose values stand in sheets of their own.
    pub tables: Vec<(&'a ReleasedTable, Look<'a>)>,
    /// Where the figures come from: a label and a text each.
    pub sources: Vec<(String, String)>,
}

/// A table or a chart, on a sheet of its own.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sheet<'a> {
    /// "Table 2" or "Chart 1", in the language.
    pub name: &'a str,
    /// What is to be seen.
    pub title: &'a str,
    /// What its author says besides.
    pub remark: Option<&'a str>,
    /// The table; of a chart the figures that are drawn.
    pub grid: &'a Grid,
    /// The chart.
    pub chart: Option<&'a Chart>,
}
