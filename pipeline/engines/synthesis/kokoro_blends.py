"""Blends of Kokoro's voices, and those that have a name of their own; a new one is a row here."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipeline.engines.protocols import UnknownVoice
from pipeline.engines.synthesis.blends import WHOLE, Blend, is_blend, read

NAMED: Final[Mapping[str, Blend]] = MappingProxyType(
    {
        # the default of the first Kokoro models, which later files of voices no longer hold
        "af": Blend((("af_bella", 50), ("af_sarah", 50))),
    }
)


def possible(voices: Mapping[str, object]) -> list[str]:
    """The named blends whose parts a file of voices holds, but not a voice of that name."""
    return [
        name
        for name, blend in NAMED.items()
        if name not in voices and all(part in voices for part, _ in blend.parts)
    ]


def blend_of(voices: Mapping[str, object], name: str) -> Blend:
    """What is spoken under a name: a blend, or one voice as it is.

    Raises:
        UnknownVoice: it is no recipe, or the file has not all its parts.
    """
    if name in voices:
        return Blend(((name, WHOLE),))
    blend = read(name) if is_blend(name) else NAMED.get(name)
    if blend is None or not all(part in voices for part, _ in blend.parts):
        raise UnknownVoice("Kokoro has no such voice, or not all parts of the blend")
    return blend


def style(voices: Mapping[str, NDArray[np.float32]], blend: Blend) -> NDArray[np.float32]:
    """What the model takes instead of a voice's name, of the shape of its parts, e.g. (510, 1, 256)."""
    mixed = sum(np.asarray(voices[part], np.float64) * (share / WHOLE) for part, share in blend.parts)
    return np.asarray(mixed, np.float32)


def pitch_factor(blend: Blend) -> float:
    """How many times higher it speaks."""
    return float(2 ** (blend.semitones / 12))
