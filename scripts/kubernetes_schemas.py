#!/usr/bin/env python3
"""Writes JSON schemas for kubeconform: of Kubernetes' own kinds from its description, of others from their CRDs.

    scripts/kubernetes_schemas.py FOLDER swagger.json|CRD.yaml|DIRECTORY…

Strict ones: a field that a kind does not have is an error, where the API server would warn and forget it. A file is
named as `-schema-location FOLDER/{{.ResourceKind}}{{.KindSuffix}}.json` asks for it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import yaml

INT_OR_STRING: Final = {"oneOf": [{"type": "string"}, {"type": "integer"}]}
DEFINITION: Final = "#/definitions/"


class Loader(yaml.SafeLoader):
    """One for which a lone `=` is a string, as some CRD has it."""


def _as_written(_: Loader, node: yaml.Node) -> str:
    return str(node.value)


Loader.add_constructor("tag:yaml.org,2002:value", _as_written)


def strict(schema: Any) -> Any:
    """The same schema, in which an object has the fields that are named and no other."""
    if isinstance(schema, list):
        return [strict(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("format") == "int-or-string" or schema.get("x-kubernetes-int-or-string"):
        return INT_OR_STRING
    made = {key: strict(value) for key, value in schema.items() if not key.startswith("x-")}
    if isinstance(schema.get("properties"), dict):
        if not schema.get("x-kubernetes-preserve-unknown-fields"):
            made.setdefault("additionalProperties", False)
        made["properties"] = {name: strict(value) for name, value in schema["properties"].items()}
    return made


def name_of(group: str, version: str, kind: str) -> str:
    """The file's name; the group without what follows its first dot, as kubeconform has it."""
    return "-".join(filter(None, (kind.lower(), group.partition(".")[0], version))) + ".json"


def of_kubernetes(swagger: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each kind with all definitions that it leads to."""
    definitions = {name: strict(schema) for name, schema in swagger["definitions"].items()}
    for name, schema in swagger["definitions"].items():
        for kind in schema.get("x-kubernetes-group-version-kind", ()):
            reached = _reached(name, definitions)
            yield (
                name_of(kind["group"], kind["version"], kind["kind"]),
                {"$ref": DEFINITION + name, "definitions": {one: definitions[one] for one in reached}},
            )


def _reached(name: str, definitions: Mapping[str, Any]) -> set[str]:
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        if (one := waiting.pop()) not in seen:
            seen.add(one)
            waiting += _references(definitions[one])
    return seen


def _references(schema: Any) -> list[str]:
    if isinstance(schema, list):
        return [found for part in schema for found in _references(part)]
    if not isinstance(schema, dict):
        return []
    reference = schema.get("$ref")
    own = [reference.removeprefix(DEFINITION)] if isinstance(reference, str) else []
    return own + [found for part in schema.values() for found in _references(part)]


def of_crd(crd: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each version of a kind that is defined elsewhere."""
    spec = crd["spec"]
    for version in spec["versions"]:
        schema = strict(version["schema"]["openAPIV3Schema"])
        yield name_of(spec["group"], version["name"], spec["names"]["kind"]), schema


def read(source: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """All schemas of a file, or of the files of a directory."""
    if source.is_dir():
        for path in sorted(source.glob("*.yaml")):
            yield from read(path)
    elif source.suffix == ".json":
        yield from of_kubernetes(json.loads(source.read_text(encoding="utf-8")))
    else:
        for document in yaml.load_all(source.read_text(encoding="utf-8"), Loader):
            if document and document.get("kind") == "CustomResourceDefinition":
                yield from of_crd(document)


def main(arguments: list[str]) -> int:
    if len(arguments) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    for source in map(Path, arguments[1:]):
        for name, schema in read(source):
            (folder / name).write_text(json.dumps(schema), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
