"""Translations to speech: one channel a language, in order, its lag bounded."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from config.settings import SpeechSettings
from pipeline.audio import SPEAKING_RATE_HZ, Pcm, seconds
from pipeline.clock import Monotonic
from pipeline.engines.protocols import Synthesizer
from pipeline.events import NotSpoken, Speech, Spoken, Translation, Trouble
from pipeline.lag import Backlog, Pace, pace, pressure, skips
from pipeline.load import Load, Sacrifice
from pipeline.rendering import Order, Rendering, pause_behind, silence
from pipeline.speech_rates import Demand, RenderCosts, SpeakingRate
from pipeline.text.glossary import Glossary
from pipeline.voices import Casting

QUICK: Final = 0.5
"""A voice that costs less than this has room to render what may never be said."""

CHEAP: Final = 0.1
"""A voice that costs less than this is never given up: nothing would be gained."""

SAME_SPEED: Final = 0.1
"""What was rendered ahead is taken if its speed is no further off."""

NO_VOICE: Final = "voice is behind: captions only for now"

TELL_AGAIN_S: Final = 25.0
"""So often it is told that the voice is missing, while it is."""


class AudioSink(Protocol):
    """Where a channel's speech goes: a bounded queue that plays in real time."""

    async def write(self, pcm: Pcm) -> None:
        """Hands over mono sound at `SPEAKING_RATE_HZ`; returns once there was room for it."""
        ...

    def queued_s(self) -> float:
        """How much of what was written has not been played yet."""
        ...

    def clear(self) -> None:
        """Drops what has not been played."""
        ...


@dataclass(slots=True)
class _Utterance:
    """One translation on its way to the listeners."""

    translation: Translation
    rendering: Rendering
    rendered: asyncio.Task[None]
    """The work on it."""
    said_at_s: float
    after_skip: bool
    """Whether something before it was left out, which listeners are told by a short signal."""
    generation: int
    """How often `LanguageChannel.start_now` had been called when this was taken up."""
    written_s: float = 0.0
    """How much of it the sink has taken."""

    @property
    def left_s(self) -> float:
        """How much of it the sink has yet to take, as far as one can tell."""
        return max(0.0, self.rendering.expected_s() - self.written_s)


@dataclass(frozen=True, slots=True)
class _Heard:
    """What listeners heard last, and when it ends."""

    text: str
    speaker: str
    end_at_s: float


