"""An independent reading of the contract: a plain fold over the rows of one delivery, for tests.

    python3 fold.py DELIVERY_ID FILE... [--window 2002Q4..2004Q4]

Reads UTF-8 text files, the parts of one delivery, and prints one JSON object: rows read, accepted
and rejected, rows by rule, cents, observations by quarter, and the cells of by-regime-and-measure.
It shares no code with the program, only the dictionary's tables of variables and places. Money is whole cents.
A rule counts each row once, rejected rows included, whatever the number of its findings there.
"""

import argparse
import calendar
import csv
import json
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

DATA = Path(__file__).parents[2] / "src/dictionary/data"
DICTIONARY = DATA / "variables.toml"
REQUIRED = ("NISS", "LEGISLATION", "DPAY1STDAY", "DPAYLSTDAY")
REGIMES = {"1": "integration_sociale", "2": "aide_sociale", "6": "organic_law"}
SOURCE_STARTS, CONVENTIONS_START = date(2002, 10, 1), date(2005, 1, 1)
RECODING = date(2016, 1, 1)

REJECTING = {
    "decode.field-count", "decode.quote-unclosed", "decode.encoding", "decode.date",
    "decode.amount", "decode.amount-ambiguous", "decode.amount-implausible", "decode.code-identifier",
    "check.niss-missing", "check.niss-invalid",
    "check.first-day-missing", "check.days-reversed", "check.regime-missing",
    "check.regime-unknown", "check.before-source", "check.amount-before-validity",
    "check.outside-window", "check.duplicate-row", "check.interval-implausible",
}  # fmt: skip

# What stands where there is no value, in any case.
NO_VALUE_WORDS = {"null", "na", "n/a", "#n/a", "nan", "none", "(null)", "\\n", "."}
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

# Budget articles and kinds of aid that tell a measure: until 2015-12-31, and from 2016-01-01.
BUDGET_ARTICLES = (
    {"1173": "article_61"},
    {
        "108": "article_61", "114": "social_economy", "115": "article_60", "116": "article_60",
        "118": "ptp", "119": "sine", "120": "interim", "121": "activa",
    },
)  # fmt: skip
KINDS_OF_AID = (
    {"59": "activation", "60": "article_60", "61": "article_61"},
    {"113": "activation", "114": "article_60", "115": "article_61"},
)
MEASURE_COLUMNS = {
    "BUDART_ID", "THP_ID", "CTYPHLP", "CA60BENPLC", "CBENCONV", "CBENIDVTYP", "CBENITGTYP",
}  # fmt: skip


# The municipalities, each with the bounds of its validity that there are.
with (DATA / "municipalities.csv").open(encoding="utf-8", newline="") as municipalities:
    PLACES = {
        place["nis"]: {name: place[name] for name in ("valid_from", "valid_to") if place[name]}
        for place in csv.DictReader(municipalities)
    }


class CannotRun(Exception):
    """The files or arguments are not what the contract asks for."""


# --- The file: bytes to records -----------------------------------------------------------------


