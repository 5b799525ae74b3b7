"""The figures of the levels of a question, as Polars counts them.

Where there is one level, it is counted from the rows. Where there are several, or persons of several quarters, the
persons of the finest cells are listed once, and the lists united: up to twice as fast as counting the rows anew for
each. Where a person is in one row of every cell, counts add up.
"""

import polars as pl

from dictionary import quarter_of
from polars_queries import ENGINE, cents, divided, whole
from polars_rows import Rows
from question import Level, Question

# What no value reads as.
BEYOND = " rest"
PERSON, CENTS = pl.col("person"), pl.col("cents")
MONTHS = [f"month_{place}" for place in range(3)]


def grouped(frame: pl.LazyFrame, keys: Level, figures: list[pl.Expr]) -> pl.LazyFrame:
    return frame.group_by(keys).agg(figures) if keys else frame.select(figures)


class Counts:
    """The figures of cells, by level and span of quarters."""

    def __init__(self, question: Question, found: Rows) -> None:
        self.question, self.rows, metrics = question, found.frame, question.counted
        persons = {
            "persons": PERSON,
            "convention_persons": pl.col("convention_persons").drop_nulls(),
        }
        self.persons = {name: it for name, it in persons.items() if name in metrics}
        if "person_months" in metrics:
            self.persons |= {it: pl.col(it).drop_nulls() for it in MONTHS}
        rows = pl.len() if found.key is None else pl.col("observations").sum()
        makes = {
            "observations": rows,
            "amount": cents(pl.col("amount").sum()),
            "days": pl.col("days").sum(),
        }
        self.adding = {name: it for name, it in makes.items() if name in metrics}
        every = set.intersection(*({*it} for it in question.levels))
        self.adds_up = found.key is not None and {*found.key} <= every and not question.spans
        self.is_direct = len(question.levels) == 1 and not question.spans and question.top is None
        self.finest = self.rows if self.is_direct else self.listed()
        if question.top is not None:
            self.cut()

    def listed(self) -> pl.LazyFrame:
        """The finest cells, with their persons or how many there are."""
        months = ["quarter"] if "person_months" in self.question.counted else []
        keys = tuple(dict.fromkeys([*self.question.dimensions, *months]))
        persons = {
            name: it.len() if self.adds_up else it.unique() for name, it in self.persons.items()
        }
        figures = [it.alias(name) for name, it in (self.adding | persons).items()]
        return grouped(self.rows, keys, figures).collect(engine=ENGINE).lazy()

    def figure(self, name: str) -> pl.Expr:
        """What cells have of one thing that is counted."""
        of_rows = name in self.adding
        if self.is_direct:
            figure = self.adding[name] if of_rows else self.persons[name]
            figure = figure if of_rows else figure.len() if self.adds_up else figure.n_unique()
        elif of_rows or self.adds_up:
            figure = pl.col(name).sum()
        else:
            figure = pl.col(name).explode(empty_as_null=False).n_unique()
        return whole(figure).alias(name)

    def of_level(self, level: Level) -> pl.LazyFrame:
        """The metrics of a level."""
        figures = [self.figure(it) for it in (*self.adding, *self.persons) if it not in MONTHS]
        if "person_months" not in self.question.counted:
            return grouped(self.finest, level, figures)
        months = [self.figure(it) for it in MONTHS]
        total = pl.sum_horizontal(MONTHS).alias("person_months")
        if "quarter" in level:
            return grouped(self.finest, level, [*figures, *months]).with_columns(total)
        of_quarters = grouped(self.finest, (*level, "quarter"), months).with_columns(total)
        found = grouped(of_quarters, level, [pl.col("person_months").sum()])
        if not figures:
            return found
        others = grouped(self.finest, level, figures)
        if not level:
            return pl.concat([others, found], how="horizontal")
        return others.join(found, on=level, nulls_equal=True)

    def over(self, level: Level, span: int | None, delivered: list[int]) -> pl.LazyFrame:
        """The metrics of a level over the quarters of a span; what adds up is added."""
        derived = (it for it in self.question.derived if it.gathers and it.span == span)
        metrics = list(dict.fromkeys(it.metrics[0] for it in derived))
        pairs = []
        for number in delivered:
            first = number - number % 4 if span is None else number - span + 1
            sources = [it for it in range(first, number + 1) if it in delivered]
            pairs += [(quarter_of(it), quarter_of(number)) for it in sources]
        reach = pl.LazyFrame(pairs, schema=["quarter", "target"], orient="row")
        keys = tuple("target" if it == "quarter" else it for it in level)
        tables = []
        for frame, names in (
            (self.finest, [it for it in metrics if it in self.persons]),
            (self.of_level(level), [it for it in metrics if it not in self.persons]),
        ):
            texts = frame.with_columns(pl.col("quarter").cast(pl.String))
            quarters = texts.join(reach, on="quarter")
            figures = [self.figure(it) if it in self.persons else pl.col(it).sum() for it in names]
            if names:
                tables.append(grouped(quarters, keys, figures).rename({"target": "quarter"}))
        first, *others = tables
        return first.join(others[0], on=level, nulls_equal=True) if others else first

    def spread(self, level: Level) -> pl.LazyFrame:
        """What the amounts of single persons come to."""
        given = self.rows.filter(pl.col("amount").is_not_null())
        persons = given.group_by(*level, "person").agg(cents(pl.col("amount").sum()).alias("cents"))
        derived = [it for it in self.question.derived if it.formula == "per_person"]
        return grouped(persons, level, [quantile(it.percent).alias(it.name) for it in derived])

    def cut(self) -> None:
        """Puts the values of a dimension beyond the first together."""
        top = self.question.top
        ranked, within = top["dimension"], top.get("within", [])
        keys, by = [*within, ranked], pl.col(top["by"])
        cells = self.of_level(tuple(keys)).filter(pl.col(ranked).is_not_null())
        text = pl.col(ranked).cast(pl.String)
        ordered = cells.sort(-by, text)
        place = pl.int_range(pl.len()).over(within) if within else pl.int_range(pl.len())
        places = ordered.select(*keys, place.alias("place")).collect(engine=ENGINE).lazy()
        stays = pl.col(ranked).is_null() | (pl.col("place") < top["count"])
        shown = pl.when(stays).then(text).otherwise(pl.lit(BEYOND)).alias(ranked)

        def shown_in(frame: pl.LazyFrame) -> pl.LazyFrame:
            placed = frame.join(places, on=keys, how="left", nulls_equal=True)
            return placed.with_columns(shown).drop("place")

        self.finest, self.rows = shown_in(self.finest), shown_in(self.rows)


def quantile(percent: int) -> pl.Expr:
    """Of the cents of a group: between two persons in proportion, rounded half to even."""
    ordered, place = CENTS.sort(), whole(pl.len() - 1) * percent
    below, above = ordered.get(place // 100), ordered.get((place + 99) // 100)
    return divided(below * 100 + (above - below) * (place % 100), pl.lit(100))
