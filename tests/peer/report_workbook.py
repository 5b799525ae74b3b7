"""Checks a report's workbook as the guidance for accessible spreadsheets asks, and prints each sheet's table.

Usage: report_workbook.py FILE
"""

import json
import sys

import openpyxl

book = openpyxl.load_workbook(sys.argv[1])
names = book.sheetnames
cover, sheets, notes = names[0], names[1:-1], names[-1]
assert book.properties.title and book.properties.creator, "title and author"
links = [cell.hyperlink.location for row in book[cover] for cell in row if cell.hyperlink]
assert links == [f"'{name}'!A1" for name in [*sheets, notes]], links
tables = {}
for name in names:
    sheet = book[name]
    assert not sheet.merged_cells.ranges, f"{name}: merged cells"
    assert sheet.sheet_properties.pageSetUpPr.fitToPage, f"{name}: fits no page"
    assert (sheet.page_setup.fitToWidth or 1) == 1, f"{name}: one page wide"
    assert sheet.page_setup.fitToHeight == 0, f"{name}: as many pages high as it takes"
    assert sheet["A1"].value, f"{name}: begins in its first cell"
    for row in sheet:
        for cell in row:
            assert not (isinstance(cell.value, str) and cell.value.startswith("=")), f"{name}: a formula"
for name in sheets:
    sheet = book[name]
    assert sheet.print_title_rows, f"{name}: heading rows are not repeated"
    rows = list(sheet.iter_rows(min_row=4, values_only=True))
    assert all(rows[0]), f"{name}: a column without a heading"
    assert all(any(cell is not None for cell in row) for row in rows), f"{name}: an empty row"
    tables[name] = rows
print(json.dumps(tables, default=str))
