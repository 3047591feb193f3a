"""Translations to speech: one channel a language, in order, its lag bounded."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import structlog

from config.settings import SpeechSettings
from pipeline.audio import SPEAKING_RATE_HZ, Pcm, seconds
from pipeline.clock import Monotonic
from pipeline.engines.protocols import EngineError, SynthesisRequest, Synthesizer
from pipeline.events import NotSpoken, Speech, Spoken, Translation, Trouble
from pipeline.lag import SpeakingRate, speed, to_skip
from pipeline.text.glossary import Glossary
from pipeline.voices import Casting

log = structlog.get_logger(__name__)

AHEAD_PIECES = 64
"""How many pieces of the next clause may be ready while the current one plays."""


class AudioSink(Protocol):
    """Where a channel's speech goes: a bounded queue that plays in real time."""

    async def write(self, pcm: Pcm) -> None:
        """Hands over mono sound at `SPEAKING_RATE_HZ`; returns once there was room for it."""
        ...

    def queued_s(self) -> float:
        """How much of what was written has not been played yet."""
        ...

    async def drained(self) -> None:
        """Returns when everything written has been played, after a bounded wait."""
        ...

    def clear(self) -> None:
        """Drops what has not been played."""
        ...


@dataclass(slots=True)
class _Utterance:
    """One translation on its way to the listeners."""

    translation: Translation
    voice: str
    speed: float
    said_at_s: float
    after_skip: bool
    """Whether something before it was left out, which listeners are told by a short signal."""
    generation: int
    """How often `LanguageChannel.start_now` had been called when this was taken up."""
    pieces: asyncio.Queue[Pcm | None] = field(default_factory=lambda: asyncio.Queue(AHEAD_PIECES))
    """None ends it."""
    synthesised_at_s: float = 0.0
    failure: str = ""


