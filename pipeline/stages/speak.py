"""Translations to speech: one channel a language, in order, its lag bounded."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final

from config.settings import SpeechSettings
from pipeline.clock import Monotonic
from pipeline.engines.protocols import Synthesizer
from pipeline.events import NotSpoken, Speech, Translation, Trouble
from pipeline.lag import Backlog, pace, pressure, skips
from pipeline.load import Load, Sacrifice
from pipeline.playing import AudioSink, Player, Utterance
from pipeline.render_ahead import RenderAhead
from pipeline.rendering import Order, Rendering
from pipeline.speech_rates import Demand, RenderCosts, SpeakingRate
from pipeline.text.glossary import Glossary
from pipeline.voices import Casting

QUICK: Final = 0.5
"""A voice that costs less than this has room to render what may never be said."""

CHEAP: Final = 0.1
"""A voice that costs less than this is never given up: nothing would be gained."""

NO_VOICE: Final = "voice is behind: captions only for now"

TELL_AGAIN_S: Final = 25.0
"""So often it is told that the voice is missing, while it is."""


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
        self.speaking = False
        self._synthesizer, self._sink, self._settings, self._report = synthesizer, sink, settings, report
        self._casting = casting or Casting()
        self._said_as = (glossary or Glossary()).pronunciations(language)
        self._now = now or asyncio.get_running_loop().time
        self._costs = costs or RenderCosts()
        self._load = load or Load(self._now)
        self._rate, self._demand = SpeakingRate(), Demand()
        self._player = Player(language, sink=sink, report=report, progress=self._watch, now=self._now)
        self._waiting: deque[tuple[Translation, float]] = deque(maxlen=settings.waiting_clauses)
        self._draft: Order | None = None
        self._changed = asyncio.Event()
        self._closed = False
        self._ready: asyncio.Queue[Utterance | None] = asyncio.Queue(2)
        self._one_ahead = asyncio.Semaphore(1)
        self._in_hand: list[Utterance] = []
        self._started_anew = 0
        self._left_out = False
        self._told_no_voice_s = float("-inf")

    @property
    def lag_s(self) -> float:
        """From the onset of the last clause that was begun to the onset of its translation."""
        return self._player.lag_s

    def say(self, translation: Translation) -> None:
        """Takes the next translation; never blocks."""
        if len(self._waiting) == self._settings.waiting_clauses:
            reason = f"{self._settings.waiting_clauses} clauses were waiting"
            self._leave_out(self._waiting.popleft()[0], reason)
        self._draft = None
        expected_s = self._rate.expect_s(translation.text)
        self._demand.add(self._now(), translation.clause.offset_at_s, expected_s)
        self._waiting.append((translation, self._now()))
        self._changed.set()

    def prepare(self, text: str, speaker: str) -> None:
        """Renders what will probably be said next, if there is room for it; never blocks.

        Only while the channel is idle, its voice is quick and nothing is given up. Should exactly this text be said
        next, its sound is there; if not, the work is thrown away. The newest text counts.
        """
        idle = not (self._closed or self._waiting or self._in_hand)
        if not (self._settings.prepare and idle and self._load.level is Sacrifice.NOTHING):
            return
        voice = self._voice(speaker)
        if voice is not None and self._costs.known(voice) and self._costs.of(voice) < QUICK:
            self._draft = self._order(text, voice, self._backlog())
            self._changed.set()

    def start_now(self) -> None:
        """Drops everything that was said before: a first listener has come and starts at now."""
        self._started_anew += 1
        for translation, _ in self._waiting:
            self._report(NotSpoken(translation, "nobody was listening yet"))
        self._waiting.clear()
        for item in self._in_hand:
            item.superseded = True
        self._sink.clear()

    def close(self) -> None:
        """Lets `run` return once what waits has been spoken."""
        self._closed = True
        self._changed.set()

    async def run(self) -> None:
        """Speaks until closed."""
        async with asyncio.TaskGroup() as group:
            ahead = RenderAhead(self._new_rendering, group)
            group.create_task(self._render(ahead), name=f"render {self.language}")
            group.create_task(self._play(), name=f"play {self.language}")

    async def _play(self) -> None:
        while (item := await self._ready.get()) is not None:
            self._one_ahead.release()
            self.speaking = True
            await self._player.play(item)
            self._in_hand.remove(item)
            if not item.superseded and not item.rendering.failure:
                self._rate.learn(item.translation.text, item.written_s, item.rendering.order.speed)
            self.speaking = bool(self._in_hand or self._waiting)

    # --- rendering, one clause ahead of what is played ----------------------------------------------------

    async def _render(self, ahead: RenderAhead) -> None:
        while True:
            await self._one_ahead.acquire()
            item = await self._next(ahead)
            await self._ready.put(item)
            if item is None:
                return
            await asyncio.wait([item.rendered])

    async def _next(self, ahead: RenderAhead) -> Utterance | None:
        """Chooses what to say next and begins to render it; None once closed and empty."""
        while await self._something_waits(ahead):
            self._watch()
            voice = self._next_voice()
            if voice is None:
                reason = f"{self._synthesizer.info.name} has no voice for {self.language}"
                self._player.fail(self._waiting.popleft()[0], reason)
            elif self._given_up(voice):
                self._fall_silent()
            else:
                self._skip()
                return await self._begin(ahead)
        await ahead.drop()
        return None

    async def _something_waits(self, ahead: RenderAhead) -> bool:
        """Waits for a translation, rendering ahead meanwhile; whether there is one."""
        while not self._waiting and not self._closed:
            self._changed.clear()
            if self._draft is not None:
                draft, self._draft = self._draft, None
                await ahead.prepare(draft)
            else:
                await self._changed.wait()
        return bool(self._waiting)

    def _skip(self) -> None:
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

    async def _begin(self, ahead: RenderAhead) -> Utterance:
        backlog, voice = self._backlog(), self._next_voice()
        assert voice is not None
        translation, said_at_s = self._waiting.popleft()
        started_anew = self._started_anew
        rendering, rendered = await ahead.begin(self._order(translation.text, voice, backlog))
        item = Utterance(translation, rendering, rendered, said_at_s, self._left_out)
        item.superseded = started_anew != self._started_anew
        self._left_out = False
        self._in_hand.append(item)
        return item

    # --- how things are ----------------------------------------------------------------------------------

    def _watch(self) -> None:
        """Reports how well the rendering keeps up; a voice that is silent presses nobody."""
        voice = self._next_voice()
        silent = voice is not None and not self._in_hand and self._given_up(voice)
        pressed = 0.0 if silent else pressure(self._backlog(), self._settings)
        self._load.report(f"speak {self.language}", pressed)

    def _given_up(self, voice: str) -> bool:
        """Whether this voice is silent for now."""
        return self._load.gives_up(Sacrifice.VOICE) and self._costs.least(voice) >= CHEAP

    def _backlog(self) -> Backlog:
        """How things are for the translation that waits first, if there is one."""
        now_s, starts_in_s = self._now(), self._busy_s()
        lengths_s = [self._rate.expect_s(translation.text) for translation, _ in self._waiting]
        waited_s = lag_s = 0.0
        if self._waiting:
            first, said_at_s = self._waiting[0]
            waited_s = now_s + starts_in_s - said_at_s
            lag_s = now_s + starts_in_s - first.clause.offset_at_s
        return Backlog(
            starts_in_s=starts_in_s,
            next_s=sum(lengths_s[:1]),
            behind_it_s=sum(lengths_s[1:]),
            waited_s=waited_s,
            lag_s=lag_s,
            demand=self._demand.at(now_s),
            cost=self._costs.of(self._next_voice() or ""),
        )

    def _busy_s(self) -> float:
        """Until everything that was taken up has been heard."""
        return sum(item.left_s for item in self._in_hand) + self._sink.queued_s()

    def _next_voice(self) -> str | None:
        """The voice of what waits first, or of what is being said; None where the language has none."""
        if self._waiting:
            return self._voice(self._waiting[0][0].clause.speaker)
        return self._in_hand[-1].rendering.order.voice if self._in_hand else None

    def _voice(self, speaker: str) -> str | None:
        voices = self._synthesizer.voices(self.language)
        return self._casting.voice(speaker, voices, language=self.language).name if voices else None

    def _order(self, text: str, voice: str, backlog: Backlog) -> Order:
        how = pace(backlog, self._settings)
        return Order(text, self.language, voice, how.speed, how.pause_s, self._said_as)

    def _new_rendering(self, order: Order) -> Rendering:
        return Rendering(
            order,
            synthesizer=self._synthesizer,
            costs=self._costs,
            rate=self._rate,
            timeout_s=self._settings.timeout_s,
            now=self._now,
        )
