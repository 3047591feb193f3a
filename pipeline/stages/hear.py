"""Sound to words: voice activity detection, recognition, agreement between looks.

The stage runs beside its models: inside the speech service, or inline. Either way it is a `HearingStage`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import TypeAlias

import structlog

from config.settings import Recognition
from pipeline.audio import HEARING_RATE_HZ, AudioFrame, Pcm
from pipeline.channel import Channel
from pipeline.engines.protocols import (
    EngineError,
    HearingOptions,
    Hypothesis,
    Recognizer,
    VoiceActivityDetector,
)
from pipeline.engines.recognition.voice_activity import (
    GateEvent,
    Silence,
    SpeechAudio,
    SpeechEnded,
    SpeechGate,
    SpeechStarted,
)
from pipeline.events import Heard, NotHeard, OtherLanguage, UtteranceEnded, UtteranceStarted, Words
from pipeline.stages.deafness import Deafness
from pipeline.stages.hearing_memory import Ahead, Memory, new_steadying
from pipeline.stages.look_spans import LookSpans
from pipeline.text.agreement import Update

log = structlog.get_logger(__name__)

HearingStage: TypeAlias = Callable[
    [Channel[AudioFrame], Channel[Heard], HearingOptions], Coroutine[None, None, None]
]
"""Reads one speaker's sound until its channel closes, puts what is heard, and closes the second channel."""

PATIENCE_S = 10.0
"""A recogniser that has not answered by then is given up for this utterance."""

CATCH_UP_S = 2.5
"""At most so much waiting sound is taken in before the next pass: who is behind catches up with few passes, and what
waits still fits into the buffer."""

HURRIED_S = 0.5
"""Where more sound waits than this, a last look is no slower than others."""

QUIET_S = 0.15
"""After so much silence the last look at an utterance begins, whether it will be a pause or not."""

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
        pre_roll_s=settings.pre_roll_s,
        memory_s=settings.memory_s if recognizer.info.listens_on else 0.0,
    )
    tracker = _UtteranceTracker(recognizer, options, settings, heard)
    try:
        async for frame in frames:
            tracker.behind_samples = len(frames) * len(frame.pcm)
            for event in gate.feed(frame):
                await tracker.take(event)
            if not len(frames) or tracker.waiting_samples > CATCH_UP_S * HEARING_RATE_HZ:
                await tracker.look(gate.silent_from)
        for event in gate.finish():
            await tracker.take(event)
    finally:
        await tracker.close()
        heard.close()


