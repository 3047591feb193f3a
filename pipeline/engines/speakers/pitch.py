"""How high a voice is: the fundamental frequency of short stretches of sound, without a model.

Source:
    A. de Cheveigné and H. Kawahara, "YIN, a fundamental frequency estimator for speech and music" (2002), steps 2 to 5.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipeline.audio import HEARING_RATE_HZ
from pipeline.engines.speakers.mel import STEP_SAMPLES

LOWEST_HZ: Final = 60.0
HIGHEST_HZ: Final = 500.0

_THRESHOLD: Final = 0.15
"""Up to this a dip of the difference function counts: the sound is periodic with that lag."""
_LEAST_LAG: Final = int(HEARING_RATE_HZ / HIGHEST_HZ)
_MOST_LAG: Final = int(HEARING_RATE_HZ / LOWEST_HZ)
_WINDOW: Final = 512
_FRAME: Final = _WINDOW + _MOST_LAG + 1
_SILENT: Final = 1e-6
"""Mean power of a window that is too soft to have a pitch; full scale is 1."""


def pitches_hz(sound: NDArray[np.float64]) -> NDArray[np.float64]:
    """One for each `STEP_SAMPLES`, NaN where the sound is not voiced.

    Args:
        sound: in -1…1 at `HEARING_RATE_HZ`, shape (samples,).
    """
    if len(sound) < _FRAME:
        return np.full(0, np.nan)
    frames = np.lib.stride_tricks.sliding_window_view(sound, _FRAME)[::STEP_SAMPLES]
    return np.array([_pitch_hz(frame) for frame in frames])


def _pitch_hz(frame: NDArray[np.float64]) -> float:
    window = frame[:_WINDOW]
    energy = float(window @ window)
    if energy < _SILENT * _WINDOW:
        return float("nan")
    lag = _first_dip(_normalised_difference(frame, window, energy))
    return HEARING_RATE_HZ / lag if lag else float("nan")


def _normalised_difference(
    frame: NDArray[np.float64], window: NDArray[np.float64], energy: float
) -> NDArray[np.float64]:
    """The cumulative mean normalised difference for lags 0…`_MOST_LAG` + 1."""
    size = 1024
    spectrum = np.fft.rfft(frame, size) * np.conj(np.fft.rfft(window, size))
    correlation = np.fft.irfft(spectrum, size)[: _MOST_LAG + 2]
    squares = np.concatenate(([0.0], np.cumsum(np.square(frame))))
    shifted = squares[_WINDOW : _WINDOW + _MOST_LAG + 2] - squares[: _MOST_LAG + 2]
    difference = np.maximum(energy + shifted - 2 * correlation, 0.0)
    means = np.cumsum(difference[1:]) / np.arange(1, _MOST_LAG + 2)
    return np.concatenate(([1.0], difference[1:] / np.maximum(means, 1e-12)))


def _first_dip(difference: NDArray[np.float64]) -> float:
    """The lag of the first dip below the threshold, between samples; 0 where there is none."""
    low = np.flatnonzero(difference[_LEAST_LAG : _MOST_LAG + 1] < _THRESHOLD)
    if not low.size:
        return 0.0
    at = _LEAST_LAG + int(low[0])
    while at < _MOST_LAG and difference[at + 1] < difference[at]:
        at += 1
    before, here, after = difference[at - 1 : at + 2]
    bend = before - 2 * here + after
    return at + (0.5 * (before - after) / bend if bend > 0 else 0.0)
