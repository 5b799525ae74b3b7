"""Writes a delivery with typed cells in the ways of other programs: Parquet, workbooks, SAS datasets.

Usage: typed.py SOURCE FOLDER

Files in FOLDER/same say what SOURCE says; those in FOLDER/other do not, or cannot be read.
"""

import csv
import datetime
import decimal
import io
import re
import sys
import zipfile
from pathlib import Path

import openpyxl
import openpyxl.chart
import pandas
import polars
import pyarrow as pa
import pyarrow.parquet as pq

import sas

DAYS = ("DPAY1STDAY", "DPAYLSTDAY")
CODES = ("LEGISLATION", "THP_ID", "CBENCONV")
AMOUNT = "EBENCONVCM"
Row = dict[str, str | None]


def read(source: Path) -> list[Row]:
    with source.open() as file:
        return [{name: text or None for name, text in row.items()} for row in csv.DictReader(file, delimiter=";")]


def day(text: str | None) -> datetime.date | None:
    return datetime.date.fromisoformat(text) if text else None


def number(text: str | None) -> int | None:
    return int(text) if text else None


def texts(rows: list[Row], data_type) -> dict[str, pa.Array]:
    binary = pa.types.is_binary(data_type) or pa.types.is_large_binary(data_type)
    value = (lambda text: text and text.encode()) if binary else (lambda text: text)
    return {name: pa.array([value(row[name]) for row in rows], data_type) for name in rows[0]}


def parquet_files(rows: list[Row], folder: Path) -> None:
    same, other = folder / "same", folder / "other"

    def columns(**changed) -> dict[str, pa.Array]:
        whole = texts(rows, pa.string())
        whole.update(changed)
        return whole

    def write(name: str, arrays: dict[str, pa.Array] | bytes, **options) -> None:
        if isinstance(arrays, bytes):
            (folder / f"{name}.parquet").write_bytes(arrays)
            return
        to = other if name.startswith("other-") else same
        pq.write_table(pa.table(arrays), to / f"{name.removeprefix('other-')}.parquet", **options)

    def of(name: str, read, data_type) -> pa.Array:
        return pa.array([read(row[name]) for row in rows], data_type)

    for codec in ("none", "snappy", "gzip", "brotli", "lz4", "zstd"):
        write(codec, columns(), compression=codec)
    for data_type in (pa.large_string(), pa.string_view(), pa.binary(), pa.large_binary()):
        write(str(data_type), texts(rows, data_type))
    write("categories", {name: array.dictionary_encode() for name, array in columns().items()})
    euros = lambda text: decimal.Decimal(text) if text else None
    for data_type in (pa.decimal128(19, 4), pa.decimal128(12, 3), pa.decimal256(60, 9), pa.decimal128(9, 2)):
        name = f"decimal-{data_type.precision}-{data_type.scale}"
        write(name, columns(**{AMOUNT: of(AMOUNT, euros, data_type)}))
    for data_type in (pa.int64(), pa.uint64()):
        codes = {name: of(name, number, data_type) for name in (*CODES, "NISS", "CPAS")}
        write(f"whole-{data_type}", columns(**codes))
    small = {name: of(name, number, pa.int8()) for name in CODES}
    write("small", columns(**small))
    write("small-categories", columns(**{name: array.dictionary_encode() for name, array in small.items()}))
    floats = {name: of(name, lambda text: float(text) if text else None, pa.float64()) for name in (*CODES, "NISS")}
    write("floats", columns(**floats))
    wide = {name: of(name, euros, pa.decimal128(9, 3)) for name in CODES}
    write("decimal-codes", columns(**wide))
    categories(columns, of, write)
    moment = lambda text: datetime.datetime.combine(day(text), datetime.time()) if text else None
    write("days", columns(**{name: of(name, day, pa.date32()) for name in DAYS}))
    write("days-64", columns(**{name: of(name, day, pa.date64()) for name in DAYS}))
    for unit in ("s", "ms", "us", "ns"):
        write(f"moments-{unit}", columns(**{name: of(name, moment, pa.timestamp(unit)) for name in DAYS}))
    write("moments-utc", columns(**{name: of(name, moment, pa.timestamp("us", "UTC")) for name in DAYS}))
    old = {name: of(name, moment, pa.timestamp("ns")) for name in DAYS}
    write("moments-96", columns(**old), use_deprecated_int96_timestamps=True)
    wide = columns(REMARKS=pa.array([["a", "b"]] * len(rows)), PARTS=pa.array([{"a": 1}] * len(rows)))
    write("lists-unknown", wide)
    write("nothing", columns(BUDART_ID=pa.nulls(len(rows))))
    # Refused by the name of the column.
    write("other-lists", columns(CPAS=pa.array([[row["CPAS"]] for row in rows])))
    write("other-durations", columns(CPAS=pa.array([1] * len(rows), pa.duration("s"))))
    write("other-doubles", columns(**{AMOUNT: pa.array([250.0] * len(rows))}))
    zone = {name: of(name, moment, pa.timestamp("us", "Europe/Brussels")) for name in DAYS}
    write("other-zones", columns(**zone))
    # Read, and found.
    write("other-finer", columns(**{AMOUNT: pa.array([decimal.Decimal("250.125")] * len(rows), pa.decimal128(12, 3))}))
    write("other-finest", columns(**{AMOUNT: pa.array([decimal.Decimal("250.0001")] * len(rows), pa.decimal128(12, 4))}))
    write("other-huge", columns(**{AMOUNT: pa.array([2**63 - 1] * len(rows))}))
    noon = lambda text: datetime.datetime.combine(day(text), datetime.time(12)) if text else None
    write("other-noon", columns(**{name: of(name, noon, pa.timestamp("ms")) for name in DAYS}))
    far = pa.array([2**31 - 1] * len(rows), pa.int32()).cast(pa.date32())
    write("other-far", columns(DPAYLSTDAY=far))
    truth = pa.array([True] * len(rows))
    write("other-truth", columns(**{AMOUNT: truth, "THP_ID": pa.nulls(len(rows), pa.string()), "CBENCONV": truth}))
    accents = {name: array.cast(pa.binary()) for name, array in columns().items()}
    accents["CPAS"] = pa.array([b"21004\xa0"] + [row["CPAS"].encode() for row in rows[1:]], pa.binary())
    write("other-accents", accents)
    spoiled = columns()
    whole = spoiled["CPAS"]
    buffers = whole.buffers()
    content = bytearray(buffers[2].to_pybytes())
    content[0] = 0xE8
    spoiled["CPAS"] = pa.Array.from_buffers(pa.string(), len(whole), [None, buffers[1], pa.py_buffer(bytes(content))])
    write("other-spoiled", spoiled)
    euros = {name: array.cast(pa.binary()) for name, array in columns().items()}
    euros["EBENCONVCM"] = pa.array([b"1\xa0250,00", b"250,00", b"250,00\xa0", b"250,00"], pa.binary())
    last = [row["DPAYLSTDAY"].encode() for row in rows]
    last[1] += b"\xa0"
    euros["DPAYLSTDAY"] = pa.array(last, pa.binary())
    write("other-euros", euros)
    breaks = columns(CPAS=pa.array(["21\n004"] + [row["CPAS"] for row in rows[1:]]), REMARK=pa.array(["a;\"b\"\nc"] * len(rows)))
    write("other-breaks", breaks)


