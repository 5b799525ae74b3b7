"""Compares the answers of `sppis` with those of DuckDB and Polars, in turns, on the same files.

Usage: answers.py PROGRAM WAREHOUSE [RUNS [QUERY...]]

Each statement of tests/golden is asked of `sppis run`, of DuckDB as it stands, and of Polars as
written by hand in polars_queries.py, each in a new process, one after the other in every run; all
three must give the same bytes of CSV. The peers read the files that `sppis files` names; `sppis`
also has what its ingestion keeps beside them, the person histories. The file cache is warm.

Of `sppis` the whole process counts, from its start to its last byte. Of the peers counts what lies
between the end of the imports and the last row fetched, which favours them: neither the start of
Python nor the writing of CSV does. Memory is the peak of the process, with Python where there is
one. Prints a Markdown table of medians; the ratio is to the faster of the peers.
"""

import datetime
import itertools
import os
import platform
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterable
from importlib.metadata import version
from pathlib import Path

sys.dont_write_bytecode = True  # Nothing is left beside the sources.
from compare import REPOSITORY, timed  # noqa: E402

GOLDEN = REPOSITORY / "tests/golden"
MUNICIPALITIES = REPOSITORY / "src/dictionary/data/municipalities.csv"
POLARS_QUERIES = REPOSITORY / "benches/polars_queries.py"

DUCKDB = """
import csv, sys, time
import duckdb
statement, municipalities, *files = sys.argv[1:]
with open(statement, encoding="utf-8") as text:
    question = text.read()
names = ", ".join("'" + name.replace("'", "''") + "'" for name in files)
start = time.perf_counter()
connection = duckdb.connect()
connection.execute("SET enable_progress_bar = false")  # It goes to the standard output.
connection.execute(f\"\"\"CREATE VIEW observations AS SELECT * FROM read_parquet([{names}],
  hive_partitioning = true, hive_types = {{'quarter': 'VARCHAR'}})\"\"\")
connection.execute(f\"\"\"CREATE VIEW municipalities AS
  SELECT * FROM read_csv('{municipalities}', all_varchar = true)\"\"\")
result = connection.execute(question)
rows = result.fetchall()
print(time.perf_counter() - start)
writer = csv.writer(sys.stdout, lineterminator="\\n")
writer.writerow(column[0] for column in result.description)
writer.writerows(rows)
"""

ROWS = """
import polars, sys
print(polars.scan_parquet(sys.argv[1:]).select(polars.len()).collect().item())
"""

# Seconds, peak memory in KiB, and the answer.
Measured = tuple[float, int, bytes]
Asked = Callable[[str], Measured]


def of_program(program: str, warehouse: str) -> Asked:
    ask = [program, "--warehouse", warehouse, "--quiet", "run"]
    return lambda name: timed([*ask, name, "--format", "csv"])


def of_peer(command: list[str], question: Callable[[str], str], files: list[str]) -> Asked:
    """A peer prints the seconds that count on a line before its answer."""

    def asked(name: str) -> Measured:
        arguments = [question(name), str(MUNICIPALITIES), *files]
        _, memory, output = timed([sys.executable, *command, *arguments])
        seconds, _, answer = output.partition(b"\n")
        return float(seconds), memory, answer

    return asked


def refuse_difference(name: str, peer: str, ours: bytes, theirs: bytes) -> None:
    lines = itertools.zip_longest(ours.splitlines(True), theirs.splitlines(True), fillvalue=b"")
    for number, (mine, its) in enumerate(lines, start=1):
        if mine != its:
            raise SystemExit(f"{name}: line {number} is {mine!r} of sppis, {its!r} of {peer}")


def compare(name: str, engines: dict[str, Asked], runs: int) -> float:
    """Prints a row of the table; returns its ratio."""
    measured: dict[str, list[Measured]] = {engine: [] for engine in engines}
    for _ in range(runs):
        for engine, asked in engines.items():
            measured[engine].append(asked(name))
            ours, theirs = measured["sppis"][-1][2], measured[engine][-1][2]
            refuse_difference(name, engine, ours, theirs)
    seconds = {it: statistics.median(run[0] for run in measured[it]) for it in engines}
    memory = {it: statistics.median(run[1] for run in measured[it]) / 1024 for it in engines}
    ratio = seconds["sppis"] / min(seconds[it] for it in engines if it != "sppis")
    figures = " | ".join(f"{seconds[it]:.3f} | {memory[it]:,.0f}" for it in engines)
    print(f"| {name} | {figures} | {ratio:.2f} |", flush=True)
    return ratio


def files_of(program: str, warehouse: str) -> list[str]:
    command = [program, "--warehouse", warehouse, "files"]
    return subprocess.check_output(command, text=True).splitlines()


def print_heading(program: str, files: list[str], runs: int, engines: Iterable[str]) -> None:
    rows = int(subprocess.check_output([sys.executable, "-c", ROWS, *files]))
    size = sum(os.path.getsize(file) for file in files)
    quarters = len({Path(file).parent for file in files})
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    ours = subprocess.check_output([program, "--version"], text=True).strip()
    names = [engine.split()[0] for engine in engines if engine != "sppis"]
    peers = ", ".join(f"{name} {version(name.lower())}" for name in names)
    print(
        f"## {datetime.date.today()}, {machine}: {rows:,} rows in {len(files)} files, "
        f"{size:,} bytes, {quarters} quarters; {ours}, {peers}, "
        f"Python {platform.python_version()}; runs in turn: {runs}\n"
    )


def print_columns(question: str, numbers: list[str], engines: Iterable[str]) -> None:
    """The head of a table: what is asked, numbers of the answer, and what each engine takes."""
    columns = [
        *numbers,
        *(column for engine in engines for column in (f"{engine} s", "MiB")),
        "ratio",
    ]
    print(f"| {question} | {' | '.join(columns)} |")
    print("| --- |" + " --: |" * len(columns), flush=True)


def arguments(usage: str, statements: Path) -> tuple[str, str, int, list[str]]:
    """Program, warehouse, runs, and the names of those of a folder's statements that are asked."""
    if len(sys.argv) < 3:
        raise SystemExit(usage)
    program, warehouse = (str(Path(argument).resolve()) for argument in sys.argv[1:3])
    runs = int(sys.argv[3]) if len(sys.argv) > 3 else 3
    names = sys.argv[4:] or sorted(path.stem for path in statements.glob("*.sql"))
    return program, warehouse, runs, names


def main() -> None:
    program, warehouse, runs, names = arguments(__doc__, GOLDEN)
    files = files_of(program, warehouse)
    engines = {
        "sppis": of_program(program, warehouse),
        "DuckDB": of_peer(["-c", DUCKDB], lambda name: str(GOLDEN / f"{name}.sql"), files),
        "Polars": of_peer([str(POLARS_QUERIES)], lambda name: name, files),
    }
    print_heading(program, files, runs, engines)
    print_columns("query", [], engines)
    ratios = {name: compare(name, engines, runs) for name in names}
    worst = max(ratios, key=ratios.__getitem__)
    print(f"\nWorst ratio: {ratios[worst]:.2f} ({worst}).")


if __name__ == "__main__":
    main()
