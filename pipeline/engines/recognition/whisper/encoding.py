"""Sound to what Whisper's decoder reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pipeline.audio import HEARING_RATE_HZ, Pcm

FRAMES_PER_S: Final = 100
FULL_WINDOW_S: Final = 30

_DYNAMIC_RANGE: Final = 2.0
"""Silence lies so far below the loudest feature: 8 powers of ten, scaled by 4 (openai/whisper, `audio.py`)."""
_SHORTEST_S: Final = 0.1
_QUIETEST: Final = 32
"""Sound that never gets louder, -60 dB, is silence."""


def encode(model: Any, sounds: Sequence[Pcm], window_s: int) -> Any:
    """CTranslate2's `StorageView` of all of them, each in a window of that length.

    Args:
        model: a `faster_whisper.WhisperModel`.
    """
    import ctranslate2

    frames = window_s * FRAMES_PER_S
    mels = np.zeros((len(sounds), model.model.n_mels, frames), np.float32)
    for row, pcm in zip(mels, sounds, strict=True):
        features = model.feature_extractor(_floats(pcm))[:, :frames]
        # with zeros, which are loud, short answers are said twice
        row[:] = features.max() - _DYNAMIC_RANGE
        row[:, : features.shape[1]] = features
    return model.model.encode(ctranslate2.StorageView.from_array(mels))


def may_hold_speech(pcm: Pcm) -> bool:
    """Whether it is long and loud enough for a word."""
    return len(pcm) >= _SHORTEST_S * HEARING_RATE_HZ and int(np.abs(pcm.astype(np.int32)).max()) > _QUIETEST


def _floats(pcm: Pcm) -> NDArray[np.float32]:
    return pcm.astype(np.float32) / np.float32(32768)
