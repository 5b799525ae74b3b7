"""Reads an export with another program and prints it as CSV, as `sppis run --format csv` does.

Usage: readback.py FORMAT FILE
Formats: csv, csv-locale, csv-metadata, tsv, json, ndjson, parquet, arrow, arrow-stream, xlsx, html,
ipynb, sdmx-csv. `ipynb-run` runs the notebook in its folder and prints what its cells gave;
`xlsx-structure` prints what the sheets of a workbook are made of, `xlsx-words` what people read.
Amounts keep their decimals; no value is an empty field.
"""

import csv
import json
import logging
import re
import sys
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

Rows = Iterable[Iterable[Any]]


def printed(header: Iterable[str], rows: Rows) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow(["" if value is None else value for value in row])


def delimited(path: Path, **options: Any) -> tuple[list[str], list[list[str]]]:
    import pandas

    frame = pandas.read_csv(path, dtype=str, keep_default_na=False, **options)
    return list(frame.columns), frame.to_numpy().tolist()


def read_csv(path: Path) -> None:
    printed(*delimited(path))


def read_csv_locale(path: Path) -> None:
    """Semicolons, decimal commas and a byte order mark."""
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    header, rows = delimited(path, sep=";", encoding="utf-8-sig")
    number = re.compile("-?[0-9]+,[0-9]+")
    printed(
        header,
        ([it.replace(",", ".") if number.fullmatch(it) else it for it in row] for row in rows),
    )


def read_csv_metadata(path: Path) -> None:
    """A CSV file as its metadata document describes it."""
    from csvw import Table

    table = Table.from_file(path)
    columns = table.tableSchema.columns
    print(";".join(f"{column.name}:{column.datatype.base}" for column in columns), file=sys.stderr)
    names = [column.name for column in columns]
    printed(names, ([row[name] for name in names] for row in table.iterdicts(strict=True)))


def read_tsv(path: Path) -> None:
    printed(*delimited(path, sep="\t"))


def read_json(path: Path) -> None:
    document = json.loads(path.read_text(encoding="utf-8"))
    names = document["columns"]
    printed(names, ([row[name] for name in names] for row in document["rows"]))


def read_ndjson(path: Path) -> None:
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    printed(rows[0] if rows else [], (row.values() for row in rows))


def of_arrow(table: Any) -> None:
    names = table.schema.names
    printed(names, ([row[name] for name in names] for row in table.to_pylist()))


def read_parquet(path: Path) -> None:
    import pyarrow.parquet

    of_arrow(pyarrow.parquet.read_table(path))


def read_arrow(path: Path) -> None:
    import pyarrow

    with pyarrow.OSFile(str(path)) as file:
        table = pyarrow.ipc.open_file(file).read_all()
    assert b"sppis.query" in table.schema.metadata
    of_arrow(table)


def read_arrow_stream(path: Path) -> None:
    import pyarrow

    of_arrow(pyarrow.ipc.open_stream(path.read_bytes()).read_all())


def read_xlsx(path: Path) -> None:
    """The values of each query, from the last sheets, without the columns of labels."""
    import openpyxl

    def text(cell: Any) -> Any:
        if not isinstance(cell.value, (int, float)):
            return cell.value
        decimals = len(cell.number_format.partition(".")[2])
        return f"{Decimal(repr(cell.value)):.{decimals}f}"

    for sheet in openpyxl.load_workbook(path).worksheets:
        (table,) = sheet.tables or ("",)
        if not table.startswith("data_"):
            continue
        heads = [cell.value for cell in sheet[1]]
        kept = [at for at, it in enumerate(heads) if it.removesuffix("_label") == it]
        rows = ([text(row[at]) for at in kept] for row in sheet.iter_rows(min_row=2))
        # A table without rows has an empty one.
        rows = (row for row in rows if any(value is not None for value in row))
        printed([heads[at] for at in kept], rows)


def xlsx_structure(path: Path) -> None:
    """What the sheets are made of, a line each."""
    import openpyxl

    workbook = openpyxl.load_workbook(path)
    for sheet in workbook.worksheets:
        formulas = sum(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)
        tables = ",".join(f"{name}={area}" for name, area in sheet.tables.items())
        print(
            f"{sheet.title}: merged {len(sheet.merged_cells.ranges)}; formulas {formulas}; "
            f"frozen {sheet.freeze_panes}; tables {tables or None}"
        )
    print(f"created {workbook.properties.created.isoformat()}")


