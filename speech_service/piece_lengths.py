"""How much of a text that nobody waits for is spoken in one go.

What has begun cannot be taken back, and whoever listens live waits for its end.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pipeline.engines.synthesis.blends import engine_and_voice
from pipeline.text.languages import base
from pipeline.text.splitting import sentences

HOLD_S: Final = 2.0
"""A piece takes about so long at most: less than the patience with which a room's clause waits for its voice."""
SHORTEST: Final = 60
"""Characters. Pieces that are shorter sound chopped, however slow the machine is."""
LONGEST: Final = 240
"""What engines take at once anyway."""
_AHEAD: Final = 240
"""Characters behind a piece that are looked at to find its end."""
_NEWEST: Final = 0.3
"""The weight of the newest measurement."""


class PieceLengths:
    """Learns how quickly each engine speaks each language here, and cuts texts accordingly."""

    def __init__(self) -> None:
        self._per_s: dict[tuple[str, str], float] = {}  # as many as there are engines and languages

    def limit(self, voice: str, language: str) -> int:
        """Characters of a piece; the shortest until something was measured."""
        per_s = self._per_s.get(_key(voice, language), 0.0)
        return int(min(LONGEST, max(SHORTEST, HOLD_S * per_s)))

    def took(self, voice: str, language: str, characters: int, took_s: float) -> None:
        """So many characters were spoken within `took_s`, waits for others left out."""
        if characters < 1:
            return
        key, per_s = _key(voice, language), characters / max(took_s, 1e-3)
        before = self._per_s.get(key, per_s)
        self._per_s[key] = before + _NEWEST * (per_s - before)

    def pieces(self, text: str, voice: str, language: str) -> Iterator[str]:
        """The text in pieces that end with a sentence, else behind a comma, else between words; joined they are it.

        Each is cut when it is asked for, by what was measured until then.
        """
        left = text
        while left:
            limit = self.limit(voice, language)
            piece = sentences(left[: limit + _AHEAD], limit, language)[0]
            yield piece
            left = left[len(piece) :]


def _key(voice: str, language: str) -> tuple[str, str]:
    return engine_and_voice(voice)[0], base(language)
