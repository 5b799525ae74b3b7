"""Reads a PX file with pyaxis and prints its cells, tabs between: codes of the dimensions, what pyaxis takes
the cell for, and what stands in the file.

Usage: px.py FILE [LANGUAGE]
"""

import contextlib
import io
import sys

from pyaxis import metadata_processing, pyaxis
from pyaxis.data_processing import get_codes

path = sys.argv[1]
with contextlib.redirect_stdout(io.StringIO()):
    language = sys.argv[2] if len(sys.argv) > 2 else None
    read = pyaxis.parse(path, encoding="utf-8", lang=language)
frame, metadata = read["DATA"], read["METADATA"]
with open(path, encoding="utf-8") as file:
    _, raw = metadata_processing.metadata_extract(file.read())
raw = raw.split()
assert len(raw) == len(frame), (len(raw), len(frame))
names, codes = get_codes(metadata)
assert names == list(frame.columns[:-1]), (names, frame.columns)
by_value = [
    dict(zip(metadata[f"VALUES({name})"], codes, strict=True)) for name, codes in zip(names, codes)
]
print(*names, "DATA", "RAW", sep="\t")
for row, symbol in zip(frame.itertuples(index=False), raw):
    *values, cell = row
    found = [known[value] for known, value in zip(by_value, values)]
    print(*found, cell, symbol, sep="\t")
