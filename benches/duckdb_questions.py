"""Questions as statements for DuckDB, as somebody would write them who knows it well.

Where the statement of `sppis explain --sql` is to be right, this one is to be fast, by what was measured with DuckDB
2.0 on two cores: distinct persons under a condition are counted as a CASE and not behind a FILTER (half the time),
months of persons from groups by person (a quarter), sets of measures as bits (half), rows are read again for each
total rather than kept, and joined over quarters by equality. It says no statuses.
"""

from dictionary import DECIMALS, number_of, quarter_of
from duckdb_figures import (
    ROUNDED,
    counted,
    figure,
    gathered,
    listed,
    name_of,
    ratio,
    same,
    spread,
)
from duckdb_rows import Rows, quoted, rows
from question import Level, Question

# What no value reads as.
BEYOND = " rest"


def compares(question: Question, level: Level) -> bool:
    return question.looks_back and "quarter" in level


def backs(question: Question) -> list[int]:
    return list(dict.fromkeys(it.back for it in question.derived if it.compares))


def cut(question: Question, found: Rows) -> tuple[dict[str, str], Rows]:
    """The rows with the values of a dimension beyond the first as one."""
    top = question.top
    if top is None:
        return {}, found
    ranked, within = top["dimension"], tuple(top.get("within", []))
    counts = counted(found, (*within, ranked), {top["by"]})
    order = f"ORDER BY {top['by']} DESC, {ranked}"
    partition = f"PARTITION BY {listed(*within)} " if within else ""
    place = f"row_number() OVER ({partition}{order}) AS place"
    columns = listed(*within, ranked, place)
    ranking = f"SELECT {columns} FROM ({counts}) WHERE {ranked} IS NOT NULL"
    stays = f"asked.{ranked} IS NULL OR place <= {top['count']}"
    value = f"CASE WHEN {stays} THEN asked.{ranked} ELSE '{BEYOND}' END AS {ranked}"
    on = same("asked", "ranking", (*within, ranked))
    shown = f"SELECT asked.* REPLACE ({value}) FROM asked LEFT JOIN ranking ON {on}"
    expressions = {"ranking AS": ranking, "cut AS": shown}
    return expressions, Rows("cut", found.key, found.observations, found.measured)


def calendar(question: Question, delivered: list[str]) -> dict[str, str]:
    """The quarters, those that they are compared with, and those that they gather."""
    if not question.looks_back:
        return {}
    numbers = {number_of(it) for it in delivered}
    names = ["quarter"]
    names += [f"{name}_{back}" for back in backs(question) for name in ("before", "has")]
    names += [f"since_{span or 'of_year'}" for span in question.spans]
    lines, reaches = [], {span: [] for span in question.spans}
    for number in sorted(numbers):
        line = [quoted(quarter_of(number))]
        for back in backs(question):
            line += [quoted(quarter_of(number - back)), str(number - back in numbers).lower()]
        for span in question.spans:
            first = number - number % 4 if span is None else number - span + 1
            line.append(quoted(quarter_of(first)))
            sources = [quoted(quarter_of(it)) for it in range(first, number + 1) if it in numbers]
            reaches[span] += [f"({it}, {quoted(quarter_of(number))})" for it in sources]
        lines.append(f"({', '.join(line)})")
    expressions = {f"quarters ({', '.join(names)}) AS": f"VALUES {', '.join(lines)}"}
    for span, pairs in reaches.items():
        expressions[f"reach_{span or 'of_year'} (quarter, target) AS"] = (
            f"VALUES {', '.join(pairs)}"
        )
    return expressions


def keys(question: Question, level: Level) -> str:
    """The cells that have observations, are compared with some, or gather some."""
    others = tuple(it for it in level if it != "quarter")
    columns, name = listed("quarter", *others), name_of(level)
    tables = [f"SELECT {columns} FROM {name}"]
    for back in backs(question):
        later = listed("quarters.quarter", *(f"{name}.{it}" for it in others))
        tables.append(f"SELECT {later} FROM {name} JOIN quarters ON before_{back} = {name}.quarter")
    tables += [f"SELECT {columns} FROM {name}_over_{span or 'year'}" for span in question.spans]
    return " UNION ".join(tables)


