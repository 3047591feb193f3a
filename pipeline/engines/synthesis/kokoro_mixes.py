"""Voices of Kokoro that are mixes of others; a new one is a row here."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

MixParts = Mapping[str, float]
"""How much of which voice, 1 in all."""

MIXES: Final[Mapping[str, MixParts]] = MappingProxyType(
    {
        # the default of the first Kokoro models, which later files of voices no longer hold
        "af": {"af_bella": 0.5, "af_sarah": 0.5},
    }
)


def possible(names: Mapping[str, object]) -> list[str]:
    """The mixes whose parts a file of voices holds, but not the mix itself."""
    return [mix for mix, parts in MIXES.items() if mix not in names and all(part in names for part in parts)]


def style(voices: Mapping[str, NDArray[np.float32]], mix: str) -> NDArray[np.float32]:
    """What the model takes instead of a voice's name, of the shape of its parts, e.g. (510, 1, 256)."""
    mixed = sum(np.asarray(voices[part], np.float64) * share for part, share in MIXES[mix].items())
    return np.asarray(mixed, np.float32)
