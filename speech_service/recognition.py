"""One connection's recognition: sound in order in, events out, and what it takes measured."""

from __future__ import annotations

import itertools
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Protocol

from config.settings import Recognition
from pipeline.audio import AudioFrame, Pcm
from pipeline.channel import Channel
from pipeline.engines.protocols import (
    EngineError,
    HearingOptions,
    Hypothesis,
    RecognitionStream,
    Recognizer,
    UnknownLanguage,
    VoiceActivityDetector,
)
from pipeline.events import Heard
from pipeline.text.languages import base
from speech_service.measures import Measures

NewDetector = Callable[[], VoiceActivityDetector]
"""Detectors keep state, so each speaker gets one."""


class HearFunction(Protocol):
    """`pipeline.stages.hear.hear`, or what a test puts in its place."""

    def __call__(
        self,
        frames: Channel[AudioFrame],
        heard: Channel[Heard],
        *,
        recognizer: Recognizer,
        detector: VoiceActivityDetector,
        options: HearingOptions,
        settings: Recognition,
    ) -> Coroutine[None, None, None]: ...


class RecognitionHandler:
    """What all connections share: the recogniser, and how a stage is run on it."""

    def __init__(
        self,
        recognizer: Recognizer,
        new_detector: NewDetector,
        settings: Recognition,
        measures: Measures,
        stage: HearFunction,
    ) -> None:
        self.recognizer = recognizer
        self._new_detector, self._settings, self._stage = new_detector, settings, stage
        self._measures = measures
        self._numbers = itertools.count(1)

    def check_language(self, options: HearingOptions) -> None:
        """Raises UnknownLanguage for a language of which the engine knows no variety."""
        known = self.recognizer.info.languages
        if options.language is None or not known:
            return
        if base(options.language) not in {base(language) for language in known}:
            raise UnknownLanguage(options.language, known)

    @asynccontextmanager
    async def listening(
        self, frames: Channel[AudioFrame], heard: Channel[Heard], options: HearingOptions
    ) -> AsyncIterator[tuple[Coroutine[None, None, None], MeasuredRecognizer]]:
        """A stage that is ready to run, and what tells how its recogniser does."""
        # Two rooms may have speakers of the same name: what is learnt about a voice stays with the connection.
        options = replace(options, speaker=f"{options.speaker}#{next(self._numbers)}")
        recognizer = MeasuredRecognizer(self.recognizer, self._measures)
        stage = self._stage(
            frames,
            heard,
            recognizer=recognizer,
            detector=self._new_detector(),
            options=options,
            settings=self._settings,
        )
        try:
            yield stage, recognizer
        finally:
            stage.close()
            await self.recognizer.forget(options.speaker)


class MeasuredRecognizer:
    """Passes everything on to a recogniser and notes how long it takes and the last failure."""

    def __init__(self, recognizer: Recognizer, measures: Measures) -> None:
        self.info = recognizer.info
        self.failure: EngineError | None = None
        self._recognizer, self._measures = recognizer, measures

    async def open(
        self, options: HearingOptions, *, first_sample: int, context: str = ""
    ) -> RecognitionStream:
        """Its streams report their passes here. Raises EngineError, which is noted."""
        began_s = time.monotonic()
        try:
            stream = await self._recognizer.open(options, first_sample=first_sample, context=context)
        except EngineError as error:
            self.note(error)
            raise
        self._measures.took("open", time.monotonic() - began_s)
        return _MeasuredStream(stream, self)

    async def pass_over(self, stream: RecognitionStream, final: bool, hurried: bool) -> Hypothesis:
        """One pass of a stream."""
        began_s = time.monotonic()
        try:
            hypothesis = await stream.hypothesis(final=final, hurried=hurried)
        except EngineError as error:
            self.note(error)
            raise
        self._measures.took("final_pass" if final else "pass", time.monotonic() - began_s)
        return hypothesis

    def note(self, error: EngineError) -> None:
        """Remembers a failure."""
        self.failure = error
        self._measures.failed("recognition")

    async def forget(self, speaker: str) -> None:
        """Passed on, neither timed nor counted as a failure."""
        await self._recognizer.forget(speaker)

    async def close(self) -> None:
        """The recogniser is shared; whoever loaded it closes it."""


class _MeasuredStream:
    def __init__(self, stream: RecognitionStream, owner: MeasuredRecognizer) -> None:
        self._stream, self._owner = stream, owner

    def begin(self, sample: int) -> None:
        self._stream.begin(sample)

    async def accept(self, pcm: Pcm) -> None:
        try:
            await self._stream.accept(pcm)
        except EngineError as error:
            self._owner.note(error)
            raise

    async def hypothesis(self, *, final: bool = False, hurried: bool = False) -> Hypothesis:
        return await self._owner.pass_over(self._stream, final, hurried)

    def cut(self, sample: int, committed: str) -> None:
        self._stream.cut(sample, committed)

    async def close(self) -> None:
        await self._stream.close()
