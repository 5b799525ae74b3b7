//! A report as a workbook: a cover with contents, a sheet for each figure, the notes last.
//!
//! In: a [`Page`]. Out: the bytes of a workbook that prints a page wide, with its heading rows repeated; one
//! table per sheet, from its first column on, without merged cells, as the guidance of the United Kingdom's
//! statistics asks for. Never: a formula, a total that adds up what does not, the day of writing.

use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Url, Workbook, Worksheet,
    XlsxError,
};

use super::page::{Page, PageBlock, PageFigure};
use crate::exact::known;
use crate::export::{Grid, GridCell, tool};
use crate::render::workbook as safe;
use crate::words::Words;

/// Digits that a cell holds exactly; a longer number stands as text.
const EXACT_DIGITS: usize = 15;
const WIDTHS: std::ops::RangeInclusive<usize> = 10..=44;
const WIDTH_OF_NAMES: u16 = 26;
const WIDTH_OF_TEXTS: u16 = 72;
/// Of a line of text, in points.
const HEIGHT_OF_LINE: u16 = 16;
/// Columns that a page takes upright.
const UPRIGHT_MAX: usize = 6;
const BLUE: &str = "#12436D";

/// The workbook.
pub(super) fn workbook(page: &Page) -> Result<Vec<u8>, XlsxError> {
    let words = Words::of(page.language);
    let mut book = Workbook::new();
    // The day of writing is not part of the figures.
    let day = ExcelDateTime::from_ymd(2000, 1, 1)?;
    let properties = DocProperties::new()
        .set_title(safe(&page.title))
        .set_subject(safe(&page.description))
        .set_comment(safe(&page.policy))
        .set_author(tool())
        .set_creation_datetime(&day);
    book.set_properties(&properties);
    let mut figures = Vec::new();
    figures_of(&page.blocks, &mut figures);
    cover(book.add_worksheet(), page, &figures, words)?;
    for figure in &figures {
        let sheet = book.add_worksheet();
        sheet.set_name(sheet_name(figure))?;
        table(sheet, figure, page, words)?;
    }
    notes(book.add_worksheet(), page, &figures, words)?;
    book.save_to_buffer()
}

/// The figures in the order of the text, also within lists and quotations.
fn figures_of<'p>(blocks: &'p [PageBlock], found: &mut Vec<&'p PageFigure>) {
    for block in blocks {
        match block {
            PageBlock::Figure(figure) => found.push(figure),
            PageBlock::Quote(inner) => figures_of(inner, found),
            PageBlock::List(_, items) => items.iter().for_each(|it| figures_of(it, found)),
            PageBlock::Notes(notes) => notes.iter().for_each(|(_, it)| figures_of(it, found)),
            _ => {}
        }
    }
}

/// Its number, as a sheet may be called.
fn sheet_name(figure: &PageFigure) -> String {
    figure.number.chars().filter(|it| !"[]:*?/\\".contains(*it)).take(31).collect()
}

fn cover(
    sheet: &mut Worksheet,
    page: &Page,
    figures: &[&PageFigure],
    words: &'static Words,
) -> Result<(), XlsxError> {
    let heading = Format::new().set_bold().set_font_size(16).set_font_color(BLUE);
    let bold = Format::new().set_bold().set_align(TOP);
    let wrapped = Format::new().set_text_wrap().set_align(TOP);
    sheet.set_name(words.text("page.cover"))?;
    prepare(sheet, page);
    sheet.set_column_width(0, WIDTH_OF_NAMES)?.set_column_width(1, WIDTH_OF_TEXTS)?;
    sheet.write_string_with_format(0, 0, safe(&page.title), &heading)?;
    sheet.set_row_height(0, HEIGHT_OF_LINE + 10)?;
    let about = [
        ("report.status", &page.policy),
        ("report.about", &page.description),
        ("report.period", &page.period),
        ("report.edition", &page.edition),
    ];
    let mut row = 1;
    for (key, text) in about.into_iter().filter(|(_, text)| !text.is_empty()) {
        sheet.write_string_with_format(row, 0, words.text(key), &bold)?;
        sheet.write_string_with_format(row, 1, safe(text), &wrapped)?;
        heighten(sheet, row, [(text.as_str(), WIDTH_OF_TEXTS)])?;
        row += 1;
    }
    sheet.write_string_with_format(row, 0, words.text("report.contents"), &bold)?;
    for figure in figures {
        let name = sheet_name(figure);
        let url = Url::new(format!("internal:'{name}'!A1")).set_text(&name);
        sheet.write_url(row + 1, 0, url)?;
        sheet.write_string_with_format(row + 1, 1, safe(&figure.title), &wrapped)?;
        heighten(sheet, row + 1, [(figure.title.as_str(), WIDTH_OF_TEXTS)])?;
        row += 1;
    }
    let name = words.text("report.notes");
    sheet.write_url(row + 1, 0, Url::new(format!("internal:'{name}'!A1")).set_text(name))?;
    row += 2;
    for (label, text) in &page.sources {
        sheet.write_string_with_format(row, 0, safe(label), &bold)?;
        sheet.write_string_with_format(row, 1, safe(text), &wrapped)?;
        heighten(sheet, row, [(text.as_str(), WIDTH_OF_TEXTS)])?;
        row += 1;
    }
    Ok(())
}

