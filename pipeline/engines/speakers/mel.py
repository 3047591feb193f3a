"""The mel spectrogram that Resemblyzer's encoder was trained on.

Source:
    librosa's `melspectrogram` with its defaults, as Resemblyzer 0.1.4 calls it (`resemblyzer/audio.py`): power, not
    decibels; frames are centred, silence is put before and behind; a periodic Hann window. The filters are those of
    M. Slaney's Auditory Toolbox (1998): triangles in a scale that is linear below 1 kHz and logarithmic above it,
    each of the same area.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipeline.audio import HEARING_RATE_HZ

CHANNELS: Final = 40
WINDOW_SAMPLES: Final = 400
STEP_SAMPLES: Final = 160

_LINEAR_TO_HZ: Final = 1000.0
_HZ_A_MEL: Final = 200.0 / 3
_LOG_STEP: Final = math.log(6.4) / 27

Spectra = NDArray[np.float64]


def power_spectra(sound: NDArray[np.float64]) -> Spectra:
    """Of sound in -1…1 at `HEARING_RATE_HZ`, shape (samples,): one each `STEP_SAMPLES`, shape (frames, 201)."""
    padded = np.pad(sound, WINDOW_SAMPLES // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, WINDOW_SAMPLES)[::STEP_SAMPLES]
    return np.abs(np.fft.rfft(frames * _window(), axis=1)) ** 2


def mel_spectrogram(sound: NDArray[np.float64]) -> NDArray[np.float32]:
    """Of sound as `power_spectra` takes it; shape (frames, `CHANNELS`)."""
    return (power_spectra(sound) @ filters().T).astype(np.float32)


@cache
def filters() -> NDArray[np.float64]:
    """What each channel takes of a spectrum, shape (`CHANNELS`, 201)."""
    highest = HEARING_RATE_HZ / 2
    bins = np.linspace(0.0, highest, WINDOW_SAMPLES // 2 + 1)
    edges = _hz(np.linspace(0.0, _mel(highest), CHANNELS + 2))
    rising = (bins - edges[:-2, None]) / np.diff(edges)[:-1, None]
    falling = (edges[2:, None] - bins) / np.diff(edges)[1:, None]
    triangles = np.maximum(0.0, np.minimum(rising, falling))
    area = 2.0 / (edges[2:] - edges[:-2])
    return np.asarray(triangles * area[:, None])


@cache
def _window() -> NDArray[np.float64]:
    return 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW_SAMPLES) / WINDOW_SAMPLES)


def _mel(hz: float) -> float:
    if hz < _LINEAR_TO_HZ:
        return hz / _HZ_A_MEL
    return _LINEAR_TO_HZ / _HZ_A_MEL + math.log(hz / _LINEAR_TO_HZ) / _LOG_STEP


def _hz(mels: NDArray[np.float64]) -> NDArray[np.float64]:
    above = mels - _LINEAR_TO_HZ / _HZ_A_MEL
    return np.where(above < 0, mels * _HZ_A_MEL, _LINEAR_TO_HZ * np.exp(_LOG_STEP * above))