def records(data: bytes, delimiter: bytes) -> Iterator[list[bytes] | None]:
    """The records of a file, RFC 4180; None is one whose quoting is broken. Empty lines are none.

    A broken record ends at the first line end after its start, so that it costs one line.
    """
    stop = re.compile(b"[\r\n" + re.escape(delimiter) + b"]")
    line_end = re.compile(b"\r\n|\r|\n")

    def quoted(position: int) -> tuple[bytes, int] | None:
        """The field whose opening quote stands before `position`, and where it ends."""
        text = b""
        while (closing := data.find(b'"', position)) >= 0:
            text += data[position:closing]
            position = closing + 1
            if data[position : position + 1] != b'"':
                closed = position == len(data) or stop.match(data, position)
                return (text, position) if closed else None
            text, position = text + b'"', position + 1
        return None

    def holds_row(text: bytes, column: int, width: int) -> bool:
        """Whether a line of a quoted field has the delimiters of a row, or its last line those of
        a row up to the column."""
        lines = line_end.split(text)[1:]
        whole = any(line.count(delimiter) == width - 1 for line in lines[:-1])
        last = column >= 6 and lines and lines[-1].count(delimiter) == column
        return width > 6 and bool(whole or last)

    start = width = 0
    while start < len(data):
        if empty := line_end.match(data, start):
            start = empty.end()
            continue
        fields: list[bytes] | None = []
        position = start
        while True:
            if data[position : position + 1] == b'"':
                if (found := quoted(position + 1)) is None:
                    fields = None
                    break
                text, position = found
                if width and holds_row(text, len(fields), width):
                    fields = None
                    break
            else:
                ending = stop.search(data, position)
                text = data[position : ending.start() if ending else len(data)]
                position += len(text)
            fields.append(text)
            if data[position : position + 1] != delimiter:
                break
            position += 1
        width = width or len(fields or [])
        yield fields
        ending = line_end.search(data, start if fields is None else position)
        start = ending.end() if ending else len(data)


def names_in(fields: list[bytes]) -> list[str]:
    return [name.decode(errors="replace").strip().upper() for name in fields]


def header(data: bytes, known: set[str]) -> tuple[bytes, list[str]]:
    """The delimiter and the upper-case names: the delimiter is the one that gives known names."""
    found: list[tuple[bytes, list[str]]] = []
    for delimiter in (b";", b",", b"\t", b"|"):
        first = next(records(data, delimiter), None)
        names = names_in(first or [])
        if all(name in names for name in REQUIRED):
            found.append((delimiter, names))
    if len(found) != 1:
        raise CannotRun("no header with the required columns")
    names = found[0][1]
    if any(names.count(name) > 1 for name in known):
        raise CannotRun("a column stands twice in the header")
    return found[0]


# --- Decoding: text to values -------------------------------------------------------------------


@dataclass
class Niss:
    digits: str
    padded: bool
    birth_year: int | None


def decode_niss(text: str) -> Niss | None:
    """A number as it is issued: check number, date of birth or counter, sequence number."""
    digits = re.sub("[-. ]", "", text)
    padded = re.fullmatch("[0-9]{10}", digits) is not None
    digits = "0" + digits if padded else digits
    if not re.fullmatch("[0-9]{11}", digits):
        return None
    year, month, day, sequence, check = (
        int(digits[start:end]) for start, end in ((0, 2), (2, 4), (4, 6), (6, 9), (9, 11))
    )
    centuries = {97 - int(prefix + digits[:9]) % 97: c for prefix, c in (("", 1900), ("2", 2000))}
    if check not in centuries or not 1 <= sequence <= 998:
        return None
    if month not in {shift + month for shift in (0, 20, 40) for month in range(13)}:
        return None
    birth_year = centuries[check] + year
    month %= 20
    if month and day and day > calendar.monthrange(birth_year, month)[1]:
        return None
    nothing_known = (year, month) == (0, 0) and day > 0
    return Niss(digits, padded, None if nothing_known else birth_year)


def decode_date(text: str) -> date | None:
    """A date in one of five forms, perhaps with a time of midnight, or None."""
    midnight = r"(?:[ T]0?0:00(?::00(?:[.,]0{1,9})?)?)?"
    for pattern in (
        "(?P<y>[0-9]{4})-(?P<m>[0-9]{2})-(?P<d>[0-9]{2})" + midnight,
        "(?P<y>[0-9]{4})(?P<m>[0-9]{2})(?P<d>[0-9]{2})" + midnight,
        "(?P<d>[0-9]{2})/(?P<m>[0-9]{2})/(?P<y>[0-9]{4})" + midnight,
        "(?P<d>[0-9]{2})-(?P<m>[0-9]{2})-(?P<y>[0-9]{4})" + midnight,
        "(?P<d>[0-9]{2})(?P<m>[A-Za-z]{3})(?P<y>[0-9]{4})" + midnight.replace("[ T]", "[ T:]"),
    ):
        if match := re.fullmatch(pattern, text):
            month = match["m"].lower()
            try:
                number = MONTHS.index(month) + 1 if month.isalpha() else int(month)
                return date(int(match["y"]), number, int(match["d"]))
            except ValueError:
                return None
    return None


