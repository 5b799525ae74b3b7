"""The figures of a level of rows as DuckDB counts them, and what is derived from them."""

from dictionary import DECIMALS, FIRST_OF_CONVENTIONS, OF_CONVENTIONS
from duckdb_rows import Rows
from question import Derived, Level, Question

# Rounded half to even; of no number where there is nothing to divide by.
ROUNDED = """CREATE TEMP MACRO rounded(over, under) AS sign(over) * sign(under)
  * (abs(over) // abs(under) + CASE WHEN 2 * (abs(over) % abs(under)) > abs(under) THEN 1
    WHEN 2 * (abs(over) % abs(under)) = abs(under) THEN abs(over) // abs(under) % 2 ELSE 0 END)"""
DISTINCT = {"persons", "convention_persons"}


def listed(*items: str) -> str:
    return ", ".join(item for item in items if item)


def by(keys: Level) -> str:
    return f" GROUP BY {listed(*keys)}" if keys else ""


def name_of(level: Level) -> str:
    return "_".join(["by", *level]) if level else "overall"


def same(one: str, other: str, level: Level) -> str:
    conditions = [f"{one}.{it} IS NOT DISTINCT FROM {other}.{it}" for it in level]
    return " AND ".join(conditions) or "true"


def figures(found: Rows, metrics: set[str], is_once: bool) -> list[str]:
    """The metrics of some rows; a person is in one row of each cell, or in several."""
    of_convention = "count(DISTINCT CASE WHEN in_convention THEN person END)"
    texts = {
        "observations": found.observations,
        "persons": "count(*)" if is_once else "count(DISTINCT person)",
        "convention_persons": "count(*) FILTER (in_convention)" if is_once else of_convention,
        "amount": "CAST(100 * coalesce(sum(amount), 0) AS BIGINT)",
        "days": "CAST(coalesce(sum(days), 0) AS BIGINT)",
        "person_months": "CAST(coalesce(sum(months), 0) AS BIGINT)",
    }
    return [f"{text} AS {metric}" for metric, text in texts.items() if metric in metrics]


def counted(found: Rows, level: Level, metrics: set[str]) -> str:
    """The metrics of a level."""
    if "person_months" not in metrics:
        is_once = found.key is not None and {*found.key} <= {*level}
        columns = listed(*level, *figures(found, metrics, is_once))
        return f"SELECT {columns} FROM {found.source}{by(level)}"
    keys = tuple(dict.fromkeys([*level, "quarter", "person"]))
    makes = {
        "observations": found.observations,
        "in_convention": "bool_or(in_convention)",
        "amount": "sum(amount)",
        "days": "sum(days)",
        "months": "bit_count(bit_or(months))",
    }
    made = [f"{makes[it]} AS {it}" for it in ("observations", *found.measured)]
    of_persons = f"(SELECT {listed(*keys, *made)} FROM {found.source}{by(keys)})"
    of_persons = Rows(of_persons, None, "CAST(sum(observations) AS BIGINT)", found.measured)
    columns = listed(*level, *figures(of_persons, metrics, "quarter" in level))
    return f"SELECT {columns} FROM {of_persons.source}{by(level)}"


def gathered(question: Question, found: Rows, level: Level, span: int | None) -> str:
    """The metrics of a level over the quarters of a span; what adds up is added."""
    metrics = {it.metrics[0] for it in question.derived if it.gathers and it.span == span}
    others = tuple(it for it in level if it != "quarter")
    reach, adding = f"reach_{span or 'of_year'} USING (quarter)", sorted(metrics - DISTINCT)
    added = [f"CAST(sum({it}) AS BIGINT) AS {it}" for it in adding]
    columns, group = ("target AS quarter", *others), by(("target", *others))
    added = f"SELECT {listed(*columns, *added)} FROM {name_of(level)} JOIN {reach}{group}"
    if not metrics & DISTINCT:
        return added
    figured = figures(found, metrics & DISTINCT, False)
    distinct = f"SELECT {listed(*columns, *figured)} FROM {found.source} JOIN {reach}{group}"
    if not adding:
        return distinct
    on = same("one", "other", level)
    others = listed(*(f"other.{it}" for it in adding))
    return f"SELECT one.*, {others} FROM ({distinct}) AS one JOIN ({added}) AS other ON {on}"


def spread(question: Question, found: Rows, level: Level) -> str:
    """What the amounts of single persons come to, from a list of them in their order."""
    keys = listed(*level, "CAST(100 * sum(amount) AS BIGINT) AS cents")
    of_persons = f"SELECT {keys} FROM {found.source} WHERE amount IS NOT NULL"
    of_persons += by((*level, "person"))
    statistics = []
    for it in question.derived:
        if it.formula == "per_person":
            place = f"(len(amounts) - 1) * {it.percent}"
            at = f"amounts[{place} // 100 + 1] * (100 - {place} % 100)"
            after = f"amounts[least({place} // 100 + 2, len(amounts))] * ({place} % 100)"
            statistics.append(f"rounded({at} + {after}, 100) AS {it.name}")
    ordered = listed(*level, "list(cents ORDER BY cents) AS amounts")
    ordered = f"SELECT {ordered} FROM ({of_persons}){by(level)}"
    return f"SELECT {listed(*level, *statistics)} FROM ({ordered})"


def ratio(over: str, under: str, decimals: int) -> str:
    """One metric by another, both in whole numbers of their last decimal."""
    scale = decimals + DECIMALS.get(under, 0) - DECIMALS.get(over, 0)
    up, down = 10 ** max(scale, 0), 10 ** max(-scale, 0)
    own = f"CAST(coalesce(own.{over}, 0) AS HUGEINT) * {up}"
    return f"rounded({own}, nullif(coalesce(own.{under}, 0), 0) * {down})"


def figure(question: Question, level: Level, it: Derived) -> str:
    """A derived figure of a level, without a number where it has none."""
    if it.formula == "ratio":
        return ratio(*it.metrics, it.decimals)
    if it.formula == "per_person":
        return f"spread.{it.name}"
    metric, scale = it.metrics[0], 100 * 10**it.decimals
    own = f"coalesce(own.{metric}, 0)"
    if it.formula == "share":
        whole = question.whole(level, it)
        whole = own if whole == level else f"whole_{name_of(whole)}.{metric}"
        return f"rounded(CAST({own} AS HUGEINT) * {scale}, nullif(coalesce({whole}, 0), 0))"
    if "quarter" not in level:
        return "NULL"
    if it.gathers:
        since = f"since_{it.span or 'of_year'}"
        value = f"coalesce(over_{it.span or 'year'}.{metric}, 0)"
    else:
        since, before = f"before_{it.back}", f"coalesce(back_{it.back}.{metric}, 0)"
        value = f"{own} - {before}"
        if it.formula == "rate":
            value = f"rounded(CAST({value} AS HUGEINT) * {scale}, nullif(abs({before}), 0))"
        value = f"CASE WHEN has_{it.back} THEN {value} END"
    applies = f"quarters.{since} >= '{FIRST_OF_CONVENTIONS}'"
    return f"CASE WHEN {applies} THEN {value} END" if metric in OF_CONVENTIONS else value
