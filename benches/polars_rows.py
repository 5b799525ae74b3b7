"""The rows that count in a question, as a lazy frame of Polars: what is known of each, and its course.

Texts of few values are dictionaries (`Enum`) where they are computed, and quarters numbers where persons are grouped.
"""

from dataclasses import dataclass
from functools import reduce
from operator import add, and_

import polars as pl

from dictionary import (
    UNCLASSIFIED,
    bands_of,
    classified,
    codes_of_today,
    measure_groups,
    quarter_of,
)
from polars_queries import IN_CONVENTION, quarter_number
from question import COURSES, OF_MEASURE, PLACES, Question, words_of

NUMBER, MEASURE = pl.col("number"), pl.col("measure")
MEASURES = pl.Enum(list(measure_groups()))
GROUPS = pl.Enum(sorted({*measure_groups().values()}))
COUNTS = pl.Enum(["none", "one", "several"])
ENTRIES = pl.Enum(["first", "continued", "returned", "after_gap"])
# Each measure is a bit, and a set of them their sum.
BITS = {name: 1 << place for place, name in enumerate(classified())}
SETS = ["+".join(it for it in BITS if BITS[it] & bits) or "none" for bits in range(1 << len(BITS))]
NOT_DELIVERED = len(SETS)
SETS = pl.Enum([*SETS, "not_delivered"])


@dataclass(frozen=True)
class Rows:
    """Rows to count, each of one person."""

    frame: pl.LazyFrame
    # What tells apart the rows of a person; none where nothing does.
    key: tuple[str, ...] | None


def month(day: str) -> pl.Expr:
    return pl.col(day).dt.year() * 12 + pl.col(day).dt.month() - 1


def touches(question: Question, place: int) -> pl.Expr:
    """Whether a row has a day in a month of its quarter."""
    at = (NUMBER if question.course_key else quarter_number()) * 3 + place
    return (month("first_day") <= at) & (month("last_day") >= at)


def band(question: Question, name: str) -> pl.Expr:
    lowest, labels = zip(*bands_of(name, question.bands[name]))
    within = pl.col(name).bin_intervals(lowest[1:], labels=labels)
    return pl.when(pl.col(name) >= lowest[0]).then(within).alias(name)


def known(question: Question, observations: pl.LazyFrame, places: pl.LazyFrame) -> pl.LazyFrame:
    """The observations with what can be said of each by itself."""
    year = pl.col("quarter").str.head(4).cast(pl.Int16)
    columns = {
        "year": lambda: year,
        "age": lambda: year - pl.col("birth_year"),
        "birth_cohort": lambda: pl.col("birth_year"),
        "measure_group": lambda: MEASURE.replace_strict(measure_groups(), return_dtype=GROUPS),
        "cpas_today": lambda: pl.col("cpas").replace(codes_of_today()),
    }
    needed = {name: made() for name, made in columns.items() if name in question.names}
    frame = observations.with_columns(it.alias(name) for name, it in needed.items())
    mixed = [words_of(it) for it in question.parts if not words_of(it) <= PLACES]
    joined = PLACES & {*question.dimensions}.union(*mixed)
    if not joined:
        return frame
    return frame.join(places.select("cpas", *sorted(joined)), on="cpas", how="left")


def condition_of(parts: list[str], places: pl.LazyFrame) -> pl.Expr:
    """All of some parts of a filter; one on places alone is asked of the centres, and then of the rows."""
    made = [pl.lit(True)]
    for part in parts:
        condition = pl.sql_expr(part)
        if words_of(part) <= PLACES:
            codes = places.filter(condition).select("cpas").collect()["cpas"]
            condition = pl.col("cpas").is_in(codes.implode())
        made.append(condition)
    return reduce(and_, made[1:] or made)


def measured(question: Question) -> dict[str, pl.Expr]:
    """What metrics are made of, by its name: numbers, or the persons of the rows that it counts."""
    counted = question.counted | ({"amount"} if question.per_person else set())
    columns = {it: pl.col(it) for it in ("amount", "days") if it in counted}
    if "convention_persons" in counted:
        columns["convention_persons"] = pl.when(IN_CONVENTION).then("person")
    if "person_months" in counted:
        for place in range(3):
            columns[f"month_{place}"] = pl.when(touches(question, place)).then("person")
    return columns


def shown(question: Question) -> list[pl.Expr]:
    """The dimensions as they are grouped by, and the quarter where it is counted by."""
    banded = {"age", "birth_cohort", "measure_months"}
    names = [*question.dimensions]
    if "person_months" in question.counted and "quarter" not in names:
        names.append("quarter")
    return [band(question, it) if it in banded else pl.col(it) for it in names]


def quarter_of_number(delivered: list[int]) -> pl.Expr:
    """The text of a quarter, as a dictionary."""
    texts = pl.Enum([quarter_of(it) for it in delivered])
    places = {number: place for place, number in enumerate(delivered)}
    return NUMBER.replace_strict(places, return_dtype=pl.UInt8).cat.to(texts).alias("quarter")


def of_person(question: Question, courses: pl.LazyFrame, delivered: list[int]) -> pl.LazyFrame:
    """The measures of persons in a quarter, and in those beside it, of their bits by person and quarter."""
    frame = courses
    for name, step in (("before", -1), ("after", 1)):
        column = f"measures_{name}"
        if column in question.names:
            other = courses.select("person", NUMBER - step, pl.col("bits").alias(column))
            frame = frame.join(other, on=["person", "number"], how="left")
            is_delivered = (NUMBER + step).is_in(delivered)
            bits = pl.when(is_delivered).then(pl.col(column).fill_null(0)).otherwise(NOT_DELIVERED)
            frame = frame.with_columns(bits.cast(pl.UInt16).cat.to(SETS).alias(column))
    count = pl.col("bits").bitwise_count_ones().clip(upper_bound=2)
    own = {
        "measures": pl.col("bits").cast(pl.UInt16).cat.to(SETS),
        "measure_count": count.cast(pl.UInt8).cat.to(COUNTS),
    }
    return frame.with_columns(it.alias(name) for name, it in own.items() if name in question.names)


