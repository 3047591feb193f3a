"""Sound without a file around it."""

from __future__ import annotations

import numpy as np

from pipeline.audio import HEARING_RATE_HZ, AudioError, Pcm
from pipeline.recordings.decoding import TooMuchSound

RAW_TYPES = frozenset({"audio/pcm", "audio/l16"})
"""Media types of bare 16-bit little-endian mono sound."""


def raw(data: bytes, parameters: dict[str, str], *, max_s: float) -> Pcm:
    """Reads bare 16-bit sound.

    Args:
        parameters: of the media type, `rate` and `channels`.

    Raises:
        AudioError: another rate or more channels, half a sample, or nothing.
        TooMuchSound: longer than `max_s`.
    """
    if parameters.get("rate", str(HEARING_RATE_HZ)) != str(HEARING_RATE_HZ):
        raise AudioError(f"bare sound must have {HEARING_RATE_HZ} samples a second")
    if parameters.get("channels", "1") != "1":
        raise AudioError("bare sound must be mono")
    if not data:
        raise AudioError("no sound was sent")
    if len(data) % 2:
        raise AudioError("16-bit sound has an even number of bytes")
    if len(data) // 2 > max_s * HEARING_RATE_HZ:
        raise TooMuchSound
    return np.frombuffer(data, "<i2").astype(np.int16)
