//! A released table as people read it: rows of headings, rows of cells, symbols and notes.
//!
//! In: a released table, which of its columns are wanted, the dimension whose values stand beside each
//! other. Out: a [`Grid`], which every format for people writes in its own way. Never: a number that
//! stands in no cell of the table but a 0 of what was delivered, a total that is not marked as one, two
//! cells in one place, a symbol in the legend that stands in no cell.

use super::across::across;
use super::words::{
    bare_places, capital, cell, dimensions, heading, is_number, label_of, member_text,
    name_of_place, note, symbols, text_of, titled,
};
use crate::disclosure::{Cell, Member, Note, ReleasedTable, ResultColumn, Values};
use crate::render::{Look, people, plain};
use crate::words::Words;

/// What is wanted of a table.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Shape<'a> {
    /// The dimension whose values stand beside each other; that of the query where none is named.
    pub wide: Option<&'a str>,
    /// The columns of numbers, by name; all where none is named.
    pub metrics: &'a [String],
    /// Whether headings and codes are in English as they are named in the data, and statuses stand in
    /// columns of their own: for what is read beside the command line.
    pub as_named: bool,
}

/// A table as it is laid out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Grid {
    /// What it shows.
    pub title: String,
    /// What all its numbers are, where no heading says it; otherwise empty.
    pub unit: String,
    /// The notes that are of the unit.
    pub unit_notes: Vec<usize>,
    /// Rows of headings, the outermost first.
    pub heads: Vec<Vec<Head>>,
    /// How many columns, from the left, head their row.
    pub stubs: usize,
    /// Rows of cells, each as long as the rows of headings are wide.
    pub rows: Vec<GridRow>,
    /// Symbols that stand in cells, each with what it says.
    pub legend: Vec<(String, String)>,
    /// What a reader must know besides. Headings and unit name the first of them by their place, from 1 on.
    pub notes: Vec<String>,
    /// How many notes are named so.
    pub marked: usize,
    /// Columns of numbers of one kind that follow each other in time.
    pub in_time: Vec<usize>,
}

/// A heading.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Head {
    /// What stands there.
    pub text: String,
    /// What programs name it.
    pub name: String,
    /// How many columns it is over.
    pub columns: usize,
    /// How many rows of headings it is over.
    pub rows: usize,
    /// Whether numbers stand below it.
    pub is_number: bool,
    /// The notes that are of it.
    pub notes: Vec<usize>,
}

/// A row of cells.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GridRow {
    /// Whether it is over several values of a dimension that other rows tell apart.
    pub is_total: bool,
    /// Its cells, from the left.
    pub cells: Vec<GridCell>,
}

/// A cell.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GridCell {
    /// What is shown.
    pub text: String,
    /// What programs write for the same.
    pub value: String,
    /// Whether it stands where numbers do.
    pub is_number: bool,
    /// Why it has no number, or what its number lacks; empty for a number over all its quarters.
    pub status: &'static str,
    /// Whether it heads a row and says what the row above says, in a group short enough to be seen at once.
    pub is_repeated: bool,
    /// Whether no row of the table stands behind it.
    pub is_added: bool,
}

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
/// Rows of a group that is seen at once.
const GROUP_MAX: usize = 30;

/// The mark of numbers over some of their quarters.
pub(super) const PARTIAL: char = '*';

