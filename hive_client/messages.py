"""Voice messages: translated, written down, and what they were."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypedDict, Unpack
from urllib.parse import quote

from hive_client.transport import Transport

Quality = Literal["fast", "balanced", "high"]
Format = Literal["wav", "mp3", "ogg", "flac", "m4a", "webm"]


class TranslateOptions(TypedDict, total=False):
    """What may be said about a recording that is translated."""

    source_language: str | None
    """None: to be detected."""
    voice_profile_id: str | None
    quality: Quality
    preserve_emotion: bool
    return_audio_url: bool
    return_base64: bool
    format: Format
    """Of the spoken translation."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to know about an answer."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Translation:
    """A voice message in another language."""

    job_id: str
    original_text: str
    translated_text: str
    source_language: str
    target_language: str
    audio_base64: str | None
    audio_url: str | None
    duration_seconds: float
    voice_similarity: float | None
    processing_time_ms: float
    cached: bool
    timestamps: dict[str, float]
    """How long each step took, ms."""
    translated_by: tuple[str, ...]
    warnings: tuple[Notice, ...]

    @property
    def audio(self) -> bytes | None:
        """The spoken translation, where it came with the answer."""
        return None if self.audio_base64 is None else base64.b64decode(self.audio_base64)


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of speech; times in seconds of the recording."""

    start: float
    end: float
    text: str
    confidence: float | None


@dataclass(frozen=True, slots=True)
class Transcription:
    """What is said in a recording."""

    text: str
    language: str
    confidence: float | None
    segments: tuple[Segment, ...]
    duration_seconds: float
    warnings: tuple[Notice, ...]


@dataclass(frozen=True, slots=True)
class Language:
    """What can be done with a language."""

    code: str
    heard: bool
    spoken: bool
    translated_into: tuple[str, ...]
    translated_outside_into: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Languages:
    """Those that there are."""

    languages: tuple[Language, ...]


@dataclass(frozen=True, slots=True)
class PastMessage:
    """A message of the history; texts only where the tenant keeps its messages."""

    job_id: str
    status: str
    source_language: str | None
    target_language: str
    original_text: str | None
    translated_text: str | None
    input_audio_url: str | None
    audio_url: str | None
    duration_seconds: float
    voice_similarity: float | None
    processing_time_ms: float
    cached: bool
    translated_by: str
    error: str | None
    created_at: datetime
    completed_at: datetime | None


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """Some of them, the newest first."""

    messages: tuple[PastMessage, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class LanguagePair:
    """How often was translated from one language into another."""

    source_language: str
    target_language: str
    messages: int


@dataclass(frozen=True, slots=True)
class Stats:
    """The tenant's messages as figures."""

    messages: int
    completed: int
    failed: int
    cached: int
    seconds: float
    mean_processing_ms: float | None
    languages: tuple[LanguagePair, ...]


class Messages:
    """Voice messages that are waited for."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def translate(
        self, sound: bytes, target_language: str, **options: Unpack[TranslateOptions]
    ) -> Translation:
        """A recording of up to 300 s, of any common kind, in another language. Raises HiveError."""
        return await self._transport.ask(
            Translation,
            "POST",
            "/api/v1/voice/translate",
            params={"target_language": target_language, **options},
            body=lambda: sound,
            headers=BARE,
            repeatable=False,
        )

    async def transcribe(
        self, sound: bytes, *, source_language: str | None = None, quality: Quality = "balanced"
    ) -> Transcription:
        """What is said in it. Nothing of it is kept. Raises HiveError."""
        return await self._transport.ask(
            Transcription,
            "POST",
            "/api/v1/voice/transcribe",
            params={"source_language": source_language, "quality": quality},
            body=lambda: sound,
            headers=BARE,
        )

    async def languages(self) -> tuple[Language, ...]:
        """Raises HiveError."""
        return (await self._transport.get(Languages, "/api/v1/languages")).languages

    async def page(self, *, limit: int = 20, cursor: str | None = None) -> HistoryPage:
        """One page of the history. Raises HiveError."""
        return await self._transport.get(HistoryPage, "/api/v1/voice/history", limit=limit, cursor=cursor)

    async def history(self) -> AsyncIterator[PastMessage]:
        """All of the history, the newest first, page by page. Raises HiveError."""
        cursor: str | None = None
        while True:
            found = await self.page(limit=100, cursor=cursor)
            for message in found.messages:
                yield message
            cursor = found.next_cursor
            if cursor is None:
                return

    async def forget(self, job_id: str) -> None:
        """Deletes a message with all that was kept or remembered of it. Raises HiveError."""
        await self._transport.send("DELETE", f"/api/v1/voice/history/{quote(job_id, safe='')}")

    async def stats(self) -> Stats:
        """Raises HiveError."""
        return await self._transport.get(Stats, "/api/v1/voice/stats")

    async def sound(self, url: str) -> bytes:
        """What a link of an answer leads to; the key is not shown there. Raises HiveError."""
        return (await self._transport.send("GET", url)).body


BARE: dict[str, Any] = {"content-type": "application/octet-stream"}
"""Of a recording that is sent as it is: the service looks into it."""
