"""How loud sound is, and the same sound as loud as speech should be.

Source:
    EBU R 128 and ITU-R BS.1770: loudness with gates, in LUFS, and the true peak, in dBTP; by FFmpeg's `ebur128`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import av
import numpy as np
from av.error import EOFError as FileEndedError
from av.filter import Graph
from numpy.typing import NDArray

from pipeline.audio import Pcm

SPEECH_LUFS: Final = -16.0
"""For speech that is heard on phones and computers. Source: AES TD1004."""
HIGHEST_DBTP: Final = -1.0
"""No peak is higher, between two samples neither. Source: EBU R 128."""

_LIMIT_DBTP: Final = -1.5
"""What the limiter is told: on the way back to the rate of the sound peaks grow a little."""
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
    for frame in _through(pcm, rate_hz, ("ebur128", "metadata=1:peak=true"), ("aformat", "sample_fmts=s16")):
        last = {**last, **frame.metadata}
    integrated = float(last.get("lavfi.r128.I", _NONE_DB))
    peak = float(last.get("lavfi.r128.true_peaks_ch0", 0.0))
    # -70 LUFS is what the filter says where nothing passes its absolute gate
    return Loudness(
        integrated if integrated > -70.0 else _NONE_DB, 20 * math.log10(peak) if peak else _NONE_DB
    )


def levelled(pcm: Pcm, rate_hz: int, *, target_lufs: float = SPEECH_LUFS) -> Pcm:
    """The sound at `target_lufs`, no peak above `HIGHEST_DBTP`; noise and silence are not made louder. Blocking."""
    found = measure(pcm, rate_hz)
    gain_db = 0.0
    if found.integrated_lufs > _QUIETEST_LUFS:
        gain_db = min(target_lufs - found.integrated_lufs, _MOST_GAIN_DB)
    sound = pcm.astype(np.float32) / np.float32(32768) * np.float32(10 ** (gain_db / 20))
    if found.true_peak_dbtp + gain_db > HIGHEST_DBTP:
        sound = _limited(sound, rate_hz)
    loud: Pcm = np.clip(np.rint(sound * 32768.0), -32768, 32767).astype(np.int16)
    return loud


def _limited(sound: NDArray[np.float32], rate_hz: int) -> NDArray[np.float32]:
    limit = 10 ** (_LIMIT_DBTP / 20)
    frames = _through(
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


def _through(pcm: NDArray[Any], rate_hz: int, *filters: tuple[str, str]) -> Iterator[Any]:
    """The frames that mono sound, 16-bit or float, becomes on its way through FFmpeg's filters."""
    kind = "s16" if pcm.dtype == np.int16 else "flt"
    graph = Graph()
    source = graph.add_abuffer(sample_rate=rate_hz, format=kind, layout="mono", time_base=None)
    nodes = [source, *(graph.add(name, arguments) for name, arguments in filters), graph.add("abuffersink")]
    graph.link_nodes(*nodes).configure()
    for first in range(0, len(pcm), rate_hz):
        frame = av.AudioFrame.from_ndarray(pcm[None, first : first + rate_hz], format=kind, layout="mono")
        frame.sample_rate, frame.pts = rate_hz, first
        graph.push(frame)
        yield from _ready(graph)
    graph.push(None)
    yield from _ready(graph)


def _ready(graph: Graph) -> Iterator[Any]:
    while True:
        try:
            yield graph.pull()
        except (BlockingIOError, FileEndedError):
            return
