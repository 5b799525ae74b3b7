"""Validates a data package with frictionless, and prints its resources: name, rows, fields.

Usage: package.py FILE
"""

import sys

from frictionless import Package, Resource, system, validate

path = sys.argv[1]
with system.use_context(trusted=True):
    report = validate(path)
    assert report.valid, report.flatten(["rowNumber", "fieldName", "type", "message"])
    for resource in Package(path).resources:
        assert isinstance(resource, Resource)
        rows = resource.read_rows()
        fields = " ".join(f"{it.name}:{it.type}" for it in resource.schema.fields)
        print(f"{resource.name} {len(rows)} {fields} | {' '.join(resource.schema.primary_key)}")
