"""Which languages the recognition services hear."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Final

import aiohttp
import structlog

from config.settings import Services
from speech_service.client.connection import BROKEN, HttpClient, get_json, reason_of
from speech_service.client.languages import read_recognised
from speech_service.wire import WireError

log = structlog.get_logger(__name__)

_KNOWN_S: Final = 60.0
_ASK_AGAIN_S: Final = 5.0


class HeardLanguages(HttpClient):
    """Asks the services when somebody wants to know, each once a minute at most. Usable inside `async with`."""

    def __init__(
        self, urls: Sequence[str], services: Services, *, now: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(services)
        self._urls, self._now = tuple(urls), now
        self._known: dict[str, tuple[float, tuple[str, ...]]] = {}

    async def heard(self) -> frozenset[str]:
        """Of all services; of one that is away what it said last. Raises nothing."""
        found: set[str] = set()
        for url in self._urls:
            found.update(await self._of(url))
        return frozenset(found)

    async def _of(self, url: str) -> tuple[str, ...]:
        until_s, known = self._known.get(url, (0.0, ()))
        if self._now() < until_s:
            return known
        try:
            answer = await get_json(self._open(), f"{url.rstrip('/')}/languages")
            known, wait_s = read_recognised(answer), _KNOWN_S
        except BROKEN as error:
            log.info("a recognition service does not tell its languages", reason=_why(error))
            wait_s = _ASK_AGAIN_S
        self._known[url] = (self._now() + wait_s, known)
        return known


def _why(error: aiohttp.ClientError | OSError | TimeoutError | WireError) -> str:
    return str(error) if isinstance(error, WireError) else reason_of(error)
