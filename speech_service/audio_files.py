"""Sound without a file around it in, WAV out."""

from __future__ import annotations

import struct

import numpy as np

from pipeline.audio import HEARING_RATE_HZ, SPEAKING_RATE_HZ, AudioError, Pcm
from pipeline.recordings.decoding import TooMuchSound

RAW_TYPES = frozenset({"audio/pcm", "audio/l16"})
"""Media types of bare 16-bit little-endian mono sound."""

_UNKNOWN_LENGTH = 0xFFFFFFFF


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


def wav_header(samples: int | None = None) -> bytes:
    """The head of a WAV file with 16-bit mono sound at the speaking rate.

    Args:
        samples: None while their number is not known; readers then read to the end.

    Source:
        RIFF WAVE, "Multimedia Programming Interface and Data Specifications 1.0" (1991).
    """
    size = _UNKNOWN_LENGTH if samples is None else samples * 2
    whole = _UNKNOWN_LENGTH if samples is None else size + 36
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, SPEAKING_RATE_HZ, SPEAKING_RATE_HZ * 2, 2, 16)
    return struct.pack("<4sI4s", b"RIFF", whole, b"WAVE") + form + struct.pack("<4sI", b"data", size)
