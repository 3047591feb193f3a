"""Engines for whole rooms without models: words are counted by loudness, translations name their language."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from pipeline.audio import HEARING_RATE_HZ, AudioFrame
from pipeline.channel import Channel
from pipeline.engines.protocols import (
    EngineError,
    HearingOptions,
    TranslationRequest,
    TranslationResult,
)
from pipeline.events import Heard, UtteranceEnded, UtteranceStarted, Word, Words
from tests.fakes.engines import info

WORD = HEARING_RATE_HZ // 5
"""A word for every 200 ms of sound."""

PAUSE = HEARING_RATE_HZ * 3 // 10
LOUD = 500


class LoudnessHearing:
    """A `HearingStage`: every 200 ms of loud sound are a word, "one", "two"…; 300 ms of silence end an utterance."""

    NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")

    def __init__(self) -> None:
        self.options: list[HearingOptions] = []
        self.heard_s: dict[str, float] = {}
        """How much sound came from each speaker."""

    async def __call__(
        self, frames: Channel[AudioFrame], heard: Channel[Heard], options: HearingOptions
    ) -> None:
        self.options.append(options)
        tracker = _LoudnessTracker(options.language or "en")
        try:
            async for frame in frames:
                seconds = len(frame.pcm) / HEARING_RATE_HZ
                self.heard_s[options.speaker] = self.heard_s.get(options.speaker, 0.0) + seconds
                for event in tracker.feed(frame):
                    await heard.put(event)
            for event in tracker.finish():
                await heard.put(event)
        finally:
            heard.close()


@dataclass(slots=True)
class _LoudnessTracker:
    language: str
    utterance: int = 0
    begun: int | None = None
    loud_to: int = 0
    position: int = 0
    shown: int = 0
    committed: int = 0
    words: list[Word] = field(default_factory=list)

    def feed(self, frame: AudioFrame) -> list[Heard]:
        events: list[Heard] = []
        self.position = frame.end_sample
        if np.abs(frame.pcm.astype(np.int32)).max(initial=0) > LOUD:
            if self.begun is None:
                self.utterance, self.begun, self.shown, self.committed = (
                    self.utterance + 1,
                    frame.first_sample,
                    0,
                    0,
                )
                events.append(UtteranceStarted(self.utterance, frame.first_sample))
            self.loud_to = frame.end_sample
            known = (self.loud_to - self.begun) // WORD
            if known > self.shown:
                committed = tuple(self._word(at) for at in range(self.committed, known - 1))
                self.shown, self.committed = known, max(self.committed, known - 1)
                tail = (self._word(known - 1),)
                events.append(Words(self.utterance, self.language, committed, tail, self.position))
        elif self.begun is not None and self.position - self.loud_to >= PAUSE:
            events += self.finish()
        return events

    def finish(self) -> list[Heard]:
        if self.begun is None:
            return []
        rest = tuple(self._word(at) for at in range(self.committed, self.shown))
        self.begun = None
        return [
            Words(self.utterance, self.language, rest, (), self.position),
            UtteranceEnded(self.utterance, self.loud_to),
        ]

    def _word(self, at: int) -> Word:
        assert self.begun is not None
        text = LoudnessHearing.NUMBERS[at % len(LoudnessHearing.NUMBERS)]
        return Word(text, self.begun + at * WORD, self.begun + (at + 1) * WORD)


class EchoTranslator:
    """Translates between any two of its languages by saying which one it is.

    Args:
        broken: targets for which it fails.
    """

    def __init__(self, *languages: str, broken: frozenset[str] = frozenset()) -> None:
        self.info = info("echo", *languages)
        self.broken = broken
        self.asked: list[TranslationRequest] = []

    def route(self, source: str, target: str) -> tuple[str, ...] | None:
        known = self.info.languages
        return (source, target) if source != target and source in known and target in known else None

    async def translate(self, request: TranslationRequest) -> TranslationResult:
        self.asked.append(request)
        if request.target in self.broken:
            raise EngineError("this language is broken")
        text = f"{request.target} {request.text}"
        return TranslationResult(text, "echo", (request.source, request.target))

    async def close(self) -> None:
        return None
