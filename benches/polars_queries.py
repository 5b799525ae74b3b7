"""The shipped queries written by hand in Polars, each a function of the observations.

Usage: polars_queries.py NAME MUNICIPALITIES_CSV FILE...

Prints the seconds from after the imports until all rows are fetched, then the answer as CSV. Where
distinct persons are wanted of cells and of unions of cells, the persons of the finest cells are
listed once, and the lists united: up to four times faster than counting the rows anew for each.
"""

import csv
import sys
import time
from collections.abc import Callable, Iterable
from typing import TypeVar

import polars as pl

# Measured with Polars 2.1 on two cores, each query with both engines: on 3 million rows the one in
# memory is up to a third faster where rows are counted at once, and down to half as fast where
# figures are of computed keys or of persons; with each row three times, streaming is as fast or
# faster nearly everywhere, and takes less memory.
ENGINE = "streaming"

IN_CONVENTION = pl.col("guidance").is_in(["h50", "h100"])
CLASSIFIED = pl.col("measure") != "unclassified"
OBSERVATIONS = pl.len().alias("observations")
PERSONS = pl.col("person").n_unique().alias("persons")
CONVENTION_PERSONS = pl.col("person").filter(IN_CONVENTION).n_unique().alias("convention_persons")
AMOUNT = pl.col("amount").sum()
YEAR = pl.col("quarter").str.head(4).alias("year")
FIGURES = [OBSERVATIONS, PERSONS, CONVENTION_PERSONS, AMOUNT]

# Of the finest cells: the persons themselves, to be counted in unions of cells.
LISTED = pl.col("person").unique().alias("persons")
LISTED_IN_CONVENTION = pl.col("person").filter(IN_CONVENTION).unique().alias("convention_persons")
UNITED = pl.col("persons").explode(empty_as_null=False).n_unique()
UNITED_IN_CONVENTION = pl.col("convention_persons").explode(empty_as_null=False).n_unique()

# The first year of EBENCONVCM: before it there is no amount of the year up to a quarter.
FIRST_YEAR_OF_AMOUNT = "2005"
AGES = [18, 25, 35, 45, 55, 65]
AGE_BANDS = ["00-17", "18-24", "25-34", "35-44", "45-54", "55-64", "65+"]

Query = Callable[[pl.LazyFrame, pl.LazyFrame], pl.DataFrame]
Frame = TypeVar("Frame", pl.LazyFrame, pl.DataFrame)


def whole(number: pl.Expr) -> pl.Expr:
    return number.cast(pl.Int64)


def cents(amount: pl.Expr) -> pl.Expr:
    """The whole number that a decimal number is stored as."""
    return amount.to_physical().cast(pl.Int64)


def with_decimals(number: pl.Expr, decimals: int) -> pl.Expr:
    """The decimal number of a whole number of its last decimal."""
    return number * pl.lit(f"{10**-decimals:.{decimals}f}").cast(pl.Decimal(38, decimals))


def divided(numerator: pl.Expr, denominator: pl.Expr) -> pl.Expr:
    """A quotient of whole numbers, rounded half to even; none where the denominator is 0."""
    numerator, denominator = numerator * denominator.sign(), denominator.abs()
    quotient, twice = numerator // denominator, numerator % denominator * 2
    to_even = (twice == denominator) & (quotient % 2 == 1)
    return quotient + whole((twice > denominator) | to_even)


def quarter_number() -> pl.Expr:
    """Quarters counted from the year 0, so that those of one year are 4n to 4n + 3."""
    quarter = pl.col("quarter")
    number = quarter.str.head(4).cast(pl.Int32) * 4 + quarter.str.tail(1).cast(pl.Int32) - 1
    return number.alias("number")


def cells(rows: pl.LazyFrame, keys: list[str], figures: Iterable[pl.Expr]) -> pl.DataFrame:
    return rows.group_by(keys).agg(figures).sort(keys, nulls_last=True).collect(engine=ENGINE)