def decode_amount(text: str) -> int | str:
    """Whole cents, or the rule that the text breaks."""
    if re.fullmatch(r"[+-]?[0-9]+[.,][0-9]{3}", text):
        return "decode.amount-ambiguous"
    number = re.fullmatch(
        r"(?P<sign>[+-]?)"
        r"(?P<whole>[0-9]+"
        r"|[0-9]{1,3}(?P<group>[., \u00a0\u202f])[0-9]{3}(?:(?P=group)[0-9]{3})*)"
        r"(?:(?P<mark>[.,])(?P<decimals>[0-9]{1,2}))?",
        text,
    )
    if number is None or number["group"] and number["group"] == number["mark"]:
        return "decode.amount"
    whole = re.sub("[^0-9]", "", number["whole"])
    cents = int(whole) * 100 + int((number["decimals"] or "").ljust(2, "0"))
    if cents > 100_000_00:
        return "decode.amount-implausible"
    return -cents if number["sign"] == "-" else cents


# --- Quarters -----------------------------------------------------------------------------------


def quarter_of(day: date) -> int:
    """Quarters counted from year 0."""
    return day.year * 4 + (day.month - 1) // 3


def quarter_name(quarter: int) -> str:
    return f"{quarter // 4}Q{quarter % 4 + 1}"


def window_of(delivery: str, window: str | None) -> range:
    """The quarters that a delivery covers."""
    if window is not None:
        if not (bounds := re.fullmatch(r"(\d{4})Q([1-4])\.\.(\d{4})Q([1-4])", window)):
            raise CannotRun(f"{window} is no window such as 2002Q4..2004Q4")
        first, last = (int(bounds[i]) * 4 + int(bounds[i + 1]) - 1 for i in (1, 3))
        return range(first, last + 1)
    if not (parts := re.fullmatch(r"(\d{4})-(05|11)", delivery)):
        raise CannotRun(f"{delivery} is no delivery such as 2007-05; give --window")
    year = int(parts[1])
    start = (year - 2) * 4 + 2 if parts[2] == "05" else (year - 1) * 4
    return range(start, start + 2)


