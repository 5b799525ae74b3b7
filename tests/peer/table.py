"""Prints a Parquet file as DuckDB reads it: a header, then one line per row."""

import sys

import duckdb

relation = duckdb.read_parquet(sys.argv[1])
print("|".join(relation.columns))
for row in relation.fetchall():
    print("|".join("" if value is None else str(value) for value in row))
