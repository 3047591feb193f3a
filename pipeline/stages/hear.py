"""Sound to words: voice activity detection, recognition, LocalAgreement-2.

The stage runs beside its models: inside the speech service, or inline. Either way it is a `Hear`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import TypeAlias

import structlog

from config.settings import Recognition
from pipeline.audio import HEARING_RATE_HZ, AudioFrame, Pcm
from pipeline.channel import Channel
from pipeline.engines.protocols import (
    EngineError,
    HearingOptions,
    Hypothesis,
    RecognitionStream,
    Recognizer,
    VoiceActivityDetector,
)
from pipeline.engines.voice_activity import SpeechAudio, SpeechEnded, SpeechGate, SpeechStarted
from pipeline.events import Heard, NotHeard, UtteranceEnded, UtteranceStarted, Words
from pipeline.text.agreement import Agreement, Update
from pipeline.text.steadying import Steadying

log = structlog.get_logger(__name__)

Hear: TypeAlias = Callable[[Channel[AudioFrame], Channel[Heard], HearingOptions], Coroutine[None, None, None]]
"""Reads one speaker's sound until its channel closes, puts what is heard, and closes the second channel."""

PATIENCE_S = 10.0
"""A recogniser that has not answered by then is given up for this utterance."""

CATCH_UP_S = 1.0
"""At most so much waiting sound is taken in before the next pass."""

RETRY_S = 1.0
"""After a failure no new stream is opened for so much sound."""

CONTEXT_CHARACTERS = 200
"""How much committed text of earlier utterances the recogniser is told."""


async def hear(
    frames: Channel[AudioFrame],
    heard: Channel[Heard],
    *,
    recognizer: Recognizer,
    detector: VoiceActivityDetector,
    options: HearingOptions,
    settings: Recognition,
) -> None:
    """Recognises one speaker until `frames` closes; then closes `heard`."""
    gate = SpeechGate(
        detector,
        threshold=settings.vad_threshold,
        min_speech_s=settings.min_speech_s,
        min_silence_s=settings.min_silence_s,
    )
    ear = _Ear(recognizer, options, settings, heard)
    try:
        async for frame in frames:
            for event in gate.feed(frame):
                await ear.take(event)
            if not len(frames) or ear.waiting_samples > CATCH_UP_S * HEARING_RATE_HZ:
                await ear.look()
        for event in gate.finish():
            await ear.take(event)
    finally:
        await ear.close()
        heard.close()


@dataclass(slots=True)
class _Utterance:
    """What is known of the utterance that is being spoken."""

    number: int
    stream: RecognitionStream
    agreement: Agreement
    steadying: Steadying
    language: str
    buffer_start: int
    """Where the sound begins that the stream still holds."""
    heard_to: int
    looked_to: int
    """How far the last pass had listened."""


