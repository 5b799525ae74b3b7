"""Checks workbooks as the guidance for accessible spreadsheets asks; prints each sheet's table as JSON.

Usage: workbook.py LANGUAGE FILE...
What is wrong is printed on stderr, all of it, and the program fails. The table of each sheet is printed
of the last file.
"""

import json
import re
import sys
import zipfile

import openpyxl
from openpyxl.utils import range_boundaries

MARKS = {"en": "note", "fr": "note", "nl": "noot", "de": "Anm."}
wrong: list[str] = []


def check(holds: object, text: str) -> None:
    if not holds:
        wrong.append(text)


def table_of(sheet, where: str) -> list[tuple]:
    """The rows of the one table of a sheet, its headings first."""
    check(len(sheet.tables) == 1, f"{where}: {len(sheet.tables)} tables")
    (area,) = [it.ref for it in sheet.tables.values()][:1]
    left, top, right, bottom = range_boundaries(area)
    check(left == 1, f"{where}: the table does not begin in the first column")
    check(sheet.max_column == right, f"{where}: something stands to the right of the table")
    check(sheet.max_row == bottom, f"{where}: something stands below the table")
    rows = list(sheet.iter_rows(min_row=top, max_row=bottom, max_col=right, values_only=True))
    heads = [str(it).lower() for it in rows[0]]
    check(all(rows[0]), f"{where}: a column without a heading")
    check(len(set(heads)) == len(heads), f"{where}: two columns with one heading")
    check(sheet.print_title_rows == f"${top}:${top}", f"{where}: headings are not repeated")
    check(sheet.freeze_panes or top == 3, f"{where}: headings do not stay in sight")
    return rows


def check_sheet(sheet, where: str) -> None:
    check(0 < len(sheet.title) <= 31, f"{where}: the length of its name")
    check(not re.fullmatch(r"Sheet\d*", sheet.title), f"{where}: a name that says nothing")
    check(not sheet.merged_cells.ranges, f"{where}: merged cells")
    check(sheet["A1"].value, f"{where}: the first cell is empty")
    check(sheet.sheet_properties.pageSetUpPr.fitToPage, f"{where}: fits no page")
    check((sheet.page_setup.fitToWidth or 1) == 1, f"{where}: more than a page wide")
    check(sheet.page_setup.fitToHeight == 0, f"{where}: pages high")
    check(sheet.sheet_state == "visible", f"{where}: hidden")
    hidden = [*sheet.row_dimensions.values(), *sheet.column_dimensions.values()]
    check(not any(it.hidden for it in hidden), f"{where}: hidden rows or columns")
    for cell in (cell for row in sheet.iter_rows() for cell in row):
        check(cell.data_type != "f", f"{where}: {cell.coordinate} is a formula")
        if isinstance(cell.value, str):
            check(cell.value.strip() == cell.value, f"{where}: {cell.coordinate} has space around it")


def is_number(value: object) -> bool:
    return isinstance(value, (int, float))


def check_chart(chart, sheet, where: str) -> None:
    """Every series is drawn from its column, and where that has no number from an empty cell."""
    check(chart.title and chart.x_axis.title and chart.y_axis.title, f"{where}: titles of its chart")
    (area,) = [it.ref for it in sheet.tables.values()]
    left, top, right, bottom = range_boundaries(area)
    check(len(chart.series) == right - left, f"{where}: {len(chart.series)} series")
    for column, series in enumerate(chart.series, left + 1):
        areas = series.val.numRef.f.strip("()").split(",")
        drawn = []
        for area in areas:
            name, _, cells = area.rpartition("!")
            check(name.strip("'") == sheet.title, f"{where}: drawn from {name}")
            cells = sheet[cells.replace("$", "")]
            drawn += [it[0].value for it in cells] if isinstance(cells, tuple) else [cells.value]
        shown = [sheet.cell(row, column).value for row in range(top + 1, bottom + 1)]
        expected = [it if is_number(it) else None for it in shown]
        check(drawn == expected, f"{where}: column {column} shows {expected} and draws {drawn}")
        head = series.tx.strRef.f.rpartition("!")[2].replace("$", "")
        check(sheet[head].row == top and sheet[head].column == column, f"{where}: named by {head}")


def check_book(path: str, language: str) -> dict[str, list[tuple]]:
    book = openpyxl.load_workbook(path)
    with zipfile.ZipFile(path) as archive:
        for part in (it for it in archive.namelist() if it.startswith("xl/drawings/drawing")):
            pictures = re.findall("<xdr:cNvPr [^>]*>", archive.read(part).decode())
            check(all('descr="' in it for it in pictures), f"{path}: a chart without words for it")
    check(book.properties.title and book.properties.creator, f"{path}: no title or author")
    stated = [it.value for it in book.custom_doc_props.props if it.name == "Language"]
    check(stated == [language], f"{path}: language {stated}")
    check(book.active is book.worksheets[0], f"{path}: does not open with the first sheet")
    cover, *sheets = book.worksheets
    check(cover.sheet_view.selection[0].activeCell in (None, "A1"), f"{path}: the cell that is chosen")
    links = [cell.hyperlink.location for row in cover for cell in row if cell.hyperlink]
    check(links == [f"'{it.title}'!A1" for it in sheets], f"{path}: contents {links}")
    tables, named, notes = {}, set(), {}
    for sheet in book.worksheets:
        where = f"{path}: {sheet.title}"
        check_sheet(sheet, where)
        if sheet is cover:
            continue
        (name,) = list(sheet.tables)[:1] or [""]
        rows = table_of(sheet, where)
        tables[sheet.title] = rows
        right, bottom = sheet.max_column, sheet.max_row
        for chart in sheet._charts:
            corner = chart.anchor._from
            is_beside = corner.col > right or corner.row > bottom
            check(is_beside, f"{where}: a chart over the table")
            check_chart(chart, sheet, where)
        for link in (cell.hyperlink for row in sheet for cell in row if cell.hyperlink):
            target = link.location.removesuffix("!A1").strip("'")
            check(target in book.sheetnames, f"{where}: a link to {target}")
        is_data = name.startswith("data_")
        # In the values of CSV an empty cell has no value.
        empty = [row for row in rows[1:] if any(it is None for it in row)]
        check(is_data or not empty, f"{where}: empty cells in {empty[:3]}")
        check(not any(all(it is None for it in row) for row in rows), f"{where}: an empty row")
        marked = re.compile(rf"\[{re.escape(MARKS[language])} (\d+)\]")
        if name == "notes":
            notes = {marked.fullmatch(row[0])[1]: row[2].split(", ") for row in rows[1:]}
        elif name.startswith("table_"):
            texts = [str(sheet["A1"].value), *map(str, rows[0])]
            found = {it for text in texts for it in marked.findall(text)}
            named.update((number, sheet.title) for number in found)
    listed = {(number, it) for number, of in notes.items() for it in of}
    check(named == listed, f"{path}: marks {sorted(named ^ listed)} stand on one side only")
    check(list(notes) == [str(at + 1) for at in range(len(notes))], f"{path}: numbers of notes")
    return tables


if __name__ == "__main__":
    language, *paths = sys.argv[1:]
    tables = [check_book(path, language) for path in paths][-1]
    print(json.dumps(tables, default=str))
    if wrong:
        sys.exit("\n".join(wrong))
