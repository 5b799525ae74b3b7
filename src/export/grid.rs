//! A released table as people read it: rows of headings, rows of cells, symbols and notes.
//!
//! In: a released table, which of its columns are wanted, the dimension whose values stand beside each
//! other. Out: a [`Grid`], which every format for people writes in its own way. Never: a number that
//! stands in no cell of the table but a 0 of what was delivered, a total that is not marked as one, two
//! cells in one place, a symbol in the legend that stands in no cell.

use super::across::across;
use super::cells::{Grid, GridRow};
use super::layout::Layout;
use super::words::{bare_places, dimensions};
use crate::disclosure::ReleasedTable;
use crate::render::Look;

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

/// Rows of a group that is seen at once.
const GROUP_MAX: usize = 30;

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
