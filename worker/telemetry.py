"""What happens in a room, in numbers and states, for those who asked for it: the text stream `translator.events`.

One JSON object a stream, never a word of what was said. All have `type` and `at_s`; readings named `…_at_s` are
`time.monotonic()` of the room's process.

    clause       speaker number language onset_at_s offset_at_s committed_at_s words end
    word         speaker shown_s committed_s
    caption      speaker language latency_s
    translation  speaker number language took_s drafted failed
    speech       speaker number language source_language voice speed waited_s translated_at_s synthesised_at_s
                 first_audio_at_s onset_at_s end_at_s lag_s
    skipped      speaker number language reason
    sound_lost   speaker lost_s
    trouble      speaker stage language reason
    channel      language state listeners track sid lag_s
    speaker      speaker state language take
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from typing import Any, Protocol, TypeAlias

import structlog

from pipeline.channel import Channel, WhenFull
from pipeline.clock import Monotonic
from pipeline.events import NotSpoken, Speech, Spoken, Trouble
from pipeline.timing import (
    CaptionShown,
    ClauseCommitted,
    ClauseTranslated,
    Measurement,
    SoundLost,
    WordSettled,
)
from worker.captions import SendFailed
from worker.channels import ChannelView

log = structlog.get_logger(__name__)

EVENTS_TOPIC = "translator.events"

WAITING = 500
"""At most so many events wait; of more, the oldest are lost and counted."""

SEND_LIMIT_S = 2.0

Fields: TypeAlias = dict[str, Any]

_TYPES: dict[type, str] = {
    ClauseCommitted: "clause",
    WordSettled: "word",
    CaptionShown: "caption",
    ClauseTranslated: "translation",
    SoundLost: "sound_lost",
}


class TextPost(Protocol):
    """How text leaves for the room."""

    async def text(self, text: str, *, topic: str, to: frozenset[str]) -> None:
        """Raises SendFailed."""
        ...


def measurement_fields(measurement: Measurement) -> Fields:
    """An event for a measurement."""
    return {"type": _TYPES[type(measurement)], **asdict(measurement)}


def speech_fields(speech: Speech) -> Fields:
    """An event for what became of a translation on its way to the ear."""
    translation = speech.translation
    fields: Fields = {
        "type": "skipped" if isinstance(speech, NotSpoken) else "speech",
        "speaker": translation.clause.speaker,
        "number": translation.clause.number,
        "language": translation.language,
    }
    if isinstance(speech, NotSpoken):
        return fields | {"reason": speech.reason}
    return fields | _spoken_fields(speech)


def trouble_fields(trouble: Trouble) -> Fields:
    """An event for something that is missing."""
    return {"type": "trouble", **asdict(trouble)}


def channel_fields(view: ChannelView) -> Fields:
    """An event for a channel's new state."""
    return {
        "type": "channel",
        "language": view.language,
        "state": view.state.value,
        "listeners": view.listeners,
        "track": view.track,
        "sid": view.sid,
        "lag_s": view.lag_s,
    }


def _spoken_fields(spoken: Spoken) -> Fields:
    return {
        "source_language": spoken.translation.clause.language,
        "voice": spoken.voice,
        "speed": spoken.speed,
        "waited_s": spoken.waited_s,
        "translated_at_s": spoken.translation.translated_at_s,
        "synthesised_at_s": spoken.synthesised_at_s,
        "first_audio_at_s": spoken.first_audio_at_s,
        "onset_at_s": spoken.onset_at_s,
        "end_at_s": spoken.end_at_s,
        "lag_s": spoken.lag_s,
    }


class Telemetry:
    """Sends events to those who asked for them; where nobody did, they cost nothing."""

    def __init__(self, post: TextPost, *, now: Monotonic | None = None) -> None:
        self._post = post
        self._now = now or asyncio.get_running_loop().time
        self._to: frozenset[str] = frozenset()
        self._waiting: Channel[Fields] = Channel(WAITING, WhenFull.DROP_OLDEST)

    def send_to(self, identities: frozenset[str]) -> bool:
        """Sets who receives events; whether somebody is new to them and has to be told how things are."""
        new = bool(identities - self._to)
        self._to = identities
        return new

    def tell(self, fields: Fields) -> None:
        """Takes an event; never blocks."""
        if self._to:
            self._waiting.put_nowait({**fields, "at_s": self._now()})

    async def run(self) -> None:
        """Sends until cancelled."""
        reported = 0
        async for fields in self._waiting:
            if self._waiting.dropped > reported:
                log.warning("events were lost", count=self._waiting.dropped - reported)
                reported = self._waiting.dropped
            text = json.dumps(fields, separators=(",", ":"), ensure_ascii=False)
            try:
                async with asyncio.timeout(SEND_LIMIT_S):
                    await self._post.text(text, topic=EVENTS_TOPIC, to=self._to)
            except (SendFailed, TimeoutError) as error:
                log.debug("event was not sent", error=type(error).__name__)
