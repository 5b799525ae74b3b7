"""Questions as statisticians ask them, drawn from a seed: the same seed gives the same questions.

Mostly two or three dimensions, nearly always the quarter or the year, persons nearly always; a filter in every other
question, totals and derived figures in every fourth. What the program refuses is not drawn, nor an answer of more than
half a million rows.
"""

from dataclasses import dataclass
from random import Random

from question import OF_MEASURE, OF_PERSON, words_of
from random_kinds import (
    ADDED,
    ALIKE,
    BANDS,
    COURSES,
    DIMENSIONS,
    FILTERED_ONCE,
    FILTERS,
    METRICS,
    MOST_ROWS,
    RATIOS,
    SPREADS,
    TIMES,
    TOPS,
)


def listed(names: list[str]) -> str:
    return "[" + ", ".join(f'"{name}"' for name in names) + "]"


@dataclass(frozen=True)
class Drawn:
    """A question with the name of its query."""

    name: str
    # What it asks, on a line.
    words: str
    # The query file.
    text: str


def drawn(seed: int, number: int) -> Drawn:
    """The question of that number of a seed."""
    draw = Draw(Random(f"{seed}-{number}"))
    draw.shape()
    return Drawn(f"random-{seed}-{number}", draw.in_words(), draw.text())


class Draw:
    """A question that is being made."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.time = self.of({it: weight for it, (weight, _) in TIMES.items()})
        self.dimensions = self.some_dimensions()
        self.metrics = [it for it, percent in METRICS.items() if self.is_in(percent)][:3]
        self.metrics = self.metrics or ["persons"]
        self.filters = self.some_filters()
        # Of the file, and what is said of it.
        self.lines: list[str] = []
        self.tables: list[str] = []
        self.words: list[str] = []

    def is_in(self, percent: int) -> bool:
        return self.random.randrange(100) < percent

    def one(self, choices: list) -> object:
        return self.random.choice(choices)

    def of(self, weights: dict) -> object:
        return self.random.choices(list(weights), list(weights.values()))[0]

    def some_dimensions(self) -> list[str]:
        count = self.of({1: 12, 2: 36, 3: 32, 4: 14, 5: 6})
        chosen, rows = ([self.time] if self.time else []), TIMES[self.time][1]
        weights = {name: weight for name, (weight, _) in DIMENSIONS.items()}
        while len(chosen) < count and weights:
            name = self.of(weights)
            del weights[name]
            is_alike = any(name in group and group & {*chosen} for group in ALIKE)
            values = DIMENSIONS[name][1]
            if not is_alike and rows * values <= MOST_ROWS:
                chosen.append(name)
                rows *= values
        return chosen

    def some_filters(self) -> list[str]:
        count = self.of({0: 45, 1: 33, 2: 16, 3: 6})
        chosen: list[str] = []
        while len(chosen) < count:
            kind = self.of({"values": 55, "numbers": 17, "days": 8, "time": 12, "course": 8})
            condition = getattr(self, f"on_{kind}")()
            words, used = words_of(condition), words_of(" ".join(chosen))
            is_alike = any(words & group and used & group for group in FILTERED_ONCE)
            if not words & used and not is_alike:
                chosen.append(condition)
        return chosen

    def on_values(self) -> str:
        return self.of(FILTERS)

    def on_numbers(self) -> str:
        lowest, year = self.one([18, 20, 25, 30, 45, 50]), self.random.randrange(1950, 1995)
        ages = ["age < 25", f"age >= {lowest}", f"age BETWEEN {lowest} AND {lowest + 14}"]
        return self.one([*ages, f"birth_year > {year}"])

    def on_days(self) -> str:
        year, month = self.random.randrange(2005, 2020), self.one(["01", "04", "07", "10"])
        first = f"first_day >= DATE '{year}-{month}-01'"
        return self.one([first, f"{first} AND last_day < DATE '{year + 2}-{month}-01'"])

    def on_time(self) -> str:
        year = self.random.randrange(2004, 2019)
        years = f"year BETWEEN {year} AND {year + self.random.randrange(5)}"
        return self.one([years, f"year >= {year}", f"quarter >= '{year}Q1'"])

    def on_course(self) -> str:
        """On a course of the kind of those it is broken down by."""
        has = [kind for kind in (OF_PERSON, OF_MEASURE) if {*kind} & {*self.dimensions}]
        names = [it for it in COURSES if not has or it in has[0]]
        return self.one(COURSES[self.one(names)])

    def shape(self) -> None:
        """Draws totals, what is derived, a top and bands."""
        if self.is_in(28):
            self.add_totals()
        is_compared = self.is_in(30) and self.add_derived()
        ranked = [it for it in self.dimensions if it in TOPS]
        if ranked and not is_compared and self.is_in(15):
            self.add_top(self.one(ranked))
        banded = {*self.dimensions} & {*BANDS}
        if banded and self.is_in(35):
            name = min(banded)
            self.lines.append(f"bands = {{ {name} = {self.one(BANDS[name])} }}")
            self.words.append("bands")

    def add_totals(self) -> None:
        first, levels = self.dimensions[:1], []
        if len(self.dimensions) > 1:
            levels = [self.dimensions[:-1], first] if self.is_in(30) else [first]
        if self.is_in(40) or not levels:
            levels.append([])
        levels = [level for at, level in enumerate(levels) if level not in levels[:at]]
        self.lines.append(f"totals = [{', '.join(map(listed, levels))}]")
        self.words.append("totals")

    def add_derived(self) -> bool:
        """Draws a figure; gives whether it compares or gathers quarters."""
        metric = self.one([it for it in self.metrics if it in ADDED] or ["persons"])
        against = f'\nagainst = "{self.one(["previous_quarter", "year_before"])}"'
        of_time = {"change": 12, "rate": 14, "moving": 9, "cumulative": 9}
        kinds = {"share": 30, "ratio": 12, "per_person": 14}
        if self.time == "quarter" and not words_of(" ".join(self.filters)) & {*TIMES}:
            kinds |= of_time
        kind = self.of(kinds)
        formula = {
            "share": f'share = "{metric}"\nwithin = {listed(self.dimensions[:-1])}',
            "ratio": self.one(RATIOS),
            "per_person": self.one(SPREADS),
            "change": f'change = "{metric}"{against}',
            "rate": f'rate = "{metric}"{against}',
            "moving": f'moving = "{metric}"\nquarters = {self.one([2, 4, 4])}',
            "cumulative": f'cumulative = "{metric}"',
        }[kind]
        self.tables.append(f"[derived.{kind}_figure]\n{formula}")
        self.words.append(" ".join(formula.replace('"', "").split()).replace(" =", ""))
        return kind in of_time

    def add_top(self, ranked: str) -> None:
        by = self.one([it for it in self.metrics if it in ADDED] or ["persons"])
        count = self.one([3, 5, 10])
        within = [it for it in self.dimensions if it == self.time] if self.is_in(60) else []
        table = f'[top]\ndimension = "{ranked}"\nby = "{by}"\ncount = {count}'
        self.tables.append(f"{table}\nwithin = {listed(within)}")
        self.words.append(f"top {count} of {ranked} by {by}")

    def in_words(self) -> str:
        asked = f"{', '.join(self.metrics)} by {', '.join(self.dimensions)}"
        return "; ".join(it for it in (asked, *self.words, " AND ".join(self.filters)) if it)

    def text(self) -> str:
        """The query file."""
        lines = [f"metrics = {listed(self.metrics)}", f"dimensions = {listed(self.dimensions)}"]
        if self.filters:
            lines.append(f'filter = "{" AND ".join(self.filters)}"')
        return "\n".join([*lines, *self.lines, "", *self.tables]) + "\n"
