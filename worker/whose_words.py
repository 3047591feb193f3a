"""Tells a channel's listeners whose words they hear, before these sound.

All speakers of a room share the channel of a language. Who wants one of them in the original, in another language or
less loud has to know whose words sound at the moment; attributes would tell it too late.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import structlog

from pipeline.channel import Channel, WhenFull
from pipeline.clock import Monotonic
from protocol.attributes import WORDS_TOPIC
from protocol.words import WordsBegin
from worker.captions import SendFailed

log = structlog.get_logger(__name__)

WAITING = 100
"""At most so many notices wait; of more, the oldest are lost: the newest of a language says how things are."""

SEND_LIMIT_S = 2.0


class PacketPost(Protocol):
    """How packets leave for the room."""

    async def packet(self, data: bytes, *, topic: str, to: frozenset[str]) -> None:
        """Raises SendFailed."""
        ...


@dataclass(frozen=True, slots=True)
class _Words:
    language: str
    speaker: str
    at_s: float
    """When they begin to be heard."""


class WhoseWords:
    """Follows whose words each channel speaks; `run` does the sending."""

    def __init__(self, post: PacketPost, *, now: Monotonic | None = None) -> None:
        self._post = post
        self._now = now or asyncio.get_running_loop().time
        self._listeners: Mapping[str, frozenset[str]] = {}
        """For each language who listens and can be told."""
        self._last: dict[str, _Words] = {}
        self._waiting: Channel[tuple[_Words, frozenset[str]]] = Channel(WAITING, WhenFull.DROP_OLDEST)

    def begins(self, language: str, speaker: str, in_s: float) -> None:
        """A channel goes on with somebody's words; never blocks."""
        last = self._last.get(language)
        if last is None or last.speaker != speaker:
            words = self._last[language] = _Words(language, speaker, self._now() + in_s)
            self._tell(words, self._listeners.get(language, frozenset()))

    def heard_by(self, channels: Mapping[str, frozenset[str]], ready: frozenset[str]) -> None:
        """Sets who listens to which language; who is new to one is told whose words sound there.

        Args:
            ready: who can receive anything by now.
        """
        before, self._listeners = self._listeners, {code: who & ready for code, who in channels.items()}
        self._last = {code: words for code, words in self._last.items() if code in channels}
        for language, words in self._last.items():
            self._tell(words, self._listeners[language] - before.get(language, frozenset()))

    def renew(self) -> None:
        """Tells everybody again, after a reconnect."""
        self._listeners = {}

    async def run(self) -> None:
        """Sends until cancelled."""
        async for words, to in self._waiting:
            in_ms = max(0, round((words.at_s - self._now()) * 1000))
            notice = WordsBegin(words.language, words.speaker, in_ms)
            try:
                async with asyncio.timeout(SEND_LIMIT_S):
                    await self._post.packet(notice.encode(), topic=WORDS_TOPIC, to=to)
            except (SendFailed, TimeoutError) as error:
                log.debug("whose words was not told", error=type(error).__name__)

    def _tell(self, words: _Words, to: frozenset[str]) -> None:
        if to:
            self._waiting.put_nowait((words, to))