/// Lays a table out.
pub(crate) fn grid(
    table: &ReleasedTable,
    shape: Shape<'_>,
    look: Look<'_>,
) -> Result<Grid, String> {
    let wide = shape.wide.or(table.across());
    let bare = if shape.as_named { Vec::new() } else { bare_places(dimensions(table), look) };
    let layout = Layout { table, look, as_named: shape.as_named, is_wide: wide.is_some(), bare };
    let figures = layout.figures(shape.metrics)?;
    let mut notes = layout.notes(&figures);
    let mut grid = match wide {
        Some(wide) => across(&layout, wide, &figures)?,
        None => layout.as_it_stands(&figures),
    };
    // The name of what the unit says stands in no heading.
    let unit = figures.first().filter(|_| !grid.unit.is_empty()).map(|it| it.name.as_str());
    let heads = grid.heads.iter().flatten().map(|it| it.name.as_str());
    let named: Vec<String> = heads.chain(unit).map(str::to_owned).collect();
    let is_named = |(_, of): &(String, Vec<String>)| of.iter().any(|it| named.contains(it));
    notes.sort_by_key(|it| !is_named(it));
    grid.marked = notes.iter().filter(|it| is_named(it)).count();
    let marks = |name: &str| -> Vec<usize> {
        let of_name = notes.iter().zip(1..).filter(|((_, of), _)| of.iter().any(|it| it == name));
        of_name.map(|(_, mark)| mark).collect()
    };
    for head in grid.heads.iter_mut().flatten() {
        head.notes = marks(&head.name);
    }
    grid.unit_notes = unit.map_or_else(Vec::new, marks);
    grid.legend = layout.legend(&grid.rows);
    grid.notes = notes.into_iter().map(|(text, _)| text).collect();
    mark_repeated(&mut grid.rows, grid.stubs);
    Ok(grid)
}

/// A table with the way it is shown.
pub(super) struct Layout<'a> {
    pub(super) table: &'a ReleasedTable,
    pub(super) look: Look<'a>,
    as_named: bool,
    is_wide: bool,
    /// Dimensions whose places stand by their names alone.
    bare: Vec<&'a str>,
}

impl<'a> Layout<'a> {
    /// For a table that is laid out elsewhere, with words and symbols for people.
    pub(super) fn for_people(table: &'a ReleasedTable, look: Look<'a>) -> Self {
        let bare = bare_places(dimensions(table), look);
        Self { table, look, as_named: false, is_wide: false, bare }
    }

    /// The columns behind the dimensions that are shown.
    fn figures(&self, wanted: &[String]) -> Result<Vec<&'a ResultColumn>, String> {
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

    fn as_it_stands(&self, figures: &[&ResultColumn]) -> Grid {
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

/// Marks what heads a row as the row above is headed, but for the innermost of it.
fn mark_repeated(rows: &mut [GridRow], stubs: usize) {
    for innermost in 1..stubs {
        let column = innermost - 1;
        let mut start = 0;
        while start < rows.len() {
            let is_same = |row: &GridRow| {
                let cells = row.cells[..=column].iter().zip(&rows[start].cells);
                cells.fold(true, |all, (one, other)| all && one.text == other.text)
            };
            let length = rows[start..].iter().take_while(|row| is_same(row)).count().max(1);
            if length <= GROUP_MAX {
                for row in &mut rows[start + 1..start + length] {
                    row.cells[column].is_repeated = true;
                }
            }
            start += length;
        }
    }
}

impl Grid {
    /// For each column what stands above it, the outermost first.
    pub fn paths(&self) -> Vec<Vec<&Head>> {
        let width = self.heads.first().map_or(0, |row| row.iter().map(|it| it.columns).sum());
        let mut paths: Vec<Vec<&Head>> = vec![Vec::new(); width];
        // Down to which row of headings a column is taken.
        let mut taken = vec![0; width];
        for (at, row) in self.heads.iter().enumerate() {
            let mut column = 0;
            for head in row {
                while taken.get(column).is_some_and(|it| *it > at) {
                    column += 1;
                }
                let end = (column + head.columns).min(width);
                for below in column..end {
                    paths[below].push(head);
                    taken[below] = at + head.rows;
                }
                column = end;
            }
        }
        paths
    }

    /// For each column its headings in one text.
    pub fn headings(&self) -> Vec<String> {
        let text = |path: Vec<&Head>| {
            path.into_iter().map(|it| it.text.as_str()).collect::<Vec<_>>().join(", ")
        };
        self.paths().into_iter().map(text).collect()
    }
}
