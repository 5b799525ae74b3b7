"""What an engine has to know to answer a question by itself: what the dictionary of the program has, from its sources.

Bands are those of the program where a question says none.
"""

import csv
import tomllib
from functools import cache
from itertools import pairwise
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent / "src/dictionary/data"

BANDS = {
    "age": [0, 18, 25, 35, 45, 55],
    "birth_cohort": [1900, 1940, 1950, 1960, 1970, 1980, 1990, 2000, 2010],
    "measure_months": [1, 4, 7, 13, 25],
}
LOWEST = {"age": 0, "birth_cohort": 1900, "measure_months": 1}
IN_CONVENTION = ("h50", "h100")
UNCLASSIFIED = "unclassified"
# Before it there is no EBENCONVCM: figures are not compared with quarters before it, nor gathered from them.
FIRST_OF_CONVENTIONS = "2005Q1"
OF_CONVENTIONS = ("convention_persons", "amount")
DECIMALS = {"amount": 2, "amount_per_convention_person": 2}


def number_of(quarter: str) -> int:
    """Quarters counted from the year 0, so that those of one year are 4n to 4n + 3."""
    return int(quarter[:4]) * 4 + int(quarter[5:]) - 1


def quarter_of(number: int) -> str:
    return f"{number // 4}Q{number % 4 + 1}"


def bands_of(name: str, lowest: list[int]) -> list[tuple[int, str]]:
    """The lowest number of each band with its text, in their order."""
    starts = sorted({LOWEST[name], *lowest})
    named = [
        f"{one:02}-{other - 1:02}" if other - 1 > one else f"{one:02}"
        for one, other in pairwise(starts)
    ]
    return list(zip(starts, [*named, f"{starts[-1]:02}+"]))


@cache
def measure_groups() -> dict[str, str]:
    """Each measure with its group, in alphabetical order."""
    with (DATA / "measures.toml").open("rb") as file:
        measures = tomllib.load(file)["measure"]
    return {it["name"]: it["group"] for it in sorted(measures, key=lambda it: it["name"])}


@cache
def classified() -> list[str]:
    """The measures that there are, in alphabetical order."""
    return [name for name in measure_groups() if name != UNCLASSIFIED]


@cache
def codes_of_today() -> dict[str, str]:
    """The codes of centres that ended, each with the one that its territory belongs to now."""
    with (DATA / "successors.csv").open(encoding="utf-8", newline="") as file:
        next_one = {row["nis"]: row["successor"] for row in csv.DictReader(file)}

    def last(code: str) -> str:
        return last(next_one[code]) if code in next_one else code

    return {code: last(code) for code in next_one}