/// Makes a row high enough for a text that is broken into lines; programs that open the file need not.
fn heighten<'t>(
    sheet: &mut Worksheet,
    row: u32,
    texts: impl IntoIterator<Item = (&'t str, u16)>,
) -> Result<(), XlsxError> {
    let lines = |(text, width): (&str, u16)| text.chars().count().div_ceil(width.max(1).into());
    let most = texts.into_iter().map(lines).fold(1, usize::max);
    let lines = u16::try_from(most.min(20)).unwrap_or(1);
    sheet.set_row_height(row, HEIGHT_OF_LINE * lines)?;
    Ok(())
}

/// A page wide, on A4, with its own name and the policy below.
fn prepare(sheet: &mut Worksheet, page: &Page) {
    sheet.set_paper_size(9).set_print_fit_to_pages(1, 0).set_screen_gridlines(false);
    // `&` begins a code in the lines below a page.
    let policy = page.policy.replace('&', "&&");
    sheet.set_footer(format!("&L&8{policy}&R&8&A · &P/&N"));
}

fn table(
    sheet: &mut Worksheet,
    figure: &PageFigure,
    page: &Page,
    words: &'static Words,
) -> Result<(), XlsxError> {
    let grid = &figure.grid;
    prepare(sheet, page);
    let title = Format::new().set_bold().set_font_size(13).set_font_color(BLUE);
    let caption = format!("{}. {}", figure.number, figure.title);
    sheet.write_string_with_format(0, 0, safe(&caption), &title)?;
    let mut row = 1;
    let back = words.text("page.cover");
    let unit = if grid.unit.is_empty() { words.text("report.one_table") } else { &grid.unit };
    sheet.write_string(row, 0, safe(unit))?;
    row += 1;
    sheet.write_url(row, 0, Url::new(format!("internal:'{back}'!A1")).set_text(back))?;
    let head = row + 1;
    let heads = headings(grid);
    if heads.len() > UPRIGHT_MAX {
        sheet.set_landscape();
    }
    let over = Format::new().set_bold().set_text_wrap().set_border_bottom(FormatBorder::Medium);
    for (at, (text, is_number)) in (0_u16..).zip(&heads) {
        let format = if *is_number { over.clone().set_align(RIGHT) } else { over.clone() };
        sheet.write_string_with_format(head, at, safe(text), &format)?;
        sheet.set_column_width(at, width(grid, at.into(), text))?;
    }
    let widths = heads.iter().enumerate();
    let wide = widths.map(|(at, (text, _))| (text.as_str(), width(grid, at, text) - 2));
    heighten(sheet, head, wide.collect::<Vec<_>>())?;
    sheet.set_row_height(0, HEIGHT_OF_LINE + 6)?;
    for (at, line) in (head + 1..).zip(&grid.rows) {
        for (column, cell) in (0..).zip(&line.cells) {
            put(sheet, (at, column), cell, line.is_total)?;
        }
    }
    sheet.set_repeat_rows(head, head)?;
    sheet.set_freeze_panes(head + 1, 0)?;
    Ok(())
}

const RIGHT: FormatAlign = FormatAlign::Right;
const TOP: FormatAlign = FormatAlign::Top;