class _Ear:
    """One speaker's recognition: opens a stream for each utterance and puts what it hears."""

    def __init__(
        self, recognizer: Recognizer, options: HearingOptions, settings: Recognition, heard: Channel[Heard]
    ) -> None:
        self._recognizer, self._options, self._settings, self._heard = recognizer, options, settings, heard
        self._utterance: _Utterance | None = None
        self._count = 0
        self._context = ""
        self._deaf_until = 0
        self._missed_from: int | None = None
        self._missed_reason = ""

    @property
    def waiting_samples(self) -> int:
        """Sound taken in since the last pass."""
        current = self._utterance
        return 0 if current is None else current.heard_to - current.looked_to

    async def take(self, event: SpeechStarted | SpeechAudio | SpeechEnded) -> None:
        """Takes the next thing that the gate let through."""
        match event:
            case SpeechStarted(first_sample, pcm) | SpeechAudio(first_sample, pcm):
                await self._accept(first_sample, pcm)
            case SpeechEnded(end_sample):
                await self._end(end_sample)

    async def look(self) -> None:
        """Makes a pass if enough new sound has come."""
        current = self._utterance
        interval = int(self._settings.pass_interval_s * HEARING_RATE_HZ)
        if current is None or current.heard_to - current.looked_to < interval:
            return
        try:
            async with asyncio.timeout(PATIENCE_S):
                hypothesis = await current.stream.hypothesis()
        except (EngineError, TimeoutError) as error:
            await self._fail(_reason(error))
            return
        current.looked_to = current.heard_to
        await self._language(current, hypothesis)
        update = current.agreement.feed(
            hypothesis.words,
            heard_to=hypothesis.heard_to,
            buffer_start=current.buffer_start,
            settled_to=hypothesis.settled_to,
        )
        await self._put_words(current, update, hypothesis.heard_to)
        cut = current.agreement.cut_at(buffer_start=current.buffer_start, heard_to=hypothesis.heard_to)
        if cut is not None:
            current.stream.cut(cut, current.agreement.committed_text)
            current.buffer_start = cut

    async def close(self) -> None:
        """Gives the stream back. What it held is lost only when the whole stage was cancelled."""
        if self._utterance is not None:
            utterance, self._utterance = self._utterance, None
            await utterance.stream.close()

    async def _accept(self, first_sample: int, pcm: Pcm) -> None:
        end = first_sample + len(pcm)
        if self._utterance is None:
            if first_sample < self._deaf_until:
                return
            await self._open(first_sample)
        current = self._utterance
        if current is None:
            return
        try:
            async with asyncio.timeout(PATIENCE_S):
                await current.stream.accept(pcm)
        except (EngineError, TimeoutError) as error:
            await self._fail(_reason(error))
            return
        current.heard_to = end

    async def _open(self, first_sample: int) -> None:
        try:
            async with asyncio.timeout(PATIENCE_S):
                stream = await self._recognizer.open(
                    self._options, first_sample=first_sample, context=self._context
                )
        except (EngineError, TimeoutError) as error:
            self._miss(first_sample, _reason(error))
            return
        await self._report_missed(first_sample)
        self._count += 1
        self._utterance = _Utterance(
            number=self._count,
            stream=stream,
            agreement=self._new_agreement(),
            steadying=self._new_steadying(),
            language=self._options.language or "",
            buffer_start=first_sample,
            heard_to=first_sample,
            looked_to=first_sample,
        )
        await self._heard.put(UtteranceStarted(self._count, first_sample))

    async def _end(self, end_sample: int) -> None:
        current = self._utterance
        if current is None:
            await self._report_missed(end_sample)
            return
        try:
            async with asyncio.timeout(PATIENCE_S):
                hypothesis = await current.stream.hypothesis(final=True)
        except (EngineError, TimeoutError) as error:
            await self._fail(_reason(error))
            await self._report_missed(end_sample)
            return
        await self._language(current, hypothesis)
        update = current.agreement.finish(hypothesis.words, heard_to=hypothesis.heard_to)
        await self._put_words(current, update, hypothesis.heard_to)
        await self._leave(current, end_sample)

    async def _leave(self, current: _Utterance, end_sample: int) -> None:
        self._utterance = None
        await current.stream.close()
        self._context = (self._context + " " + current.agreement.committed_text)[-CONTEXT_CHARACTERS:].strip()
        await self._heard.put(UtteranceEnded(current.number, end_sample))

    async def _put_words(self, current: _Utterance, update: Update, heard_to: int) -> None:
        shown = current.steadying.feed(update.committed, update.tentative, heard_to=heard_to)
        await self._heard.put(Words(current.number, current.language, update.committed, shown, heard_to))

    async def _language(self, current: _Utterance, hypothesis: Hypothesis) -> None:
        """Starts agreement anew when the speaker has changed language; committed words stay."""
        if hypothesis.language == current.language:
            return
        if current.language:
            committed_to = current.agreement.last_committed_end
            current.agreement, current.steadying = self._new_agreement(), self._new_steadying()
            if committed_to > current.buffer_start:
                current.stream.cut(committed_to, "")
                current.buffer_start = committed_to
        current.language = current.agreement.language = hypothesis.language

    def _new_agreement(self) -> Agreement:
        return Agreement(
            commit_age_samples=int(self._settings.commit_age_s * HEARING_RATE_HZ),
            max_buffer_samples=int(self._settings.max_buffer_s * HEARING_RATE_HZ),
            settle_samples=int(self._settings.settle_s * HEARING_RATE_HZ),
            language=self._options.language or "",
        )

    def _new_steadying(self) -> Steadying:
        return Steadying(
            settle_samples=int(self._settings.show_after_s * HEARING_RATE_HZ),
            passes=self._settings.show_passes,
        )

    # --- failures ----------------------------------------------------------------------------------------

    async def _fail(self, reason: str) -> None:
        """Gives up the current stream: words already seen are kept, the sound behind them is missing."""
        current = self._utterance
        assert current is not None
        update = current.agreement.finish(None, heard_to=current.heard_to)
        lost_from = max(current.buffer_start, current.agreement.last_committed_end)
        log.warning("recognition failed", reason=reason, utterance=current.number)
        await self._put_words(current, update, current.heard_to)
        await self._leave(current, lost_from)
        self._miss(lost_from, reason)
        self._deaf_until = current.heard_to + int(RETRY_S * HEARING_RATE_HZ)

    def _miss(self, first_sample: int, reason: str) -> None:
        if self._missed_from is None:
            self._missed_from, self._missed_reason = first_sample, reason
        self._deaf_until = first_sample + int(RETRY_S * HEARING_RATE_HZ)

    async def _report_missed(self, end_sample: int) -> None:
        if self._missed_from is None:
            return
        first, self._missed_from = self._missed_from, None
        await self._heard.put(NotHeard(first, max(first, end_sample), self._missed_reason))


def _reason(error: EngineError | TimeoutError) -> str:
    return (
        str(error)
        if isinstance(error, EngineError)
        else f"no answer from the recogniser within {PATIENCE_S:g} s"
    )