class _UtteranceTracker:
    """One speaker's recognition.

    A pause ends the utterance; the stream with its sound and the words in it stays for the seconds that the gate
    remembers, so that what comes next is heard in its context.
    """

    def __init__(
        self, recognizer: Recognizer, options: HearingOptions, settings: Recognition, heard: Channel[Heard]
    ) -> None:
        self._recognizer, self._options, self._settings, self._heard = recognizer, options, settings, heard
        interval_s = settings.pass_interval_s or recognizer.info.look_interval_s
        self._interval = int(interval_s * HEARING_RATE_HZ)
        self._sparing_interval = max(self._interval, int(settings.distance_s * HEARING_RATE_HZ))
        """Looks so far apart all count for committing; those between them only show words sooner."""
        self.behind_samples = 0
        """How much sound waits, about."""
        self._look_s = 0.0
        """How long the last look took, waiting for its turn included."""
        self._memory: Memory | None = None
        self._utterance: int | None = None
        """The number of the utterance that is being spoken."""
        self._began = 0
        """Where it began."""
        self._count = 0
        self._context = ""
        self._deafness = Deafness()
        self._other_languages: set[str] = set()
        """Those that the speaker was heard to speak instead of the declared one."""
        self._spans = LookSpans()

    @property
    def waiting_samples(self) -> int:
        """Sound taken in since the last pass."""
        memory = self._memory
        return 0 if memory is None or self._utterance is None else memory.heard_to - memory.looked_to

    async def take(self, event: GateEvent) -> None:
        """Takes the next thing that the gate let through."""
        match event:
            case SpeechStarted(first_sample, pcm):
                await self._start(first_sample)
                await self._accept(first_sample, pcm)
            case SpeechAudio(first_sample, pcm):
                if self._utterance is None:
                    await self._start(first_sample)
                await self._accept(first_sample, pcm)
            case SpeechEnded(end_sample):
                await self._end(end_sample)
            case Silence(first_sample, pcm):
                await self._rest(first_sample, pcm)

    async def look(self, silent_from: int | None = None) -> None:
        """Makes a pass if enough new sound has come.

        Args:
            silent_from: since when nobody speaks, if so.
        """
        memory = self._memory
        sparing = self._options.sparing()
        if memory is None or self._utterance is None:
            return
        if silent_from is not None and not sparing and self._may_be_over(memory, silent_from):
            await self._look_ahead(memory, silent_from)
        elif self.waiting_samples >= (self._sparing_interval if sparing else self._interval):
            await self._look_now(memory)

    def _may_be_over(self, memory: Memory, silent_from: int) -> bool:
        """Whether it has been quiet for long enough to ask already for what the last look would say."""
        return memory.heard_to - silent_from >= QUIET_S * HEARING_RATE_HZ and self._looks_ahead()

    async def _look_now(self, memory: Memory) -> None:
        hypothesis = await self._ask(memory, final=False)
        if hypothesis is not None:
            memory.looked_to = memory.heard_to
            await self._take_look(memory, hypothesis)

    def _looks_ahead(self) -> bool:
        """Whether a last look can be made on the chance that a pause comes: where it is one, and quick."""
        return self._recognizer.info.listens_on and self._look_s <= self._settings.min_silence_s

    async def _take_look(self, memory: Memory, hypothesis: Hypothesis) -> None:
        """Shows and commits what one more look settles."""
        if hypothesis.doubtful:
            return
        with self._spans.settling():
            memory.note_language(hypothesis.language)
            update = memory.agreement.feed(
                hypothesis.words,
                heard_to=hypothesis.heard_to,
                buffer_start=memory.buffer_start,
                settled_to=hypothesis.settled_to,
            )
            await self._put_words(memory, update, hypothesis.heard_to)
        memory.cut(hypothesis.heard_to)

    async def _look_ahead(self, memory: Memory, silent_from: int) -> None:
        """Makes the last look before the pause is long enough: in it the recogniser would hear nothing more."""
        if memory.ahead is not None and memory.ahead.silent_from == silent_from:
            return
        hypothesis = await self._ask(memory, final=True)
        if hypothesis is None:
            return
        memory.looked_to = memory.heard_to
        complete = not hypothesis.doubtful and memory.agreement.is_complete(
            hypothesis.words,
            heard_to=hypothesis.heard_to,
            silent_samples=hypothesis.heard_to - silent_from,
        )
        memory.ahead = Ahead(hypothesis, silent_from, complete)
        await (self._take_last if complete else self._take_look)(memory, hypothesis)

    async def close(self) -> None:
        """Gives the stream back. What it held is lost only when the whole stage was cancelled."""
        if self._memory is not None:
            memory, self._memory = self._memory, None
            self._spans.end(memory.language, memory.heard_to)
            await memory.stream.close()

    # --- an utterance ------------------------------------------------------------------------------------

    async def _start(self, first_sample: int) -> None:
        if self._deafness.covers(first_sample):
            return
        memory = self._memory
        if memory is not None and memory.heard_to != first_sample:
            await self._forget()
            memory = None
        if memory is None:
            memory = await self._open(first_sample)
            if memory is None:
                return
        memory.stream.begin(first_sample)
        memory.agreement.resume(first_sample)
        await self._report_missed(first_sample)
        self._count += 1
        self._utterance, self._began = self._count, first_sample
        memory.steadying = new_steadying(self._settings)
        memory.looked_to = first_sample
        trace = self._options.trace()
        self._spans.begin(trace, first_sample, engine=self._recognizer.info.name)
        await self._heard.put(UtteranceStarted(self._count, first_sample, trace))

    async def _accept(self, first_sample: int, pcm: Pcm) -> None:
        memory = self._memory
        if memory is None or self._utterance is None:
            return
        try:
            async with asyncio.timeout(PATIENCE_S):
                await memory.stream.accept(pcm)
        except (EngineError, TimeoutError) as error:
            await self._fail(_reason(error))
            return
        self._spans.gather()
        memory.heard_to = first_sample + len(pcm)

    async def _end(self, end_sample: int) -> None:
        memory = self._memory
        if memory is None or self._utterance is None:
            await self._report_missed(end_sample)
            return
        ahead, memory.ahead = memory.ahead, None
        if ahead is not None and ahead.silent_from != end_sample:
            ahead = None
        hypothesis = await self._ask(memory, final=True) if ahead is None else ahead.hypothesis
        if hypothesis is None:
            await self._report_missed(end_sample)
            return
        if ahead is None or not ahead.committed:
            await self._take_last(memory, hypothesis)
        await self._close(memory, hypothesis, end_sample)

    async def _close(self, memory: Memory, hypothesis: Hypothesis, end_sample: int) -> None:
        """Tells what the last look is good for beside its words, and keeps or drops the sound."""
        await self._tell_language(hypothesis.speaks)
        memory.agreement.pause(end_sample)
        memory.looked_to = memory.heard_to
        await self._finish_utterance(end_sample)
        if hypothesis.dropped:
            await self._heard.put(NotHeard(min(self._began, end_sample), end_sample, hypothesis.dropped))
        if self._recognizer.info.listens_on:
            memory.cut(hypothesis.heard_to)
        else:
            await self._forget()

    async def _take_last(self, memory: Memory, hypothesis: Hypothesis) -> None:
        """Commits everything that was said, as a last look has it."""
        with self._spans.settling():
            memory.note_language(hypothesis.language)
            words = None if hypothesis.doubtful else hypothesis.words
            update = memory.agreement.finish(words, heard_to=hypothesis.heard_to)
            await self._put_words(memory, update, hypothesis.heard_to)

    async def _tell_language(self, spoken: str) -> None:
        """Says once for each language that it is spoken instead of the declared one."""
        declared = self._options.language
        if spoken and declared is not None and spoken not in self._other_languages:
            assert self._utterance is not None
            self._other_languages.add(spoken)
            await self._heard.put(OtherLanguage(self._utterance, declared, spoken))

    async def _rest(self, first_sample: int, pcm: Pcm) -> None:
        """Keeps the silence behind an utterance; forgets everything once there was enough of it."""
        memory = self._memory
        if memory is None or self._utterance is not None:
            return
        try:
            async with asyncio.timeout(PATIENCE_S):
                await memory.stream.accept(pcm)
        except (EngineError, TimeoutError) as error:  # nothing was said: the next utterance gets a new stream
            log.warning("recognition failed in a pause", reason=_reason(error))
            await self._forget()
            return
        memory.heard_to = first_sample + len(pcm)
        if memory.heard_to - memory.looked_to >= self._settings.memory_s * HEARING_RATE_HZ:
            await self._forget()

    async def _finish_utterance(self, end_sample: int) -> None:
        number, self._utterance = self._utterance, None
        assert number is not None
        self._spans.end("" if self._memory is None else self._memory.language, end_sample)
        await self._heard.put(UtteranceEnded(number, end_sample))

    async def _put_words(self, memory: Memory, update: Update, heard_to: int) -> None:
        assert self._utterance is not None
        self._spans.committed(len(update.committed))
        shown = memory.steadying.feed(update.committed, update.tentative, heard_to=heard_to)
        await self._heard.put(Words(self._utterance, memory.language, update.committed, shown, heard_to))

    # --- the stream --------------------------------------------------------------------------------------

    async def _open(self, first_sample: int) -> Memory | None:
        try:
            async with asyncio.timeout(PATIENCE_S):
                stream = await self._recognizer.open(
                    self._options, first_sample=first_sample, context=self._context
                )
        except (EngineError, TimeoutError) as error:
            self._deafness.begin(first_sample, _reason(error))
            return None
        self._memory = Memory.of(stream, first_sample, self._options.language or "", self._settings)
        return self._memory

    async def _forget(self) -> None:
        """Closes the stream; its words become the context of the next one."""
        memory, self._memory = self._memory, None
        if memory is not None:
            text = f"{self._context} {memory.agreement.committed_text}"
            self._context = text[-CONTEXT_CHARACTERS:].strip()
            await memory.stream.close()

    async def _ask(self, memory: Memory, *, final: bool) -> Hypothesis | None:
        began_s = time.monotonic()
        hurried = self.behind_samples > HURRIED_S * HEARING_RATE_HZ
        try:
            async with asyncio.timeout(PATIENCE_S):
                with self._spans.looking(final=final):
                    hypothesis = await memory.stream.hypothesis(final=final, hurried=hurried)
                if final and hurried and hypothesis.doubtful:  # what it says would be lost with it
                    hypothesis = await memory.stream.hypothesis(final=True)
            self._look_s = time.monotonic() - began_s
            return hypothesis
        except (EngineError, TimeoutError) as error:
            await self._fail(_reason(error))
            return None

    # --- failures ----------------------------------------------------------------------------------------

    async def _fail(self, reason: str) -> None:
        """Gives up the current stream: words already seen are kept, the sound behind them is missing."""
        memory = self._memory
        assert memory is not None
        update = memory.agreement.finish(None, heard_to=memory.heard_to)
        lost_from = max(memory.buffer_start, self._began, memory.agreement.last_committed_end)
        log.warning("recognition failed", reason=reason, utterance=self._utterance)
        await self._put_words(memory, update, memory.heard_to)
        await self._finish_utterance(lost_from)
        await self._forget()
        self._deafness.begin(lost_from, reason, until=memory.heard_to)

    async def _report_missed(self, end_sample: int) -> None:
        missed = self._deafness.told(end_sample)
        if missed is not None:
            await self._heard.put(missed)


def _reason(error: EngineError | TimeoutError) -> str:
    return (
        str(error)
        if isinstance(error, EngineError)
        else f"no answer from the recogniser within {PATIENCE_S:g} s"
    )
