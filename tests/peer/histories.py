"""Compares person histories with the observations they are made of, as two other readers see them.

Usage: histories.py HISTORIES_FILE APPEARANCES_FILE PARQUET_FILE...
pyarrow reads the histories, DuckDB the observations. Prints a line per quarter: distinct persons by
regime, observations, days and cents, and `same` or what the observations say instead. Then a line
per year and measure, and for all quarters: distinct persons, and those of conventions.
"""

import json
import sys
from collections import defaultdict

import duckdb
import pyarrow as pa


def of_histories(path: str) -> dict[tuple[str, str], tuple[int, int, int, int]]:
    with pa.OSFile(path) as source:
        reader = pa.ipc.open_file(source)
        batches = [reader.get_batch(at) for at in range(reader.num_record_batches)]
        footer = json.loads(reader.metadata[b"sppis.histories"])
    quarters, regimes = footer["vocabulary"][:2]
    persons, sums = defaultdict(set), defaultdict(lambda: [0, 0, 0])
    for row in (row for batch in batches for row in batch.to_pylist()):
        keys = []
        for entry in row["entries"]:
            key = quarters[entry["quarter"]], regimes[entry["regime"]]
            keys.append(key)
            persons[key].add(row["person"])
            sums[key][0] += entry["observations"]
            sums[key][1] += entry["days"]
        for amount in row["amounts"]:
            sums[keys[amount["entry"]]][2] += amount["cents"]
    return {key: (len(persons[key]), *sums[key]) for key in persons}


def of_observations(files: list[str]) -> dict[tuple[str, str], tuple[int, int, int, int]]:
    names = ", ".join("'" + name.replace("'", "''") + "'" for name in files)
    statement = f"""SELECT quarter, regime, count(DISTINCT person), count(*), sum(days),
      CAST(coalesce(sum(amount), 0) * 100 AS BIGINT)
      FROM read_parquet([{names}], hive_types = {{'quarter': 'VARCHAR'}}) GROUP BY 1, 2"""
    rows = duckdb.connect().execute(statement).fetchall()
    return {(row[0], row[1]): tuple(int(value) for value in row[2:]) for row in rows}


def of_appearances(path: str) -> dict[tuple[str, str | None], tuple[int, int]]:
    """Who appears in a quarter, and before it in none of the span, is one more person of the span."""
    with pa.OSFile(path) as source:
        reader = pa.ipc.open_file(source)
        rows = reader.read_all().to_pylist()
        footer = json.loads(reader.metadata[b"sppis.histories"])
    quarters, _, measures = footer["vocabulary"][:3]
    spans = {year: [at for at, it in enumerate(quarters) if it[:4] == year] for year in {it[:4] for it in quarters}}
    spans["all"] = list(range(len(quarters)))
    persons = defaultdict(lambda: [0, 0])
    for row in rows:
        if row["regime"] is not None:
            continue
        measure = None if row["measure"] is None else measures[row["measure"]]
        for name, span in spans.items():
            if row["quarter"] in span and (row["before"] is None or row["before"] < span[0]):
                persons[name, measure][row["conventions"]] += row["persons"]
    return {key: tuple(value) for key, value in persons.items()}


def of_spans(files: list[str]) -> dict[tuple[str, str | None], tuple[int, int]]:
    names = ", ".join("'" + name.replace("'", "''") + "'" for name in files)
    statement = f"""SELECT coalesce(left(quarter, 4), 'all'), measure, count(DISTINCT person),
      count(DISTINCT person) FILTER (guidance IN ('h50', 'h100'))
      FROM read_parquet([{names}], hive_types = {{'quarter': 'VARCHAR'}})
      GROUP BY GROUPING SETS ((left(quarter, 4), measure), (left(quarter, 4)), (measure), ())"""
    return {tuple(row[:2]): tuple(row[2:]) for row in duckdb.connect().execute(statement).fetchall()}


def main() -> None:
    path, appearances, *files = sys.argv[1:]
    histories, observations = of_histories(path), of_observations(files)
    for key in sorted(histories.keys() | observations.keys()):
        first, second = histories.get(key), observations.get(key)
        print(*key, first, "same" if first == second else second)
    histories, observations = of_appearances(appearances), of_spans(files)
    for key in sorted(histories.keys() | observations.keys(), key=str):
        first, second = histories.get(key), observations.get(key)
        print(*key, first, "same" if first == second else second)


if __name__ == "__main__":
    main()
