"""What the page takes the service's messages for is what the service says of them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from auth_service.http.app import create_app
from auth_service.wiring import Container

API = Path(__file__).parents[2] / "web/src/logic/api.ts"
KINDS = {
    "Config": "ConfigOut",
    "InstalledInterpreter": "InstalledOut",
    "OrganiserOfRoom": "OrganiserOut",
    "Invitation": "InvitationSeen",
    "Admission": "Joined",
    "MustWait": "MustWait",
    "DoorWish": "DoorWish",
    "DoorState": "DoorOut",
    "Waiter": "WaiterOut",
    "RoomState": "RoomOut",
    "RecordingState": "RecordingOut",
    "RecordedPart": "RecordingPartOut",
    "RecordedFile": "RecordingFileOut",
    "NewRoom": "CreatedRoom",
    "PairingCode": "PairingCodeOut",
    "PairedDevice": "DeviceOut",
    "Link": "InvitationOut",
    "InterpreterWish": "InterpreterWish",
    "InterpreterState": "InterpreterOut",
    "JoinWish": "Join",
}
"""Interfaces of the page, and the service's schemas."""

_INTERFACE = re.compile(r"export interface (\w+)(?: extends (\w+))? \{\n(.*?)\n\}", re.DOTALL)
_FIELD = re.compile(r"^  readonly (\w+)(\??): ([^;]*?)(?:;|\{)$", re.MULTILINE)


def _interfaces() -> dict[str, dict[str, tuple[bool, str]]]:
    """For each interface its fields: whether one may be left out, and its type."""
    found: dict[str, dict[str, tuple[bool, str]]] = {}
    for name, base, body in _INTERFACE.findall(API.read_text(encoding="utf-8")):
        own = {field: (bool(optional), kind) for field, optional, kind in _FIELD.findall(body)}
        found[name] = found.get(base, {}) | own
    return found


def _kinds(schema: dict[str, Any]) -> set[str]:
    """JSON types that a value may have; of a schema that is named elsewhere it is an object or a string."""
    if "anyOf" in schema:
        return {kind for each in schema["anyOf"] for kind in _kinds(each)}
    if "$ref" in schema:
        return {"object", "string"}
    if "enum" in schema or "const" in schema:
        return {"string"}
    return {"number" if schema.get("type") == "integer" else schema.get("type", "object")}


def _typed(kind: str) -> set[str]:
    kinds = {"null"} if kind.endswith("| null") else set()
    first = kind.removesuffix("| null").strip()
    if first.startswith("readonly") or first.endswith("[]"):
        return kinds | {"array"}
    if first.startswith('"') or first == "string":
        return kinds | {"string"} | ({"null"} if "null" in kind else set())
    if first in ("number", "boolean"):
        return kinds | {first}
    return kinds | {"object", "string"}


def test_every_message_of_the_page_is_compared() -> None:
    """One that is new has its schema named above."""
    assert set(_interfaces()) - {"Organising"} == set(KINDS)  # which is calls, no message


@pytest.mark.parametrize("name", KINDS)
def test_the_page_reads_what_the_service_writes(name: str, services: Container) -> None:
    """Each field is there, of the same kind, and null or left out only where the other side expects it."""
    schemas = create_app(services).openapi()["components"]["schemas"]
    schema = schemas[KINDS[name]]
    fields = _interfaces()[name]
    assert fields
    for field, (optional, kind) in fields.items():
        assert field in schema["properties"], f"{name}.{field} is not in {KINDS[name]}"
        described = _kinds(schema["properties"][field])
        assert ("null" in described) <= ("null" in _typed(kind) or optional), f"{name}.{field} may be null"
        assert (described - {"null"}) & _typed(kind), f"{name}.{field}: {described} and {kind}"
