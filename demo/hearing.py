"""Did a listener hear their language? Compares what arrived with what was to be said, by sound.

The recording is cut where a clause was due and compared with the same words spoken again by the same engine, in
the listener's language and in the others: log-mel energies, best match over a small shift, then stretch by stretch, as
a channel plays a clause in pieces and may pause a few hundredths of a second between them. Coding and transport change
the wave but hardly its spectrum, so the right words score near 1 and others far below.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from pipeline.audio import HEARING_RATE_HZ, Pcm

FRAME = 400
HOP = 160
BANDS = 40
SEARCH_S = 2.0
STRETCH_FRAMES = 60
"""So long a part of a clause is looked for by itself."""
FREE_FRAMES = 50
"""So far it may lie from where the whole clause fits best."""
ENOUGH = 0.6
"""A clause counts as heard from this similarity on; the same words scored 0.70 to 0.98 in a meeting, others 0.13 to
0.46, and up to 0.72 where both languages say the same names."""

Spectrum = NDArray[np.float64]
"""Shape (frames, BANDS), one frame every 10 ms."""


@dataclass(frozen=True, slots=True)
class Match:
    """How well a stretch of a recording fits what should be in it."""

    similarity: float
    """-1…1."""
    shift_s: float
    """How much later than expected it was found."""


def spectrum(pcm: Pcm) -> Spectrum:
    """Log-mel energies, each band without its mean, of mono sound at `HEARING_RATE_HZ`.

    Source: Davis and Mermelstein 1980, without the cosine transform; mel scale by O'Shaughnessy 1987.
    """
    if len(pcm) < FRAME:
        pcm = np.pad(pcm, (0, FRAME - len(pcm)))
    frames = np.lib.stride_tricks.sliding_window_view(pcm.astype(np.float64) / 32768, FRAME)[::HOP]
    power = np.abs(np.fft.rfft(frames * np.hanning(FRAME), axis=1)) ** 2
    return cast(Spectrum, np.log(power @ _mel_filters().T + 1e-7))


def match(recording: Spectrum, expected: Spectrum, at_s: float) -> Match:
    """Looks for `expected` around `at_s` in a recording.

    Returns:
        where it fits best as a whole, and how similar its stretches are on average, each where it fits best near there.
    """
    due = int(at_s * 100)  # frames of 10 ms
    whole = _best(recording, expected, range(due - int(SEARCH_S * 100), due + int(SEARCH_S * 100) + 1))
    if whole is None:
        return Match(-1.0, 0.0)
    count = max(1, round(len(expected) / STRETCH_FRAMES))
    edges = [round(number * len(expected) / count) for number in range(count + 1)]
    similarity = 0.0
    for first, end in itertools.pairwise(edges):
        near = whole.start + first
        part = _best(recording, expected[first:end], range(near - FREE_FRAMES, near + FREE_FRAMES + 1))
        similarity += (-1.0 if part is None else part.similarity) * (end - first) / len(expected)
    return Match(similarity, (whole.start - due) / 100)


@dataclass(frozen=True, slots=True)
class _Fit:
    similarity: float
    start: int


def _best(recording: Spectrum, expected: Spectrum, starts: range) -> _Fit | None:
    """Where `expected` fits best; None where it is longer than the recording."""
    target, length = _normal(expected), len(expected)
    return max(
        (
            _Fit(float(np.mean(_normal(recording[start : start + length]) * target)), start)
            for start in starts
            if 0 <= start <= len(recording) - length
        ),
        key=lambda fit: fit.similarity,
        default=None,
    )


def speech_seconds(pcm: Pcm, threshold_dbfs: float = -50.0) -> float:
    """How long a recording at `HEARING_RATE_HZ` is louder than `threshold_dbfs`, in 10 ms steps."""
    whole = pcm[: len(pcm) // HOP * HOP].reshape(-1, HOP).astype(np.float64) / 32768
    level = 10 * np.log10(np.mean(whole**2, axis=1) + 1e-12)
    return float(np.sum(level > threshold_dbfs) * HOP / HEARING_RATE_HZ)


def _normal(part: Spectrum) -> Spectrum:
    centred = part - part.mean(axis=0)
    return cast(Spectrum, centred / (centred.std() + 1e-9))


def _mel_filters() -> NDArray[np.float64]:
    """Triangles, shape (BANDS, FRAME // 2 + 1), evenly spaced in mel between 80 Hz and 7 kHz."""
    mel = np.linspace(2595 * np.log10(1 + 80 / 700), 2595 * np.log10(1 + 7000 / 700), BANDS + 2)
    edges = 700 * (10 ** (mel / 2595) - 1)
    bins = np.fft.rfftfreq(FRAME, 1 / HEARING_RATE_HZ)
    rising = (bins - edges[:-2, None]) / (edges[1:-1, None] - edges[:-2, None])
    falling = (edges[2:, None] - bins) / (edges[2:, None] - edges[1:-1, None])
    return cast("NDArray[np.float64]", np.maximum(0.0, np.minimum(rising, falling)))
