"""Which words were heard, where no recogniser knows the language: they are spoken again and compared by sound.

The same engine with the same voice speaks a caption again, at each speed that the channel may have had, and its
log-mel energies are looked for anywhere in what came out of a page's loudspeaker.
"""

from __future__ import annotations

import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from config.settings import SpeechSettings
from demo.hearing import Spectrum, spectrum
from demo.said_again import said_again
from demo.talk import RATE_HZ, TALK, resampled, speak
from pipeline.audio import HEARING_RATE_HZ, Pcm
from pipeline.engines.protocols import HearingOptions
from pipeline.engines.recognition.sphinx.recognizer import SphinxRecognizer
from pipeline.engines.synthesis.espeak import EspeakSynthesizer

SHORTEST_S = 1.0
"""Shorter clauses are not compared: there is too little in them to tell them apart."""

PAUSE_S = 0.3

_SPEEDS = tuple(np.linspace(1.0, SpeechSettings().rushed_speed, 17))
"""At all that a channel may choose."""


@dataclass(frozen=True, slots=True)
class Clause:
    """Something that the interpreter said, at each speed at which it may have said it."""

    text: str
    language: str
    spoken: tuple[Spectrum, ...]

    def likeness(self, recording: Spectrum) -> float:
        """The best similarity at any speed and any place, -1…1; measured: what was heard has 0.65 to 0.87,
        what was not at most 0.28."""
        return max(_best(recording, spoken) for spoken in self.spoken)


async def spoken_again(texts: list[str], language: str) -> list[Clause]:
    """The clauses long enough to compare, each said by the first voice of a language as a channel would say it."""
    engine = await EspeakSynthesizer.load()
    try:
        voice = engine.voices(language)[0].name
        clauses = []
        for text in texts:
            said = [await said_again(engine, text, language, voice, speed) for speed in _SPEEDS]
            if len(said[-1]) >= SHORTEST_S * HEARING_RATE_HZ:
                clauses.append(Clause(text, language, tuple(spectrum(pcm) for pcm in said)))
        return clauses
    finally:
        await engine.close()


async def recognised(sound: Pcm, said: str) -> float:
    """How much of what PocketSphinx takes a sound for is in `said`: the share of its runs of three words, 0…1."""
    engine = await SphinxRecognizer.load(max_speakers=1)
    try:
        stream = await engine.open(HearingOptions("somebody", "en"), first_sample=0)
        for at in range(0, len(sound), HEARING_RATE_HZ):
            await stream.accept(sound[at : at + HEARING_RATE_HZ])
            await stream.hypothesis()  # returns once all of it was looked at
        words = [word.text.casefold() for word in (await stream.hypothesis(final=True)).words]
        await stream.close()
    finally:
        await engine.close()
    there = set(_runs([word.strip(".,").casefold() for word in said.split()]))
    runs = _runs(words)
    return sum(run in there for run in runs) / len(runs) if runs else 0.0


def _runs(words: list[str]) -> list[tuple[str, ...]]:
    return [tuple(words[at : at + 3]) for at in range(len(words) - 2)]


def heard(sound: NDArray[np.float32], rate_hz: int) -> Pcm:
    """What a page played, as mono sound at `HEARING_RATE_HZ`."""
    return resampled(np.asarray(np.clip(sound, -1, 1) * 32767, np.int16), rate_hz, HEARING_RATE_HZ)


def talk(path: Path, sentences: int, *, pause_s: float = PAUSE_S) -> Path:
    """Writes somebody's talk as a WAV file, to be used as a microphone over and over."""
    pause = np.zeros(int(pause_s * RATE_HZ), np.int16)
    pieces = [part for line in TALK[:sentences] for part in (speak(line.text, "rms"), pause)]
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(np.concatenate(pieces).tobytes())
    return path


def _best(recording: Spectrum, expected: Spectrum) -> float:
    """Normalised cross-correlation, all bands together, at its best shift.

    Each stretch of the recording is taken without its mean in each band, over its spread in all of them; sums over
    stretches come from running sums, products from the Fourier transform
    (Lewis 1995, Fast Normalized Cross-Correlation).
    """
    length, bands = expected.shape
    if len(recording) < length:
        return -1.0
    target = expected - expected.mean(axis=0)
    target /= target.std() + 1e-9
    size = len(recording) + length
    product = np.fft.irfft(
        np.sum(np.fft.rfft(recording, size, axis=0) * np.conj(np.fft.rfft(target, size, axis=0)), axis=1),
        size,
    )[: len(recording) - length + 1]
    sums = np.cumsum(np.vstack([np.zeros(bands), recording]), axis=0)
    squares = np.cumsum(np.concatenate([[0.0], np.sum(recording**2, axis=1)]))
    means = (sums[length:] - sums[:-length]) / length
    spread = (squares[length:] - squares[:-length]) / (length * bands) - np.mean(means**2, axis=1)
    return float(np.max(product / (length * bands * np.sqrt(np.maximum(spread, 1e-6)))))
