"""Answers a question of any shape in Polars, as polars_queries.py does for the shipped ones by hand.

Usage: polars_questions.py QUESTION.toml MUNICIPALITIES_CSV FILE...

Prints the seconds from after the imports until all rows are fetched, then the answer as CSV, without statuses.
"""

import re
import sys

import polars as pl

from dictionary import DECIMALS, FIRST_OF_CONVENTIONS, OF_CONVENTIONS, number_of, quarter_of
from polars_figures import BEYOND, Counts
from polars_queries import ENGINE, divided, print_answer, whole, with_decimals
from polars_rows import rows
from question import Derived, Level, Question

NUMBER = pl.col("number")


def ratio(over: str, under: str, decimals: int) -> pl.Expr:
    """One metric by another, both in whole numbers of their last decimal."""
    scale = decimals + DECIMALS.get(under, 0) - DECIMALS.get(over, 0)
    up, down = 10 ** max(scale, 0), 10 ** max(-scale, 0)
    return divided(pl.col(over) * up, pl.col(under) * down)


class Answer:
    """The rows of a question, level by level."""

    def __init__(self, question: Question, counts: Counts, delivered: list[int]) -> None:
        self.question, self.delivered = question, delivered
        shown = [it for it in question.shown if self.compares(it)]
        lazy = {("own", level): counts.of_level(level) for level in question.levels}
        for span in question.spans:
            lazy |= {(span, level): counts.over(level, span, delivered) for level in shown}
        if question.per_person:
            lazy |= {("spread", level): counts.spread(level) for level in question.shown}
        made = pl.collect_all(list(lazy.values()), engine=ENGINE)
        self.tables = {key: self.texts(table, key[1]) for key, table in zip(lazy, made)}

    def texts(self, table: pl.DataFrame, level: Level) -> pl.DataFrame:
        """With dimensions as texts, and the number of the quarter."""
        table = table.with_columns(pl.col(it).cast(pl.String) for it in level)
        numbers = {quarter_of(it): it for it in self.delivered}
        if "quarter" not in level:
            return table
        number = pl.col("quarter").replace_strict(numbers, return_dtype=pl.Int32)
        return table.with_columns(number.alias("number"))

    def compares(self, level: Level) -> bool:
        return self.question.looks_back and "quarter" in level

    def cells(self, level: Level) -> pl.DataFrame:
        """The cells of a level with all that figures are made of.

        Where quarters are compared, they are also those of quarters in which only a figure is left.
        """
        own, metrics = self.tables["own", level], sorted(self.question.counted)
        if not self.compares(level):
            return self.with_others(own, level)
        others = [it for it in level if it != "quarter"]
        keys, backs = ["number", *others], {it.back for it in self.question.derived if it.compares}
        tables = [own.select(keys)]
        tables += [own.select(NUMBER + back, *others) for back in backs]
        tables += [self.tables[span, level].select(keys) for span in self.question.spans]
        cells = pl.concat(tables).unique().filter(NUMBER.is_in(self.delivered))
        counted = own.select(*keys, *metrics, pl.lit(True).alias("is_counted"))
        cells = cells.join(counted, on=keys, how="left", nulls_equal=True)
        for back in backs:
            earlier = {it: f"{it}_back_{back}" for it in metrics}
            before = own.select(NUMBER + back, *others, *metrics).rename(earlier)
            cells = cells.join(before, on=keys, how="left", nulls_equal=True)
        for span in self.question.spans:
            table = self.tables[span, level].drop("quarter")
            over = {it: f"{it}_over_{span}" for it in table.columns if it not in keys}
            cells = cells.join(table.rename(over), on=keys, how="left", nulls_equal=True)
        figures = pl.selectors.integer() - pl.selectors.by_name("number")
        cells = cells.with_columns(figures.fill_null(0), pl.col("is_counted").fill_null(False))
        texts = {it: quarter_of(it) for it in self.delivered}
        quarter = NUMBER.replace_strict(texts, return_dtype=pl.String)
        return self.with_others(cells.with_columns(quarter=quarter), level)

    def with_others(self, cells: pl.DataFrame, level: Level) -> pl.DataFrame:
        """With what the cells are shares of, and what the amounts of their persons come to."""
        for share in self.question.shares:
            whole_level, metric = self.question.whole(level, share), share.metrics[0]
            named = pl.col(metric).alias(f"whole_{share.name}")
            table = self.tables["own", whole_level].select(*whole_level, named)
            if whole_level:
                cells = cells.join(table, on=whole_level, how="left", nulls_equal=True)
            else:
                cells = cells.join(table, how="cross")
        if self.question.per_person:
            table = self.tables["spread", level].drop("number", strict=False)
            if level:
                return cells.join(table, on=level, how="left", nulls_equal=True)
            return pl.concat([cells, table], how="horizontal")
        return cells

    def figure(self, level: Level, it: Derived) -> pl.Expr:
        """A derived figure of a level, without a number where it has none."""
        if it.formula == "ratio":
            return ratio(*it.metrics, it.decimals)
        if it.formula == "per_person":
            return pl.col(it.name)
        metric, scale = it.metrics[0], 100 * 10**it.decimals
        if it.formula == "share":
            return divided(pl.col(metric) * scale, pl.col(f"whole_{it.name}").fill_null(0))
        if "quarter" not in level:
            return pl.lit(None, pl.Int64)
        if it.gathers:
            first = -(NUMBER % 4) if it.span is None else 1 - it.span
            value = pl.col(f"{metric}_over_{it.span}")
        else:
            first, before = -it.back, pl.col(f"{metric}_back_{it.back}")
            value = pl.col(metric) - before
            if it.formula == "rate":
                value = divided(value * scale, before.abs())
            value = pl.when((NUMBER - it.back).is_in(self.delivered)).then(value)
        if metric not in OF_CONVENTIONS:
            return value
        return pl.when(NUMBER + first >= number_of(FIRST_OF_CONVENTIONS)).then(value)

    def of_level(self, level: Level) -> pl.DataFrame:
        """The rows of a level, each dimension with the place of its value among those of other rows."""
        question, columns = self.question, []
        for it in question.dimensions:
            value, place = pl.lit("total"), pl.lit(3)
            if it in level:
                value = pl.col(it)
                place = pl.when(value.is_null()).then(2).when(value == BEYOND).then(1).otherwise(0)
                value = pl.when(value == BEYOND).then(pl.lit("rest")).otherwise(value)
            columns += [value.alias(it), place.cast(pl.Int8).alias(f"{it}_place")]
        for it in question.metrics:
            metric = pl.col(it)
            if it not in question.counted:
                metric = ratio("amount", "convention_persons", 2)
            columns.append(with_digits(metric, DECIMALS.get(it, 0)).alias(it))
        figures = {it.name: self.figure(level, it) for it in question.derived}
        for it in question.derived:
            columns.append(with_digits(figures[it.name], it.decimals).alias(it.name))
        cells = self.cells(level)
        if not self.compares(level):
            return cells.select(columns)
        has = pl.col("is_counted") | pl.any_horizontal(it != 0 for it in figures.values())
        return cells.filter(has).select(columns)

    def rows(self) -> pl.DataFrame:
        """All rows in their order."""
        found = pl.concat([self.of_level(level) for level in self.question.shown])
        order = [name for it in self.question.dimensions for name in (f"{it}_place", it)]
        found = found.sort(order) if order else found
        return found.select(self.question.columns)


def with_digits(number: pl.Expr, digits: int) -> pl.Expr:
    return with_decimals(number, digits) if digits else whole(number)


def main() -> None:
    question = Question.read(sys.argv[1])

    def answer(observations: pl.LazyFrame, places: pl.LazyFrame, files: list[str]) -> pl.DataFrame:
        delivered = sorted({number_of(it) for it in re.findall(r"quarter=(\d{4}Q\d)", " ".join(files))})
        province = pl.when(pl.col("province") != pl.col("region")).then("province")
        own = places.select("region", province.alias("province"), cpas="nis")
        counts = Counts(question, rows(question, observations, own, delivered))
        return Answer(question, counts, delivered).rows()

    print_answer(answer)


if __name__ == "__main__":
    main()
