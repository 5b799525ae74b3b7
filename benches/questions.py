"""Compares the answers of `sppis` to questions that nobody shipped with those of DuckDB and Polars, in turns.

Usage: questions.py [--random COUNT] [--seed SEED] PROGRAM WAREHOUSE [RUNS [QUESTION...]]

Asks the questions of benches/questions, or with --random so many that are drawn from a seed (random_questions.py).
QUESTION is the name of one: a file's, or `random-SEED-NUMBER`. Each is put into the warehouse's folder `queries` and
taken out again.

As in answers.py, each is asked of a new process each, one after the other in every run. DuckDB is asked in several ways
and its fastest counts: by the statement of `sppis explain --sql`, by one that duckdb_questions.py makes to be fast, and
by the one beside the question's file. Polars is asked by polars_questions.py, and `-` stands where that cannot say it.
All must give the same rows; the statement of the program the same statuses too. Where one does not, the question
stands on the standard error, the others are asked all the same, and the exit code is 1.
"""

import argparse
import csv
import io
import itertools
import re
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

sys.dont_write_bytecode = True  # Nothing is left beside the sources.
from answers import (  # noqa: E402
    DUCKDB,
    Asked,
    files_of,
    of_peer,
    of_program,
    print_columns,
    print_heading,
    refuse_difference,
)
from compare import REPOSITORY  # noqa: E402
from duckdb_questions import statement  # noqa: E402
from question import NotSaid, Question  # noqa: E402
from random_questions import Drawn, drawn  # noqa: E402

QUESTIONS = REPOSITORY / "benches/questions"
POLARS = REPOSITORY / "benches/polars_questions.py"
ENGINES = ("sppis", "DuckDB", "Polars")
STATUS = "_status"


@dataclass(frozen=True)
class Way:
    """One way to ask an engine, with or without statuses in what it answers."""

    engine: str
    asked: Asked
    has_statuses: bool


@dataclass(frozen=True)
class Taken:
    """What a question took: the rows of its answer, and of each engine the medians of seconds and MiB."""

    rows: int
    best: dict[str, tuple[float, float]]
    # Of the program, over all runs.
    most_memory: float

    @property
    def ratio(self) -> float:
        """To the faster peer."""
        ours, *peers = (self.best[it][0] for it in ENGINES if it in self.best)
        return ours / min(peers)


def named(name: str) -> Drawn:
    """A question by its name."""
    of_seed = re.fullmatch(r"random-(\d+)-(\d+)", name)
    if of_seed:
        return drawn(*map(int, of_seed.groups()))
    return Drawn(name, name, (QUESTIONS / f"{name}.toml").read_text(encoding="utf-8"))


def compared(answer: bytes, has_statuses: bool) -> bytes:
    """What is compared of an answer: all but statuses, or but those that are empty."""

    def rows() -> Iterator[list[str]]:
        return csv.reader(io.TextIOWrapper(io.BytesIO(answer), encoding="utf-8", newline=""))

    header = next(rows())
    stays = [not name.endswith(STATUS) for name in header]
    for row in itertools.islice(rows(), 1, None) if has_statuses and not all(stays) else ():
        stays = [one or value != "" for one, value in zip(stays, row)]
    if all(stays):
        return answer
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows(itertools.compress(row, stays) for row in rows())
    return text.getvalue().encode()


@contextmanager
def placed(warehouse: str, question: Drawn) -> Iterator[None]:
    """The question among the queries of a warehouse, for as long as it is asked."""
    path = Path(warehouse) / "queries" / f"{question.name}.toml"
    with path.open("x", encoding="utf-8") as file:
        file.write(question.text)
    try:
        yield
    finally:
        if path.read_text(encoding="utf-8") == question.text:
            path.unlink()