def xlsx_words(path: Path) -> None:
    """What people read in a workbook: names in the data, codes and the command are left out."""
    import openpyxl

    for sheet in openpyxl.load_workbook(path).worksheets:
        print(sheet.title)
        (table,) = sheet.tables or ("",)
        for column in sheet.iter_cols(values_only=True):
            head = str(column[0])
            if table.startswith("data_"):
                column = column[1:] if head.endswith("_label") else ()
            elif table == "columns" and column[2] == sheet["B3"].value:
                column = column[:3]
            print(*(cell for cell in column if isinstance(cell, str)), sep="\n")


def value_of(cell: Any) -> str:
    """What programs write for a cell of HTML: a `data` element holds it where people read another text."""
    data = cell.find(".//data")
    return cell.text_content() if data is None else data.get("value")


def number_of(cell: Any) -> str:
    """The same of a cell with figures, whose status stands in `data-status`."""
    return value_of(cell).rstrip("*") if cell.get("data-status", "") in ("", "partial") else ""


def of_table(table: Any) -> None:
    """An HTML table, with a column for the statuses of each column that has some."""
    header = [value_of(cell) for cell in table.find("thead").iter("th")]
    cells = [list(row) for row in table.find("tbody").iter("tr")]
    statuses = [[cell.get("data-status", "") for cell in row] for row in cells]
    # Only what is no number over all its quarters has a column that says so.
    with_status = [at for at in range(len(header)) if any(row[at] for row in statuses)]
    rows = (
        [number_of(cell) for cell in row] + [status[at] for at in with_status]
        for row, status in zip(cells, statuses)
    )
    printed(header + [f"{header[at]}_status" for at in with_status], rows)


def read_html(path: Path) -> None:
    import lxml.html

    page = lxml.html.fromstring(path.read_bytes())
    tables = list(page.iter("table"))
    assert len(tables) == 1 and page.get("lang")
    of_table(tables[0])


