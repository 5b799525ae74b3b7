"""Asks DuckDB many expressions over a view `observations` of Parquet files; prints one line each.

Usage: expressions.py EXPRESSIONS_FILE FILE...
Each line of the file is a SELECT of one row; whole numbers have 64 bits. A line that DuckDB refuses or cannot compute prints `!`;
a value that is none prints `-`; numbers are printed exactly, without zeros behind the decimal mark.
"""

import datetime
import decimal
import sys

import duckdb


def written(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"~{value!r}"
    if isinstance(value, (int, decimal.Decimal)):
        text = f"{decimal.Decimal(value):f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    if isinstance(value, datetime.date):
        return value.isoformat()
    return str(value)


def main() -> None:
    expressions, *files = sys.argv[1:]
    connection = duckdb.connect()
    connection.execute("SET enable_progress_bar = false")
    # What is divided by 0 is no number, and not infinite.
    connection.execute("SET ieee_floating_point_ops = false")
    names = ", ".join("'" + name.replace("'", "''") + "'" for name in files)
    hive = "hive_partitioning = true, hive_types = {'quarter': 'VARCHAR'}"
    connection.execute(
        "CREATE TABLE observations AS SELECT * REPLACE (days::BIGINT AS days, birth_year::BIGINT AS "
        "birth_year), left(quarter, 4)::BIGINT AS year, year - birth_year::BIGINT AS age "
        f"FROM read_parquet([{names}], {hive})"
    )
    with open(expressions, encoding="utf-8") as lines:
        for line in lines:
            try:
                row = connection.execute(line).fetchone()
            except duckdb.Error:
                print("!")
            else:
                print("\t".join(written(value) for value in row or ()))


if __name__ == "__main__":
    main()
