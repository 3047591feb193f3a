"""What interpreters of an installation can do, as workers say it of themselves.

An interpreter in a room shows it in its attribute `translator.abilities`; a worker tells the token service, so that
people know it before an interpreter is there.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from protocol.language import is_code, served_by

MOST_LANGUAGES: Final = 500
"""Further ones are not looked at."""


@dataclass(frozen=True, slots=True)
class Abilities:
    """Languages, sorted; None where it is not known, e.g. because the engine is not loaded yet."""

    recognised: tuple[str, ...] | None = None
    """In which people are understood."""
    read: tuple[str, ...] | None = None
    """Into which is translated, so that captions can be read."""
    heard: tuple[str, ...] | None = None
    """Those of them that a voice speaks."""
    offered: tuple[str, ...] | None = None
    """Those of `read` that may be asked for where an organiser has chosen none."""
    likened: tuple[str, ...] | None = None
    """In which voices can be found that resemble somebody's."""

    def message(self) -> dict[str, list[str] | None]:
        """For JSON."""
        return {name: _listed(getattr(self, name)) for name in self.__slots__}

    def within(self, wanted: Sequence[str] | None, source_language: str) -> Abilities:
        """What may be asked for in a room.

        Args:
            wanted: what its organiser has chosen; None for nothing in particular.
            source_language: what people speak who have not said it; it can be read whatever was chosen.
        """
        if wanted is None:
            read = self.read if self.offered is None else self.offered
        elif self.read is None:
            read = tuple(sorted(wanted))
        else:
            read = _served((*wanted, source_language), self.read)
        heard, likened = (_served_if_known(read, known) for known in (self.heard, self.likened))
        return Abilities(self.recognised, read, heard, read, likened)


def read_abilities(value: Any) -> Abilities:
    """Reads a message; what is not as it should be counts as not known."""
    if not isinstance(value, dict):
        return Abilities()
    return Abilities(*(_codes(value.get(name)) for name in Abilities.__slots__))


def parse_abilities(text: str) -> Abilities:
    """Reads an attribute; one that is empty or cannot be read says nothing."""
    try:
        return read_abilities(json.loads(text))
    except (ValueError, RecursionError):
        return Abilities()


def together(several: Iterable[Abilities]) -> Abilities:
    """What at least one of several workers can do; None where none of them knows."""
    all_of_them = tuple(several)
    return Abilities(*(_union(getattr(each, name) for each in all_of_them) for name in Abilities.__slots__))


def _union(known: Iterable[tuple[str, ...] | None]) -> tuple[str, ...] | None:
    lists = [codes for codes in known if codes is not None]
    return tuple(sorted({code for codes in lists for code in codes})) if lists else None


def _served(wanted: Iterable[str], there: Sequence[str]) -> tuple[str, ...]:
    served = (served_by(code, there) for code in wanted)
    return tuple(sorted({code for code in served if code is not None}))


def _codes(value: Any) -> tuple[str, ...] | None:
    if not isinstance(value, list):
        return None
    codes = {code for code in value[:MOST_LANGUAGES] if isinstance(code, str) and is_code(code)}
    return tuple(sorted(codes))


def _listed(codes: tuple[str, ...] | None) -> list[str] | None:
    return None if codes is None else list(codes)


def _served_if_known(read: tuple[str, ...] | None, known: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """Those of the known languages that can be read; all of them where it is not known what can."""
    return known if read is None or known is None else _served(read, known)