def joined(question: Question, level: Level) -> str:
    """The tables that the figures of a level are made of."""
    name, base, text = name_of(level), "own", f"{name_of(level)} AS own"
    if compares(question, level):
        base, text = "keys", f"{name}_keys AS keys JOIN quarters USING (quarter)"
        text += f" LEFT JOIN {name} AS own ON {same('own', 'keys', level)}"
    for whole in dict.fromkeys(question.whole(level, it) for it in question.shares):
        if whole != level:
            alias = f"whole_{name_of(whole)}"
            on = f"LEFT JOIN {name_of(whole)} AS {alias} ON {same(alias, base, whole)}"
            text += f" {on if whole else f'CROSS JOIN {name_of(whole)} AS {alias}'}"
    if question.per_person:
        text += f" LEFT JOIN {name}_spread AS spread ON {same('spread', base, level)}"
    if base == "own":
        return text
    others = tuple(it for it in level if it != "quarter")
    for back in backs(question):
        alias = f"back_{back}"
        text += f" LEFT JOIN {name} AS {alias} ON {alias}.quarter = quarters.before_{back}"
        text += f" AND {same(alias, 'keys', others)}"
    for span in question.spans:
        alias = f"over_{span or 'year'}"
        text += f" LEFT JOIN {name}_{alias} AS {alias} ON {same(alias, 'keys', level)}"
    return text


def shown(question: Question, level: Level) -> str:
    """The rows of a level, each dimension with the place of its value among those of other rows."""
    base, columns = "keys" if compares(question, level) else "own", []
    for it in question.dimensions:
        value, place = "'total'", "3"
        if it in level:
            value, place = f"{base}.{it}", f"CASE WHEN {base}.{it} IS NULL THEN 2 ELSE 0 END"
            if question.top and question.top["dimension"] == it:
                place = f"CASE WHEN {value} = '{BEYOND}' THEN 1 ELSE {place} END"
        columns += [f"CAST({value} AS VARCHAR) AS {it}", f"{place} AS {it}_place"]
    for metric in question.metrics:
        text = f"coalesce(own.{metric}, 0)"
        if metric not in question.counted:
            text = ratio("amount", "convention_persons", 2)
        columns.append(f"{text} AS {metric}")
    columns += [f"{figure(question, level, it)} AS {it.name}" for it in question.derived]
    columns.append(f"{'own.quarter IS NOT NULL' if base == 'keys' else 'true'} AS is_counted")
    return f"SELECT {', '.join(columns)} FROM {joined(question, level)}"


def answer(question: Question) -> str:
    """All rows in their order, with decimals."""
    columns, order = [], []
    for it in question.dimensions:
        value = (
            f"CASE WHEN {it}_place = 1 THEN 'rest' ELSE {it} END AS {it}" if question.top else it
        )
        columns.append(value)
        order += [f"{it}_place", f"cells.{it}"]
    decimals = {it: DECIMALS.get(it, 0) for it in question.metrics}
    decimals |= {it.name: it.decimals for it in question.derived}
    for name, digits in decimals.items():
        unit = f"0.{'1'.zfill(digits)}"
        columns.append(f"CAST({name} AS DECIMAL(30, 0)) * {unit} AS {name}" if digits else name)
    has = " OR ".join(["is_counted", *(f"{it.name} <> 0" for it in question.derived)])
    text = f"SELECT {', '.join(columns)} FROM cells WHERE {has}"
    return f"{text} ORDER BY {', '.join(order)}" if order else text


def statement(question: Question, delivered: list[str]) -> str:
    """The statement over `observations` and `municipalities`, where these quarters were delivered."""
    expressions, found = rows(question, delivered)
    of_top, found = cut(question, found)
    expressions |= of_top | calendar(question, delivered)
    for level in question.levels:
        name = name_of(level)
        expressions[f"{name} AS"] = counted(found, level, question.counted)
        if question.per_person and level in question.shown:
            expressions[f"{name}_spread AS"] = spread(question, found, level)
        if compares(question, level) and level in question.shown:
            for span in question.spans:
                text = gathered(question, found, level, span)
                expressions[f"{name}_over_{span or 'year'} AS"] = text
            expressions[f"{name}_keys AS"] = keys(question, level)
    cells = " UNION ALL ".join(shown(question, level) for level in question.shown)
    expressions["cells AS"] = cells
    listing = ",\n".join(f"{name} ({text})" for name, text in expressions.items())
    return f"{ROUNDED};\nWITH {listing}\n{answer(question)}\n"
