"""Runs a SQL statement with DuckDB over a view `observations` of Parquet files; prints CSV.

Usage: sql.py STATEMENT_FILE MUNICIPALITIES_CSV FILE...
Amounts keep their two decimals; no value is an empty field.
"""

import csv
import sys

import duckdb


def main() -> None:
    statement, municipalities, *files = sys.argv[1:]
    connection = duckdb.connect()
    # It would stand among the rows.
    connection.execute("SET enable_progress_bar = false")
    names = ", ".join("'" + name.replace("'", "''") + "'" for name in files)
    hive = "hive_partitioning = true, hive_types = {'quarter': 'VARCHAR'}"
    options = hive if "quarter=" in names else "hive_partitioning = false"
    connection.execute(
        f"CREATE VIEW observations AS SELECT * FROM read_parquet([{names}], {options})"
    )
    connection.execute(
        f"CREATE VIEW municipalities AS SELECT * FROM read_csv('{municipalities}', all_varchar = true)"
    )
    with open(statement, encoding="utf-8") as text:
        result = connection.execute(text.read())
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow([column[0] for column in result.description])
    for row in result.fetchall():
        writer.writerow(["" if value is None else value for value in row])


if __name__ == "__main__":
    main()
