"""Sounds for these tests: short sentences spoken by flite's voices, and what is not speech."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from faster_whisper.audio import decode_audio
from numpy.typing import NDArray

from pipeline.audio import HEARING_RATE_HZ, Pcm, pcm_from_floats

DATA = Path(__file__).parents[3] / "data"
POCKET_WHISPER = DATA / "whisper-pocket-en"

BUDGET = "today we will talk about the new budget"
QUARTER = "can you explain the results of the last quarter"
REPORT = "the marketing department finished the technical report yesterday"
THINGS = "there are three things that i want to say before we finish"
PEOPLE = "the doctor said that we need more people to help us in the morning"


def speech(name: str) -> Pcm:
    """A file of `tests/data/speech`, e.g. "rms-budget"."""
    return pcm_from_floats(decode_audio(str(DATA / "speech" / f"{name}.flac")))


def silence(length_s: float) -> Pcm:
    """A quiet room, not digital zero."""
    return noise(length_s, 3)


def noise(length_s: float, level: float, seed: int = 0) -> Pcm:
    """White noise with this standard deviation."""
    samples = np.random.default_rng(seed).normal(0, level, int(length_s * HEARING_RATE_HZ))
    return np.clip(samples, -32768, 32767).astype(np.int16)


def melody(length_s: float, seed: int = 0) -> Pcm:
    """Plucked tones with six harmonics, two octaves."""
    random = np.random.default_rng(seed)
    tones: list[NDArray[np.float64]] = []
    while sum(len(tone) for tone in tones) < length_s * HEARING_RATE_HZ:
        hertz = 220 * 2 ** (random.integers(0, 25) / 12)
        moments = np.arange(int(random.choice([0.2, 0.3, 0.4, 0.6]) * HEARING_RATE_HZ)) / HEARING_RATE_HZ
        envelope = np.minimum(1, moments / 0.02) * np.exp(-2 * moments)
        tones.append(6000 * envelope * sum(np.sin(2 * np.pi * hertz * k * moments) / k for k in range(1, 7)))
    whole = np.concatenate(tones)[: int(length_s * HEARING_RATE_HZ)]
    return np.clip(whole, -32768, 32767).astype(np.int16)


def joined(*pieces: Pcm) -> Pcm:
    """One after the other."""
    return np.concatenate(pieces)


def utterance(name: str) -> Pcm:
    """A sentence as the voice activity gate would cut it out: 0.3 s before, 0.35 s behind."""
    return joined(silence(0.3), speech(name), silence(0.35))


def plain(words: str) -> list[str]:
    """Words without case and punctuation."""
    kept = "".join(c if c.isalnum() or c in "' " else " " for c in words.lower())
    return kept.split()
