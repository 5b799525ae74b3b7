//! A table with the way it is shown: which columns, under which headings, with which symbols.

use super::cells::{Grid, GridCell, GridRow, Head};
use super::words::{
    bare_places, capital, cell, dimensions, heading, is_number, label_of, member_text,
    name_of_place, note, symbols, text_of, titled,
};
use crate::disclosure::{Cell, Member, Note, ReleasedTable, ResultColumn, Values};
use crate::render::{Look, people, plain};
use crate::words::Words;

/// Symbols of statuses, in the order of the legend.
const SYMBOLS: [(&str, &str, &str); 5] = [
    ("undefined", "–", "status_meaning.undefined"),
    ("not_applicable", ".", "status_meaning.not_applicable"),
    ("not_delivered", ":", "status_meaning.not_delivered"),
    ("partial", "*", "status_meaning.partial"),
    ("no_row", "..", "status_meaning.no_row"),
];

/// The status of a cell that no row of the table stands behind, nor a 0.
pub(super) const NO_ROW: &str = "no_row";

/// The mark of numbers over some of their quarters.
pub(super) const PARTIAL: char = '*';

/// A table with the way it is shown.
pub(super) struct Layout<'a> {
    pub(super) table: &'a ReleasedTable,
    pub(super) look: Look<'a>,
    pub(super) as_named: bool,
    pub(super) is_wide: bool,
    /// Dimensions whose places stand by their names alone.
    pub(super) bare: Vec<&'a str>,
}

impl<'a> Layout<'a> {
    /// For a table that is laid out elsewhere, with words and symbols for people.
    pub(super) fn for_people(table: &'a ReleasedTable, look: Look<'a>) -> Self {
        let bare = bare_places(dimensions(table), look);
        Self { table, look, as_named: false, is_wide: false, bare }
    }