def categories(columns, of, write) -> None:
    """Columns whose values are kept apart, as pandas does with categories, and numbers of 128 bits."""
    euros = lambda text: decimal.Decimal(text) if text else None
    one = lambda text: text and text.encode()
    apart = {AMOUNT: of(AMOUNT, euros, pa.decimal128(12, 2))}
    apart |= {name: of(name, euros, pa.decimal128(9, 0)) for name in ("THP_ID", "CBENCONV")}
    apart["LEGISLATION"] = of("LEGISLATION", one, pa.binary(1))
    apart["REMARK"] = pa.array([True, False, None, True])
    apart |= {name: of(name, day, pa.date32()) for name in DAYS}
    apart["CPAS"] = of("CPAS", lambda text: float(text), pa.float64())
    write("apart", columns(**{name: array.dictionary_encode() for name, array in apart.items()}))
    truth = pa.array([True, False, True, True])
    write("other-truths", columns(CBENCONV=truth))
    write("other-truths-apart", columns(CBENCONV=truth.dictionary_encode()))
    wide = polars.Series("REMARK", [1, 2, 3, 4], polars.Int128)
    frame = polars.from_arrow(pa.table(columns()))
    for name, column in (("same/int128-unknown", wide), ("other/int128", wide.alias("CPAS"))):
        buffer = io.BytesIO()
        frame.with_columns(column).write_parquet(buffer)
        write(name, buffer.getvalue())


def summed(text: str) -> float:
    """The amount as a sum of floats has it, off by the least that a float can be."""
    return float(text) * (1 + 2**-52)