def total(rows: Frame, keys: list[str], over: list[str], figures: list[pl.Expr]) -> Frame:
    """Cells over all values of the keys that are named, which say `total`."""
    kept = [key for key in keys if key not in over]
    found = rows.group_by(kept).agg(figures) if kept else rows.select(figures)
    names = [figure.meta.output_name() for figure in figures]
    return found.with_columns(pl.lit("total").alias(key) for key in over).select(*keys, *names)


def totals_last(keys: list[str]) -> list[pl.Expr]:
    return [order for key in keys for order in (pl.col(key) == "total", pl.col(key))]


def amount_by_measure(observations: pl.LazyFrame, _: pl.LazyFrame) -> pl.DataFrame:
    return cells(observations, ["quarter", "measure"], [AMOUNT, CONVENTION_PERSONS])


def amount_by_regime(observations: pl.LazyFrame, _: pl.LazyFrame) -> pl.DataFrame:
    return cells(observations, ["quarter", "regime"], [AMOUNT, CONVENTION_PERSONS])


def quantile(percent: int) -> pl.Expr:
    """Of the cents of a group: between two persons in proportion, rounded half to even."""
    ordered, place = pl.col("cents").sort(), whole(pl.len() - 1) * percent
    below, above = ordered.get(place // 100), ordered.get((place + 99) // 100)
    return divided(below * 100 + (above - below) * (place % 100), pl.lit(100))


def amount_distribution(observations: pl.LazyFrame, _: pl.LazyFrame) -> pl.DataFrame:
    keys, figures = ["quarter", "regime"], [UNITED_IN_CONVENTION, AMOUNT]
    finest = observations.group_by(keys).agg(LISTED_IN_CONVENTION, AMOUNT)
    figured = pl.concat([total(finest, keys, over, figures) for over in ([], ["regime"])])
    given = observations.filter(pl.col("amount").is_not_null())
    of_persons = given.group_by(*keys, "person").agg(cents(pl.col("amount")).sum().alias("cents"))
    in_total = total(of_persons, [*keys, "person"], ["regime"], [pl.col("cents").sum()])
    statistics = {
        "amount_minimum": pl.col("cents").min(),
        "amount_median": quantile(50),
        "amount_upper_decile": quantile(90),
        "amount_maximum": pl.col("cents").max(),
    }
    spread = pl.concat([of_persons, in_total]).group_by(keys).agg(
        with_decimals(statistic, 2).alias(name) for name, statistic in statistics.items()
    )
    found = figured.join(spread, on=keys, how="left").sort(totals_last(keys))
    return found.collect(engine=ENGINE)


def amount_per_person(observations: pl.LazyFrame, _: pl.LazyFrame) -> pl.DataFrame:
    found = cells(observations, ["quarter", "regime"], [CONVENTION_PERSONS, AMOUNT])
    ratio = divided(cents(pl.col("amount")), whole(pl.col("convention_persons")))
    return found.with_columns(with_decimals(ratio, 2).alias("amount_per_convention_person"))


def by_municipality(observations: pl.LazyFrame, _: pl.LazyFrame) -> pl.DataFrame:
    return cells(observations, ["quarter", "cpas"], FIGURES)


def by_regime_and_measure(observations: pl.LazyFrame, _: pl.LazyFrame) -> pl.DataFrame:
    return cells(observations, ["quarter", "regime", "measure"], FIGURES)


def by_region(observations: pl.LazyFrame, municipalities: pl.LazyFrame) -> pl.DataFrame:
    listed = [OBSERVATIONS, LISTED, LISTED_IN_CONVENTION, AMOUNT]
    finest = observations.group_by("quarter", "cpas").agg(listed)
    regions = municipalities.select("region", cpas="nis")
    figures = [pl.col("observations").sum(), UNITED, UNITED_IN_CONVENTION, AMOUNT]
    return cells(finest.join(regions, on="cpas", how="left"), ["quarter", "region"], figures)


def by_sex_and_age(observations: pl.LazyFrame, _: pl.LazyFrame) -> pl.DataFrame:
    finest = observations.group_by("quarter", "sex", "birth_year").agg(OBSERVATIONS, LISTED)
    age = YEAR.cast(pl.Int16) - pl.col("birth_year")
    band = age.bin_intervals(AGES, labels=AGE_BANDS)
    aged = finest.with_columns(pl.when(age >= 0).then(band).alias("age"))
    return cells(aged, ["quarter", "sex", "age"], [pl.col("observations").sum(), UNITED])


def by_year(observations: pl.LazyFrame, _: pl.LazyFrame) -> pl.DataFrame:
    return cells(observations.with_columns(YEAR), ["year", "regime"], FIGURES)


def conventions_by_guidance(observations: pl.LazyFrame, _: pl.LazyFrame) -> pl.DataFrame:
    figures = [OBSERVATIONS, PERSONS.alias("convention_persons"), AMOUNT]
    return cells(observations.filter(IN_CONVENTION), ["quarter", "guidance"], figures)


def entries_by_measure(observations: pl.LazyFrame, _: pl.LazyFrame) -> pl.DataFrame:
    course, keys = ["person", "measure"], ["quarter", "measure", "measure_entry"]
    presences = observations.filter(CLASSIFIED).group_by(*course, "quarter").agg(AMOUNT)
    numbered = presences.with_columns(quarter_number()).sort("number")
    before = pl.col("number").shift(1).over(course)
    first, next_to_it = before.is_null(), before + 1 == pl.col("number")
    entry = pl.when(first).then(pl.lit("first")).when(next_to_it).then(pl.lit("continued"))
    entered = numbered.with_columns(measure_entry=entry.otherwise(pl.lit("returned")))
    finest = entered.group_by(keys).agg(pl.len().alias("persons"), AMOUNT)
    figures = [pl.col("persons").sum(), AMOUNT]
    found = pl.concat([total(finest, keys, over, figures) for over in ([], ["measure_entry"])])
    return found.sort("quarter", "measure", *totals_last(["measure_entry"])).collect(engine=ENGINE)


def stays_by_measure(observations: pl.LazyFrame, _: pl.LazyFrame) -> pl.DataFrame:
    course, keys = ["person", "measure"], ["quarter", "measure", "measure_months"]
    last = pl.col("quarter").str.head(4).cast(pl.Int32) * 12
    last = last + pl.col("quarter").str.tail(1).cast(pl.Int32) * 3

    def month(day: str) -> pl.Expr:
        return pl.col(day).dt.year() * 12 + pl.col(day).dt.month()

    def has(back: int) -> pl.Expr:
        touched = (month("first_day") <= last - back) & (month("last_day") >= last - back)
        return touched.any().cast(pl.Int32)

    months = (has(0) + has(1) + has(2)).alias("months")
    presences = observations.filter(CLASSIFIED).group_by(*course, "quarter").agg(AMOUNT, months)
    stays = presences.sort("quarter").with_columns(pl.col("months").cum_sum().over(course))
    band = pl.lit("01-03")
    for lowest, label in [(4, "04-06"), (7, "07-12"), (13, "13-24"), (25, "25+")]:
        band = pl.when(pl.col("months") >= lowest).then(pl.lit(label)).otherwise(band)
    stays = stays.with_columns(measure_months=band)
    finest = stays.group_by(keys).agg(pl.len().alias("persons"), AMOUNT)
    figures = [pl.col("persons").sum(), AMOUNT]
    found = pl.concat([total(finest, keys, over, figures) for over in ([], ["measure_months"])])
    return found.sort("quarter", "measure", *totals_last(["measure_months"])).collect(engine=ENGINE)


def persons_by_measure_count(observations: pl.LazyFrame, _: pl.LazyFrame) -> pl.DataFrame:
    keys = ["quarter", "measure_count"]
    measures = pl.col("measure").filter(CLASSIFIED).n_unique().clip(upper_bound=2)
    persons = observations.group_by("quarter", "person").agg(
        measures.alias("measure_count"), IN_CONVENTION.any().alias("convention_persons"), AMOUNT
    )
    figures = [pl.col("convention_persons").sum(), AMOUNT]
    count = pl.col("measure_count").replace_strict({0: "none", 1: "one", 2: "several"})
    finest = persons.group_by(keys).agg(pl.len().alias("persons"), *figures).with_columns(count)
    figures = [pl.col("persons").sum(), *figures]
    found = pl.concat([total(finest, keys, over, figures) for over in ([], ["measure_count"])])
    return found.sort(totals_last(keys)).collect(engine=ENGINE)


def persons_by_quarter(observations: pl.LazyFrame, _: pl.LazyFrame) -> pl.DataFrame:
    return cells(observations, ["quarter"], [OBSERVATIONS, PERSONS, CONVENTION_PERSONS])


def top_municipalities(observations: pl.LazyFrame, _: pl.LazyFrame) -> pl.DataFrame:
    keys, figures = ["quarter", "cpas"], [UNITED, AMOUNT]
    finest = observations.group_by(keys).agg(LISTED, AMOUNT).collect(engine=ENGINE)
    place, cpas = pl.int_range(pl.len()).over("quarter"), pl.col("cpas")
    ranked = finest.sort(cpas.is_null(), -whole(pl.col("persons").list.len()), "cpas")
    named = pl.when(cpas.is_null() | (place < 5)).then(cpas).otherwise(pl.lit("rest"))
    named = ranked.with_columns(named.alias("cpas")).group_by(keys).agg(figures)
    last = [cpas.eq_missing(pl.lit("total")), cpas.is_null(), cpas.eq_missing(pl.lit("rest"))]
    found = pl.concat([named, total(finest, keys, ["cpas"], figures)])
    return found.sort("quarter", *last, "cpas")


def totals_by_measure(observations: pl.LazyFrame, _: pl.LazyFrame) -> pl.DataFrame:
    keys, figures = ["quarter", "measure"], [UNITED, UNITED_IN_CONVENTION, AMOUNT]
    finest = observations.group_by(keys).agg(LISTED, LISTED_IN_CONVENTION, AMOUNT)
    overs = [[], ["quarter"], ["measure"], keys]
    found = pl.concat([total(finest, keys, over, figures) for over in overs])
    found = found.sort(totals_last(keys)).collect(engine=ENGINE)

    def share(figure: pl.Expr) -> pl.Expr:
        # The total of a quarter is its last row.
        return with_decimals(divided(figure * 1000, figure.last().over("quarter")), 1)

    return found.with_columns(
        share(whole(pl.col("persons"))).alias("persons_share"),
        share(cents(pl.col("amount"))).alias("amount_share"),
    )


def written(measures: int | None, names: list[str]) -> str:
    """The names of a set of measures, of which each is a bit."""
    if measures is None:
        return "not_delivered"
    return "+".join(name for place, name in enumerate(names) if measures >> place & 1) or "none"


def transitions(observations: pl.LazyFrame, _: pl.LazyFrame) -> pl.DataFrame:
    measures = observations.select(pl.col("measure").filter(CLASSIFIED).unique().sort())
    names = measures.collect(engine=ENGINE)["measure"].to_list()
    bits = {name: 1 << place for place, name in enumerate(names)}
    bit = pl.col("measure").replace_strict(bits, default=0, return_dtype=pl.Int32)
    courses = observations.group_by("quarter", "person").agg(bit.bitwise_or().alias("measures"))
    courses = courses.with_columns(quarter_number())
    after = courses.select("person", pl.col("number") - 1, measures_after="measures")
    steps = courses.join(after, on=["person", "number"], how="left")
    steps = steps.with_columns(pl.col("measures_after").fill_null(0))
    keys = ["quarter", "number", "measures", "measures_after"]
    found = steps.group_by(keys).agg(pl.len().alias("persons")).collect(engine=ENGINE)

    known = (pl.col("number") + 1).is_in(found["number"].implode())
    found = found.with_columns(pl.when(known).then("measures_after"))
    sets = {code: written(code, names) for code in {*found["measures"], *found["measures_after"]}}
    texts = pl.col("measures", "measures_after").replace_strict(sets, return_dtype=pl.String)
    persons = whole(pl.col("persons"))
    share = divided(persons * 1000, persons.sum().over("quarter", "measures"))
    shared = found.drop("number").with_columns(with_decimals(share, 1).alias("persons_share"))
    return shared.with_columns(texts).sort("quarter", "measures", "measures_after")


def trend_by_regime(observations: pl.LazyFrame, _: pl.LazyFrame) -> pl.DataFrame:
    keys, number = ["regime", "number"], pl.col("number")
    listed = observations.group_by("quarter", "regime").agg(LISTED, AMOUNT)
    finest = listed.with_columns(quarter_number()).sort(keys).collect(engine=ENGINE)
    four = finest.rolling("number", period="4i", group_by="regime").agg(
        UNITED.alias("persons_four_quarters")
    )
    own = finest.with_columns(
        whole(pl.col("persons").list.len()),
        pl.col("amount").cum_sum().over("regime", YEAR).alias("amount_year_to_date"),
    )
    before = own.select("regime", number + 4, persons_before="persons")
    found = own.join(four, on=keys).join(before, on=keys, how="left").sort("quarter", "regime")
    delivered = set(finest["number"])

    def since(first: Callable[[int], int]) -> pl.Expr:
        """Whether all quarters from the first one up to a quarter were delivered."""
        return number.is_in([it for it in delivered if delivered.issuperset(range(first(it), it))])

    year_before = number.is_in([it + 4 for it in delivered])
    year_to_date = since(lambda it: it - it % 4) & (YEAR >= FIRST_YEAR_OF_AMOUNT)
    change = pl.col("persons") - pl.col("persons_before").fill_null(0)
    rate = with_decimals(divided(change * 1000, pl.col("persons_before")), 1)
    return found.select(
        "quarter",
        "regime",
        "persons",
        "amount",
        pl.when(year_before).then(change).alias("persons_change"),
        pl.when(year_before).then(rate).alias("persons_rate"),
        pl.when(year_to_date).then("amount_year_to_date"),
        pl.when(since(lambda it: it - 3)).then("persons_four_quarters"),
    )


QUERIES: dict[str, Query] = {
    "amount-by-measure": amount_by_measure,
    "amount-by-regime": amount_by_regime,
    "amount-distribution": amount_distribution,
    "amount-per-person": amount_per_person,
    "by-municipality": by_municipality,
    "by-regime-and-measure": by_regime_and_measure,
    "by-region": by_region,
    "by-sex-and-age": by_sex_and_age,
    "by-year": by_year,
    "conventions-by-guidance": conventions_by_guidance,
    "entries-by-measure": entries_by_measure,
    "persons-by-measure-count": persons_by_measure_count,
    "persons-by-quarter": persons_by_quarter,
    "top-municipalities": top_municipalities,
    "totals-by-measure": totals_by_measure,
    "stays-by-measure": stays_by_measure,
    "transitions": transitions,
    "trend-by-regime": trend_by_regime,
}


def print_answer(answer_of: Callable[[pl.LazyFrame, pl.LazyFrame, list[str]], pl.DataFrame]) -> None:
    """Prints the seconds that an answer takes from the files named on the command line, and the answer."""
    _, municipalities, *files = sys.argv[1:]
    start = time.perf_counter()
    quarter = {"quarter": pl.String}
    observations = pl.scan_parquet(files, hive_partitioning=True, hive_schema=quarter)
    places = pl.scan_csv(municipalities, infer_schema=False)
    answer = answer_of(observations, places, files)
    rows = answer.rows()
    print(time.perf_counter() - start)
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(answer.columns)
    writer.writerows(rows)


def main() -> None:
    query = QUERIES[sys.argv[1]]
    print_answer(lambda observations, places, _: query(observations, places))


if __name__ == "__main__":
    main()
