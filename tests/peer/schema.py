"""Validates query files against the JSON Schema with another program's validator.

Usage: schema.py SCHEMA FILE...
Prints a line for each mistake: file, place, message.
"""

import json
import sys
import tomllib
from pathlib import Path

import jsonschema


def main() -> None:
    schema, *files = sys.argv[1:]
    document = json.loads(Path(schema).read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(document)
    validator = jsonschema.Draft202012Validator(document)
    for name in files:
        query = tomllib.loads(Path(name).read_text(encoding="utf-8"))
        for error in sorted(validator.iter_errors(query), key=lambda it: it.json_path):
            print(f"{Path(name).name} {error.json_path} {error.validator}")


if __name__ == "__main__":
    main()
