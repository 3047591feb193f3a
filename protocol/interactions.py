"""What people's pages tell that they did, for the sake of measuring how soon it was carried out.

    translator.interaction = "listen 1785000000000 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

the kind, when it was done in milliseconds since 1970 on the page's clock, and a W3C `traceparent`, which whoever
carries it out continues. It grants nothing and is believed by nobody: a page may tell anything.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

TRACED: Final = "on"
"""Value of the interpreter's attribute where pages are to tell."""
LONGEST_AGO_S: Final = 10.0
"""What is told to be older was done now, as far as anybody knows: clocks differ."""

_VALUE: Final = re.compile(
    r"(speak|listen) ([0-9]{1,15}) (00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2})"
)


class InteractionKind(StrEnum):
    """What was done."""

    SPEAK = "speak"
    """The microphone was opened, or the key pressed that has one interpreted."""
    LISTEN = "listen"
    """Another language was chosen, to hear or to read."""


@dataclass(frozen=True, slots=True)
class Interaction:
    """One that a page told of."""

    kind: InteractionKind
    at_ms: int
    """Milliseconds since 1970, on the page's clock."""
    traceparent: str

    def ago_s(self, now_s: float) -> float:
        """How long ago it was, as far as it can be believed; `now_s`: since 1970."""
        ago_s = now_s - self.at_ms / 1000
        return ago_s if 0 <= ago_s <= LONGEST_AGO_S else 0.0


def written(interaction: Interaction) -> str:
    """As the attribute has it."""
    return f"{interaction.kind.value} {interaction.at_ms} {interaction.traceparent}"


def read(value: str) -> Interaction | None:
    """None for what is none."""
    found = _VALUE.fullmatch(value)
    return Interaction(InteractionKind(found[1]), int(found[2]), found[3]) if found else None
