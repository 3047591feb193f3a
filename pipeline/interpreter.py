"""One speaker's interpreter: hears them, and has every clause translated for each language that is wished.

    frames ─ hear ─ heard ─ segment ─┬─ captions in the spoken language
                                     └─ one lane a language ─ captions, and finals for the language channel

Nothing in here waits for a listener: lanes and the outlet never block the way of the words.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

import numpy as np
import structlog

from config.settings import Settings
from foundation.supervision import Backoff, keep_running, kinds
from pipeline.audio import HEARING_RATE_HZ, AudioFrame, Pcm, seconds
from pipeline.channel import Channel, WhenFull
from pipeline.clock import ArrivalClock, Monotonic
from pipeline.engines.protocols import HearingOptions, Translator
from pipeline.events import (
    Caption,
    Clause,
    DraftTranslation,
    Floor,
    Heard,
    NotHeard,
    NotTranslated,
    OtherLanguage,
    Segment,
    Translated,
    Translation,
    Trouble,
    UtteranceEnded,
    UtteranceStarted,
    Words,
)
from pipeline.hearing_pace import HearingPace
from pipeline.lanes import Lanes
from pipeline.load import Load, Sacrifice
from pipeline.overload import Overload
from pipeline.replay_buffer import ReplayBuffer
from pipeline.settling import WordTimes
from pipeline.stages.hear import HearingStage
from pipeline.stages.segment import segment
from pipeline.stages.translate import TranslationCache, TranslationLane
from pipeline.text.captions import caption_of, translated_caption
from pipeline.text.clauses import ClauseCutter
from pipeline.text.glossary import Glossary
from pipeline.timing import ClauseCommitted, ClauseTranslated, Measurement, SoundLost
from pipeline.utterance_traces import UtteranceTraces
from protocol.reports import ReportCode

log = structlog.get_logger(__name__)

FRAMES_WAITING = 200
"""At most so many frames of sound wait to be heard: 10 s of 50 ms frames."""

EVENTS_WAITING = 200

STALL_S = 1.5
"""Sound that stops coming for so long ends the utterance."""

RESTARTS = 5
"""An interpreter that failed is started again so many times in a row, a little later each time."""

FIRST_REST_S = 0.4

KEPT_S = 30
"""So much sound is kept for translators that listen: a clause waits less than that."""

LEAD_SAMPLES = HEARING_RATE_HZ // 10
"""Sound before and behind a clause that goes with it, so that its first and last word are whole."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What listeners want of this speaker, as languages; the speaker's own needs no mention."""

    voices: frozenset[str] = frozenset()
    captions: frozenset[str] = frozenset()

    @property
    def languages(self) -> frozenset[str]:
        return self.voices | self.captions


class Outlet(Protocol):
    """Where an interpreter's results go. None of these may block."""

    def caption(self, caption: Caption) -> None:
        """A caption, interim or final, original or translated."""
        ...

    def translated(self, outcome: Translation | NotTranslated) -> None:
        """A committed clause's translation, in the order of the clauses of each language."""
        ...

    def drafted(self, outcome: DraftTranslation) -> None:
        """A translation of committed words only: unless more is said, it will be spoken as it is."""
        ...

    def floor(self, floor: Floor) -> None:
        """The speaker takes, holds or leaves their turn."""
        ...

    def committed(self, clause: Clause) -> None:
        """A clause, before it is translated."""
        ...

    def trouble(self, trouble: Trouble) -> None:
        """Something is missing, and why."""
        ...

    def measured(self, measurement: Measurement) -> None:
        """A latency on the way."""
        ...