class LanguageChannel:
    """Speaks all translations into one language, in the order in which they come.

    The next clause is synthesised while the current one plays. The more speech waits, the faster it is spoken, up
    to `max_speed`; where that is not enough, the channel skips to the newest clause and reports what it left out.

    Args:
        report: receives every outcome; must not block.
    """

    def __init__(
        self,
        language: str,
        *,
        synthesizer: Synthesizer,
        sink: AudioSink,
        settings: SpeechSettings,
        report: Callable[[Speech | Trouble], None],
        casting: Casting | None = None,
        glossary: Glossary | None = None,
        now: Monotonic | None = None,
    ) -> None:
        self.language = language
        self._synthesizer, self._sink, self._settings, self._report = synthesizer, sink, settings, report
        self._casting = casting or Casting()
        self._glossary = glossary or Glossary()
        self._now = now or asyncio.get_running_loop().time
        self._waiting: deque[tuple[Translation, float]] = deque(maxlen=settings.waiting_clauses)
        self._changed = asyncio.Event()
        self._closed = False
        self._rate = SpeakingRate()
        self._ready: asyncio.Queue[_Utterance | None] = asyncio.Queue(2)
        self._one_ahead = asyncio.Semaphore(1)
        self._in_hand: list[_Utterance] = []
        self._generation = 0
        self.speaking = False
        self.lag_s = 0.0

    def say(self, translation: Translation) -> None:
        """Takes the next translation; never blocks."""
        if len(self._waiting) == self._settings.waiting_clauses:
            oldest, _ = self._waiting.popleft()
            self._report(NotSpoken(oldest, f"{self._settings.waiting_clauses} clauses were waiting"))
        self._waiting.append((translation, self._now()))
        self._changed.set()

    def start_now(self) -> None:
        """Drops everything that was said before: a first listener has come and starts at now."""
        self._generation += 1
        for translation, _ in self._waiting:
            self._report(NotSpoken(translation, "nobody was listening yet"))
        self._waiting.clear()
        self._sink.clear()

    def close(self) -> None:
        """Lets `run` return once what waits has been spoken."""
        self._closed = True
        self._changed.set()

    @property
    def waiting_s(self) -> float:
        """Estimated seconds of speech that listeners have not heard yet."""
        waiting = sum(self._rate.expect_s(translation.text) for translation, _ in self._waiting)
        in_hand = sum(self._rate.expect_s(item.translation.text, item.speed) for item in self._in_hand)
        return waiting + in_hand + self._sink.queued_s()

    async def run(self) -> None:
        """Speaks until closed."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._synthesise(), name=f"synthesise {self.language}")
            group.create_task(self._play(), name=f"play {self.language}")

    # --- synthesis, one clause ahead of what is played ----------------------------------------------------

    async def _synthesise(self) -> None:
        while True:
            await self._one_ahead.acquire()
            item = await self._next()
            await self._ready.put(item)
            if item is None:
                return
            await self._fill(item)

    async def _next(self) -> _Utterance | None:
        """Chooses what to say next, how fast and in which voice; None once closed and empty."""
        while True:
            while not self._waiting:
                if self._closed:
                    return None
                self._changed.clear()
                await self._changed.wait()
            skipped = self._skip()
            pace = speed(self.waiting_s, self._settings)
            translation, said_at_s = self._waiting.popleft()
            item = self._begin(translation, said_at_s, pace, skipped)
            if item is not None:
                return item

    def _skip(self) -> bool:
        start = self._now() + self._sink.queued_s()
        start += sum(self._rate.expect_s(item.translation.text, item.speed) for item in self._in_hand)
        skipped = to_skip([translation for translation, _ in self._waiting], start, self._settings)
        for translation in skipped:
            self._waiting.popleft()
            behind = start - translation.clause.offset_at_s
            self._report(NotSpoken(translation, f"skipped to the newest clause, {behind:.0f} s behind"))
        return bool(skipped)

    def _begin(
        self, translation: Translation, said_at_s: float, pace: float, after_skip: bool
    ) -> _Utterance | None:
        voices = self._synthesizer.voices(self.language)
        if not voices:
            self._fail(translation, f"{self._synthesizer.info.name} has no voice for {self.language}")
            return None
        voice = self._casting.voice(translation.clause.speaker, voices)
        item = _Utterance(translation, voice.name, pace, said_at_s, after_skip, self._generation)
        self._in_hand.append(item)
        return item

    async def _fill(self, item: _Utterance) -> None:
        """Synthesises into the item's queue; tries once more if nothing came the first time."""
        for attempt in (1, 2):
            item.failure = await self._attempt(item)
            if not item.failure or item.synthesised_at_s:
                break
            log.warning("synthesis failed", language=self.language, attempt=attempt, reason=item.failure)
        await item.pieces.put(None)

    async def _attempt(self, item: _Utterance) -> str:
        said_as = self._glossary.pronunciations(self.language)
        request = SynthesisRequest(item.translation.text, self.language, item.voice, item.speed, said_as)
        try:
            async with aclosing(self._synthesizer.synthesize(request)) as pieces:
                while True:
                    async with asyncio.timeout(self._settings.timeout_s):
                        pcm = await anext(pieces, None)
                    if pcm is None:
                        return ""
                    if len(pcm):
                        item.synthesised_at_s = item.synthesised_at_s or self._now()
                        await item.pieces.put(pcm)
        except TimeoutError:
            return f"no sound within {self._settings.timeout_s:g} s"
        except EngineError as error:
            return str(error)

    # --- playing -----------------------------------------------------------------------------------------

    async def _play(self) -> None:
        free_at_s = 0.0
        while True:
            item = await self._ready.get()
            if item is None:
                return
            self._one_ahead.release()
            self.speaking = True
            await self._play_one(item, free_at_s)
            free_at_s = self._now()
            self._in_hand.remove(item)
            self.speaking = bool(self._in_hand or self._waiting)

    async def _play_one(self, item: _Utterance, free_at_s: float) -> None:
        first_audio_at_s = onset_at_s = 0.0
        samples = 0
        while True:
            pcm = await item.pieces.get()
            if pcm is None:
                break
            if item.generation != self._generation:
                continue  # superseded: take the rest so that the synthesis can end
            if not samples:
                if item.after_skip:
                    await self._sink.write(skip_signal())
                first_audio_at_s = self._now()
                onset_at_s = first_audio_at_s + self._sink.queued_s()
                self.lag_s = onset_at_s - item.translation.clause.onset_at_s
            samples += len(pcm)
            await self._sink.write(pcm)
        if item.generation != self._generation:
            self._report(NotSpoken(item.translation, "nobody was listening yet"))
            return
        if not samples:
            self._fail(item.translation, item.failure or "there is nothing to say in it")
            return
        if item.failure:
            self._fail(item.translation, f"broke off: {item.failure}")
            return
        took_s = seconds(samples, SPEAKING_RATE_HZ)
        self._rate.learn(item.translation.text, took_s, item.speed)
        end_at_s = onset_at_s + took_s
        self._report(
            Spoken(
                translation=item.translation,
                voice=item.voice,
                speed=item.speed,
                waited_s=max(0.0, free_at_s - item.said_at_s),
                synthesised_at_s=item.synthesised_at_s,
                first_audio_at_s=first_audio_at_s,
                onset_at_s=onset_at_s,
                end_at_s=end_at_s,
                lag_s=end_at_s - item.translation.clause.offset_at_s,
            )
        )

    def _fail(self, translation: Translation, reason: str) -> None:
        self._report(NotSpoken(translation, reason))
        self._report(Trouble(translation.clause.speaker, "speak", self.language, reason))


def skip_signal() -> Pcm:
    """Two soft falling tones, 160 ms: what listeners hear when something was left out."""
    rate, tone_s = SPEAKING_RATE_HZ, 0.08
    moments = np.arange(int(rate * tone_s)) / rate
    fade = np.sin(np.pi * moments / tone_s)
    tones = [np.sin(2 * np.pi * hertz * moments) * fade for hertz in (660.0, 440.0)]
    return (np.concatenate(tones) * 0.06 * 32767).astype(np.int16)
