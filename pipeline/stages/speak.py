"""Translations to speech: one channel a language, in order, its lag bounded."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from config.settings import SpeechSettings
from foundation.tracing.facts import SpanName
from foundation.tracing.spans import begin
from pipeline.channel import Channel
from pipeline.clock import Monotonic
from pipeline.delivery import Delivery
from pipeline.engines.protocols import Synthesizer
from pipeline.events import Speech, Translation, Trouble
from pipeline.lag import Backlog, never_skipping, pressure, skips, turn_by_turn
from pipeline.load import Load, Sacrifice
from pipeline.playing import AudioSink, Player, Utterance
from pipeline.render_ahead import RenderAhead
from pipeline.rendering import Order
from pipeline.speech_queue import SpeechQueue
from pipeline.speech_rates import RenderCosts
from pipeline.text.glossary import Glossary
from pipeline.voices import Casting
from protocol.reports import ReportCode

NO_VOICE: Final = "voice is behind: captions only for now"

NOBODY_YET: Final = "nobody was listening yet"

TELL_AGAIN_S: Final = 25.0
"""So often it is told that the voice is missing, while it is."""


class LanguageChannel:
    """Speaks all translations into one language, in the order in which they come.

    The next clause is rendered while the current one plays. `pipeline.lag` says how fast it is spoken, and when the
    channel skips to the newest clause; what was left out is reported. Where the machine cannot keep up and it
    comes to the voice, the channel is silent for a while and says so.

    Args:
        report: receives every outcome; must not block.
        begins: told whose words come next, and in how many seconds they are heard; must not block.
        costs: what the voices cost; kept by the caller if it shall outlive the channel.
        usual_speed: of speech that is not late, as it is wished now; 1.0 is the voice's normal rate.
        load: the process's; a channel without one watches itself alone.
        by_turns: whether whole turns are given, of which nothing may be left out.
    """

    def __init__(
        self,
        language: str,
        *,
        synthesizer: Synthesizer,
        sink: AudioSink,
        settings: SpeechSettings,
        report: Callable[[Speech | Trouble], None],
        begins: Callable[[str, float], None] = lambda speaker, in_s: None,
        casting: Casting | None = None,
        glossary: Glossary | None = None,
        costs: RenderCosts | None = None,
        load: Load | None = None,
        usual_speed: Callable[[], float] = lambda: 1.0,
        by_turns: bool = False,
        now: Monotonic | None = None,
    ) -> None:
        self.language = language
        self.speaking = False
        self._usual, self._by_turns, self._catching_up = settings, by_turns, False
        self._sink, self._settings, self._report = sink, settings, report
        self._now = now or asyncio.get_running_loop().time
        self._load = load or Load(self._now)
        self._delivery = Delivery(
            language,
            synthesizer=synthesizer,
            settings=settings,
            casting=casting or Casting(),
            glossary=glossary or Glossary(),
            costs=costs or RenderCosts(),
            load=self._load,
            usual_speed=usual_speed,
            now=self._now,
        )
        self._queue = SpeechQueue(
            settings.waiting_clauses, rate=self._delivery.rate, report=report, now=self._now
        )
        self._player = Player(
            language, sink=sink, report=report, progress=self._watch, begins=begins, now=self._now
        )
        self._draft: Order | None = None
        self._finishing = False
        self._begun: Channel[Utterance] = Channel(1)
        """What is rendered and not played yet."""
        self._in_hand: list[Utterance] = []
        """What was begun and not yet handed over."""
        self._started_anew, self._dropped_as = 0, ""
        self._told_no_voice_s = float("-inf")
        self._set_law()

    @property
    def lag_s(self) -> float:
        """From the onset of the last clause that was begun to the onset of its translation."""
        return self._player.lag_s

    @property
    def speaker(self) -> str:
        """Whose words are being said; "" while nothing is."""
        return self._in_hand[0].translation.clause.speaker if self._in_hand else ""

    def take_turns(self, by_turns: bool) -> None:
        """Sets whether whole turns are given from now on; of those that wait nothing is left out either way."""
        self._catching_up = self._by_turns and not by_turns
        self._by_turns = by_turns
        self._set_law()

    def say(self, translation: Translation) -> None:
        """Takes the next translation; never blocks."""
        self._draft = None
        self._queue.put(translation)

    def prepare(self, text: str, speaker: str) -> None:
        """Renders what will probably be said next, if there is room for it; never blocks.

        Only while the channel is idle, its voice is quick and nothing is given up. Should exactly this text be said
        next, its sound is there; if not, the work is thrown away. The newest text counts.
        """
        if not self._has_time_to_prepare():
            return
        voice = self._delivery.voice(speaker)
        if voice is not None and self._delivery.quick(voice):
            self._draft = self._delivery.order(text, speaker, self._backlog())
            self._queue.wake()

    def _has_time_to_prepare(self) -> bool:
        if not self._settings.prepare or self._load.level is not Sacrifice.NOTHING:
            return False
        return not (self._finishing or self._queue or self._in_hand)

    def start_now(self, reason: str = NOBODY_YET) -> None:
        """Drops everything that was said before, e.g. as a first listener has come, who starts at now."""
        self._started_anew, self._dropped_as = self._started_anew + 1, reason
        self._queue.clear(reason)
        for item in self._in_hand:
            item.superseded = reason
        self._sink.clear()

    def close(self) -> None:
        """Lets `run` return once what waits has been spoken; what is said meanwhile is spoken too."""
        self._finishing = True
        self._queue.wake()

    async def run(self) -> None:
        """Speaks until closed."""
        async with asyncio.TaskGroup() as group:
            ahead = RenderAhead(self._delivery.rendering, group)
            group.create_task(self._render(ahead), name=f"render {self.language}")
            group.create_task(self._play(), name=f"play {self.language}")

    async def _play(self) -> None:
        async for item in self._begun:
            self.speaking = True
            await self._player.play(item)
            self._in_hand.remove(item)
            if not item.superseded and not item.rendering.failure:
                order = item.rendering.order
                self._delivery.rate.learn(item.translation.text, item.written_s, order.speed)
            self.speaking = bool(self._in_hand or self._queue)

    # --- rendering, one clause ahead of what is played ----------------------------------------------------

    async def _render(self, ahead: RenderAhead) -> None:
        while (item := await self._next(ahead)) is not None:
            self._begun.put_nowait(item)
            await asyncio.wait([item.rendered])
            await self._begun.room()
        self._begun.close()

    async def _next(self, ahead: RenderAhead) -> Utterance | None:
        """Chooses what to say next and begins to render it; None once closed and empty."""
        while await self._something_waits(ahead):
            self._watch()
            voice = self._next_voice()
            if voice is None:
                reason = f"{self._delivery.engine} has no voice for {self.language}"
                self._player.fail(self._queue.take()[0], reason)
            elif self._delivery.given_up(voice) and not self._by_turns:
                self._fall_silent()
            else:
                self._skip()
                return await self._begin(ahead)
        await ahead.drop()
        return None

    async def _something_waits(self, ahead: RenderAhead) -> bool:
        """Waits for a translation, rendering ahead meanwhile; whether there is one."""
        if self._catching_up and not self._queue:
            self._catching_up = False
            self._set_law()
        while not self._queue and not self._finishing:
            if self._draft is not None:
                draft, self._draft = self._draft, None
                await ahead.prepare(draft)
            else:
                await self._queue.change()
        return bool(self._queue)

    def _skip(self) -> None:
        """Leaves out all but the newest clause, where that has to be."""
        backlog = self._backlog()
        if skips(backlog, self._settings):
            self._queue.leave_out(f"skipped to the newest clause, {backlog.lag_s:.0f} s behind", keep=1)

    def _set_law(self) -> None:
        """See `pipeline.lag`."""
        law = self._usual
        if self._by_turns:
            law = turn_by_turn(law)
        elif self._catching_up:
            law = never_skipping(law)
        self._settings = self._delivery.settings = law
        self._queue.capacity = law.waiting_clauses

    def _fall_silent(self) -> None:
        """Leaves out all that waits: it has come to the voice."""
        self._queue.leave_out(NO_VOICE)
        if self._now() - self._told_no_voice_s >= TELL_AGAIN_S:
            self._told_no_voice_s = self._now()
            self._report(Trouble("", "speak", self.language, NO_VOICE, ReportCode.NO_VOICE))

    async def _begin(self, ahead: RenderAhead) -> Utterance:
        backlog = self._backlog()
        translation, said_at_s = self._queue.take()
        started_anew = self._started_anew
        order = self._delivery.order(translation.text, translation.clause.speaker, backlog)
        assert order is not None
        speaking = begin(
            SpanName.SYNTHESIS, within=translation.clause.trace, at_s=said_at_s, language=self.language
        )
        with speaking.current():
            rendering, rendered = await ahead.begin(order)
        speaking.tell(drafted=rendering.order is not order)
        item = Utterance(translation, rendering, rendered, said_at_s, after_skip=self._queue.gap())
        item.span = speaking
        item.superseded = self._dropped_as if started_anew != self._started_anew else ""
        self._in_hand.append(item)
        return item

    # --- how things are ----------------------------------------------------------------------------------

    def _watch(self) -> None:
        """Reports how well the rendering keeps up; a voice that is silent presses nobody."""
        voice = self._next_voice()
        silent = voice is not None and not self._in_hand and self._delivery.given_up(voice)
        pressed = 0.0 if silent else pressure(self._backlog(), self._settings)
        self._load.report(f"speak {self.language}", pressed)

    def _backlog(self) -> Backlog:
        """How things are for the translation that waits first, if there is one."""
        starts_in_s = sum(item.left_s for item in self._in_hand) + self._sink.queued_s()
        return self._queue.backlog(starts_in_s=starts_in_s, cost=self._delivery.cost(self._next_voice()))

    def _next_voice(self) -> str | None:
        """The voice of what waits first, or of what is being said; None where the language has none."""
        speaker = self._queue.next_speaker
        if speaker is not None:
            return self._delivery.voice(speaker)
        return self._in_hand[-1].rendering.voice if self._in_hand else None