def html_across(path: Path) -> None:
    """The cells of a table with a dimension across, one a line: what it is of, metric, value, status."""
    import lxml.html

    table = next(lxml.html.fromstring(path.read_bytes()).iter("table"))
    first, *below = [list(row) for row in table.find("thead").iter("tr")]
    stubs = [value_of(cell) for cell in first if cell.get("rowspan")]
    if not below:
        stubs = [value_of(cell) for cell in first if "number" not in cell.get("class", "")]
    members = [value_of(cell) for cell in first[len(stubs) :]]
    for cell in first[len(stubs) :]:
        assert cell.get("scope") == ("colgroup" if below and cell.get("colspan") else "col")
    metrics = [value_of(cell) for cell in below[0]] if below else [""] * len(members)
    each = len(metrics) // len(members)
    for row in table.find("tbody").iter("tr"):
        cells = list(row)
        key = [value_of(cell) for cell in cells[: len(stubs)]]
        for at, cell in enumerate(cells[len(stubs) :]):
            status = cell.get("data-status", "")
            number = number_of(cell)
            print(*key, members[at // each], metrics[at], number, status, sep="\t")


def read_ipynb(path: Path) -> None:
    import lxml.html
    import nbformat

    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    of_table(lxml.html.fragment_fromstring(outputs[0].data["text/html"]))


def run_ipynb(path: Path) -> None:
    """Runs all cells; prints what each gave."""
    import nbclient
    import nbformat

    notebook = nbformat.read(path, as_version=4)
    client = nbclient.NotebookClient(
        notebook, timeout=300, resources={"metadata": {"path": str(path.resolve().parent)}}
    )
    client.execute()
    for cell in notebook.cells:
        if cell.cell_type == "code":
            kinds = sorted({kind for output in cell.outputs for kind in output.get("data", {})})
            print(f"{cell.id}: {' '.join(kinds)}")


# What a status of SDMX says in the other formats.
STATUSES = {
    "A": "",
    "P": "partial",
    "O": "undefined",
    "M": "not_applicable",
    "L": "not_delivered",
}


def read_sdmx_csv(path: Path) -> None:
    """Observations as the SDMX reader gives them, set side by side by indicator."""
    import sdmx
    from sdmx.model import v30
    from sdmx.reader.csv import Reader

    logging.disable(logging.WARNING)
    with path.open(encoding="utf-8", newline="") as file:
        header = next(csv.reader(file))
        structure_id = next(csv.reader(file))[1]
    assert header[:4] == ["STRUCTURE", "STRUCTURE_ID", "ACTION", "INDICATOR"], header
    at = header.index("OBS_VALUE")
    match = re.fullmatch(r"(\w+):(\w+)\(([0-9.]+)\)", structure_id)
    assert match, structure_id
    agency, name, version = match.groups()
    structure = v30.DataStructureDefinition(id=name, version=version)
    for dimension in header[3:at]:
        structure.dimensions.append(v30.Dimension(id=dimension))
    structure.measures.append(v30.Measure(id="OBS_VALUE"))
    for attribute in header[at + 1 :]:
        structure.attributes.append(v30.DataAttribute(id=attribute))
    flow = v30.Dataflow(id=name, version=version, structure=structure)
    with path.open("rb") as file:
        message = Reader().convert(file, structure=flow)
    assert isinstance(message, sdmx.message.DataMessage)
    assert [data.action.name for data in message.data] == ["replace"]

    rows: dict[tuple[str, ...], dict[str, str]] = {}
    periods: set[str] = set()
    for observation in message.data[0].obs:
        values = {key: value.value for key, value in observation.dimension.values.items()}
        indicator = values.pop("INDICATOR")
        periods.add(values.get("TIME_PERIOD", ""))
        status = observation.attached_attribute["OBS_STATUS"].value
        assert (status in "AP") == (observation.value != "#N/A"), (status, observation.value)
        row = rows.setdefault(tuple(values.values()), {})
        row[indicator] = observation.value if status in "AP" else ""
        row[f"{indicator}_status"] = STATUSES[status]
    by_quarter = any("Q" in period for period in periods)
    time = "quarter" if by_quarter else "year"
    names = [time if it == "TIME_PERIOD" else it.lower() for it in header[4:at]]
    indicators = list(dict.fromkeys(indicator for row in rows.values() for indicator in row))
    statuses = [it for it in indicators if it.endswith("_status")]
    indicators = [it for it in indicators if it not in statuses]
    # Only what is no number over all its quarters has a column that says so.
    indicators += [it for it in statuses if any(row.get(it) for row in rows.values())]
    special = {"_T": "total", "_O": "rest", "_U": ""}

    def value(name: str, code: str) -> str:
        if code in special:
            return special[code]
        if name == time:
            return code.replace("-Q", "Q")
        if name in ("age", "measure_months") and (band := re.fullmatch("GE([0-9]+)", code)):
            return f"{band[1]}+"
        assert re.fullmatch("[A-Za-z0-9@$-][A-Za-z0-9@$_-]*", code), code
        first, *parts = code.split("$")
        text = first.encode()
        for part in filter(None, parts):
            text += bytes.fromhex(part[:2]) + part[2:].encode()
        # A code that reads as a row over several is marked in other formats.
        read = text.decode()
        return "'" + read if read.lstrip("'") in ("total", "rest") else read

    printed(
        names + indicators,
        (
            [value(*pair) for pair in zip(names, key)] + [row.get(it) for it in indicators]
            for key, row in rows.items()
        ),
    )


READERS = {
    "csv": read_csv,
    "csv-locale": read_csv_locale,
    "csv-metadata": read_csv_metadata,
    "tsv": read_tsv,
    "json": read_json,
    "ndjson": read_ndjson,
    "parquet": read_parquet,
    "arrow": read_arrow,
    "arrow-stream": read_arrow_stream,
    "xlsx": read_xlsx,
    "xlsx-words": xlsx_words,
    "xlsx-structure": xlsx_structure,
    "html": read_html,
    "html-across": html_across,
    "ipynb": read_ipynb,
    "ipynb-run": run_ipynb,
    "sdmx-csv": read_sdmx_csv,
}

if __name__ == "__main__":
    READERS[sys.argv[1]](Path(sys.argv[2]))
