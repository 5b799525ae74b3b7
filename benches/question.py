"""A question as its file says it, with what engines are asked for to answer it."""

import re
import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from dictionary import BANDS, DECIMALS

# What of a question can be said to other engines by hand.
KEYS = "metrics dimensions filter totals bands derived top title description chart columns"
METRICS = (
    "observations persons convention_persons amount amount_per_convention_person days person_months"
)
NO_DIMENSIONS = {"month", "role"}

PLACES = {"province", "region"}
# Of a person in a quarter, and of a person in a measure.
OF_PERSON = ("measures", "measures_before", "measures_after", "measure_count")
OF_MEASURE = ("measure_entry", "measure_months")
COURSES = {*OF_PERSON, *OF_MEASURE}
# What has a value in few rows: a filter on it leaves few persons.
FEW = {"amount", "guidance", "province", "typamt_id", "cbenconv", "thp_id", "ctyphlp", "budart_id"}
FEW |= {"cat_cnt_id", "sts_cnt_id"}

# The decimals that a formula is rounded to where nothing is said; none where they are those of its metric.
FORMULAS = {
    "ratio": 2,
    "share": 1,
    "change": None,
    "rate": 1,
    "cumulative": None,
    "moving": None,
    "per_person": None,
}
AGAINST = {"previous_quarter": 1, "year_before": 4}
STATISTICS = {"minimum": 0, "median": 50, "maximum": 100}

Level = tuple[str, ...]


class NotSaid(ValueError):
    """A question that is not said to other engines by hand."""


@dataclass(frozen=True)
class Derived:
    """A figure that is computed from metrics."""

    name: str
    formula: str
    metrics: list[str]
    decimals: int
    within: list[str]
    # Quarters back to the one compared with; quarters gathered, or none where they are those of the year so far.
    back: int
    span: int | None
    # Of the amounts of persons.
    percent: int

    @property
    def compares(self) -> bool:
        return self.formula in ("change", "rate")

    @property
    def gathers(self) -> bool:
        return self.formula in ("moving", "cumulative")

    @staticmethod
    def of(name: str, table: dict) -> "Derived":
        formula = next(key for key in FORMULAS if key in table)
        of, usual = table[formula], FORMULAS[formula]
        metrics = of if isinstance(of, list) else [] if formula == "per_person" else [of]
        if usual is None:
            usual = DECIMALS.get(metrics[0], 0) if metrics else 2
        percent = 0
        if formula == "per_person":
            percent = table.get("percent", 50) if of == "quantile" else STATISTICS[of]
        against = table.get("against", "previous_quarter")
        if against not in AGAINST:
            raise NotSaid(f"{name}: against {against}")
        return Derived(
            name,
            formula,
            metrics,
            table.get("decimals", usual),
            table.get("within", []),
            AGAINST[against],
            None if formula == "cumulative" else table.get("quarters", 4),
            percent,
        )


def parts_of(condition: str) -> list[str]:
    """What is joined by AND outside of all parentheses."""
    parts, depth, between = [""], 0, False
    for word in re.findall(r"'[^']*'|[()]|[A-Za-z_]+|\s+|.", condition):
        depth += {"(": 1, ")": -1}.get(word, 0)
        if word == "AND" and depth == 0 and not between:
            parts.append("")
            continue
        if depth == 0:
            between = word == "BETWEEN" or (between and word != "AND")
        parts[-1] += word
    return [part.strip() for part in parts if part.strip()]


def words_of(condition: str) -> set[str]:
    """The names in a condition."""
    return set(re.findall(r"\b[a-z][a-z0-9_]*\b", re.sub(r"'[^']*'", "", condition)))