    /// The columns behind the dimensions that are shown.
    pub(super) fn figures(&self, wanted: &[String]) -> Result<Vec<&'a ResultColumn>, String> {
        let behind = &self.table.columns()[self.stubs().len()..];
        let numbers: Vec<&str> =
            behind.iter().filter(|it| is_number(it)).map(|it| it.name.as_str()).collect();
        if let Some(unknown) = wanted.iter().find(|it| !numbers.contains(&it.as_str())) {
            return Err(format!(
                "there is no column of numbers `{unknown}`: there are {}",
                numbers.join(", ")
            ));
        }
        let is_shown = |it: &&ResultColumn| {
            if is_number(it) {
                wanted.is_empty() || wanted.contains(&it.name)
            } else {
                self.has_statuses() || !it.is_status()
            }
        };
        Ok(behind.iter().filter(is_shown).collect())
    }

    /// The columns that say what a row is of.
    pub(super) fn stubs(&self) -> &'a [ResultColumn] {
        dimensions(self.table)
    }

    /// Whether statuses stand in columns of their own, and not beside the numbers.
    fn has_statuses(&self) -> bool {
        self.as_named && !self.is_wide
    }

    /// What stands above a column.
    pub(super) fn title(&self, name: &str) -> String {
        let above = if self.as_named { heading } else { titled };
        above(self.table, name, self.look.language)
    }

    pub(super) fn head(&self, column: &ResultColumn) -> Head {
        Head {
            text: self.title(&column.name),
            name: column.name.clone(),
            columns: 1,
            rows: 1,
            is_number: is_number(column),
            notes: Vec::new(),
        }
    }

    /// What a value of a dimension is called.
    pub(super) fn member(&self, column: &ResultColumn, member: &Member) -> String {
        if !self.as_named {
            let text = member_text(&column.name, member, self.look);
            let is_bare = self.bare.contains(&&*column.name);
            return if is_bare { name_of_place(&text).to_owned() } else { text };
        }
        let values = Values::Members(vec![member.clone()]);
        cell(&ResultColumn { name: column.name.clone(), values }, 0, self.look)
    }

    /// A cell of the table.
    pub(super) fn cell(&self, column: &ResultColumn, row: usize) -> GridCell {
        let value = plain(&column.values, row);
        let (text, status) = match &column.values {
            Values::Members(members) => (self.member(column, &members[row]), ""),
            Values::Text(_) if self.as_named => (cell(column, row, self.look), ""),
            Values::Text(texts) => (text_of(&column.name, texts[row].as_deref(), self.look), ""),
            Values::Numbers(numbers) => {
                let status = status(numbers.cells[row]);
                let mut text = people(&column.values, row, self.look.language);
                text.extend((status == "partial" && !self.has_statuses()).then_some(PARTIAL));
                (text, status)
            }
        };
        GridCell { text, value, is_number: is_number(column), status, ..GridCell::default() }
    }

    pub(super) fn grid(&self, heads: Vec<Vec<Head>>, stubs: usize, rows: Vec<GridRow>) -> Grid {
        let title = label_of(self.table, self.look);
        Grid { title, heads, stubs, rows, ..Grid::default() }
    }

    pub(super) fn as_it_stands(&self, figures: &[&ResultColumn]) -> Grid {
        let stubs = self.stubs();
        let columns: Vec<&ResultColumn> = stubs.iter().chain(figures.iter().copied()).collect();
        let rows = (0..self.table.row_count()).map(|row| GridRow {
            is_total: stubs.iter().any(|it| is_total(it, row)),
            cells: columns.iter().map(|it| self.cell(it, row)).collect(),
        });
        let heads = columns.iter().map(|it| self.head(it)).collect();
        self.grid(vec![heads], stubs.len(), rows.collect())
    }

    /// The notes, each with the columns that it is of.
    pub(super) fn notes(&self, figures: &[&ResultColumn]) -> Vec<(String, Vec<String>)> {
        let above = if self.as_named { heading } else { titled };
        let mut notes = Vec::new();
        let not_additive: Vec<String> = self.table.not_additive();
        let shown = figures.iter().map(|it| &it.name).filter(|it| not_additive.contains(it));
        let shown: Vec<String> = shown.cloned().collect();
        if !self.as_named && !shown.is_empty() && self.table.row_count() > 1 {
            let words = Words::of(self.look.language);
            let names: Vec<String> = shown.iter().map(|it| self.title(it)).collect();
            let label = words.text("page.not_additive");
            let values = [("label", label), ("meaning", &*names.join("; "))];
            notes.push((words.fill("page.labelled", &values), shown));
        }
        let is_shown = |name: &String| figures.iter().any(|it| it.name == *name);
        for it in self.table.notes() {
            let of = match it {
                Note::ShareOfLess(column) | Note::RateOnLess(column) => vec![column.clone()],
                _ => Vec::new(),
            };
            if of.iter().all(is_shown) {
                let text = note(self.table, it, self.look.language, above);
                let text =
                    if self.as_named { text } else { capital(&self.look.language.spoken(&text)) };
                notes.push((text, of));
            }
        }
        notes
    }

    /// The symbols of cells.
    pub(super) fn legend(&self, rows: &[GridRow]) -> Vec<(String, String)> {
        let words = Words::of(self.look.language);
        if self.has_statuses() {
            let owned = |(symbol, meaning): (&str, &str)| (symbol.to_owned(), meaning.to_owned());
            return symbols(self.table, words).into_iter().map(owned).collect();
        }
        legend(rows, words)
    }
}

/// The symbols that stand in cells, each with what it says.
pub(super) fn legend(rows: &[GridRow], words: &Words) -> Vec<(String, String)> {
    let cells = || rows.iter().flat_map(|row| &row.cells);
    let found = SYMBOLS.iter().filter(|(status, ..)| cells().any(|it| it.status == *status));
    found.map(|(_, symbol, key)| ((*symbol).to_owned(), words.text(key).to_owned())).collect()
}

/// The symbol of a status.
pub(super) fn symbol(status: &str) -> &'static str {
    SYMBOLS.iter().find(|(known, ..)| *known == status).map_or("", |(_, symbol, _)| symbol)
}

/// Why a cell has no number, or what its number lacks.
pub(super) fn status(cell: Cell) -> &'static str {
    match cell {
        Cell::Value(_) => "",
        Cell::Partial(_) | Cell::LeftOut => "partial",
        Cell::Undefined => "undefined",
        Cell::NotApplicable => "not_applicable",
        Cell::NotDelivered => "not_delivered",
    }
}

fn is_total(stub: &ResultColumn, row: usize) -> bool {
    match &stub.values {
        Values::Members(members) => members[row] == Member::Total,
        Values::Text(_) | Values::Numbers(_) => false,
    }
}
