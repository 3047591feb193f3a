"""Captions as LiveKit's clients know them: text streams on `lk.transcription`, each to those who read its language.

Every revision is a stream of its own with the whole text. Originals also go out as LiveKit's legacy packets.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

import structlog
from livekit import rtc

from foundation.tasks import Tasks
from pipeline.clock import Monotonic
from pipeline.events import Caption
from pipeline.timing import CaptionShown
from protocol.attributes import CAPTIONS_TOPIC
from protocol.captions import CaptionAttributes
from worker.listeners import readers_of
from worker.outbox import Outbox
from worker.signing import CaptionKey
from worker.throttle import Throttle

log = structlog.get_logger(__name__)

SEND_LIMIT_S = 3.0
ATTEMPTS = 10
"""How often a final caption is tried to be sent: long enough for the media server to start again."""

RETRY_S = 1.0

MAX_CHARACTERS = 4000
"""Of one caption; readers take no longer ones. Nobody speaks so long without a pause."""

MAX_REASON_CHARACTERS = 300
"""Of a note or a doubt."""

LEGACY_EVERY_S = 0.5
"""Interim legacy packets of one speaker are at least so far apart: they go to everybody in the room."""

HISTORY = 12
"""How many finals of each language somebody gets who comes late."""

HISTORIES_AT_ONCE = 4


class SendFailed(Exception):
    """A stream could not be sent now."""


class Post(Protocol):
    """How text leaves for the room."""

    async def stream(
        self, text: str, *, topic: str, to: frozenset[str], attributes: Mapping[str, str], sender: str
    ) -> None:
        """Sends a text stream in the name of `sender`. Raises SendFailed."""
        ...

    async def legacy(self, transcription: rtc.Transcription) -> None:
        """Sends LiveKit's older packet to everybody. Raises SendFailed."""
        ...


@dataclass(frozen=True, slots=True)
class Epoch:
    """The time of one interpreter in a room; another one after a restart, or after dismissal and invitation."""

    began_at_s: float
    """Where its time line begins."""
    name: str = field(default_factory=lambda: secrets.token_hex(4))
    """Random: clients keep captions longer than an interpreter lives, and merge them by their segments."""


@dataclass(frozen=True, slots=True)
class Line:
    """A caption, and which of the speaker's interpreters it comes from."""

    caption: Caption
    take: int
    """1, 2, 3…: changes when the speaker's interpreter was begun anew and counts from 1 again."""

    def segment(self, epoch: Epoch) -> str:
        """The same for the original and its translations, never used twice."""
        return f"{self.caption.speaker}/{epoch.name}.{self.take}.{self.caption.segment}"

    def span_ms(self, epoch: Epoch) -> tuple[int, int]:
        """When it was said, from the first to the last word, in milliseconds since `epoch` began."""
        start = max(0, round((self.caption.onset_at_s - epoch.began_at_s) * 1000))
        return start, max(start, round((self.caption.offset_at_s - epoch.began_at_s) * 1000))


def within_bounds(caption: Caption) -> Caption:
    """The caption, cut where readers would not take it."""
    committed = caption.committed[:MAX_CHARACTERS]
    return replace(
        caption,
        committed=committed,
        tentative=caption.tentative[: MAX_CHARACTERS - len(committed)],
        note=caption.note[:MAX_REASON_CHARACTERS],
        doubt=caption.doubt[:MAX_REASON_CHARACTERS],
    )


def stream_attributes(line: Line, track_sid: str, epoch: Epoch, *, history: bool = False) -> dict[str, str]:
    """The attributes of docs/protocol.md, not signed yet."""
    caption = line.caption
    start_ms, end_ms = line.span_ms(epoch)
    return CaptionAttributes(
        segment=line.segment(epoch),
        language=caption.language,
        source_language=caption.source_language,
        final=caption.final,
        track_sid=track_sid,
        committed=len(caption.text) if caption.final else len(caption.committed),
        start_ms=start_ms,
        end_ms=end_ms,
        translated=caption.translated,
        note=caption.note,
        doubt=caption.doubt,
        confidence=caption.confidence,
        history=history,
        likeness=caption.likeness,
    ).written()


def legacy_packet(line: Line, track_sid: str, epoch: Epoch) -> rtc.Transcription:
    """The same as LiveKit's older packet."""
    caption = line.caption
    start_ms, end_ms = line.span_ms(epoch)
    segment = rtc.TranscriptionSegment(
        id=f"{line.segment(epoch)}/{caption.language}",
        text=caption.text,
        start_time=start_ms,
        end_time=end_ms,
        language=caption.language,
        final=caption.final,
    )
    return rtc.Transcription(caption.speaker, track_sid, [segment])