@dataclass(frozen=True)
class Question:
    metrics: list[str]
    dimensions: list[str]
    parts: list[str]
    totals: list[list[str]]
    bands: dict[str, list[int]]
    derived: list[Derived]
    top: dict | None

    @staticmethod
    def read(path: str | Path) -> "Question":
        table = tomllib.loads(Path(path).read_text(encoding="utf-8"))
        question = Question.of(table)
        others = {*table} - {*KEYS.split()} | question.counted - {*METRICS.split()}
        others |= question.names & NO_DIMENSIONS
        if question.names & {*OF_PERSON} and question.names & {*OF_MEASURE}:
            others.add("courses of two kinds")
        if {"quarter", "year"} <= {*question.dimensions}:
            others.add("two times")
        if others:
            raise NotSaid(f"{path}: {', '.join(sorted(others))}")
        return question

    @staticmethod
    def of(table: dict) -> "Question":
        return Question(
            table["metrics"],
            table.get("dimensions", []),
            parts_of(table.get("filter", "")),
            table.get("totals", []),
            BANDS | table.get("bands", {}),
            [Derived.of(name, formula) for name, formula in table.get("derived", {}).items()],
            table.get("top"),
        )

    @cached_property
    def row_parts(self) -> list[str]:
        """The conditions that a row is enough for."""
        return [part for part in self.parts if not words_of(part) & COURSES]

    @cached_property
    def course_parts(self) -> list[str]:
        return [part for part in self.parts if part not in self.row_parts]

    @cached_property
    def course_key(self) -> tuple[str, ...] | None:
        """By what, besides the person, a course is looked up; none where there is none."""
        if self.names & {*OF_MEASURE}:
            return ("quarter", "measure")
        return ("quarter",) if self.names & {*OF_PERSON} else None

    @property
    def fixed(self) -> list[str]:
        """The dimensions that are neither a course nor what one is looked up by."""
        return [it for it in self.dimensions if it not in {*COURSES, *self.course_key}]

    @property
    def is_of_course(self) -> bool:
        """Whether a person has one value of every dimension where it has one of the course."""
        same = {"year", "sex", "age", "birth_cohort"}
        same |= {"measure_group"} if "measure" in self.course_key else set()
        return {*self.fixed} <= same

    @property
    def is_narrow(self) -> bool:
        """Whether its filter leaves few persons, whose courses are then looked up alone."""
        return bool(words_of(" ".join(self.row_parts)) & FEW)

    @property
    def is_classified(self) -> bool:
        """Whether rows without a measure are left out."""
        return bool(words_of(" ".join(self.course_parts)) & {*OF_MEASURE})

    @cached_property
    def names(self) -> set[str]:
        """What it breaks down by or filters on."""
        return {*self.dimensions, *words_of(" ".join(self.parts))}

    @cached_property
    def counted(self) -> set[str]:
        """The metrics that are counted, with those that others are computed from."""
        named = {*self.metrics, *(metric for it in self.derived for metric in it.metrics)}
        if self.top:
            named.add(self.top["by"])
        if "amount_per_convention_person" in named:
            named |= {"amount", "convention_persons"}
        return named - {"amount_per_convention_person"}

    @cached_property
    def shown(self) -> list[Level]:
        """The levels that rows are of: that of all dimensions first."""
        return [self.level(kept) for kept in [self.dimensions, *self.totals]]

    @cached_property
    def levels(self) -> list[Level]:
        """Those that are counted over the quarters of their rows."""
        wholes = [self.whole(level, it) for level in self.shown for it in self.shares]
        return list(dict.fromkeys([*self.shown, *wholes]))

    @property
    def shares(self) -> list[Derived]:
        return [it for it in self.derived if it.formula == "share"]

    def level(self, kept: list[str] | Level) -> Level:
        return tuple(it for it in self.dimensions if it in kept)

    def whole(self, level: Level, share: Derived) -> Level:
        """What a row of a level is a share of."""
        return tuple(it for it in level if it in share.within)

    @cached_property
    def spans(self) -> list[int | None]:
        return list(dict.fromkeys(it.span for it in self.derived if it.gathers))

    @cached_property
    def looks_back(self) -> bool:
        return any(it.compares or it.gathers for it in self.derived)

    @property
    def per_person(self) -> bool:
        return any(it.formula == "per_person" for it in self.derived)

    @property
    def columns(self) -> list[str]:
        return [*self.dimensions, *self.metrics, *(it.name for it in self.derived)]