def of_measure(question: Question, courses: pl.LazyFrame, delivered: list[int]) -> pl.LazyFrame:
    """Whether persons are new to their measure, and for how many months they have had it."""
    course, is_measure = ["person", "measure"], MEASURE != UNCLASSIFIED
    before = NUMBER.shift(1).over(course)
    gaps = [it for it in delivered[1:] if it - 1 not in delivered]
    entry = pl.when(NUMBER.is_in(gaps)).then(3).when(before.is_null()).then(0)
    entry = entry.when(before + 1 == NUMBER).then(1).otherwise(2)
    columns = {
        "measure_entry": entry.cast(pl.UInt8).cat.to(ENTRIES),
        "measure_months": pl.col("touched").bitwise_count_ones().cum_sum().over(course),
    }
    needed = {name: it for name, it in columns.items() if name in question.names}
    ordered = courses.sort("number")
    return ordered.with_columns(
        pl.when(is_measure).then(it).alias(name) for name, it in needed.items()
    )


def of_course(question: Question) -> dict[str, pl.Expr]:
    """What a course is made of, of each row: bits of which a person has all."""
    if not question.names & {*OF_MEASURE}:
        return {"bits": MEASURE.replace_strict(BITS, default=0, return_dtype=pl.Int32)}
    if "measure_months" not in question.names:
        return {}
    months = (touches(question, place).cast(pl.UInt8) * (1 << place) for place in range(3))
    return {"touched": reduce(add, months)}


def in_one_pass(
    question: Question, frame: pl.LazyFrame, of_row: pl.Expr, keys: list[str]
) -> pl.LazyFrame:
    """Courses with what metrics are made of, where a person has one value of each dimension."""
    if question.is_classified:
        frame = frame.filter(MEASURE != UNCLASSIFIED)
    bits, figures = of_course(question), measured(question)
    if question.row_parts:
        figures = {name: pl.when(of_row).then(it) for name, it in figures.items()}
    figures["observations"] = of_row.fill_null(False)
    rows = frame.with_columns(it.alias(name) for name, it in (bits | figures).items())
    made = [pl.col(it).bitwise_or() for it in bits]
    for name in figures:
        is_number = name in ("observations", "amount", "days")
        made.append(pl.col(name).sum() if is_number else pl.col(name).max())
    return rows.group_by(keys).agg(*made, *(pl.col(it).first() for it in question.fixed))


def looked_up(
    question: Question, frame: pl.LazyFrame, of_row: pl.Expr, keys: list[str], delivered: list[int]
) -> pl.LazyFrame:
    """Rows with the course of their persons, which is worked out of few of them where few have a row that counts."""
    asked, bits = frame.filter(of_row), of_course(question)
    observed = frame.with_columns(it.alias(name) for name, it in bits.items())
    if question.is_narrow:
        observed = observed.join(asked.select("person").unique(), on="person", how="semi")
    figures = [pl.col(it).bitwise_or() for it in bits]
    if "measure" in keys:
        courses = observed.filter(MEASURE != UNCLASSIFIED).group_by(keys).agg(figures)
        courses = of_measure(question, courses, delivered)
    else:
        courses = of_person(question, observed.group_by(keys).agg(figures), delivered)
    names = sorted(question.names & COURSES)
    how = "inner" if question.is_classified else "left"
    return asked.join(courses.select(*keys, *names), on=keys, how=how)


def with_courses(
    question: Question, frame: pl.LazyFrame, places: pl.LazyFrame, delivered: list[int]
) -> pl.LazyFrame:
    """Rows with the course of their persons."""
    of_row = condition_of(question.row_parts, places)
    is_of_measure = "measure" in question.course_key
    keys = ["person", "number", *(["measure"] if is_of_measure else [])]
    frame = frame.with_columns(quarter_number())
    if is_of_measure:
        frame = frame.with_columns(MEASURE.cast(MEASURES))
    if question.is_of_course:
        look_up = of_measure if is_of_measure else of_person
        frame = look_up(question, in_one_pass(question, frame, of_row, keys), delivered)
        frame = frame.filter(pl.col("observations") > 0)
    else:
        frame = looked_up(question, frame, of_row, keys, delivered)
    if question.course_parts:
        frame = frame.filter(condition_of(question.course_parts, places))
    return frame.with_columns(quarter_of_number(delivered))


def rows(
    question: Question, observations: pl.LazyFrame, places: pl.LazyFrame, delivered: list[int]
) -> Rows:
    """The rows that count, with their dimensions and what metrics are made of."""
    frame, figures = known(question, observations, places), measured(question)
    made = [it.alias(name) for name, it in figures.items()]
    if question.course_key is None:
        frame = frame.filter(condition_of(question.parts, places)) if question.parts else frame
        return Rows(frame.select(*shown(question), "person", *made), None)
    frame = with_courses(question, frame, places, delivered)
    if not question.is_of_course:
        return Rows(frame.select(*shown(question), "person", *made), None)
    kept = frame.select(*shown(question), "person", "observations", *figures)
    return Rows(kept, question.course_key)
