"""Runs many statements with DuckDB over a table `observations` of Parquet files; prints JSON.

Usage: as_sql.py STATEMENTS_FILE FILE...
The file is a JSON list of statements. For each, the output has a list of its rows as texts, the header first; or a
text, why DuckDB does not compute it. Decimals keep their digits; no value is an empty text.
"""

import decimal
import json
import sys

import duckdb


def written(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        raise TypeError("no figure is a binary float")
    return f"{value:f}" if isinstance(value, decimal.Decimal) else str(value)


def main() -> None:
    statements, *files = sys.argv[1:]
    connection = duckdb.connect()
    connection.execute("SET enable_progress_bar = false")
    names = ", ".join("'" + name.replace("'", "''") + "'" for name in files)
    hive = "hive_partitioning = true, hive_types = {'quarter': 'VARCHAR'}"
    connection.execute(
        f"CREATE TABLE observations AS SELECT * FROM read_parquet([{names}], {hive})"
    )
    answers = []
    with open(statements, encoding="utf-8") as text:
        for statement in json.load(text):
            try:
                result = connection.execute(statement)
            except duckdb.Error as error:
                answers.append(str(error))
            else:
                header = [column[0] for column in result.description]
                rows = [[written(value) for value in row] for row in result.fetchall()]
                answers.append([header, *rows])
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
