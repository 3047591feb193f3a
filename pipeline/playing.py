"""The last step to the ear: sound into a sink, the rests between clauses, and what was measured of each."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from foundation.tracing.facts import SpanName
from foundation.tracing.spans import NOTHING, Span, begin
from pipeline.audio import SPEAKING_RATE_HZ, Pcm, seconds
from pipeline.clock import Monotonic
from pipeline.events import NotSpoken, Speech, Spoken, Translation, Trouble
from pipeline.rendering import Rendering, pause_behind, silence
from protocol.reports import ReportCode


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
class Utterance:
    """One translation on its way to the listeners."""

    translation: Translation
    rendering: Rendering
    rendered: asyncio.Task[None]
    """The work on it."""
    said_at_s: float
    """When the channel was given it."""
    after_skip: bool
    """Whether something before it was left out, which listeners are told by a short signal."""
    superseded: str = ""
    """Why nobody is to hear it any more; empty while somebody is."""
    written_s: float = 0.0
    """How much of it the sink has taken."""
    span: Span = NOTHING
    """Its synthesis, from when it was said until the sink has all of it."""
    delivery: Span = NOTHING
    """From the first frame that the sink was given to the last one that is due."""

    @property
    def left_s(self) -> float:
        """How much of it the sink has yet to take, as far as one can tell."""
        return max(0.0, self.rendering.expected_s() - self.written_s)


@dataclass(frozen=True, slots=True)
class _Last:
    """What listeners heard last, and when it ends."""

    text: str
    speaker: str
    end_at_s: float


class Player:
    """Plays one utterance after the other and reports what became of each.

    Args:
        report: receives every outcome; must not block.
        progress: called with each piece of sound; must not block.
        begins: called with whose words come next, and in how many seconds they are heard; must not block.
    """

    def __init__(
        self,
        language: str,
        *,
        sink: AudioSink,
        report: Callable[[Speech | Trouble], None],
        progress: Callable[[], None],
        begins: Callable[[str, float], None],
        now: Monotonic,
    ) -> None:
        self.lag_s = 0.0
        """Of the last clause: from its onset in the source to that of its translation."""
        self._language, self._sink, self._report = language, sink, report
        self._progress, self._begins, self._now = progress, begins, now
        self._free_at_s = 0.0
        self._last = _Last("", "", float("-inf"))

    async def play(self, item: Utterance) -> None:
        """Hands an utterance to the sink as it is rendered; returns when the sink has taken all of it."""
        onset_at_s = first_audio_at_s = end_at_s = 0.0
        while (pcm := await item.rendering.next()) is not None:
            self._progress()
            if item.superseded:
                continue  # take the rest, so that the rendering can end
            if not item.written_s:
                await self._lead_in(item)
                first_audio_at_s = self._now()
                item.delivery = begin(SpanName.SYNTHESIS_DELIVERY, within=item.span, at_s=first_audio_at_s)
                onset_at_s = first_audio_at_s + self._sink.queued_s()
                self.lag_s = onset_at_s - item.translation.clause.onset_at_s
            item.written_s += seconds(len(pcm), SPEAKING_RATE_HZ)
            await self._sink.write(pcm)
            # later than the length tells, where the sound ran dry on the way
            end_at_s = max(onset_at_s + item.written_s, self._now() + self._sink.queued_s())
        if item.written_s:
            self._last = _Last(item.translation.text, item.translation.clause.speaker, end_at_s)
        self._tell(item, first_audio_at_s, onset_at_s, end_at_s)
        self._free_at_s = self._now()

    def fail(self, translation: Translation, reason: str) -> None:
        """Reports that a translation was not, or not all, spoken."""
        self._report(NotSpoken(translation, reason))
        speaker = translation.clause.speaker
        self._report(Trouble(speaker, "speak", self._language, reason, ReportCode.NOT_SPOKEN))

    async def _lead_in(self, item: Utterance) -> None:
        """What is heard between two clauses: the signal that something was left out, or a rest."""
        self._begins(item.translation.clause.speaker, self._sink.queued_s())
        if item.after_skip:
            await self._sink.write(skip_signal())
        pause_s = item.rendering.order.pause_s
        if item.translation.clause.speaker == self._last.speaker:
            pause_s = pause_behind(self._last.text, pause_s)
        quiet_s = max(0.0, self._now() + self._sink.queued_s() - self._last.end_at_s)
        if pause_s > quiet_s:
            await self._sink.write(silence(pause_s - quiet_s))

    def _tell(self, item: Utterance, first_audio_at_s: float, onset_at_s: float, end_at_s: float) -> None:
        translation, rendering = item.translation, item.rendering
        self._end_spans(item, end_at_s)
        if item.superseded:
            self._report(NotSpoken(translation, item.superseded))
        elif not item.written_s:
            self.fail(translation, rendering.failure or "there is nothing to say in it")
        elif rendering.failure:
            self.fail(translation, f"broke off: {rendering.failure}")
        else:
            self._report(
                Spoken(
                    translation=translation,
                    voice=rendering.voice,
                    speed=rendering.order.speed,
                    waited_s=max(0.0, self._free_at_s - item.said_at_s),
                    synthesised_at_s=rendering.first_sound_at_s,
                    first_audio_at_s=first_audio_at_s,
                    onset_at_s=onset_at_s,
                    end_at_s=end_at_s,
                    lag_s=end_at_s - translation.clause.offset_at_s,
                    instead_of="" if rendering.voice == rendering.order.voice else rendering.order.voice,
                )
            )

    def _end_spans(self, item: Utterance, end_at_s: float) -> None:
        item.delivery.tell(sound_s=round(item.written_s, 2))
        item.delivery.end(end_at_s)
        failed = "failed" if item.rendering.failure or not item.written_s else "done"
        item.span.tell(outcome="skipped" if item.superseded else failed)
        if item.written_s:
            lag_s = end_at_s - item.translation.clause.offset_at_s
            item.span.tell(lag_s=round(lag_s, 2), engine=item.rendering.voice.partition(":")[0])
        item.span.end(end_at_s or None)


def skip_signal() -> Pcm:
    """Two soft falling tones, 160 ms: what listeners hear when something was left out."""
    rate, tone_s = SPEAKING_RATE_HZ, 0.08
    moments = np.arange(int(rate * tone_s)) / rate
    fade = np.sin(np.pi * moments / tone_s)
    tones = [np.sin(2 * np.pi * hertz * moments) * fade for hertz in (660.0, 440.0)]
    return (np.concatenate(tones) * 0.06 * 32767).astype(np.int16)