class Captions:
    """Sends captions to those who read them, on one time line that begins with this object.

    Args:
        key: signs each stream.
        track_sid: from a speaker's identity to the SID of their microphone's track, "" while there is none.
        shown: told how long after the sound each interim caption with a new word was sent.
        sent: told each caption that was sent to its readers, in order; `segment` is never used twice.
    """

    def __init__(
        self,
        post: Post,
        *,
        key: CaptionKey,
        tasks: Tasks,
        track_sid: Callable[[str], str],
        shown: Callable[[CaptionShown], None],
        sent: Callable[[Caption], None] = lambda caption: None,
        now: Monotonic | None = None,
    ) -> None:
        self._post, self._key = post, key
        self._tasks, self._track_sid, self._shown, self._sent = tasks, track_sid, shown, sent
        self._now = now or asyncio.get_running_loop().time
        self._epoch = Epoch(self._now())
        self._readers: Mapping[str, frozenset[str]] = {}
        self._packets = True
        self._greeted: dict[str, frozenset[str]] = {}
        self._legacy_pace = Throttle(LEGACY_EVERY_S)
        self._boxes: dict[tuple[str, int, str], tuple[Outbox, asyncio.Task[None]]] = {}
        self._history: dict[str, deque[Line]] = {}
        self._histories = asyncio.Semaphore(HISTORIES_AT_ONCE)

    def read_by(
        self, readers: Mapping[str, frozenset[str]], ready: frozenset[str], *, packets: bool = True
    ) -> None:
        """Sets who reads what; whoever is new to a language gets its last finals.

        Args:
            ready: who can receive streams by now.
            packets: whether legacy packets may be sent; they go to everybody, also to those who read nothing.
        """
        self._readers, self._packets = readers, packets
        reading: dict[str, set[str]] = {}
        for language, who in readers.items():
            for identity in who & ready:
                reading.setdefault(identity, set()).add(language)
        for identity, languages in reading.items():
            new = frozenset(languages - self._greeted.get(identity, frozenset()))
            lines = self._last_finals(new)
            if new and lines:
                self._tasks.start(self._send_history(identity, lines), name=f"history for {identity}")
        self._greeted = {identity: frozenset(languages) for identity, languages in reading.items()}

    def show(self, line: Line) -> None:
        """Takes a caption, interim or final; never blocks."""
        caption = within_bounds(line.caption)
        line = replace(line, caption=caption)
        if caption.final and caption.text:
            self._history.setdefault(caption.language, deque(maxlen=HISTORY)).append(line)
        key = (caption.speaker, line.take, caption.language)
        running = self._boxes.get(key)
        if running is not None:
            running[0].put(caption)
            return
        box = Outbox()
        box.put(caption)
        task = self._tasks.start(self._work_off(key, box), name=f"captions of {caption.speaker}")
        self._boxes[key] = (box, task)

    async def _work_off(self, key: tuple[str, int, str], box: Outbox) -> None:
        """Sends what waits in one box, in order, and lives on for a moment: the pace of interims is in it."""
        speaker, take, _ = key
        try:
            while True:
                caption = box.take(self._now())
                if caption is not None:
                    await self._send(Line(caption, take))
                elif len(box):
                    await asyncio.sleep(box.due_in_s(self._now()))
                elif (pause_s := box.due_in_s(self._now())) > 0:
                    await asyncio.sleep(pause_s)
                else:
                    return
        finally:
            del self._boxes[key]
            if box.lost:
                log.warning("captions were lost", speaker=speaker, count=box.lost)

    async def _send(self, line: Line) -> None:
        caption = line.caption
        to = readers_of(caption.language, caption.source_language, self._readers)
        if to and await self._try(line, to):
            self._sent(replace(caption, segment=line.segment(self._epoch)))
            if caption.heard_at_s:
                latency_s = self._now() - caption.heard_at_s
                self._shown(CaptionShown(caption.speaker, caption.language, latency_s))
        sid = "" if caption.translated or not self._packets else self._track_sid(caption.speaker)
        if sid and (caption.final or self._legacy_pace.due(caption.speaker, self._now())):
            self._legacy_pace.had(caption.speaker, self._now())
            try:
                async with asyncio.timeout(SEND_LIMIT_S):
                    await self._post.legacy(legacy_packet(line, sid, self._epoch))
            except (SendFailed, TimeoutError) as error:
                log.debug("legacy packet was not sent", error=type(error).__name__)

    async def _try(self, line: Line, to: frozenset[str], *, history: bool = False) -> bool:
        """Sends a line, a final one up to `ATTEMPTS` times; whether it went out."""
        speaker, text = line.caption.speaker, line.caption.text
        attributes = stream_attributes(line, self._track_sid(speaker), self._epoch, history=history)
        signed = self._key.signed(speaker, text, attributes)
        for attempt in range(ATTEMPTS if line.caption.final else 1):
            if attempt:
                await asyncio.sleep(RETRY_S)
            try:
                async with asyncio.timeout(SEND_LIMIT_S):
                    await self._post.stream(
                        text, topic=CAPTIONS_TOPIC, to=to, attributes=signed, sender=speaker
                    )
            except (SendFailed, TimeoutError) as error:
                log.info("caption was not sent", speaker=speaker, attempt=attempt, error=type(error).__name__)
            else:
                return True
        return False

    def _last_finals(self, languages: frozenset[str]) -> list[Line]:
        """The last finals that a reader of `languages` missed, oldest first within each language."""
        reader = {language: frozenset({"reader"}) for language in languages}
        return [
            line
            for lines in self._history.values()
            for line in lines
            if readers_of(line.caption.language, line.caption.source_language, reader)
        ]

    async def _send_history(self, identity: str, lines: list[Line]) -> None:
        async with self._histories:
            for line in lines:
                await self._try(line, frozenset({identity}), history=True)
