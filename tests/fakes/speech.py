"""Sound that a scripted recogniser and a loudness detector understand: noise where words are, else silence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from pipeline.audio import HEARING_RATE_HZ, AudioFrame, Pcm
from pipeline.events import Word

WORD = HEARING_RATE_HZ // 4
GAP = HEARING_RATE_HZ // 20


def sentence(first_sample: int, *texts: str) -> list[Word]:
    """Words of a quarter of a second with small gaps between them."""
    return [
        Word(text, first_sample + at * (WORD + GAP), first_sample + at * (WORD + GAP) + WORD)
        for at, text in enumerate(texts)
    ]


def sound(words: Sequence[Word], seconds: float) -> Pcm:
    """Loud where a word is being said, quiet elsewhere."""
    pcm = np.zeros(int(seconds * HEARING_RATE_HZ), np.int16)
    noise = np.random.default_rng(1).integers(-8000, 8000, len(pcm)).astype(np.int16)
    for word in words:
        pcm[word.first_sample : word.end_sample] = noise[word.first_sample : word.end_sample]
    return pcm


def frames(pcm: Pcm, *, first_sample: int = 0, seconds: float = 0.05) -> Iterator[AudioFrame]:
    """The sound in pieces."""
    step = int(seconds * HEARING_RATE_HZ)
    for start in range(0, len(pcm), step):
        yield AudioFrame(first_sample + start, pcm[start : start + step])
