"""Which languages the recognition services hear."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, Final

import aiohttp
import structlog

from config.settings import Services
from protocol.language import is_code
from speech_service.client.connection import BROKEN, get_json, new_session, reason_of
from speech_service.wire import WireError

log = structlog.get_logger(__name__)

_KNOWN_S: Final = 60.0
_ASK_AGAIN_S: Final = 5.0
_MOST: Final = 1000


class HeardLanguages:
    """Asks the services when somebody wants to know, each once a minute at most. Usable inside `async with`."""

    def __init__(
        self, urls: Sequence[str], services: Services, *, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._urls, self._services, self._now = tuple(urls), services, now
        self._known: dict[str, tuple[float, tuple[str, ...]]] = {}

    async def __aenter__(self) -> HeardLanguages:
        self._session = new_session(self._services)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

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
            known, wait_s = _read(await get_json(self._session, f"{url.rstrip('/')}/languages")), _KNOWN_S
        except BROKEN as error:
            log.info("a recognition service does not tell its languages", reason=_why(error))
            wait_s = _ASK_AGAIN_S
        self._known[url] = (self._now() + wait_s, known)
        return known


def _why(error: aiohttp.ClientError | OSError | TimeoutError | WireError) -> str:
    return str(error) if isinstance(error, WireError) else reason_of(error)


def _read(tree: Any) -> tuple[str, ...]:
    """Raises WireError."""
    found = tree.get("languages") if isinstance(tree, dict) else None
    if not isinstance(found, list) or len(found) > _MOST:
        raise WireError("the list of languages cannot be read")
    return tuple(code for code in found if isinstance(code, str) and is_code(code))
