"""Reads a Delta table with Polars and with delta-rs; prints rows and euros of each, per version.

Usage: delta.py TABLE VERSION...
"""

import sys

import deltalake
import polars


def main() -> None:
    table, *versions = sys.argv[1:]
    for version in map(int, versions):
        by_polars = (
            polars.scan_delta(table, version=version)
            .select(polars.len(), polars.col("amount").sum())
            .collect()
            .row(0)
        )
        builder = deltalake.QueryBuilder().register(
            "observations", deltalake.DeltaTable(table, version=version)
        )
        statement = "SELECT count(*) AS n, coalesce(sum(amount), 0) AS amount FROM observations"
        by_delta_rs = polars.DataFrame(builder.execute(statement).read_all()).row(0)
        print(version, *by_polars, *by_delta_rs)


if __name__ == "__main__":
    main()
