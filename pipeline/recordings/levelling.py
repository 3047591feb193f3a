"""How loud sound is, and the same sound as loud as speech should be.

Source:
    EBU R 128 and ITU-R BS.1770: loudness with gates, in LUFS, and the true peak, in dBTP; by FFmpeg's `ebur128`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipeline.audio import Pcm
from pipeline.recordings.filtering import filtered

SPEECH_LUFS: Final = -16.0
"""For speech that is heard on phones and computers. Source: AES TD1004."""
HIGHEST_DBTP: Final = -1.0
"""No peak is higher, between two samples neither. Source: EBU R 128."""

_GROWTH_DB: Final = 0.5
"""So much peaks may grow on the way back from the limiter to the rate of the sound."""
_QUIETEST_LUFS: Final = -50.0
"""What is softer is noise, and is not made any louder."""
_MOST_GAIN_DB: Final = 24.0
_SHORTEST_S: Final = 1.0
"""Loudness is measured over 0.4 s and more: shorter sound is measured as if it went on."""
_OVERSAMPLED: Final = 4
_NONE_DB: Final = -math.inf


@dataclass(frozen=True, slots=True)
class Loudness:
    """How loud sound is as a whole; -inf for silence."""

    integrated_lufs: float
    true_peak_dbtp: float


def measure(pcm: Pcm, rate_hz: int) -> Loudness:
    """Measures mono sound. Blocking, some 10 ms for each second."""
    if not pcm.any():
        return Loudness(_NONE_DB, _NONE_DB)
    if len(pcm) < _SHORTEST_S * rate_hz:
        pcm = np.tile(pcm, math.ceil(_SHORTEST_S * rate_hz / len(pcm)))
    last: dict[str, str] = {}
    for frame in filtered(pcm, rate_hz, ("ebur128", "metadata=1:peak=true"), ("aformat", "sample_fmts=s16")):
        last = {**last, **frame.metadata}
    integrated = float(last.get("lavfi.r128.I", _NONE_DB))
    peak = float(last.get("lavfi.r128.true_peaks_ch0", 0.0))
    # -70 LUFS is what the filter says where nothing passes its absolute gate
    return Loudness(
        integrated if integrated > -70.0 else _NONE_DB, 20 * math.log10(peak) if peak else _NONE_DB
    )


def levelled(
    pcm: Pcm,
    rate_hz: int,
    *,
    target_lufs: float = SPEECH_LUFS,
    highest_dbtp: float = HIGHEST_DBTP,
    found: Loudness | None = None,
) -> Pcm:
    """The sound at `target_lufs`, no peak above `highest_dbtp`; noise and silence are not made louder. Blocking.

    Args:
        found: how loud it is, where that is known.
    """
    found = found or measure(pcm, rate_hz)
    gain_db = 0.0
    if found.integrated_lufs > _QUIETEST_LUFS:
        gain_db = min(target_lufs - found.integrated_lufs, _MOST_GAIN_DB)
    sound = pcm.astype(np.float32) / np.float32(32768) * np.float32(10 ** (gain_db / 20))
    if found.true_peak_dbtp + gain_db > highest_dbtp:
        sound = _limited(sound, rate_hz, highest_dbtp)
    loud: Pcm = np.clip(np.rint(sound * 32768.0), -32768, 32767).astype(np.int16)
    return loud


def _limited(sound: NDArray[np.float32], rate_hz: int, highest_dbtp: float) -> NDArray[np.float32]:
    limit = 10 ** ((highest_dbtp - _GROWTH_DB) / 20)
    frames = filtered(
        sound,
        rate_hz,
        ("aresample", str(_OVERSAMPLED * rate_hz)),
        ("alimiter", f"limit={limit:.4f}:level=disabled:attack=5:release=50:latency=1"),
        ("aresample", str(rate_hz)),
        ("aformat", "sample_fmts=flt"),
    )
    pieces = [frame.to_ndarray().reshape(-1) for frame in frames]
    limited = np.concatenate(pieces) if pieces else np.zeros(0, np.float32)
    there: NDArray[np.float32] = np.zeros(len(sound), np.float32)
    there[: len(limited)] = limited[: len(sound)]
    return there
