"""A recording through the hearing stage: what was heard, when it was shown and when it was committed."""

from __future__ import annotations

import asyncio
import resource
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from bench.pacing import Pacing, RecordingPlayer
from bench.recording import LabelledRecording, with_quiet
from bench.watching import WatchedRecognizer
from config.settings import Recognition
from pipeline.audio import HEARING_RATE_HZ
from pipeline.channel import Channel
from pipeline.clock import ArrivalClock
from pipeline.engines.protocols import HearingOptions, Recognizer
from pipeline.engines.recognition.silero import SileroModel
from pipeline.events import Caption, Heard, NotHeard, Word, Words
from pipeline.retraction import RetractionCounter
from pipeline.settling import WordTimes
from pipeline.stages.hear import hear
from pipeline.text.languages import join

_LONGEST = 40
"""A run is given up after so many times its sound, and two minutes."""


@dataclass(slots=True)
class Streamed:
    """What came of a recording."""

    text: str = ""
    words: list[Word] = field(default_factory=list)
    """All that were committed."""
    newest_shown_s: list[float] = field(default_factory=list)
    """For each word that was shown for the first time: from the arrival of its end."""
    shown_s: list[float] = field(default_factory=list)
    """For each committed word: from the arrival of its end until it was shown as it stayed."""
    committed_s: list[float] = field(default_factory=list)
    changed_share: float = 0.0
    """Of the words shown, those that later changed or vanished."""
    passes_s: list[float] = field(default_factory=list)
    processor_s: float = 0.0
    took_s: float = 0.0
    dropped_frames: int = 0
    not_heard_s: float = 0.0


async def stream(
    recording: LabelledRecording,
    recognizer: Recognizer,
    settings: Recognition,
    *,
    pace: Pacing,
    model: SileroModel,
) -> Streamed:
    """Plays a recording through the stage. Raises EngineError, TimeoutError."""
    watch = WatchedRecognizer(recognizer)
    arrivals = ArrivalClock()
    player = RecordingPlayer(with_quiet(recording.pcm), pace, watch, arrivals.arrived)
    heard: Channel[Heard] = Channel(10_000)
    notes = _Notes(recording.language, arrivals)

    async def note() -> None:
        async for event in heard:
            notes.take(event, player.now_s())

    allowed = () if recording.language else tuple(sorted(recording.languages))
    options = HearingOptions("bench", recording.language or None, allowed)
    began_s, used_s = time.monotonic(), processor_s()
    async with asyncio.timeout(_LONGEST * recording.seconds + 120), asyncio.TaskGroup() as group:
        group.create_task(player.play())
        group.create_task(note())
        group.create_task(
            hear(
                player.frames,
                heard,
                recognizer=watch,
                detector=model.detector(),
                options=options,
                settings=settings,
            )
        )
    found = notes.found
    found.text = joined(found.words, recording.language)
    found.changed_share = notes.counter.share
    found.processor_s, found.took_s = processor_s() - used_s, time.monotonic() - began_s
    found.passes_s, found.dropped_frames = watch.passes_s, player.frames.dropped
    await recognizer.forget("bench")
    return found


def joined(words: Sequence[Word], language: str) -> str:
    """Words as they are written one behind the other."""
    return join([word.text for word in words], language)


def processor_s() -> float:
    """Processor time of this process and of those it has started and seen end."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


class _Notes:
    """Enters what the stage puts."""

    def __init__(self, language: str, arrivals: ArrivalClock) -> None:
        self.found = Streamed()
        self.counter = RetractionCounter()
        self._language, self._arrivals = language, arrivals
        self._times = WordTimes("bench", arrivals)
        self._newest_end = 0
        self._utterance = 0
        self._of_utterance: list[Word] = []

    def take(self, event: Heard, at_s: float) -> None:
        """Takes the next event, at the moment it came."""
        if isinstance(event, NotHeard):
            self.found.not_heard_s += (event.end_sample - event.first_sample) / HEARING_RATE_HZ
        if not isinstance(event, Words):
            return
        for settled in self._times.shown(event, at_s):
            self.found.shown_s.append(settled.shown_s)
            self.found.committed_s.append(settled.committed_s)
        self.found.words += event.committed
        every = (*event.committed, *event.tentative)
        if every and every[-1].end_sample > self._newest_end:
            self._newest_end = every[-1].end_sample
            self.found.newest_shown_s.append(max(0.0, at_s - self._arrivals.arrival_s(self._newest_end)))
        if event.utterance != self._utterance:
            self._utterance, self._of_utterance = event.utterance, []
        self._of_utterance += event.committed
        committed = joined(self._of_utterance, self._language)
        whole = joined([*self._of_utterance, *event.tentative], self._language)
        self.counter.feed(
            Caption(
                speaker="bench",
                segment=f"{event.utterance}-1",
                language=self._language,
                source_language=self._language,
                committed=committed,
                tentative=whole[len(committed) :],
                final=False,
                onset_at_s=0.0,
                offset_at_s=0.0,
            )
        )
