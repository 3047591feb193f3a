"""What happens in a room, told to those who asked for it as the events of `protocol/events.py`."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, replace
from typing import Protocol

import structlog

from pipeline.channel import Channel, WhenFull
from pipeline.clock import Monotonic
from pipeline.engines.synthesis.blends import is_blend
from pipeline.events import NotSpoken, Speech, Trouble
from pipeline.timing import (
    CaptionShown,
    ClauseCommitted,
    ClauseTranslated,
    Measurement,
    SoundLost,
    WordSettled,
)
from protocol.attributes import EVENTS_TOPIC
from protocol.events import (
    EVENTS,
    CaptionSent,
    ChannelChanged,
    ClauseClosed,
    Event,
    SoundDropped,
    SpeechDone,
    SpeechSkipped,
    TranslationDone,
    TroubleTold,
    WordShown,
)
from worker.captions import SendFailed
from worker.published_channel import ChannelView

log = structlog.get_logger(__name__)

WAITING = 500
"""At most so many events wait; of more, the oldest are lost and counted."""

SEND_LIMIT_S = 2.0

LIKENESS = "likeness"
"""What a voice that resembles its speaker is called: its own name is the recipe, with which anybody could mix it."""


class TextPost(Protocol):
    """How text leaves for the room."""

    async def text(self, text: str, *, topic: str, to: frozenset[str]) -> None:
        """Raises SendFailed."""
        ...


def measurement_event(measurement: Measurement, take: int) -> Event:
    """Args: take: which of the speaker's interpreters measured."""
    match measurement:
        case ClauseCommitted():
            return ClauseClosed(take=take, **asdict(measurement))
        case ClauseTranslated():
            return TranslationDone(take=take, **asdict(measurement))
        case WordSettled():
            return WordShown(**asdict(measurement))
        case CaptionShown():
            return CaptionSent(**asdict(measurement))
        case SoundLost():
            return SoundDropped(**asdict(measurement))


def speech_event(speech: Speech) -> Event:
    """What became of a translation on its way to the ear."""
    translation = speech.translation
    clause, language = translation.clause, translation.language
    if isinstance(speech, NotSpoken):
        return SpeechSkipped(
            speaker=clause.speaker,
            take=clause.take,
            number=clause.number,
            language=language,
            reason=speech.reason,
        )
    return SpeechDone(
        speaker=clause.speaker,
        take=clause.take,
        number=clause.number,
        language=language,
        source_language=clause.language,
        voice=LIKENESS if is_blend(speech.voice) else speech.voice,
        speed=speech.speed,
        waited_s=speech.waited_s,
        translated_at_s=translation.translated_at_s,
        synthesised_at_s=speech.synthesised_at_s,
        first_audio_at_s=speech.first_audio_at_s,
        onset_at_s=speech.onset_at_s,
        end_at_s=speech.end_at_s,
        lag_s=speech.lag_s,
    )


def trouble_event(trouble: Trouble) -> Event:
    """Something is missing."""
    return TroubleTold(
        speaker=trouble.speaker,
        stage=trouble.stage,
        language=trouble.language,
        reason=trouble.reason,
        code=trouble.code.value,
    )


def channel_event(view: ChannelView) -> Event:
    """A channel's new state."""
    return ChannelChanged(
        language=view.language,
        state=view.state.value,
        listeners=view.listeners,
        track=view.track,
        sid=view.sid,
        lag_s=view.lag_s,
    )


class Telemetry:
    """Sends events to those who asked for them; where nobody did, they cost nothing."""

    def __init__(self, post: TextPost, *, now: Monotonic | None = None) -> None:
        self._post = post
        self._now = now or asyncio.get_running_loop().time
        self._to: frozenset[str] = frozenset()
        self._waiting: Channel[Event] = Channel(WAITING, WhenFull.DROP_OLDEST)

    def send_to(self, identities: frozenset[str]) -> bool:
        """Sets who receives events; whether somebody is new to them and has to be told how things are."""
        new = bool(identities - self._to)
        self._to = identities
        return new

    def tell(self, event: Event) -> None:
        """Takes an event; never blocks."""
        if self._to and not self._waiting.closed:
            self._waiting.put_nowait(replace(event, at_s=self._now()))

    def close(self) -> None:
        """Lets `run` return once what waits has been sent."""
        self._waiting.close()

    async def run(self) -> None:
        """Sends until closed."""
        reported = 0
        async for event in self._waiting:
            if self._waiting.dropped > reported:
                log.warning("events were lost", count=self._waiting.dropped - reported)
                reported = self._waiting.dropped
            try:
                async with asyncio.timeout(SEND_LIMIT_S):
                    await self._post.text(EVENTS.encode(event), topic=EVENTS_TOPIC, to=self._to)
            except (SendFailed, TimeoutError) as error:
                log.debug("event was not sent", error=type(error).__name__)