def ways_of(program: str, warehouse: str, question: Drawn, folder: Path) -> list[Way]:
    """The ways to ask a question that stands among the queries; what is asked of peers goes into a folder."""
    files = files_of(program, warehouse)
    ways = [Way("sppis", of_program(program, warehouse), True)]

    def add(engine: str, command: list[str], path: Path, has_statuses: bool = False) -> None:
        ways.append(Way(engine, of_peer(command, lambda _: str(path), files), has_statuses))

    made, by_hand = folder / f"{question.name}-made.sql", QUESTIONS / f"{question.name}.sql"
    explain = [program, "--warehouse", warehouse, "--quiet", "explain", question.name, "--sql"]
    explained = subprocess.run(explain, stdout=subprocess.PIPE)
    if explained.returncode == 0:
        made.write_bytes(explained.stdout)
        add("DuckDB", ["-c", DUCKDB], made, has_statuses=True)
    if by_hand.exists():
        add("DuckDB", ["-c", DUCKDB], by_hand)
    file, fast = (folder / f"{question.name}{ending}" for ending in (".toml", ".sql"))
    file.write_text(question.text, encoding="utf-8")
    try:
        read = Question.read(file)
    except NotSaid as error:
        if len(ways) == 1:
            raise SystemExit(f"no peer can be asked: {error}") from error
        return ways
    quarters = re.findall(r"quarter=(\d{4}Q\d)", " ".join(files))
    fast.write_text(statement(read, sorted({*quarters})), encoding="utf-8")
    add("DuckDB", ["-c", DUCKDB], fast)
    add("Polars", [str(POLARS)], file)
    return ways


def measured(question: Drawn, ways: list[Way], runs: int) -> Taken:
    """What each way took, asked in turns; all gave the same rows."""
    seconds: list[list[float]] = [[] for _ in ways]
    memory: list[list[float]] = [[] for _ in ways]
    for _ in range(runs):
        answer = b""
        for at, way in enumerate(ways):
            taken, most, found = way.asked(question.name)
            answer = answer or found
            ours, theirs = (compared(it, way.has_statuses) for it in (answer, found))
            refuse_difference(question.name, way.engine, ours, theirs)
            seconds[at].append(taken)
            memory[at].append(most / 1024)
    best: dict[str, tuple[float, float]] = {}
    for way, *both in zip(ways, seconds, memory):
        medians = tuple(map(statistics.median, both))
        best[way.engine] = min(best.get(way.engine, medians), medians)
    return Taken(answer.count(b"\n") - 1, best, max(memory[0]))


def report(question: Drawn, taken: Taken) -> None:
    """Prints a row of the table."""
    figures = [
        f"{taken.best[it][0]:.3f} | {taken.best[it][1]:,.0f}" if it in taken.best else "- | -"
        for it in ENGINES
    ]
    columns = [question.words, f"{taken.rows:,}", *figures, f"{taken.ratio:.2f}"]
    print(f"| {' | '.join(columns)} |", flush=True)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name in ("program", "warehouse"):
        parser.add_argument(name, type=lambda path: str(Path(path).resolve()))
    parser.add_argument("runs", type=int, nargs="?", default=3)
    parser.add_argument("questions", nargs="*")
    parser.add_argument("--random", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_intermixed_args()


def compare_all(asked: argparse.Namespace, names: list[str]) -> tuple[dict[str, Taken], list[str]]:
    """What each question took, and the names of those that were not answered alike."""
    found, different = {}, []
    with TemporaryDirectory() as folder:
        for question in map(named, names):
            try:
                with placed(asked.warehouse, question):
                    ways = ways_of(asked.program, asked.warehouse, question, Path(folder))
                    found[question.name] = measured(question, ways, asked.runs)
                report(question, found[question.name])
            except SystemExit as error:
                print(f"{error}\n{question.text}", file=sys.stderr, flush=True)
                different.append(question.name)
    return found, different


def main() -> None:
    asked = arguments()
    names = asked.questions or [f"random-{asked.seed}-{at + 1}" for at in range(asked.random)]
    names = names or sorted(path.stem for path in QUESTIONS.glob("*.toml"))
    files = files_of(asked.program, asked.warehouse)
    print_heading(asked.program, files, asked.runs, ENGINES)
    print_columns("question", ["rows"], ENGINES)
    found, different = compare_all(asked, names)
    if found:
        median = statistics.median(it.ratio for it in found.values())
        worst = max(found, key=lambda it: found[it].ratio)
        most = max(found, key=lambda it: found[it].most_memory)
        print(
            f"\nQuestions: {len(found)}; median ratio: {median:.2f}; worst: {found[worst].ratio:.2f} ({worst}); "
            f"largest memory of sppis: {found[most].most_memory:,.0f} MiB ({most})."
        )
    if different:
        raise SystemExit(f"Not answered alike: {', '.join(different)}")


if __name__ == "__main__":
    main()
