"""Reads the structure file of an SDMX-CSV file, and the data by it, with two programs.

Usage: structure.py STRUCTURE DATA [QUERY...]
Prints the components with what they can hold, a line each. Fails where the document breaks its schema,
where a value of the data is in no code list, or where the two programs do not read the same.
With `DIMENSION=CODE` it prints the names of that code in all languages.
"""

import csv
import functools
import logging
import sys
from pathlib import Path

import pandas
import sdmx
from pysdmx.io import get_datasets, read_sdmx


def by_sdmx1(structure: Path, data: Path, asked: list[str]) -> list[tuple]:
    message = sdmx.read_sdmx(structure)
    (flow,) = message.dataflow.values()
    definition = flow.structure
    (known,) = message.structure.values()
    assert definition is known or definition.id == known.id
    definition = known
    enumerated = {}
    print(f"{flow.maintainer.id}:{flow.id}({flow.version}) {flow.name.localizations}")
    for component in [*definition.dimensions, *definition.measures, *definition.attributes]:
        representation = component.local_representation
        codes = representation.enumerated
        if codes is not None:
            codes = message.codelist[codes.id]
            assert len(codes) > 0, codes
            assert set(codes.name.localizations) == {"en", "fr", "nl", "de"}, codes
            enumerated[component.id] = codes
            for code in codes:
                assert set(code.name.localizations) == {"en", "fr", "nl", "de"}, code
        kind = representation.non_enumerated
        kind = "codes" if codes is not None else kind[0].value_type.name
        concept = component.concept_identity
        names = message.concept_scheme[concept.parent.id][concept.id].name.localizations
        assert names, component
        print(f"{component.id} {kind}: {' | '.join(names.values())}")
    for question in asked:
        dimension, code = question.split("=")
        print(" | ".join(enumerated[dimension][code].name.localizations.values()))
    read = sdmx.read_sdmx(data, structure=definition)
    observations = []
    for observation in read.data[0].obs:
        key = {it: value.value for it, value in observation.dimension.values.items()}
        attached = {it: value.value for it, value in observation.attached_attribute.items()}
        for name, value in {**key, **attached}.items():
            codes = enumerated.get(name)
            assert codes is None or value in codes.items, (name, value)
        observations.append((*key.values(), str(observation.value)))
    return observations


def by_pysdmx(structure: Path, data: Path) -> list[tuple]:
    # pysdmx lets pandas guess: codes that are all digits would lose their zeros.
    pandas.read_csv = functools.partial(pandas.read_csv, dtype=str)
    message = read_sdmx(structure, validate=True)
    assert len(message.get_dataflows()) == 1 and len(message.get_data_structure_definitions()) == 1
    (dataset,) = get_datasets(data, structure, validate=True)
    schema = dataset.structure
    frame = dataset.data
    for component in schema.components:
        codes = component.enumeration
        if codes is not None and component.id in frame.columns:
            known = {code.id for code in codes}
            held = set(frame[component.id])
            assert held <= known, (component.id, held - known)
    names = [it.id for it in schema.components.dimensions]
    return [tuple(row) for row in frame[[*names, "OBS_VALUE"]].astype(str).itertuples(index=False)]


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    structure, data = map(Path, sys.argv[1:3])
    with data.open(encoding="utf-8", newline="") as file:
        lines = sum(1 for _ in csv.DictReader(file))
    first = by_sdmx1(structure, data, sys.argv[3:])
    second = by_pysdmx(structure, data)
    assert len(first) == len(second) == lines, (len(first), len(second), lines)
    print(f"{lines} figures")
