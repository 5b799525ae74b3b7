"""The rows that count in a question, as common table expressions for DuckDB: what is known of each, and its course."""

from dataclasses import dataclass

from dictionary import (
    IN_CONVENTION,
    UNCLASSIFIED,
    bands_of,
    classified,
    codes_of_today,
    measure_groups,
    number_of,
)
from question import Question

YEAR = "CAST(substr(quarter, 1, 4) AS INTEGER)"
NUMBER = f"({YEAR} * 4 + CAST(substr(quarter, 6, 1) AS INTEGER) - 1)"
# The months of a quarter in which a row has a day, as bits.
FIRST, LAST = (f"(year({day}) * 12 + month({day}) - 1)" for day in ("first_day", "last_day"))
BEFORE, BEHIND = f"greatest({FIRST} - {NUMBER} * 3, 0)", f"greatest({NUMBER} * 3 + 2 - {LAST}, 0)"
MONTHS = f"((7 << {BEFORE}) & (7 >> {BEHIND}))"
CLASSIFIED = f"(measure <> '{UNCLASSIFIED}')"


@dataclass(frozen=True)
class Rows:
    """Rows to count, each of one person."""

    source: str
    # What tells apart the rows of a person; none where nothing does.
    key: tuple[str, ...] | None
    observations: str
    measured: list[str]


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def choice(column: str, values: dict[str, str], otherwise: str) -> str:
    cases = " ".join(f"WHEN {quoted(value)} THEN {then}" for value, then in values.items())
    return f"CASE {column} {cases} ELSE {otherwise} END"


def band(question: Question, name: str) -> str:
    bands = reversed(bands_of(name, question.bands[name]))
    cases = " ".join(f"WHEN {name} >= {lowest} THEN '{text}'" for lowest, text in bands)
    return f"CASE {cases} END"


def known(question: Question) -> str:
    """The observations with what can be said of each by itself."""
    names = question.names
    groups = {measure: quoted(group) for measure, group in measure_groups().items()}
    today = {code: quoted(now) for code, now in codes_of_today().items()}
    columns = {
        "year": YEAR,
        "age": f"{YEAR} - birth_year",
        "birth_cohort": "birth_year",
        "measure_group": choice("measure", groups, "NULL"),
        "cpas_today": choice("cpas", today, "cpas"),
        "region": "municipalities.region",
        "province": "nullif(municipalities.province, municipalities.region)",
    }
    computed = "".join(f", {text} AS {name}" for name, text in columns.items() if name in names)
    text = f"SELECT observations.*{computed} FROM observations"
    if names & {"region", "province"}:
        text += " LEFT JOIN municipalities ON cpas = nis"
    return text


def measured(question: Question) -> dict[str, str]:
    """What metrics are made of, by its name."""
    conventions = ", ".join(quoted(it) for it in IN_CONVENTION)
    counted = question.counted | ({"amount"} if question.per_person else set())
    columns = {
        "in_convention": (f"coalesce(guidance IN ({conventions}), false)", "convention_persons"),
        "amount": ("amount", "amount"),
        "days": ("days", "days"),
        "months": (MONTHS, "person_months"),
    }
    return {name: text for name, (text, metric) in columns.items() if metric in counted}


def shown(question: Question) -> dict[str, str]:
    """The dimensions as they are grouped by, and the quarter where it is counted by."""
    banded = {"age", "birth_cohort", "measure_months"}
    columns = {it: band(question, it) if it in banded else it for it in question.dimensions}
    return columns | ({"quarter": "quarter"} if "person_months" in question.counted else {})


def selected(columns: dict[str, str]) -> str:
    return ", ".join(
        text if text == name else f"{text} AS {name}" for name, text in columns.items()
    )


def conditions_of(parts: list[str]) -> list[str]:
    return [f"({part})" for part in parts]


def where(conditions: list[str]) -> str:
    return f" WHERE {' AND '.join(conditions)}" if conditions else ""


def sets() -> str:
    """All sets of measures by their bits."""
    names = classified()
    cases = (f"CASE WHEN bits & {1 << place} > 0 THEN '{it}' END" for place, it in enumerate(names))
    text = f"coalesce(nullif(concat_ws('+', {', '.join(cases)}), ''), 'none')"
    all_of_them = f"range({1 << len(names)}) AS all_sets(bits)"
    return f"SELECT CAST(bits AS INTEGER) AS bits, {text} AS measures FROM {all_of_them}"


def of_person(question: Question, delivered: list[str]) -> str:
    """The measures of persons in a quarter, and in those beside it."""
    numbers = {number_of(it): it for it in delivered}
    columns, joins = ["courses.*"], ""
    if "measures" in question.names:
        columns.append("own_sets.measures")
        joins += " JOIN sets AS own_sets ON own_sets.bits = courses.bits"
    if "measure_count" in question.names:
        names = "WHEN 0 THEN 'none' WHEN 1 THEN 'one' ELSE 'several'"
        columns.append(f"CASE bit_count(courses.bits) {names} END AS measure_count")
    for name, step in (("before", -1), ("after", 1)):
        if f"measures_{name}" in question.names:
            alone = [quarter for number, quarter in numbers.items() if number + step not in numbers]
            is_alone = f"courses.quarter IN ({', '.join(map(quoted, alone))})"
            text = f"coalesce({name}_sets.measures, 'none')"
            text = f"CASE WHEN {is_alone} THEN 'not_delivered' ELSE {text} END"
            columns.append(f"{text} AS measures_{name}")
            joins += f" LEFT JOIN courses AS {name} ON {name}.person = courses.person"
            joins += f" AND {name}.number = courses.number + ({step})"
            joins += f" LEFT JOIN sets AS {name}_sets ON {name}_sets.bits = {name}.bits"
    return f"SELECT {', '.join(columns)} FROM courses{joins}"