class LanguageChannel:
    """Speaks all translations into one language, in the order in which they come.

    The next clause is rendered while the current one plays. `pipeline.lag` says how fast it is spoken, and when the
    channel skips to the newest clause; what was left out is reported. Where the machine cannot keep up and it
    comes to the voice, the channel is silent for a while and says so.

    Args:
        report: receives every outcome; must not block.
        costs: what the voices cost; kept by the caller if it shall outlive the channel.
        load: the process's; a channel without one watches itself alone.
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
        costs: RenderCosts | None = None,
        load: Load | None = None,
        now: Monotonic | None = None,
    ) -> None:
        self.language = language
        self._synthesizer, self._sink, self._settings, self._report = synthesizer, sink, settings, report
        self._casting = casting or Casting()
        self._said_as = (glossary or Glossary()).pronunciations(language)
        self._now = now or asyncio.get_running_loop().time
        self._costs = costs or RenderCosts()
        self._load = load or Load(self._now)
        self._waiting: deque[tuple[Translation, float]] = deque(maxlen=settings.waiting_clauses)
        self._changed = asyncio.Event()
        self._closed = False
        self._rate, self._demand = SpeakingRate(), Demand()
        self._ready: asyncio.Queue[_Utterance | None] = asyncio.Queue(2)
        self._one_ahead = asyncio.Semaphore(1)
        self._in_hand: list[_Utterance] = []
        self._draft: Order | None = None
        """What to render ahead."""
        self._prepared: tuple[Rendering, asyncio.Task[None]] | None = None
        self._left_out = False
        """Whether something was, since the last clause that was taken up."""
        self._last = _Heard("", "", float("-inf"))
        self._told_no_voice_s = float("-inf")
        self._generation = 0
        self.speaking = False
        self.lag_s = 0.0

    def say(self, translation: Translation) -> None:
        """Takes the next translation; never blocks."""
        if len(self._waiting) == self._settings.waiting_clauses:
            oldest, _ = self._waiting.popleft()
            self._leave_out(oldest, f"{self._settings.waiting_clauses} clauses were waiting")
        self._draft = None
        self._demand.add(self._now(), self._rate.expect_s(translation.text))
        self._waiting.append((translation, self._now()))
        self._changed.set()

    def prepare(self, text: str, speaker: str) -> None:
        """Renders what will probably be said next, if there is room for it; never blocks.

        Only while the channel is idle, its voice is quick and nothing is given up. Should exactly this text be said
        next, its sound is there; if not, the work is thrown away. The newest text counts.
        """
        if not self._settings.prepare or self._closed or self._waiting or self._in_hand:
            return
        voice = self._voice(speaker)
        if voice is None or not self._costs.known(voice) or self._costs.of(voice) >= QUICK:
            return
        if self._load.level is Sacrifice.NOTHING:
            self._draft = self._order(text, voice, pace(self._backlog(), self._settings))
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
        return sum(self._rate.expect_s(translation.text) for translation, _ in self._waiting) + self._busy_s()

    async def run(self) -> None:
        """Speaks until closed."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._render(group), name=f"render {self.language}")
            group.create_task(self._play(), name=f"play {self.language}")

    # --- rendering, one clause ahead of what is played ----------------------------------------------------

    async def _render(self, group: asyncio.TaskGroup) -> None:
        while True:
            await self._one_ahead.acquire()
            item = await self._next(group)
            await self._ready.put(item)
            if item is None:
                return
            await asyncio.wait([item.rendered])

    async def _next(self, group: asyncio.TaskGroup) -> _Utterance | None:
        """Chooses what to say next, how fast and in which voice; None once closed and empty."""
        while True:
            while not self._waiting:
                if self._closed:
                    await self._drop_prepared()
                    return None
                await self._prepare_draft(group)
                self._changed.clear()
                await self._changed.wait()
            self._watch()
            voice = self._voice(self._waiting[0][0].clause.speaker)
            if voice is None:
                reason = f"{self._synthesizer.info.name} has no voice for {self.language}"
                self._fail(self._waiting.popleft()[0], reason)
            elif self._load.gives_up(Sacrifice.VOICE) and self._costs.of(voice) >= CHEAP:
                self._fall_silent()
            else:
                self._skip(voice)
                return await self._begin(group)

    def _watch(self) -> None:
        """Reports how well the rendering keeps up."""
        self._load.report(f"speak {self.language}", pressure(self._backlog(), self._settings))

    def _backlog(self) -> Backlog:
        """How things are for the translation that waits first, if there is one."""
        now_s, starts_in_s = self._now(), self._busy_s()
        lengths_s = [self._rate.expect_s(translation.text) for translation, _ in self._waiting]
        first, said_at_s = self._waiting[0] if self._waiting else (None, now_s)
        speaker = first.clause.speaker if first else self._last.speaker
        return Backlog(
            starts_in_s=starts_in_s,
            next_s=sum(lengths_s[:1]),
            behind_it_s=sum(lengths_s[1:]),
            waited_s=now_s + starts_in_s - said_at_s if first else 0.0,
            lag_s=now_s + starts_in_s - first.clause.offset_at_s if first else 0.0,
            demand=self._demand.at(now_s),
            cost=self._costs.of(self._voice(speaker) or ""),
        )

    def _busy_s(self) -> float:
        """Until everything that was taken up has been heard."""
        return sum(item.left_s for item in self._in_hand) + self._sink.queued_s()

    def _skip(self, voice: str) -> None:
        """Leaves out all but the newest clause, where that has to be."""
        backlog = self._backlog()
        if len(self._waiting) > 1 and skips(backlog, self._settings):
            reason = f"skipped to the newest clause, {backlog.lag_s:.0f} s behind"
            while len(self._waiting) > 1:
                self._leave_out(self._waiting.popleft()[0], reason)

    def _fall_silent(self) -> None:
        """Leaves out all that waits: it has come to the voice."""
        while self._waiting:
            self._leave_out(self._waiting.popleft()[0], NO_VOICE)
        if self._now() - self._told_no_voice_s >= TELL_AGAIN_S:
            self._told_no_voice_s = self._now()
            self._report(Trouble("", "speak", self.language, NO_VOICE))

    def _leave_out(self, translation: Translation, reason: str) -> None:
        self._left_out = True
        self._report(NotSpoken(translation, reason))

    async def _begin(self, group: asyncio.TaskGroup) -> _Utterance:
        backlog = self._backlog()
        translation, said_at_s = self._waiting.popleft()
        voice = self._voice(translation.clause.speaker)
        assert voice is not None
        order = self._order(translation.text, voice, pace(backlog, self._settings))
        rendering, rendered = await self._take_prepared(order) or self._start(group, order)
        item = _Utterance(translation, rendering, rendered, said_at_s, self._left_out, self._generation)
        self._left_out = False
        self._in_hand.append(item)
        return item

    def _voice(self, speaker: str) -> str | None:
        voices = self._synthesizer.voices(self.language)
        return self._casting.voice(speaker, voices).name if voices else None

    def _order(self, text: str, voice: str, how: Pace) -> Order:
        return Order(text, self.language, voice, how.speed, how.pause_s, self._said_as)

    def _start(self, group: asyncio.TaskGroup, order: Order) -> tuple[Rendering, asyncio.Task[None]]:
        rendering = Rendering(
            order,
            synthesizer=self._synthesizer,
            costs=self._costs,
            rate=self._rate,
            timeout_s=self._settings.timeout_s,
            now=self._now,
        )
        return rendering, group.create_task(rendering.run(), name=f"render a clause in {self.language}")

    # --- rendering before it is known whether it will be said --------------------------------------------

    async def _prepare_draft(self, group: asyncio.TaskGroup) -> None:
        draft, self._draft = self._draft, None
        if draft is None or (self._prepared is not None and _fits(self._prepared[0], draft)):
            return
        await self._drop_prepared()
        self._prepared = self._start(group, draft)

    async def _take_prepared(self, order: Order) -> tuple[Rendering, asyncio.Task[None]] | None:
        if self._prepared is None or not _fits(self._prepared[0], order):
            await self._drop_prepared()
            return None
        prepared, self._prepared = self._prepared, None
        return prepared

    async def _drop_prepared(self) -> None:
        if self._prepared is not None:
            _, task = self._prepared
            self._prepared = None
            task.cancel()
            await asyncio.wait([task])

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
        translation, rendering = item.translation, item.rendering
        first_audio_at_s = onset_at_s = end_at_s = 0.0
        while (pcm := await rendering.next()) is not None:
            self._watch()
            if item.generation != self._generation:
                continue  # superseded: take the rest so that the rendering can end
            if not item.written_s:
                await self._lead_in(item)
                first_audio_at_s = self._now()
                onset_at_s = first_audio_at_s + self._sink.queued_s()
                self.lag_s = onset_at_s - translation.clause.onset_at_s
            item.written_s += seconds(len(pcm), SPEAKING_RATE_HZ)
            await self._sink.write(pcm)
            # later than the length tells, where the sound ran dry on the way
            end_at_s = max(onset_at_s + item.written_s, self._now() + self._sink.queued_s())
        if item.generation != self._generation:
            self._report(NotSpoken(translation, "nobody was listening yet"))
            return
        if item.written_s:
            self._last = _Heard(translation.text, translation.clause.speaker, end_at_s)
        if not item.written_s:
            self._fail(translation, rendering.failure or "there is nothing to say in it")
            return
        if rendering.failure:
            self._fail(translation, f"broke off: {rendering.failure}")
            return
        self._rate.learn(translation.text, item.written_s, rendering.order.speed)
        self._report(
            Spoken(
                translation=translation,
                voice=rendering.order.voice,
                speed=rendering.order.speed,
                waited_s=max(0.0, free_at_s - item.said_at_s),
                synthesised_at_s=rendering.first_sound_at_s,
                first_audio_at_s=first_audio_at_s,
                onset_at_s=onset_at_s,
                end_at_s=end_at_s,
                lag_s=end_at_s - translation.clause.offset_at_s,
            )
        )

    async def _lead_in(self, item: _Utterance) -> None:
        """What is heard between two clauses: the signal that something was left out, or a rest."""
        if item.after_skip:
            await self._sink.write(skip_signal())
        pause_s = item.rendering.order.pause_s
        if item.translation.clause.speaker == self._last.speaker:
            pause_s = pause_behind(self._last.text, pause_s)
        quiet_s = max(0.0, self._now() + self._sink.queued_s() - self._last.end_at_s)
        if pause_s > quiet_s:
            await self._sink.write(silence(pause_s - quiet_s))

    def _fail(self, translation: Translation, reason: str) -> None:
        self._report(NotSpoken(translation, reason))
        self._report(Trouble(translation.clause.speaker, "speak", self.language, reason))


def _fits(rendering: Rendering, order: Order) -> bool:
    """Whether what is being rendered can be said in place of an order."""
    given = rendering.order
    same = (given.text, given.voice, given.said_as) == (order.text, order.voice, order.said_as)
    return same and not rendering.failure and abs(given.speed - order.speed) <= SAME_SPEED


def skip_signal() -> Pcm:
    """Two soft falling tones, 160 ms: what listeners hear when something was left out."""
    rate, tone_s = SPEAKING_RATE_HZ, 0.08
    moments = np.arange(int(rate * tone_s)) / rate
    fade = np.sin(np.pi * moments / tone_s)
    tones = [np.sin(2 * np.pi * hertz * moments) * fade for hertz in (660.0, 440.0)]
    return (np.concatenate(tones) * 0.06 * 32767).astype(np.int16)