/// One row of headings, those over several columns said in each of them; notes by their marks.
fn headings(grid: &Grid) -> Vec<(String, bool)> {
    let width = grid.rows.first().map_or(0, |row| row.cells.len());
    let width = grid.heads.first().map_or(width, |row| row.iter().map(|it| it.columns).sum());
    let mut found = vec![(String::new(), false); width];
    let mut free = vec![0; width];
    for (level, row) in grid.heads.iter().enumerate() {
        let mut at = 0;
        for head in row {
            while free.get(at).is_some_and(|until| *until > level) {
                at += 1;
            }
            let marks: Vec<String> = head.notes.iter().map(|it| format!(" [{it}]")).collect();
            let marks = marks.concat();
            for column in at..(at + head.columns).min(width) {
                let (text, is_number) = &mut found[column];
                let between = if text.is_empty() || head.text.is_empty() { "" } else { ", " };
                *text += &[between, &head.text, &marks].concat();
                *is_number |= head.is_number;
                free[column] = level + head.rows;
            }
            at += head.columns;
        }
    }
    found
}

fn width(grid: &Grid, column: usize, heading: &str) -> u16 {
    let cells = grid.rows.iter().filter_map(|row| row.cells.get(column));
    let longest = cells.map(|it| it.text.chars().count()).fold(0, usize::max);
    // A heading may take three lines.
    let word = heading.split(' ').map(|it| it.chars().count()).fold(0, usize::max);
    let wanted = longest.max(word).max(heading.chars().count() / 3) + 3;
    u16::try_from(wanted.clamp(*WIDTHS.start(), *WIDTHS.end())).unwrap_or(u16::MAX)
}

/// A cell as it is: a number with its decimals, or what stands in its place.
fn put(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    cell: &GridCell,
    is_total: bool,
) -> Result<(), XlsxError> {
    let format = Format::new().set_border_bottom(FormatBorder::Hair);
    let format =
        if is_total { format.set_bold().set_border_top(FormatBorder::Thin) } else { format };
    let digits = cell.value.bytes().filter(u8::is_ascii_digit).count();
    let is_number = cell.is_number && digits > 0;
    if !is_number || digits > EXACT_DIGITS || !["", "partial"].contains(&cell.status) {
        let format = if cell.is_number { format.set_align(RIGHT) } else { format };
        sheet.write_string_with_format(row, column, safe(&cell.text), &format)?;
        return Ok(());
    }
    let decimals = "0".repeat(cell.value.split_once('.').map_or(0, |it| it.1.len()));
    let mark = if decimals.is_empty() { "" } else { "." };
    let ending = if cell.status == "partial" { "\" *\"" } else { "" };
    let format = format.set_num_format(format!("#,##0{mark}{decimals}{ending}"));
    // The file format has no other numbers than binary floats; up to so many digits the decimal number
    // is read back from them unchanged.
    let number = known(cell.value.parse::<f64>().ok());
    sheet.write_number_with_format(row, column, number, &format)?;
    Ok(())
}

/// What must be known of each figure: symbols, notes, what its author says.
fn notes(
    sheet: &mut Worksheet,
    page: &Page,
    figures: &[&PageFigure],
    words: &'static Words,
) -> Result<(), XlsxError> {
    let bold = Format::new().set_bold().set_align(TOP);
    let wrapped = Format::new().set_text_wrap().set_align(TOP);
    sheet.set_name(words.text("report.notes"))?;
    prepare(sheet, page);
    for (column, width) in [(0, WIDTH_OF_NAMES), (1, 10), (2, WIDTH_OF_TEXTS)] {
        sheet.set_column_width(column, width)?;
    }
    for (column, key) in (0..).zip(["page.table", "page.symbol", "page.meaning"]) {
        sheet.write_string_with_format(0, column, words.text(key), &bold)?;
    }
    let mut row = 1;
    for figure in figures {
        let grid = &figure.grid;
        let legend = grid.legend.iter().map(|(symbol, text)| (symbol.clone(), text));
        let notes = (1..).zip(&grid.notes).map(|(at, text): (usize, _)| (format!("[{at}]"), text));
        let own = figure.note.iter().map(|text| (String::new(), text));
        for (mark, text) in legend.chain(notes).chain(own) {
            sheet.write_string(row, 0, safe(&figure.number))?;
            sheet.write_string(row, 1, safe(&mark))?;
            sheet.write_string_with_format(row, 2, safe(text), &wrapped)?;
            heighten(sheet, row, [(text.as_str(), WIDTH_OF_TEXTS)])?;
            row += 1;
        }
    }
    sheet.set_repeat_rows(0, 0)?;
    Ok(())
}
