"""One place where a service answers, and what is known of it."""

from __future__ import annotations

import asyncio
from typing import Final

import aiohttp

from config.settings import Services
from foundation.supervision import Backoff
from speech_service.busyness import ServiceHealth
from speech_service.client.connection import new_session

FIRST_REST_S: Final = 0.5
LONGEST_REST_S: Final = 10.0
USUAL_ROOM: Final = 8
"""Of a service that does not say how much room it has."""


class Copy:
    """One place where a service answers."""

    def __init__(self, url: str, address: str, services: Services) -> None:
        self.url = url
        """Without a slash at the end; its name is kept where `address` says where that is."""
        self.address = address
        """Empty where the URL says it."""
        self.asked = 0
        """What our own clients have under way there."""
        self.rests_until_s = 0.0
        self.hangs = asyncio.Event()
        """It does not answer: conversations with it are to be continued elsewhere."""
        self.ends = asyncio.Event()
        """It takes nothing more: who speaks on goes elsewhere, what is asked of it is finished."""
        self._services = services
        self._session: aiohttp.ClientSession | None = None
        self._told: ServiceHealth | None = None
        self._asked_when_told = 0
        self._rests = Backoff(FIRST_REST_S, LONGEST_REST_S)

    @property
    def place(self) -> str:
        """For the log."""
        return f"{self.url} at {self.address}" if self.address else self.url

    @property
    def session(self) -> aiohttp.ClientSession:
        """Connects to this copy alone."""
        if self._session is None or self._session.closed:
            self._session = new_session(self._services, self.address)
        return self._session

    @property
    def busyness(self) -> float:
        """How full it is, 1 for full: as it said itself, and what we have begun and ended there since."""
        if self._told is None:
            return self.asked / USUAL_ROOM
        return max(0, self._told.under_way + self.asked - self._asked_when_told) / self._told.room

    def tell(self, told: ServiceHealth | None) -> None:
        """It has answered, None: without saying how busy it is."""
        self._told, self._asked_when_told = told, self.asked
        self.answered()

    def answered(self) -> None:
        """It is there."""
        self._rests = Backoff(FIRST_REST_S, LONGEST_REST_S)
        self.hangs.clear()
        self.ends.clear()

    def rest(self, now_s: float, at_least_s: float = 0.0) -> None:
        """It is asked last for a while, longer each time."""
        self.rests_until_s = now_s + max(at_least_s, self._rests.after(0.0))

    async def close(self) -> None:
        """Gives its connections back."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()
