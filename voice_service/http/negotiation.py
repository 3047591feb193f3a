"""Which kind of file somebody takes, by the head of the request."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from pipeline.recordings.finishing import MEDIA_TYPES, AudioFormat

OFFERED: Final = (AudioFormat.WAV, AudioFormat.MP3, AudioFormat.OGG, AudioFormat.FLAC)
"""In the order in which they are chosen where all are alike."""

_ALSO: Final[Mapping[AudioFormat, frozenset[str]]] = MappingProxyType(
    {
        AudioFormat.WAV: frozenset({"audio/x-wav", "audio/wave", "audio/vnd.wave"}),
        AudioFormat.MP3: frozenset({"audio/mp3"}),
        AudioFormat.OGG: frozenset({"audio/opus", "application/ogg"}),
        AudioFormat.FLAC: frozenset({"audio/x-flac"}),
    }
)
"""What people call them besides."""

_WEIGHT: Final = re.compile(r"0(\.\d{0,3})?|1(\.0{0,3})?")


def accepted(accept: str) -> AudioFormat | None:
    """The format that an Accept header likes best; None where it takes none. Empty takes all.

    Source: RFC 9110, 12.5.1: the most specific range that fits a type gives its weight.
    """
    ranges = list(_ranges(accept)) or [("*/*", 1.0)]
    best = max(OFFERED, key=lambda offered: _weight(offered, ranges))
    return best if _weight(best, ranges) > 0 else None


def _weight(offered: AudioFormat, ranges: list[tuple[str, float]]) -> float:
    for names in (_ALSO[offered] | {MEDIA_TYPES[offered]}, {"audio/*"}, {"*/*"}):
        weights = [weight for kind, weight in ranges if kind in names]
        if weights:
            return max(weights)
    return 0.0


def _ranges(accept: str) -> Iterator[tuple[str, float]]:
    for part in accept.split(","):
        kind, *parameters = (word.strip().lower() for word in part.split(";"))
        if kind:
            yield kind, _quality(parameters)


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            return float(value) if _WEIGHT.fullmatch(value.strip()) else 0.0
    return 1.0
