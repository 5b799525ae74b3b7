//! A table on a sheet: its title in the first cell, what its symbols say, one row of headings, its rows.

use rust_xlsxwriter::{Worksheet, XlsxError};

use super::super::Grid;
use super::book::Sheet;
use super::notes::{Marks, Notes};
use super::setting::{
    HEIGHT_OF_LINE, UPRIGHT, heighten, lines, link, mark, prepare, sheet_name, title,
};
use super::{cell, picture, safe};
use crate::exact::fitting;
use crate::words::Words;

/// Widths of columns of numbers, and of those that head rows.
const NUMBERS: std::ops::RangeInclusive<usize> = 10..=24;
const STUBS: std::ops::RangeInclusive<usize> = 10..=50;
/// Width of columns that may stay in sight while others are looked at.
const FROZEN_MAX: u16 = 60;

pub(super) fn write(
    sheet: &mut Worksheet,
    it: &Sheet<'_>,
    (at, notes): (usize, &Notes),
    words: &'static Words,
) -> Result<(), XlsxError> {
    let (grid, marks) = (it.grid, notes.marks(it));
    let name = sheet_name(it.name);
    prepare(sheet, &name, words)?;
    title(sheet, &format!("{}. {}{}", it.name, it.title, marks.of_title), 13)?;
    let head = above(sheet, grid, notes, words)?;
    let heads = headings(grid, &marks);
    let widths: Vec<u16> = heads.iter().enumerate().map(|(at, it)| width(grid, at, it)).collect();
    for (at, width) in (0..).zip(&widths) {
        sheet.set_column_width(at, *width)?;
    }
    mark(sheet, (head, grid.rows.len()), &heads, &format!("table_{}", at + 1))?;
    let of_heads = heads.iter().zip(&widths).map(|((text, _), width)| (text.as_str(), width - 2));
    heighten(sheet, head, of_heads)?;
    let none = words.text("member.none");
    for (row, line) in (head + 1..).zip(&grid.rows) {
        for (column, it) in (0..).zip(&line.cells) {
            cell::put(sheet, (row, column), it, line.is_total, none)?;
        }
        let texts = line.cells.iter().zip(&widths).filter(|(it, _)| !it.is_number);
        let most = texts.map(|(it, width)| lines(&it.text, usize::from(*width) - 1)).max();
        if let Some(most @ 2..) = most.and_then(|it| u16::try_from(it).ok()) {
            sheet.set_row_height(row, HEIGHT_OF_LINE * most)?;
        }
    }
    let stubs: u16 = widths.iter().take(grid.stubs).sum();
    let frozen = if stubs <= FROZEN_MAX { fitting::<_, u16>(grid.stubs) } else { 0 };
    sheet.set_freeze_panes(head + 1, frozen)?;
    let is_wide = widths.iter().sum::<u16>() > UPRIGHT;
    if it.chart.is_some() || is_wide {
        sheet.set_landscape();
    }
    if let Some(chart) = it.chart {
        picture::put(sheet, (&name, head, is_wide), (grid, chart), words)?;
    }
    Ok(())
}

/// What stands between the title and the table; gives the row of the headings.
fn above(
    sheet: &mut Worksheet,
    grid: &Grid,
    notes: &Notes,
    words: &'static Words,
) -> Result<u32, XlsxError> {
    let mut texts = vec![words.text("workbook.one_table").to_owned()];
    texts.extend((!grid.unit.is_empty()).then(|| grid.unit.clone()));
    texts.extend(grid.legend.iter().map(|(symbol, meaning)| {
        words.fill("workbook.symbol", &[("symbol", symbol), ("meaning", meaning)])
    }));
    let mut row = 1;
    for text in texts {
        sheet.write_string(row, 0, safe(&text))?;
        row += 1;
    }
    let links =
        [Some(words.text("page.cover").to_owned()), (!notes.is_empty()).then(|| notes.name())];
    for name in links.into_iter().flatten() {
        sheet.write_url(row, 0, link(&name))?;
        row += 1;
    }
    Ok(row)
}

/// One row of headings, those over several columns said in each of them, with the marks of notes; and
/// whether numbers stand below.
fn headings(grid: &Grid, marks: &Marks) -> Vec<(String, bool)> {
    let heading = |path: Vec<&super::super::Head>| {
        let texts = path.iter().filter(|it| !it.text.is_empty()).map(|it| {
            let of = it.notes.iter().filter_map(|at| marks.of_notes.get(at - 1));
            of.fold(it.text.clone(), |text, mark| format!("{text} {mark}"))
        });
        let text = texts.collect::<Vec<_>>().join(", ");
        (text, path.iter().any(|it| it.is_number))
    };
    grid.paths().into_iter().map(heading).collect()
}

fn width(grid: &Grid, column: usize, (heading, is_number): &(String, bool)) -> u16 {
    let cells = grid.rows.iter().filter_map(|row| row.cells.get(column));
    let longest = cells.map(|it| it.text.chars().count()).fold(0, usize::max);
    // A heading may take a few lines.
    let word = heading.split(' ').map(|it| it.chars().count()).fold(0, usize::max);
    let wanted = longest.max(word).max(heading.chars().count() / 3) + 4;
    let within = if *is_number { NUMBERS } else { STUBS };
    fitting::<_, u16>(wanted.clamp(*within.start(), *within.end()))
}
