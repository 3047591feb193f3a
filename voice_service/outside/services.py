"""What all translation services outside the house can do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

MOST_TEXTS: Final = 50
"""In one request; what DeepL takes, and Google more."""


class OutsideTranslator(Protocol):
    """A translation service on the network of somebody else."""

    name: str
    """As answers name it, e.g. "deepl"."""

    async def languages(self) -> tuple[frozenset[str], frozenset[str]]:
        """What it reads and what it writes, as codes without a country. Raises EngineError."""
        ...

    async def translate(self, texts: Sequence[str], *, source: str, target: str) -> list[str]:
        """At most `MOST_TEXTS` texts that belong together. Raises EngineOverloaded, EngineError."""
        ...
