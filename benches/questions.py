"""Compares the answers of `sppis` to questions that nobody shipped with those of DuckDB, in turns.

Usage: questions.py PROGRAM WAREHOUSE [RUNS [QUESTION...]]

Each question of benches/questions is asked of `sppis run` as a query file and of DuckDB as a statement that was
written by itself, as in answers.py: a new process each, one after the other in every run, the same bytes of CSV. The
queries are put into the warehouse's folder `queries` and taken out again.
"""

import os
import shutil
import sys
from pathlib import Path

sys.dont_write_bytecode = True  # Nothing is left beside the sources.
from answers import DUCKDB, arguments, compare, files_of, of_peer, of_program, print_heading  # noqa: E402
from compare import REPOSITORY  # noqa: E402

QUESTIONS = REPOSITORY / "benches/questions"


def main() -> None:
    program, warehouse, runs, names = arguments(__doc__, QUESTIONS)
    files = files_of(program, warehouse)
    engines = {
        "sppis": of_program(program, warehouse),
        "DuckDB": of_peer(["-c", DUCKDB], lambda name: str(QUESTIONS / f"{name}.sql"), files),
    }
    copies = [Path(warehouse) / "queries" / f"{name}.toml" for name in names]
    try:
        for copy in copies:
            if copy.exists():
                raise SystemExit(f"{copy} is there already")
        for copy in copies:
            shutil.copyfile(QUESTIONS / copy.name, copy)
        print_heading(program, files, runs, engines)
        ratios = {name: compare(name, engines, runs) for name in names}
    finally:
        for copy in copies:
            if copy.exists() and copy.read_bytes() == (QUESTIONS / copy.name).read_bytes():
                os.remove(copy)
    ordered = sorted(ratios.values())
    worst = max(ratios, key=ratios.__getitem__)
    print(f"\nMedian ratio: {ordered[len(ordered) // 2]:.2f}; worst: {ratios[worst]:.2f} ({worst}).")


if __name__ == "__main__":
    main()
