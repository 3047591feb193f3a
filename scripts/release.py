#!/usr/bin/env python3
"""One version for everything that is handed out: it stands in pyproject.toml, and this keeps the others equal to it.

    scripts/release.py check [TAG]   exit status 1 where something says another version, or TAG does, or has no notes
    scripts/release.py set VERSION   writes it wherever it is said
    scripts/release.py notes         what CHANGELOG.md says of it, as the text of a release

The browser's extension and the page take theirs from web/package.json when they are built.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
VERSION: Final = r"\d+\.\d+\.\d+"
NOTES: Final = re.compile(
    r"^## \[(?P<version>[^]]+)\][^\n]*\n(?P<text>.*?)(?=^## \[|\Z)", re.MULTILINE | re.DOTALL
)


class Wrong(Exception):
    """Something that keeps a release from being made; says what."""


@dataclass(frozen=True, slots=True)
class Place:
    """A file that says the version."""

    path: str
    pattern: str
    """With `#` for the version, and as group `before` what stands before it."""
    times: int | None = 1
    """How often it is said there; None: it may be computed instead."""


FIRST: Final = Place("pyproject.toml", r'(?P<before>^version = ")#(?=")')
OTHERS: Final = (
    Place("hive_client/pyproject.toml", r'(?P<before>^version = ")#(?=")'),
    Place("auth_service/__init__.py", r'(?P<before>^VERSION = ")#(?=")', times=None),
    Place("voice_service/__init__.py", r'(?P<before>^VERSION = ")#(?=")', times=None),
    Place("web/package.json", r'(?P<before>^  "version": ")#(?=")'),
    Place("web/package-lock.json", r'(?P<before>\A[^{}]*\{[^{}]*?"version": ")#(?=")'),
    Place("web/package-lock.json", r'(?P<before>^    "": \{[^{}]*?"version": ")#(?=")'),
    Place("deploy/kubernetes/base/kustomization.yaml", r"(?P<before>newTag: )#", times=4),
    Place("deploy/kubernetes/components/gpu/kustomization.yaml", r"(?P<before>newTag: )#"),
    Place("docs/api.md", r'(?P<before>"open_rooms": true, "version": ")#(?=")'),
)


def said(place: Place, root: Path = ROOT) -> list[str]:
    """The versions that stand at a place. Raises Wrong where they are not as many as there should be."""
    text = (root / place.path).read_text(encoding="utf-8")
    found = [match[0].removeprefix(match["before"]) for match in _pattern(place).finditer(text)]
    if place.times not in (None, len(found)):
        raise Wrong(f"{place.path}: a version stands there {len(found)} times, not {place.times}")
    return found


def _pattern(place: Place) -> re.Pattern[str]:
    return re.compile(place.pattern.replace("#", f"(?:{VERSION})"), re.MULTILINE)


def version(root: Path = ROOT) -> str:
    """The one that counts. Raises Wrong."""
    return said(FIRST, root)[0]


def faults(tag: str | None, root: Path = ROOT) -> Iterator[str]:
    """What keeps this from being released, in sentences. Raises Wrong."""
    own = version(root)
    for place in OTHERS:
        for other in said(place, root):
            if other != own:
                yield f"{place.path} says {other}, {FIRST.path} {own}"
    if tag is None:
        return
    if tag != f"v{own}":
        yield f"the tag is {tag}, the version {own}"
    if not notes(own, root):
        yield f"CHANGELOG.md has nothing under [{own}]"


def notes(of: str, root: Path = ROOT) -> str:
    """What the changelog says of a version; empty where it does not know it."""
    text = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    return next((match["text"].strip() for match in NOTES.finditer(text) if match["version"] == of), "")


def write(new: str, root: Path = ROOT) -> None:
    """Writes a version wherever one is said, or nowhere. Raises Wrong."""
    if not re.fullmatch(VERSION, new):
        raise Wrong(f"{new} is not MAJOR.MINOR.PATCH")
    places = (FIRST, *OTHERS)
    for place in places:
        said(place, root)
    for place in places:
        path = root / place.path
        text = path.read_text(encoding="utf-8")
        path.write_text(_pattern(place).sub(lambda match: match["before"] + new, text), encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit status: 2 for wrong arguments."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("check").add_argument("tag", nargs="?")
    commands.add_parser("set").add_argument("version")
    commands.add_parser("notes")
    chosen = parser.parse_args(arguments)
    try:
        return _do(chosen)
    except Wrong as wrong:
        print(f"release: {wrong}", file=sys.stderr)
        return 1


def _do(chosen: argparse.Namespace) -> int:
    if chosen.command == "set":
        write(chosen.version)
        return 0
    if chosen.command == "notes":
        text = notes(version())
        print(text)
        return 0 if text else 1
    found = list(faults(chosen.tag))
    for fault in found:
        print(f"release: {fault}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