def of_measure(question: Question, delivered: list[str]) -> str:
    """Whether the persons of a measure are new to it, and for how many months they have had it."""
    numbers = {number_of(it) for it in delivered}
    columns = ["*"]
    if "measure_entry" in question.names:
        gaps = [it for it in delivered[1:] if number_of(it) - 1 not in numbers]
        gap = f" WHEN quarter IN ({', '.join(map(quoted, gaps))}) THEN 'after_gap'" if gaps else ""
        entry = f"CASE WHEN NOT {CLASSIFIED} THEN NULL{gap} WHEN lag(number) OVER course IS NULL"
        entry += " THEN 'first' WHEN lag(number) OVER course = number - 1 THEN 'continued'"
        columns.append(f"{entry} ELSE 'returned' END AS measure_entry")
    if "measure_months" in question.names:
        months = f"CASE WHEN {CLASSIFIED} THEN sum(bit_count(touched)) OVER course END"
        columns.append(f"CAST({months} AS INTEGER) AS measure_months")
    course = "WINDOW course AS (PARTITION BY person, measure ORDER BY number)"
    return f"SELECT {', '.join(columns)} FROM courses {course}"


def courses(question: Question, source: str, more: list[str], conditions: list[str]) -> str:
    """What is looked up in, by person."""
    keys = ("person", *question.course_key)
    columns = [*keys, f"any_value({NUMBER}) AS number"]
    if "measure" not in keys:
        bits = {name: str(1 << place) for place, name in enumerate(classified())}
        columns.append(f"bit_or({choice('measure', bits, '0')}) AS bits")
    elif "measure_months" in question.names:
        columns.append(f"bit_or({MONTHS}) AS touched")
    text = f"SELECT {', '.join(columns + more)} FROM {source}{where(conditions)}"
    return f"{text} GROUP BY {', '.join(keys)}"


def with_courses(question: Question, delivered: list[str]) -> tuple[dict[str, str], Rows]:
    """Rows with the course of their persons, by two ways.

    Where a person has one value of each dimension, both come from one pass by person; otherwise the course is
    looked up, of those persons only who have a row that counts where these are few.
    """
    columns, asked = {**shown(question), "person": "person"}, measured(question)
    of_row, of_course = conditions_of(question.row_parts), conditions_of(question.course_parts)
    look_up = of_measure if "measure" in question.course_key else of_person
    looked_up = look_up(question, delivered)
    if question.is_of_course:
        behind = f" FILTER (WHERE {' AND '.join(of_row)})" if of_row else ""
        makes = {"in_convention": "bool_or", "months": "bit_or"}
        more = [f"any_value({it}) AS {it}" for it in question.fixed]
        more += [f"{makes.get(it, 'sum')}({text}){behind} AS {it}" for it, text in asked.items()]
        more.append(f"count(*){behind} AS observations")
        of, only = "known", [CLASSIFIED] if question.is_classified else []
        columns |= {it: it for it in (*asked, "observations")}
        source = f"looked_up{where(['observations > 0', *of_course])}"
        found = Rows("asked", question.course_key, "sum(observations)", list(asked))
    else:
        of_those = f"person IN (SELECT person FROM known{where(of_row)})"
        only = [CLASSIFIED] if "measure" in question.course_key else []
        of, only, more = "observations", [*only, *([of_those] if question.is_narrow else [])], []
        using = ", ".join(("person", *question.course_key))
        source = f"known LEFT JOIN looked_up USING ({using}){where([*of_row, *of_course])}"
        columns |= asked
        found = Rows("asked", None, "count(*)", list(asked))
    expressions = {
        "sets AS": sets(),
        "courses AS": courses(question, of, more, only),
        "looked_up AS": looked_up,
        "asked AS": f"SELECT {selected(columns)} FROM {source}",
    }
    return expressions, found


def rows(question: Question, delivered: list[str]) -> tuple[dict[str, str], Rows]:
    """The expressions that lead to the rows that count, and the rows."""
    expressions = {"known AS NOT MATERIALIZED": known(question)}
    if question.course_key is not None:
        looked_up, found = with_courses(question, delivered)
        return expressions | looked_up, found
    asked = measured(question)
    columns = selected({**shown(question), "person": "person"} | asked)
    text = f"SELECT {columns} FROM known{where(conditions_of(question.parts))}"
    # What a filter leaves is kept for the levels; all rows are read again for each.
    expressions["asked AS" if question.parts else "asked AS NOT MATERIALIZED"] = text
    return expressions, Rows("asked", None, "count(*)", list(asked))