def workbook(rows: list[Row], path: Path, typed: bool, from_1904: bool = False, blank: int = 0, euros=float) -> None:
    book = openpyxl.Workbook()
    if from_1904:
        book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    sheet = book.active
    sheet.title = "Levering mei"
    sheet.append(list(rows[0]))
    for at, row in enumerate(rows):
        cells: list = list(row.values())
        if typed:
            kinds = {name: day for name in DAYS} | {name: number for name in (*CODES, "NISS", "CPAS")}
            kinds[AMOUNT] = lambda text: euros(text) if text else None
            cells = [kinds.get(name, lambda text: text)(text) for name, text in row.items()]
        place = 2 + at * (1 + blank)
        for column, value in enumerate(cells, start=1):
            sheet.cell(place, column, value)
    book.create_sheet("Notes")["A1"] = "nothing of this is read"
    book.save(path)


def changed(path: Path, to: Path, member: str, old: re.Pattern, new, more: dict[str, bytes] = {}) -> None:
    """The same archive with something else in one of its members, and with more of them."""
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as made:
        for name in archive.namelist():
            body = archive.read(name)
            if name == member:
                assert old.search(body), (member, old)
                body = old.sub(new, body)
            made.writestr(name, body)
        for name, body in more.items():
            made.writestr(name, body)


def shared(path: Path, to: Path, empty: int) -> None:
    """The same workbook with its texts in a table, which begins with an empty text or lacks one."""
    with zipfile.ZipFile(path) as archive:
        body = archive.read("xl/worksheets/sheet1.xml")
    inline = re.compile(rb't="inlineStr"><is><t[^>]*>([^<]*)</t></is>')
    texts = sorted(set(inline.findall(body)))
    entries = [b"<si><t>%b</t></si>" % text for text in texts]
    name = texts.index(b"NISS")
    entries[name] = b'<si><r><t>NI</t></r><r><rPr/><t>SS</t></r><rPh sb="0" eb="1"><t>x</t></rPh></si>'
    first = [b"<si/>"] if empty == 0 else []
    last = entries[:-1] if empty < 0 else entries
    table = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">' + b"".join(first + last) + b"</sst>"
    number = lambda found: b't="s"><v>%d</v>' % (texts.index(found.group(1)) + len(first))
    changed(path, to, "xl/worksheets/sheet1.xml", inline, number, {"xl/sharedStrings.xml": table})


def several(typed: Path, same: Path, other: Path) -> None:
    """Workbooks with more than one sheet: charts, hidden ones, more than one delivery."""

    def made(to: Path, change) -> None:
        book = openpyxl.load_workbook(typed)
        change(book)
        book.save(to)

    def chart_first(book) -> None:
        chart = openpyxl.chart.BarChart()
        chart.add_data(openpyxl.chart.Reference(book.active, min_col=9, min_row=1, max_row=5))
        book.create_chartsheet("Grafiek", 0).add_chart(chart)

    def notes_first(book) -> None:
        book.move_sheet("Notes", -1)
        book["Notes"].sheet_state = "hidden"

    def copied(book, state: str, first: bool) -> None:
        sheet = book.copy_worksheet(book["Levering mei"])
        sheet.title = "Kopie"
        sheet.sheet_state = state
        if first:
            book.move_sheet(sheet, -2)
            book.active = 1

    def below(book) -> None:
        copied(book, "visible", False)
        book["Kopie"].insert_rows(1, 2)
        book["Kopie"]["A1"] = "Levering juni"

    def broken_names(book) -> None:
        for cell in book["Levering mei"][1]:
            cell.value = f"{cell.value}\n"

    made(other / "notes-first.xlsx", lambda book: book.move_sheet("Notes", -1))
    made(same / "chart-first.xlsx", chart_first)
    made(same / "hidden-notes-first.xlsx", notes_first)
    made(same / "hidden-copy.xlsx", lambda book: copied(book, "hidden", False))
    made(same / "broken-names.xlsx", broken_names)
    made(other / "two-sheets.xlsx", lambda book: copied(book, "visible", False))
    made(other / "two-sheets-below.xlsx", below)
    made(other / "hidden-first.xlsx", lambda book: copied(book, "veryHidden", True))


