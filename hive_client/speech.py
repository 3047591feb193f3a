"""Text to speech."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Literal, TypedDict, Unpack
from urllib.parse import quote

from hive_client.transport import Transport

SpeechFormat = Literal["wav", "mp3", "ogg", "flac"]


class SpeakOptions(TypedDict, total=False):
    """How a text is spoken."""

    voice: str
    """A name of `voices`."""
    language: str
    speed: float
    """0.5 to 2.0."""
    format: SpeechFormat


@dataclass(frozen=True, slots=True)
class Speech:
    """A text spoken aloud."""

    sound: bytes
    media_type: str
    voice: str
    """Who speaks."""


@dataclass(frozen=True, slots=True)
class Voice:
    """Who can speak. What is not known is None."""

    name: str
    display_name: str
    language: str
    accent: str | None
    register: str | None
    description: str | None
    engine: str
    tier: str
    """"fast", "standard" or "premium"."""
    cloneable: bool
    """Whether voices of one's own are made with it."""
    sample_url: str


@dataclass(frozen=True, slots=True)
class Voices:
    """Those that there are, each language's default first."""

    default: str | None
    voices: tuple[Voice, ...]


class SpeechApi:
    """Texts spoken aloud, and by whom."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def speak(self, text: str, **options: Unpack[SpeakOptions]) -> Speech:
        """A text of up to 500 characters. Raises HiveError."""
        answer = await self._transport.send("POST", "/tts", json={"text": text, **options})
        headers = answer.headers
        return Speech(answer.body, headers.get("content-type", ""), headers.get("x-voice", ""))

    def stream(
        self, text: str, **options: Unpack[SpeakOptions]
    ) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """The same as it is made: `async with speech.stream(…) as pieces`. Raises HiveError."""
        body: dict[str, Any] = {"text": text, "stream": True, **options}
        return self._transport.stream("/tts", body)

    async def voices(self, language: str = "") -> Voices:
        """Of one language, or all. Raises HiveError."""
        return await self._transport.get(Voices, "/voices", language=language or None)

    async def sample(self, voice: str) -> bytes:
        """A sentence in a voice, MP3. Raises HiveError."""
        return (await self._transport.send("GET", f"/voices/{quote(voice, safe='')}/sample")).body
