"""How good a recording is: what is clipped, and how far speech stands out from what is behind it."""

from __future__ import annotations

from typing import Final

import numpy as np

from pipeline.audio import Pcm

_FULL_SCALE: Final = 32_700
"""What is louder was cut off at full scale."""
_BLOCK_S: Final = 0.02
_FEWEST_BLOCKS: Final = 25
_LOUD, _SOFT = 0.9, 0.1
"""Shares of the blocks: speech is as loud as the one, and there is none in the other."""


def clipped_share(pcm: Pcm) -> float:
    """The share of the samples that were cut off at full scale, 0…1."""
    if not len(pcm):
        return 0.0
    return float(np.count_nonzero(np.abs(pcm.astype(np.int32)) >= _FULL_SCALE) / len(pcm))


def signal_to_noise_db(pcm: Pcm, rate_hz: int) -> float | None:
    """An estimate, from the loudest and the softest blocks of 20 ms; None for silence and for less than half a second.

    Steady noise alone gives some 1 dB, a clean recording of somebody who pauses 40 dB and more.
    """
    size = int(_BLOCK_S * rate_hz)
    blocks = pcm[: len(pcm) // size * size].astype(np.float64).reshape(-1, size)
    if len(blocks) < _FEWEST_BLOCKS:
        return None
    loudness = np.sqrt(np.square(blocks).mean(axis=1))
    soft, loud = (float(np.quantile(loudness, share)) for share in (_SOFT, _LOUD))
    if loud <= 0:
        return None
    return float(20 * np.log10(loud / max(soft, 0.3)))  # rounding to 16 bits is noise of 0.3
