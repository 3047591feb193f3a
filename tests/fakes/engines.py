"""Scripted engines: they answer from a table, fail for what is not in it, and note what they were asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from pipeline.audio import SPEAKING_RATE_HZ, Pcm
from pipeline.engines.protocols import (
    EngineError,
    EngineInfo,
    HearingOptions,
    Hypothesis,
    RecognitionStream,
    SynthesisRequest,
    TranslationRequest,
    TranslationResult,
    UnknownLanguage,
    Voice,
)
from pipeline.events import Word


def info(name: str, *languages: str, uses_context: bool = False) -> EngineInfo:
    """What a fake says of itself."""
    return EngineInfo(name, "Apache-2.0", "none", True, False, tuple(sorted(languages)), uses_context)


class ScriptedTranslator:
    """Answers from a table of (target, text); what is not there it cannot read.

    Args:
        gates: texts whose translation waits until the test sets the event.
    """

    def __init__(
        self, answers: Mapping[tuple[str, str], str], gates: Mapping[str, asyncio.Event] | None = None
    ) -> None:
        languages = {target for target, _ in answers} | {"en"}
        self.info = info("scripted", *languages)
        self.asked: list[TranslationRequest] = []
        self.cancelled: list[str] = []
        self._answers, self._gates = dict(answers), dict(gates or {})

    def route(self, source: str, target: str) -> tuple[str, ...] | None:
        return (source, target) if any(language == target for language, _ in self._answers) else None

    async def translate(self, request: TranslationRequest) -> TranslationResult:
        self.asked.append(request)
        if gate := self._gates.get(request.text):
            try:
                await gate.wait()
            except asyncio.CancelledError:
                self.cancelled.append(request.text)
                raise
        answer = self._answers.get((request.target, request.text))
        if answer is None:
            raise EngineError(f"no entry for {len(request.text)} characters")
        return TranslationResult(answer, "scripted", (request.source, request.target))

    async def close(self) -> None:
        return None


class ToneSynthesizer:
    """Speaks every text as a tone: its frequency tells the language, its length the number of characters.

    Args:
        hertz: frequency for each language.
        broken: texts on which it fails, and after how many pieces.
    """

    PIECE_S = 0.05

    def __init__(
        self,
        hertz: Mapping[str, float],
        *,
        seconds_per_character: float = 0.02,
        broken: Mapping[str, int] | None = None,
    ) -> None:
        self.info = info("tones", *hertz)
        self.asked: list[SynthesisRequest] = []
        self.stopped: list[str] = []
        self._hertz, self._pace, self._broken = dict(hertz), seconds_per_character, dict(broken or {})

    def voices(self, language: str) -> tuple[Voice, ...]:
        if language not in self._hertz:
            return ()
        registers = ("low", "high", "high")
        return tuple(Voice(f"{language}-{at}", language, one) for at, one in enumerate(registers, 1))

    async def synthesize(self, request: SynthesisRequest) -> AsyncGenerator[Pcm, None]:
        self.asked.append(request)
        if request.language not in self._hertz:
            raise UnknownLanguage(request.language, sorted(self._hertz))
        count = max(1, round(len(request.text) * self._pace / request.speed / self.PIECE_S))
        moments = np.arange(int(self.PIECE_S * SPEAKING_RATE_HZ)) / SPEAKING_RATE_HZ
        tone = (np.sin(2 * np.pi * self._hertz[request.language] * moments) * 8000).astype(np.int16)
        done = False
        try:
            for number in range(count):
                if number == self._broken.get(request.text):
                    raise EngineError("the voice broke")
                yield tone
                await asyncio.sleep(0)
            done = True
        finally:
            if not done:
                self.stopped.append(request.text)

    async def close(self) -> None:
        return None


Script = Callable[[int], Sequence[Word]]
"""From the position to which the stream has listened to what it then takes to have been said."""


class ScriptedRecognizer:
    """Hands out streams that recognise from a script of (text, first sample, end sample).

    A word is known once its end was heard. Words before a cut are left out.

    Args:
        guesses: for a pass that ends at the position, an extra word in the tail that will not stay.
        failing: positions: a pass that has heard that far fails, once.
        judged: what becomes of a look, and whether it is the last one; as it is by default.
    """

    def __init__(
        self,
        words: Sequence[Word],
        *,
        language: str = "en",
        guesses: Mapping[int, str] | None = None,
        failing: Sequence[int] = (),
        refusals: int = 0,
        listens_on: bool = False,
        judged: Callable[[Hypothesis, bool], Hypothesis] = lambda hypothesis, final: hypothesis,
    ) -> None:
        self.info = replace(info("scripted", language), listens_on=listens_on)
        self.judged = judged
        self.language, self.words, self.guesses = language, tuple(words), dict(guesses or {})
        self.failing = sorted(failing)
        self.refusals = refusals
        self.opened: list[tuple[int, str]] = []
        self.cuts: list[int] = []
        self.began: list[int] = []
        self.hurried: list[bool] = []
        """Of each last look, whether it was to be quick."""
        self.open_streams = 0
        self.longest_samples = 0

    async def open(
        self, options: HearingOptions, *, first_sample: int, context: str = ""
    ) -> RecognitionStream:
        if self.refusals:
            self.refusals -= 1
            raise EngineError("no free decoder")
        self.opened.append((first_sample, context))
        self.open_streams += 1
        return _ScriptedStream(self, first_sample)

    async def forget(self, speaker: str) -> None:
        return None

    async def close(self) -> None:
        return None


class _ScriptedStream:
    def __init__(self, recognizer: ScriptedRecognizer, first_sample: int) -> None:
        self._recognizer, self._start, self._end = recognizer, first_sample, first_sample
        self._open = True

    def begin(self, sample: int) -> None:
        self._recognizer.began.append(sample)

    async def accept(self, pcm: Pcm) -> None:
        self._end += len(pcm)
        self._recognizer.longest_samples = max(self._recognizer.longest_samples, self._end - self._start)

    async def hypothesis(self, *, final: bool = False, hurried: bool = False) -> Hypothesis:
        recognizer = self._recognizer
        if final:
            recognizer.hurried.append(hurried)
        if recognizer.failing and self._end >= recognizer.failing[0]:
            recognizer.failing.pop(0)
            raise EngineError("the model stumbled")
        words = [w for w in recognizer.words if w.first_sample >= self._start and w.end_sample <= self._end]
        if not final and (guess := recognizer.guesses.get(self._end)):
            words.append(Word(guess, self._end - 160, self._end))
        return recognizer.judged(Hypothesis(tuple(words), recognizer.language, self._end), final)

    def cut(self, sample: int, committed: str) -> None:
        self._start = max(self._start, sample)
        self._recognizer.cuts.append(sample)

    async def close(self) -> None:
        if self._open:
            self._open = False
            self._recognizer.open_streams -= 1


class LoudnessDetector:
    """Takes everything louder than a whisper for speech."""

    frame_samples = 512

    def probability(self, pcm: Pcm) -> float:
        return 1.0 if len(pcm) and int(np.abs(pcm.astype(np.int32)).max()) > 500 else 0.0

    def reset(self) -> None:
        return None