def workbooks(rows: list[Row], folder: Path) -> None:
    same, other = folder / "same", folder / "other"
    workbook(rows, same / "texts.xlsx", typed=False)
    workbook(rows, same / "typed.xlsx", typed=True)
    workbook(rows, same / "from-1904.xlsx", typed=True, from_1904=True)
    workbook(rows, same / "blank-rows.xlsx", typed=True, blank=2)
    workbook(rows, same / "summed.xlsx", typed=True, euros=summed)
    several(same / "typed.xlsx", same, other)
    pandas.DataFrame(rows).to_excel(same / "pandas.xlsx", index=False)
    sheet = "xl/worksheets/sheet1.xml"
    # Unusual XML that says the same: a table of texts with an empty one and one in two formats,
    # numbers within CDATA, cells without places.
    shared(same / "texts.xlsx", same / "shared.xlsx", empty=0)
    shared(same / "texts.xlsx", other / "no-text.xlsx", empty=-1)
    numbers = re.compile(rb'<c r="I(\d)" t="n"><v>([^<]*)</v>')
    changed(same / "typed.xlsx", same / "data.xlsx", sheet, numbers, rb'<c r="I\1" t="n"><v><!-- --><![CDATA[\2]]></v>')
    changed(same / "typed.xlsx", same / "no-places.xlsx", sheet, re.compile(rb'(<c|<row) r="[A-C]?\d"'), rb"\1")
    book = openpyxl.load_workbook(same / "typed.xlsx")
    book.active["I2"] = "=250+250"
    book.save(other / "formula.xlsx")
    changed(same / "typed.xlsx", other / "cents.xlsx", sheet, re.compile(b"<v>500</v>"), b"<v>500.005</v>")
    preamble = openpyxl.load_workbook(same / "typed.xlsx")
    preamble.active.insert_rows(1)
    preamble.active["A1"] = "Delivery of May"
    preamble.save(other / "preamble.xlsx")
    damaged = bytearray((same / "typed.xlsx").read_bytes())
    (other / "cut.xlsx").write_bytes(damaged[: len(damaged) // 2])
    with zipfile.ZipFile(same / "typed.xlsx") as archive:
        start = archive.getinfo(sheet).header_offset + 200
    damaged[start : start + 8] = bytes(8)
    (other / "damaged.xlsx").write_bytes(damaged)


def datasets(rows: list[Row], folder: Path) -> None:
    def since_1960(text: str | None) -> float | None:
        date = day(text)
        return float((date - datetime.date(1960, 1, 1)).days) if date else None

    typed = {name: (8, False, "DATE") for name in DAYS} | {name: (3, False, "") for name in CODES}
    typed |= {"NISS": (8, False, ""), AMOUNT: (8, False, "COMMA")}
    columns = [(name, *typed.get(name, (24, True, ""))) for name in rows[0]]

    def value(name: str, text: str | None):
        if name in DAYS:
            return since_1960(text)
        if name in typed:
            return float(text) if text else None
        return text

    cells = [[value(name, text) for name, text in row.items()] for row in rows]
    many = [cells[at % len(cells)] for at in range(len(cells))]
    for packing in ("", "rle", "rdc"):
        sas.write(folder / "same" / f"typed{packing}.sas7bdat", columns, many, packing)
    plain = [(name, 24, True, "") for name in rows[0]]
    written = [[text for text in row.values()] for row in rows]
    sas.write(folder / "same" / "texts.sas7bdat", plain, written)
    moments = [(name, 8, False, "DATETIME") if name in DAYS else (name, *rest) for name, *rest in columns]
    seconds = [[it * 86400 if name in DAYS and it is not None else it for it, (name, *_) in zip(row, columns)] for row in cells]
    sas.write(folder / "same" / "moments.sas7bdat", moments, seconds)
    sums = [[*row[:-1], row[-1] and summed(row[-1])] for row in cells]
    sas.write(folder / "same" / "summed.sas7bdat", columns, sums)
    for day_format, moment_format in (("NLDATE", "NLDATM"), ("EURDFDE", "EURDFDT"), ("FRADFDD", "FRADFDT"), ("NLDDFDD", "")):
        of = [(name, 8, False, day_format) if name in DAYS else (name, *rest) for name, *rest in columns]
        sas.write(folder / "same" / f"days-{day_format}.sas7bdat", of, cells)
        if moment_format:
            of = [(name, 8, False, moment_format) if name in DAYS else (name, *rest) for name, *rest in columns]
            sas.write(folder / "same" / f"days-{moment_format}.sas7bdat", of, seconds)
    finer = [list(row) for row in cells]
    finer[1][-1] = 0.125
    sas.write(folder / "other" / "cents.sas7bdat", columns, finer)
    latin = [list(row) for row in written]
    latin[0][2] = "Liège"
    sas.write(folder / "other" / "latin.sas7bdat", plain, latin, encoding="cp1252", number=62)
    sas.write(folder / "other" / "latin-unsaid.sas7bdat", plain, latin, encoding="cp1252", number=0)
    long = [cells[at % len(cells)] for at in range(3000)]
    for packing in ("", "rle", "rdc"):
        sas.write(folder / "other" / f"long{packing}.sas7bdat", columns, long, packing)


def main() -> None:
    source, folder = Path(sys.argv[1]), Path(sys.argv[2])
    for name in ("same", "other"):
        (folder / name).mkdir(exist_ok=True)
    rows = read(source)
    parquet_files(rows, folder)
    workbooks(rows, folder)
    datasets(rows, folder)


if __name__ == "__main__":
    main()