def end_of_month(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def days_by_quarter(first: date, last: date) -> dict[int, int]:
    """Days in each quarter that the interval touches, in order."""
    days = {}
    for quarter in range(quarter_of(first), quarter_of(last) + 1):
        year, month = quarter // 4, quarter % 4 * 3 + 1
        start, end = max(first, date(year, month, 1)), min(last, end_of_month(year, month + 2))
        days[quarter] = (end - start).days + 1
    return days


def shares(cents: int, days: dict[int, int]) -> dict[int, int]:
    """Cents by days in whole cents; largest remainder, ties to the earlier quarter."""
    total = sum(days.values())
    parts = {quarter: abs(cents) * n // total for quarter, n in days.items()}
    by_remainder = sorted(days, key=lambda q: (-(abs(cents) * days[q] % total), q))
    for quarter in by_remainder[: abs(cents) - sum(parts.values())]:
        parts[quarter] += 1
    return {quarter: -part if cents < 0 else part for quarter, part in parts.items()}


# --- One row ------------------------------------------------------------------------------------


@dataclass
class Row:
    """The values of a row, the columns whose text could not be read, and the rules it broke."""

    values: dict[str, Any] = field(default_factory=dict)
    unreadable: set[str] = field(default_factory=set)
    rules: set[str] = field(default_factory=set)
    measure: str = ""
    birth_year: int | None = None

    def absent(self, column: str) -> bool:
        return column not in self.values and column not in self.unreadable

    @property
    def regime(self) -> str | None:
        return REGIMES.get(self.values.get("LEGISLATION", ""))

    @property
    def last_day(self) -> date | None:
        """The last day; when there is none, the end of the first day's month."""
        first = self.values.get("DPAY1STDAY")
        if first is None or not self.absent("DPAYLSTDAY"):
            return self.values.get("DPAYLSTDAY")
        return end_of_month(first.year, first.month)


def decode(names: list[str], fields: list[bytes] | None, variables: dict[str, Any]) -> Row:
    """The values of the known columns; empty, blank or a word for it is no value."""
    row = Row()
    if fields is None or len(fields) != len(names):
        row.rules.add("decode.quote-unclosed" if fields is None else "decode.field-count")
        return row
    for name, raw in zip(names, fields):
        value: Any
        try:
            text = raw.decode().strip()
        except UnicodeDecodeError:
            row.rules.add("decode.encoding")
            row.unreadable.add(name)
            continue
        if text and not name:
            row.rules.add("decode.field-count")
        if not text or name not in variables:
            continue
        if text.lower() in NO_VALUE_WORDS:
            row.rules.add("check.no-value-word")
            continue
        match variables[name]["kind"]:
            case "identifier":
                niss = decode_niss(text)
                if niss is None and name != "NISS":
                    row.rules.add("check.partner-invalid")
                    continue
                if niss is None:
                    row.rules.add("check.niss-invalid")
                elif niss.padded:
                    row.rules.add("check.niss-padded")
                value = niss and niss.digits
                if niss and name == "NISS":
                    row.birth_year = niss.birth_year
            case "date":
                value = decode_date(text)
                if value is None:
                    row.rules.add("decode.date")
                elif name == "DPAYLSTDAY" and value.year == 9999:
                    continue
            case "amount":
                value = decode_amount(text)
                if isinstance(value, str):
                    row.rules.add(value)
                    value = None
                elif decode_niss("".join(c for c in text if c in "0123456789")) is not None:
                    row.rules.add("decode.code-identifier")
                    value = None
            case _:
                value = text
                if decimal := re.fullmatch("(-?[0-9]+)[.,]0+", text):
                    value = decimal[1]
                if sum(character.isnumeric() for character in value) > 7:
                    row.rules.add("decode.code-identifier")
                    value = None
                elif decimal:
                    row.rules.add("check.code-decimal")
                drop = variables[name].get("drop_leading_zero", False)
                if value and drop and re.fullmatch("[0-9]+", value):
                    value = value.lstrip("0") or "0"
        if value is None:
            row.unreadable.add(name)
        else:
            row.values[name] = value
    return row


def outside(entry: dict[str, Any], day: date) -> bool:
    """Whether a day is outside the validity of a variable or a code; both bounds are inclusive."""
    lower, upper = entry.get("valid_from", ""), entry.get("valid_to", "9999-12-31")
    return not lower <= day.isoformat() <= upper


def measure_of(row: Row) -> str:
    """The measure of a row with a regime and a first day."""
    values = row.values
    new = values["DPAY1STDAY"] >= RECODING
    found = None
    if row.regime == "integration_sociale":
        found = BUDGET_ARTICLES[new].get(values.get("BUDART_ID"))
    elif row.regime == "aide_sociale":
        found = KINDS_OF_AID[new].get(values.get("THP_ID"))
        place = (values.get("CTYPHLP"), values.get("CA60BENPLC"))
        if found == "article_60" and place == ("60", "15"):
            found = "social_economy"
    if found is None and values.get("CBENCONV") in ("1", "2"):
        found = "partnership_convention"
    for column, measure in (
        ("CBENIDVTYP", "piis"),
        ("CBENITGTYP", "socio_professional_integration"),
    ):
        code = values.get(column, "0")
        if found is None and code != "0" and re.fullmatch("[0-9]+", code):
            found = measure
    return found or "unclassified"


def check_days(row: Row, window: range) -> None:
    first, last = row.values.get("DPAY1STDAY"), row.last_day
    if row.absent("DPAY1STDAY"):
        row.rules.add("check.first-day-missing")
    if row.absent("DPAYLSTDAY"):
        row.rules.add("check.last-day-missing")
    if first is None:
        return
    if first < SOURCE_STARTS:
        row.rules.add("check.before-source")
    if row.birth_year is not None and row.birth_year > first.year:
        row.rules.add("check.born-after")
    if last is None:
        return
    if last < first:
        row.rules.add("check.days-reversed")
        return
    if (last - first).days >= 31:
        row.rules.add("check.interval-long")
    if (last - first).days >= 366:
        row.rules.add("check.interval-implausible")
    if quarter_of(last) < window.start or quarter_of(first) >= window.stop:
        row.rules.add("check.outside-window")


def check_codes(row: Row, variables: dict[str, Any]) -> None:
    first = row.values.get("DPAY1STDAY")
    for name, value in row.values.items():
        variable = variables[name]
        is_code = variable["kind"] == "code"
        if not is_code and name not in ("NNISPTN2", "EBENCONVCM"):
            continue
        entries = [code for code in variable.get("code", []) if code["code"] == value]
        no_value = any(code.get("not_applicable") for code in entries)
        if is_code and not entries and name != "LEGISLATION":
            known = [it["code"] for it in variable.get("code", []) if not it.get("not_applicable")]
            form = "[0-9]+" if known and all(map(str.isdigit, known)) else "[0-9A-Za-z-]*"
            if variable.get("table_complete") or not re.fullmatch(form, value):
                row.rules.add("check.code-unknown")
        if name == "CPAS":
            if not re.fullmatch("[0-9]+", value):
                row.rules.add("check.code-unknown")
            elif value not in PLACES:
                row.rules.add("check.place-unknown")
            elif first and outside(PLACES[value], first):
                row.rules.add("check.place-outside-validity")
        if first and entries and all(outside(code, first) for code in entries):
            row.rules.add("check.code-outside-validity")
        if name != "EBENCONVCM" and first and outside(variable, first) and not no_value:
            row.rules.add("check.variable-outside-validity")
        regimes = variable.get("regimes")
        if row.regime and regimes and row.regime not in regimes and not no_value:
            row.rules.add("check.variable-other-regime")


def check(row: Row, variables: dict[str, Any], window: range) -> None:
    """Adds every rule that the values of a row break, and its measure where it can be told."""
    first, amount = row.values.get("DPAY1STDAY"), row.values.get("EBENCONVCM")
    if row.absent("NISS"):
        row.rules.add("check.niss-missing")
    if row.absent("LEGISLATION"):
        row.rules.add("check.regime-missing")
    elif row.regime is None and "LEGISLATION" in row.values:
        row.rules.add("check.regime-unknown")
    check_days(row, window)
    check_codes(row, variables)
    if amount is not None and first is not None and first < CONVENTIONS_START:
        row.rules.add("check.amount-before-validity")
    convention = row.values.get("CBENCONV") in ("1", "2")
    if amount and not convention and "CBENCONV" not in row.unreadable:
        row.rules.add("check.amount-without-convention")
    if convention and row.absent("EBENCONVCM") and first and first >= CONVENTIONS_START:
        row.rules.add("check.convention-without-amount")
    if first is None or row.regime is None:
        return
    row.measure = measure_of(row)
    if row.measure == "unclassified" and not row.unreadable & MEASURE_COLUMNS:
        row.rules.add("check.unclassified")
    asylum_seeker = row.regime == "aide_sociale" and row.values.get("STS_CNT_ID") == "B"
    if asylum_seeker and row.measure in ("article_61", "activation"):
        row.rules.add("check.not-eligible")


# --- The delivery -------------------------------------------------------------------------------


@dataclass
class Cell:
    observations: int = 0
    persons: set[str] = field(default_factory=set)
    convention_persons: set[str] = field(default_factory=set)
    cents: int = 0


@dataclass
class Totals:
    """What the rows of a delivery add up to."""

    window: range
    read: int = 0
    accepted: int = 0
    rules: Counter[str] = field(default_factory=Counter)
    cents_accepted: int = 0
    cents_clipped: int = 0
    cells: dict[tuple[int, str, str], Cell] = field(default_factory=dict)

    def add(self, row: Row) -> None:
        self.read += 1
        self.rules.update(row.rules)
        if row.rules & REJECTING:
            return
        self.accepted += 1
        cents, last = row.values.get("EBENCONVCM", 0), row.last_day
        assert last is not None and row.regime is not None
        self.cents_accepted += cents
        days = days_by_quarter(row.values["DPAY1STDAY"], last)
        for quarter, part in shares(cents, days).items():
            if quarter not in self.window:
                self.cents_clipped += part
                continue
            cell = self.cells.setdefault((quarter, row.regime, row.measure), Cell())
            cell.observations += 1
            cell.cents += part
            cell.persons.add(row.values["NISS"])
            if row.values.get("CBENCONV") in ("1", "2"):
                cell.convention_persons.add(row.values["NISS"])

    def report(self) -> dict[str, Any]:
        observations = {quarter_name(quarter): 0 for quarter in self.window}
        cents = dict(observations)
        for (quarter, _, _), cell in self.cells.items():
            observations[quarter_name(quarter)] += cell.observations
            cents[quarter_name(quarter)] += cell.cents
        assert self.cents_accepted == sum(cents.values()) + self.cents_clipped
        by_rule = sorted(self.rules.items())
        return {
            "rows_read": self.read,
            "rows_accepted": self.accepted,
            "rows_rejected": self.read - self.accepted,
            "rejected_by_rule": {rule: n for rule, n in by_rule if rule in REJECTING},
            "warned_by_rule": {rule: n for rule, n in by_rule if rule not in REJECTING},
            "cents_accepted": self.cents_accepted,
            "cents_stored": sum(cents.values()),
            "cents_clipped": self.cents_clipped,
            "observations": observations,
            "cents": cents,
            "cells": [
                [
                    quarter_name(key[0]), key[1], key[2], cell.observations, len(cell.persons),
                    len(cell.convention_persons), euros(cell.cents),
                ]
                for key, cell in sorted(self.cells.items())
            ],
        }  # fmt: skip


def euros(cents: int) -> str:
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02}"


def fold(delivery: str, files: list[Path], window: str | None) -> dict[str, Any]:
    """What the files of one delivery come to."""
    with DICTIONARY.open("rb") as file:
        variables = {variable["name"]: variable for variable in tomllib.load(file)["variable"]}
    totals = Totals(window_of(delivery, window))
    seen: set[frozenset[tuple[str, Any]]] = set()
    for path in files:
        data = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
        delimiter, names = header(data, set(variables))
        rows = records(data, delimiter)
        next(rows)
        for fields in rows:
            if fields is not None and names_in(fields) == names:
                raise CannotRun(f"{path.name} has a second header line")
            row = decode(names, fields, variables)
            if fields is not None and len(fields) == len(names):
                check(row, variables, totals.window)
                # Only rows that could be read in full are compared, accepted or not.
                if "NISS" in row.values and not any(r.startswith("decode.") for r in row.rules):
                    values = frozenset({**row.values, "DPAYLSTDAY": row.last_day}.items())
                    if values in seen:
                        row.rules.add("check.duplicate-row")
                    seen.add(values)
            totals.add(row)
    return totals.report()


def main() -> int:
    parser = argparse.ArgumentParser(description="An independent reading of one delivery.")
    parser.add_argument("delivery")
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--window")
    arguments = parser.parse_args()
    try:
        report = fold(arguments.delivery, arguments.files, arguments.window)
    except CannotRun as reason:
        print(f"error: {reason}", file=sys.stderr)
        return 2
    print(json.dumps(report, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