class Interpreter:
    """Interprets one speaker until closed; a fault inside is reported and survived.

    Args:
        speaker: identity of the participant.
        language: what they speak; None to detect it among `allowed_languages`.
    """

    def __init__(
        self,
        speaker: str,
        *,
        hear: HearingStage,
        translator: Translator,
        outlet: Outlet,
        settings: Settings,
        language: str | None,
        allowed_languages: tuple[str, ...] = (),
        glossary: Glossary | None = None,
        cache: TranslationCache | None = None,
        load: Load | None = None,
        now: Monotonic | None = None,
    ) -> None:
        self.speaker = speaker
        self._hear, self._translator, self._outlet, self._settings = hear, translator, outlet, settings
        self._glossary = glossary or Glossary()
        hints = self._glossary.terms(language) if language else ()
        self._cache = cache or TranslationCache(settings.translation.cache_entries)
        self._now = now or asyncio.get_running_loop().time
        self._load = load or Load(self._now)
        sparing = partial(self._load.gives_up, Sacrifice.INTERIM_RECOGNITION)
        self._traces = UtteranceTraces(self._now)
        self._options = HearingOptions(
            speaker, language, allowed_languages, hints, sparing, self._traces.next
        )
        self._arrivals = ArrivalClock()
        self._overload = Overload()
        self._pace = HearingPace()
        # kept over a restart, so that no two clauses have the same number
        self._cutter = ClauseCutter(speaker, settings.clauses)
        self._replay = ReplayBuffer(KEPT_S * HEARING_RATE_HZ)
        self._frames: Channel[AudioFrame] = Channel(FRAMES_WAITING, WhenFull.DROP_OLDEST, self._drop)
        self._position = 0
        self._lost = 0
        self._wishes = Wishes()
        self._wished = asyncio.Event()
        self._closed = self._failed = False
        self._closing = asyncio.Event()
        self._last_sound_s = self._now()
        self._silent = True

    @property
    def wishes(self) -> Wishes:
        """Those of the next clause."""
        return self._wishes

    # --- from the room -----------------------------------------------------------------------------------

    def listen(self, pcm: Pcm) -> None:
        """Takes the speaker's next sound, 16 kHz mono; never blocks."""
        if self._closed or not len(pcm):
            return
        frame = AudioFrame(self._position, pcm)
        self._position = frame.end_sample
        self._last_sound_s, self._silent = self._now(), False
        if self._overload.feed(pcm):
            reason = "their microphone is too loud; what they say may be heard wrongly"
            self._outlet.trouble(Trouble(self.speaker, "hear", "", reason, ReportCode.TOO_LOUD))
        self._arrivals.arrived(frame.end_sample, self._last_sound_s)
        self._replay.add(frame)
        self._frames.put_nowait(frame)

    def sound_of(self, clause: Clause) -> Pcm | None:
        """How a clause was said, 16 kHz mono, with a little before and behind it; None once that is forgotten."""
        first = max(0, clause.first_sample - LEAD_SAMPLES)
        frame = self._replay.after(first, clause.end_sample + LEAD_SAMPLES - first)
        return None if frame is None or frame.first_sample > clause.first_sample else frame.pcm

    def gap(self) -> None:
        """The sound stops for now (muted, unsubscribed): ends the utterance."""
        if not self._silent and not self._closed:
            pause_s = self._settings.recognition.min_silence_s + 0.3
            silence = np.zeros(int(pause_s * HEARING_RATE_HZ), np.int16)
            for piece in np.array_split(silence, max(1, len(silence) // 800)):
                self.listen(piece)
            self._silent = True
        self._outlet.floor(Floor.LEFT)

    def wish(self, wishes: Wishes) -> None:
        """Sets which languages this speaker is translated into from the next clause on."""
        self._wishes = wishes
        self._wished.set()

    def begins_to_speak(self, traceparent: str) -> None:
        """The speaker's page told that they do, and in which trace."""
        self._traces.told(traceparent)

    def close(self) -> None:
        """No more sound will come: `run` finishes what was heard and returns."""
        self._closed = True
        self._closing.set()
        self._frames.close()

    # --- the work ----------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Interprets until closed. Never raises but for cancellation.

        What failed is begun again a little later, and goes on with the sound that waits by then. Once closed it does
        not rest before that.
        """
        try:
            await keep_running(
                self._attempt,
                name=f"interpreter of {self.speaker}",
                failed=self._tell_failure,
                backoff=Backoff(FIRST_REST_S),
                attempts=RESTARTS + 1,
                sleep=self._rest,
                now=self._now,
            )
        except Exception as error:  # noqa: BLE001  a speaker's fault must not end the meeting
            log.error("interpreter gives up", speaker=self.speaker, kinds=kinds(error))
            self.close()
        self._outlet.floor(Floor.LEFT)

    async def _attempt(self) -> None:
        if not (self._closed and self._failed and not len(self._frames)):
            await self._interpret()

    def _tell_failure(self, name: str, error: Exception) -> None:
        self._failed = True
        reason = f"interpreting failed ({kinds(error)})"
        self._outlet.trouble(Trouble(self.speaker, "hear", "", reason, ReportCode.INTERRUPTED))

    async def _rest(self, wait_s: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                await self._closing.wait()

    async def _interpret(self) -> None:
        try:
            await self._work()
        finally:
            self._traces.close()
            self._outlet.floor(Floor.PAUSED)

    async def _work(self) -> None:
        heard: Channel[Heard] = Channel(EVENTS_WAITING)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._hear(self._frames, heard, self._options), name=f"hear {self.speaker}")
            watch = group.create_task(self._watch_for_stalls(), name=f"stalls {self.speaker}")
            lanes = Lanes(group, self._new_lane)
            times = WordTimes(self.speaker, self._arrivals)
            async for event, segments in segment(heard, self._cutter, self._arrivals, self._now):
                self._note(event)
                if isinstance(event, UtteranceStarted):
                    self._traces.started(event, self._arrivals.spoken_s(event.first_sample))
                    self._outlet.floor(Floor.TAKEN)
                for part in map(self._in_its_trace, segments):
                    self._show(part, times)
                    lanes.offer(part, self._wishes.languages)
                self._measure(event, times)
            watch.cancel()
            await lanes.finish()

    def _measure(self, event: Heard, times: WordTimes) -> None:
        """What can be told only once the clauses of an event have been shown."""
        if isinstance(event, UtteranceEnded):
            self._traces.ended(event, self._arrivals.spoken_s(event.end_sample))
            self._outlet.floor(Floor.PAUSED)
        if isinstance(event, Words):
            for settled in times.shown(event, self._now()):
                self._outlet.measured(settled)

    def _note(self, event: Heard) -> None:
        """Tells what is missing, and how well the recogniser keeps up."""
        match event:
            case Words(heard_to=to) | UtteranceEnded(end_sample=to):
                self._load.report(f"hear {self.speaker}", self._pace.reached(to, self._position, self._now()))
                return
            case NotHeard():
                lost_s = seconds(event.end_sample - event.first_sample)
                self._outlet.measured(SoundLost(self.speaker, lost_s))
                reason = f"{lost_s:.1f} s were not heard: {event.reason}"
                trouble = Trouble(self.speaker, "hear", "", reason, ReportCode.NOT_HEARD)
            case OtherLanguage(declared=declared, spoken=spoken):
                reason = f"they seem to speak {spoken}, but have said that they speak {declared}"
                code = ReportCode.OTHER_LANGUAGE
                trouble = Trouble(self.speaker, "hear", spoken, reason, code, other=declared)
            case UtteranceStarted():
                return
        self._outlet.trouble(trouble)

    def _in_its_trace(self, part: Segment) -> Segment:
        if isinstance(part, Clause) and (trace := self._traces.of(part.utterance)):
            return replace(part, trace=trace)
        return part

    def _show(self, part: Segment, times: WordTimes) -> None:
        """Shows the original, and tells what was measured."""
        caption = caption_of(part)
        if isinstance(part, Clause):
            self._outlet.committed(part)
            self._outlet.measured(
                ClauseCommitted(
                    part.speaker,
                    part.number,
                    part.language,
                    part.onset_at_s,
                    part.offset_at_s,
                    part.committed_at_s,
                    len(part.text.split()),
                    part.end.value,
                    part.confidence,
                )
            )
        else:
            caption = replace(caption, heard_at_s=times.newest_word_s(part))
        self._outlet.caption(caption)

    def _new_lane(self, language: str) -> TranslationLane:
        def put(outcome: Translated, drafted: bool) -> None:
            self._deliver(outcome, drafted)

        return TranslationLane(
            language,
            translator=self._translator,
            settings=self._settings.translation,
            cache=self._cache,
            glossary=self._glossary,
            put=put,
            load=self._load,
            now=self._now,
            sound_of=self.sound_of,
        )

    def _deliver(self, outcome: Translated, drafted: bool) -> None:
        self._outlet.caption(translated_caption(outcome))
        if isinstance(outcome, DraftTranslation):
            if outcome.text and not outcome.draft.tentative:
                self._outlet.drafted(outcome)
        else:
            clause = outcome.clause
            measurement = ClauseTranslated(
                clause.speaker,
                clause.number,
                outcome.language,
                took_s=self._now() - clause.committed_at_s,
                drafted=drafted,
                failed=isinstance(outcome, NotTranslated),
            )
            if isinstance(outcome, Translation):
                measurement = replace(measurement, doubt=outcome.doubt, score=outcome.score)
            self._outlet.measured(measurement)
            if isinstance(outcome, NotTranslated):
                code = ReportCode.NOT_TRANSLATED
                self._outlet.trouble(
                    Trouble(clause.speaker, "translate", outcome.language, outcome.reason, code)
                )
            self._outlet.translated(outcome)

    async def _watch_for_stalls(self) -> None:
        while True:
            await asyncio.sleep(STALL_S / 2)
            if not self._silent and self._now() - self._last_sound_s > STALL_S:
                self.gap()
            if self._lost:
                lost, self._lost = self._lost, 0
                self._outlet.measured(SoundLost(self.speaker, seconds(lost)))

    def _drop(self, frame: AudioFrame) -> None:
        self._lost += len(frame.pcm)
