"""Compares person histories with the observations they are made of, as two other readers see them.

Usage: histories.py HISTORIES_FOLDER PARQUET_FILE...
pyarrow reads the histories, DuckDB the observations. Prints a line per quarter and regime: distinct persons,
observations, days and cents, by entries, by single observations and by groups of persons who are alike; and `same` or
what the observations say instead.
"""

import sys
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa

Key = tuple[str, str]
Sums = dict[Key, tuple[int, int, int, int]]


def opened(path: Path) -> pa.ipc.RecordBatchFileReader:
    return pa.ipc.open_file(pa.OSFile(str(path)))


def of_entries(folder: Path) -> tuple[Sums, Sums]:
    """By entries, and by the observations that they stand for."""
    persons, sums, of_rows = defaultdict(set), defaultdict(lambda: [0, 0, 0]), defaultdict(lambda: [0, 0, 0])
    for path in folder.glob("*.arrow"):
        if "-" in path.stem:
            continue
        reader = opened(path)
        quarter = reader.metadata[b"quarter"].decode()
        rows = iter(opened(path.with_name(f"{path.stem}-days.arrow")).read_all().to_pylist())
        last = None
        for entry in reader.read_all().to_pylist():
            key = quarter, entry["regime"]
            assert entry["begins"] == int(entry["person"] != last), path
            last = entry["person"]
            persons[key].add(last)
            add(sums[key], entry["observations"], entry["days"], entry["amount"])
            for _ in range(entry["observations"]):
                row = next(rows)
                assert row["first_day"] <= row["last_day"], path
                add(of_rows[key], 1, row["days"], row["amount"])
        assert next(rows, None) is None, path
    with_persons = [{key: (len(persons[key]), *of[key]) for key in persons} for of in (sums, of_rows)]
    return with_persons[0], with_persons[1]


def add(sums: list[int], observations: int, days: int, cents: int | None) -> None:
    sums[0] += observations
    sums[1] += days
    sums[2] += cents or 0


def of_groups(folder: Path, projection: int, has_regime: bool) -> Sums:
    """By groups: persons of one are alike, so that each has all values of its entries."""
    persons, sums = defaultdict(int), defaultdict(lambda: [0, 0, 0])
    for path in folder.glob("*-groups.arrow"):
        reader = opened(path)
        quarter = reader.metadata[b"quarter"].decode()
        own: set[Key] = set()
        for entry in reader.get_batch(projection).to_pylist():
            if entry["begins"]:
                own = set()
            key = quarter, entry["regime"] if has_regime else ""
            if key not in own:
                persons[key] += entry["persons"]
                own.add(key)
            add(sums[key], entry["observations"], entry["days"], entry["amount"])
    return {key: (persons[key], *sums[key]) for key in persons}


def of_observations(files: list[str], regime: str) -> Sums:
    names = ", ".join("'" + name.replace("'", "''") + "'" for name in files)
    statement = f"""SELECT quarter, {regime}, count(DISTINCT person), count(*), sum(days), coalesce(sum(amount), 0)
      FROM read_parquet([{names}], hive_types = {{'quarter': 'VARCHAR'}}) GROUP BY 1, 2"""
    rows = duckdb.connect().execute(statement).fetchall()
    return {(row[0], row[1]): (row[2], row[3], int(row[4]), int(Decimal(row[5]) * 100)) for row in rows}


def compare(name: str, found: Sums, expected: Sums) -> None:
    for key in sorted(found.keys() | expected.keys()):
        own, other = found.get(key), expected.get(key)
        print(name, *key, own, "same" if own == other else f"but {other}")


def main() -> None:
    folder, files = Path(sys.argv[1]), sys.argv[2:]
    by_regime, by_quarter = of_observations(files, "regime"), of_observations(files, "''")
    entries, rows = of_entries(folder)
    compare("entries", entries, by_regime)
    compare("rows", rows, by_regime)
    compare("groups by regime", of_groups(folder, 0, True), by_regime)
    compare("groups by centre", of_groups(folder, 1, False), by_quarter)
    compare("groups by age", of_groups(folder, 2, False), by_quarter)


if __name__ == "__main__":
    main()
