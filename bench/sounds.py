"""What rooms, lines and crowds do to speech. All at `HEARING_RATE_HZ`; the same on every run."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from demo.talk import resampled
from pipeline.audio import HEARING_RATE_HZ, Pcm

ROOM_LEVEL = 3.0
"""Standard deviation of what a quiet room gives."""


def pause(length_s: float, seed: int = 0) -> Pcm:
    """A quiet room, not digital zero."""
    samples = np.random.default_rng(seed).normal(0, ROOM_LEVEL, int(length_s * HEARING_RATE_HZ))
    return _pcm(samples)


def with_noise(pcm: Pcm, snr_db: float, seed: int = 0) -> Pcm:
    """Adds pink noise so that speech is `snr_db` above it, by the powers of the whole."""
    speech = pcm.astype(np.float64)
    noise = _pink(len(pcm), seed)
    power = np.mean(speech**2) / max(float(np.mean(noise**2)), 1e-12)
    return _pcm(speech + noise * np.sqrt(power / 10 ** (snr_db / 10)))


def in_a_hall(pcm: Pcm, reverberation_s: float = 0.7, direct_db: float = 3.0, seed: int = 0) -> Pcm:
    """Adds the reverberation of a hall whose sound falls by 60 dB in `reverberation_s`.

    Args:
        direct_db: how much stronger the direct sound is than all that comes back.

    Source:
        Exponentially decaying noise as a room's response: Polack 1988.
    """
    length = int(reverberation_s * HEARING_RATE_HZ)
    moments = np.arange(length) / HEARING_RATE_HZ
    echo = np.random.default_rng(seed).normal(0, 1, length) * 10 ** (-3 * moments / reverberation_s)
    echo[: int(0.005 * HEARING_RATE_HZ)] = 0
    echo *= np.sqrt(10 ** (-direct_db / 10) / np.sum(echo**2))
    echo[0] = 1.0
    size = 1 << (len(pcm) + length).bit_length()
    wet = np.fft.irfft(np.fft.rfft(pcm.astype(np.float64), size) * np.fft.rfft(echo, size), size)
    return _as_loud(wet[: len(pcm) + length // 2], pcm)


def over_the_telephone(pcm: Pcm) -> Pcm:
    """300 to 3400 Hz at 8 kHz, µ-law: what a telephone line lets through (ITU-T G.711, G.712).

    The edges fall gently, as a real line's do: as Butterworth filters of fourth order below and of eighth above.
    """
    narrow = resampled(pcm, HEARING_RATE_HZ, 8000).astype(np.float64)
    hertz = np.maximum(np.fft.rfftfreq(len(narrow), 1 / 8000), 1.0)
    passed = 1 / np.sqrt((1 + (300 / hertz) ** 8) * (1 + (hertz / 3400) ** 16))
    line = np.fft.irfft(np.fft.rfft(narrow) * passed, len(narrow)) / 32768
    code = np.sign(line) * np.log1p(255 * np.abs(np.clip(line, -1, 1))) / np.log1p(255)
    heard = np.rint(code * 127) / 127
    back = np.sign(heard) * np.expm1(np.abs(heard) * np.log1p(255)) / 255
    return resampled(_pcm(back * 32768), 8000, HEARING_RATE_HZ)


def together(*pieces: tuple[float, Pcm]) -> Pcm:
    """Lays sounds over each other, each from its moment in seconds."""
    length = max(int(at_s * HEARING_RATE_HZ) + len(pcm) for at_s, pcm in pieces)
    mixed = np.zeros(length)
    for at_s, pcm in pieces:
        first = int(at_s * HEARING_RATE_HZ)
        mixed[first : first + len(pcm)] += pcm
    return _pcm(mixed)


def joined(pieces: Sequence[Pcm], pauses_s: Sequence[float]) -> Pcm:
    """One after the other with these pauses between; the pauses are used again from the beginning when they run out."""
    parts: list[Pcm] = []
    for number, pcm in enumerate(pieces):
        if number:
            parts.append(pause(pauses_s[(number - 1) % len(pauses_s)], number))
        parts.append(pcm)
    return np.concatenate(parts)


def _pink(length: int, seed: int) -> NDArray[np.float64]:
    """Noise with as much power in each octave."""
    white = np.fft.rfft(np.random.default_rng(seed).normal(0, 1, length))
    return np.fft.irfft(white / np.sqrt(np.maximum(np.arange(len(white)), 1)), length)


def _as_loud(sound: NDArray[np.float64], pcm: Pcm) -> Pcm:
    peak = float(np.max(np.abs(pcm.astype(np.float64)))) if len(pcm) else 0.0
    return _pcm(sound * peak / max(float(np.max(np.abs(sound))), 1e-9))


def _pcm(sound: NDArray[np.float64]) -> Pcm:
    return np.clip(np.rint(sound), -32768, 32767).astype(np.int16)
