"""Whether a voice is low or high, from its pitch."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipeline.audio import Pcm

LOW_HZ: Final = 145.0
"""Voices whose pitch is below are low."""
HIGH_HZ: Final = 175.0
"""Voices whose pitch is above are high; between the two nobody can tell."""

_WINDOW_S, _STEP_S = 0.04, 0.02
_LOWEST_HZ, _HIGHEST_HZ = 60.0, 400.0
_PERIODIC: Final = 0.6
"""From this share of its power on, one period later, a window is a voiced one."""
_AUDIBLE: Final = 0.1
"""Windows softer than this part of the loud ones do not count."""
_FEWEST_WINDOWS: Final = 15
_MOST_S: Final = 30.0
"""So much of a recording tells."""


def register_of(pcm: Pcm, rate_hz: int) -> str:
    """ "low" or "high"; empty where it is in between, or too little is voiced. Blocking, a few ms for each second."""
    pitch = pitch_hz(pcm[: int(_MOST_S * rate_hz)], rate_hz)
    return "" if pitch is None else register_at(pitch)


def register_at(pitch: float) -> str:
    """The register of a voice of this pitch, Hz; empty in between."""
    if LOW_HZ <= pitch <= HIGH_HZ:
        return ""
    return "low" if pitch < LOW_HZ else "high"


def pitch_hz(pcm: Pcm, rate_hz: int) -> float | None:
    """The median pitch of the voiced parts; None where there are too few.

    Source:
        autocorrelation, normalised by what is left of the window at each lag: Boersma (1993), "Accurate short-term
        analysis of the fundamental frequency".
    """
    size, step = int(_WINDOW_S * rate_hz), int(_STEP_S * rate_hz)
    if len(pcm) < size:
        return None
    sound = pcm.astype(np.float32) / np.float32(32768)
    windows = np.lib.stride_tricks.sliding_window_view(sound, size)[::step]
    windows = windows - windows.mean(axis=1, keepdims=True)
    power = np.sqrt((windows**2).mean(axis=1))
    loud = windows[power > max(1e-4, _AUDIBLE * float(np.percentile(power, 95)))]
    pitches = _pitches(loud, rate_hz)
    return float(np.median(pitches)) if len(pitches) >= _FEWEST_WINDOWS else None


def _pitches(windows: NDArray[np.float32], rate_hz: int) -> NDArray[np.float64]:
    """Of the voiced ones among windows, Hz."""
    if not len(windows):
        return np.zeros(0)
    taper = np.hanning(windows.shape[1]).astype(np.float32)
    found = _autocorrelation(windows * taper) / _autocorrelation(taper[None, :])
    first, last = int(rate_hz / _HIGHEST_HZ), int(rate_hz / _LOWEST_HZ)
    last = min(last, found.shape[1] - 1)
    # the shortest lag that is nearly as good as the best: multiples of a period are as good as the period
    lags = found[:, first : last + 1]
    best = lags.max(axis=1, keepdims=True)
    peaks = (lags >= 0.9 * best) & (lags >= np.roll(lags, 1, axis=1)) & (lags >= np.roll(lags, -1, axis=1))
    lag = first + np.where(peaks.any(axis=1), peaks.argmax(axis=1), lags.argmax(axis=1))
    voiced = best[:, 0] > _PERIODIC
    pitches: NDArray[np.float64] = rate_hz / lag[voiced].astype(np.float64)
    return pitches


def _autocorrelation(windows: NDArray[np.float32]) -> NDArray[np.float32]:
    """For each window and each lag, 1 at lag 0."""
    size = 2 * windows.shape[1]
    spectrum = np.fft.rfft(windows, size, axis=1)
    found = np.fft.irfft(np.abs(spectrum) ** 2, size, axis=1)[:, : windows.shape[1] * 3 // 4]
    normed: NDArray[np.float32] = (found / np.maximum(found[:, :1], 1e-12)).astype(np.float32)
    return normed
