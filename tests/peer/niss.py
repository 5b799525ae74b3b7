"""Prints what python-stdnum says of national and BIS numbers, one per line of a file:
valid or not, year of birth, sex; nothing for what it does not know."""

import sys
from pathlib import Path

from stdnum.be import ssn

for number in Path(sys.argv[1]).read_text().split():
    if ssn.is_valid(number):
        answer = ["valid", ssn.get_birth_year(number), ssn.get_gender(number)]
        print("|".join("" if value is None else str(value) for value in answer))
    else:
        print("invalid||")
