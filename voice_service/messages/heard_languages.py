"""Which languages the recognition services hear."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

import aiohttp
import structlog

from speech_service.client import Copies
from speech_service.client.asking import asked
from speech_service.client.connection import BROKEN, reason_of
from speech_service.client.languages import read_recognised
from speech_service.client.one_copy import Copy
from speech_service.wire import WireError

log = structlog.get_logger(__name__)

_KNOWN_S: Final = 60.0
_ASK_AGAIN_S: Final = 5.0


class HeardLanguages:
    """Asks the copies of the service when somebody wants to know, each once a minute at most.

    Args:
        copies: held by whoever made them.
    """

    def __init__(self, copies: Copies, *, now: Callable[[], float] = time.monotonic) -> None:
        self._copies, self._now = copies, now
        self._known: dict[str, tuple[float, tuple[str, ...]]] = {}

    async def heard(self) -> frozenset[str]:
        """Of all copies; of one that is away what it said last. Raises nothing."""
        found: set[str] = set()
        for copy in self._copies:
            found.update(await self._of(copy))
        return frozenset(found)

    async def _of(self, copy: Copy) -> tuple[str, ...]:
        until_s, known = self._known.get(copy.place, (0.0, ()))
        if self._now() < until_s:
            return known
        try:
            known = read_recognised(await asked(self._copies, copy, "/languages"))
            wait_s = _KNOWN_S
        except BROKEN as error:
            log.info("a recognition service does not tell its languages", reason=_why(error))
            wait_s = _ASK_AGAIN_S
        self._known[copy.place] = (self._now() + wait_s, known)
        return known


def _why(error: aiohttp.ClientError | OSError | TimeoutError | WireError) -> str:
    return str(error) if isinstance(error, WireError) else reason_of(error)
