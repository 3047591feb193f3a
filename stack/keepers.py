"""Who keeps the files of models: the hub, releases, indexes of packages."""

from __future__ import annotations

from typing import Final

from stack.errors import Unreachable
from stack.model import HubFile, ModelSource, Packaged, PackagedArrays, ReleaseFile

HUB: Final = "the hub"


def nobody_answers(what: str, keepers: list[str]) -> Unreachable:
    """The error where none of those who have a thing can be reached."""
    return Unreachable(f"{what}: {' and '.join(keepers)} cannot be reached. Is this machine offline?")


def keeper_of(source: ModelSource) -> str:
    """A source's keeper: where one file cannot be had because nobody answers, no other can."""
    match source:
        case HubFile():
            return HUB
        case ReleaseFile():
            return "the release"
        case Packaged() | PackagedArrays():
            return source.index


def named(source: ModelSource) -> str:
    """A source as people are told of it, with the packages that it consists of."""
    match source:
        case Packaged():
            return f"the {source.index} packages {', '.join(part.package for part in source.parts)}"
        case PackagedArrays():
            return f"the {source.index} package {source.package}"
        case _:
            return keeper_of(source)
