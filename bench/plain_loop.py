"""The plain LocalAgreement-2 loop, to compare with: the whole buffer is transcribed again for every second of sound.

Source:
    Macháček, Dabre, Bojar, Turning Whisper into Real-Time Transcription System, 2023 (arXiv 2307.14743), with the
    settings of their program: chunks of 1 s, beam 5, word times, the last 200 characters before the buffer as prompt,
    words of segments with a no-speech probability above 0.9 left out, segment trimming at 15 s. No voice activity
    detection. Agreement is the longest common beginning of two looks, word by word, as it is written.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bench.offline import BEAM
from bench.pacing import Pacing
from bench.recording import LabelledRecording, with_quiet
from bench.streamed import processor_s
from pipeline.audio import HEARING_RATE_HZ, Pcm
from pipeline.text.languages import base

CHUNK_S = 1.0
TRIM_S = 15.0
PROMPT_CHARACTERS = 200
NO_SPEECH = 0.9
TOLERANCE_S = 0.1
"""Words that begin so much before the last committed end are still new."""
OVERLAP_S = 1.0
"""Within so much of the last commit repeated words are looked for."""
OVERLAP_WORDS = 5


@dataclass(frozen=True, slots=True)
class TimedWord:
    """A word as the model writes it, its blank before it included; seconds from the beginning of the sound."""

    start_s: float
    end_s: float
    text: str


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at the buffer gave, in seconds from its beginning."""

    words: tuple[TimedWord, ...]
    segment_ends_s: tuple[float, ...]


Transcribe = Callable[[Pcm, str], Look]
"""Looks at the whole buffer, given the prompt. Blocking."""


class PlainLoop:
    """Buffer, agreement and trimming of one stream of sound."""

    def __init__(self, transcribe: Transcribe) -> None:
        self._transcribe = transcribe
        self._buffer: Pcm = np.zeros(0, np.int16)
        self._offset_s = 0.0
        self._committed: list[TimedWord] = []
        self._tail: list[TimedWord] = []

    def feed(self, pcm: Pcm) -> None:
        """Takes the next piece of sound."""
        self._buffer = np.concatenate([self._buffer, pcm])

    def look(self) -> list[TimedWord]:
        """Transcribes the buffer; returns the words that are committed now. Blocking."""
        found = self._transcribe(self._buffer, self._prompt())
        words = [
            TimedWord(word.start_s + self._offset_s, word.end_s + self._offset_s, word.text)
            for word in found.words
        ]
        new = self._without_known(words)
        agreed = 0
        while agreed < min(len(new), len(self._tail)) and new[agreed].text == self._tail[agreed].text:
            agreed += 1
        self._committed += new[:agreed]
        self._tail = new[agreed:]
        if len(self._buffer) > TRIM_S * HEARING_RATE_HZ:
            self._trim([end_s + self._offset_s for end_s in found.segment_ends_s])
        return new[:agreed]

    def finish(self) -> list[TimedWord]:
        """The words that were never agreed on, as they stand."""
        tail, self._tail = self._tail, []
        self._committed += tail
        return tail

    @property
    def _committed_to_s(self) -> float:
        return self._committed[-1].end_s if self._committed else 0.0

    def _prompt(self) -> str:
        text = "".join(word.text for word in self._committed if word.end_s <= self._offset_s)
        return text[-PROMPT_CHARACTERS:]

    def _without_known(self, words: list[TimedWord]) -> list[TimedWord]:
        to_s = self._committed_to_s
        new = [word for word in words if word.start_s > to_s - TOLERANCE_S]
        if not new or abs(new[0].start_s - to_s) >= OVERLAP_S:
            return new
        known, said = ([word.text for word in some] for some in (self._committed, new))
        counts = range(1, min(len(known), len(said), OVERLAP_WORDS) + 1)
        again = next((count for count in counts if known[-count:] == said[:count]), 0)
        return new[again:]

    def _trim(self, ends_s: list[float]) -> None:
        """Cuts at the end of the last segment but one that lies in committed text; without one nothing is cut."""
        for end_s in reversed(ends_s[:-1]):
            if end_s <= self._committed_to_s:
                samples = int((end_s - self._offset_s) * HEARING_RATE_HZ)
                self._buffer = self._buffer[samples:]
                self._offset_s += samples / HEARING_RATE_HZ
                return


def transcriber(model: Any, language: str) -> Transcribe:
    """A look with `faster_whisper.WhisperModel.transcribe`; without a language it is detected at each look."""
    spoken = base(language) if language and model.model.is_multilingual else None

    def transcribe(pcm: Pcm, prompt: str) -> Look:
        segments, _ = model.transcribe(
            pcm.astype(np.float32) / 32768,
            language=spoken,
            initial_prompt=prompt or None,
            beam_size=BEAM,
            word_timestamps=True,
            condition_on_previous_text=True,
        )
        words, ends = [], []
        for segment in segments:
            ends.append(float(segment.end))
            if segment.no_speech_prob <= NO_SPEECH:
                words += [TimedWord(word.start, word.end, word.word) for word in segment.words or ()]
        return Look(tuple(words), tuple(ends))

    return transcribe


@dataclass(slots=True)
class PlainResult:
    """What came of a recording."""

    text: str = ""
    committed_s: list[float] = field(default_factory=list)
    """For each word from its end to its commit."""
    looks_s: list[float] = field(default_factory=list)
    processor_s: float = 0.0
    behind_s: float = 0.0
    """How long after the last sound the last word came."""


async def run(recording: LabelledRecording, transcribe: Transcribe, *, pace: Pacing) -> PlainResult:
    """Plays a recording through the loop; what arrives while it looks is taken together at the next look."""
    loop, result = PlainLoop(transcribe), PlainResult()
    pcm = with_quiet(recording.pcm)
    whole_s = len(pcm) / HEARING_RATE_HZ
    words: list[TimedWord] = []
    taken = 0
    began_s, used_s = time.monotonic(), processor_s()

    def now_s() -> float:
        return time.monotonic() - began_s if pace is Pacing.REAL else taken / HEARING_RATE_HZ

    while taken < len(pcm):
        due = min(len(pcm), taken + int(CHUNK_S * HEARING_RATE_HZ))
        if pace is Pacing.REAL:
            await asyncio.sleep(max(0.0, due / HEARING_RATE_HZ - now_s()))
            due = max(due, min(len(pcm), int(now_s() * HEARING_RATE_HZ)))
        loop.feed(pcm[taken:due])
        taken = due
        looked_s = time.monotonic()
        new = await asyncio.to_thread(loop.look)
        result.looks_s.append(time.monotonic() - looked_s)
        result.committed_s += [max(0.0, now_s() - word.end_s) for word in new]
        words += new
    rest = loop.finish()
    result.committed_s += [max(0.0, now_s() - word.end_s) for word in rest]
    result.text = "".join(word.text for word in [*words, *rest]).strip()
    result.processor_s = processor_s() - used_s
    result.behind_s = max(0.0, now_s() - whole_s)
    return result
