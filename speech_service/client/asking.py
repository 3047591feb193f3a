"""Asks a service something again and again: it may start late, and may be started anew on another machine."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final, TypeVar

import aiohttp
import structlog

from speech_service.client.connection import BROKEN, get_json, new_backoff, reason_of
from speech_service.wire import WireError

log = structlog.get_logger(__name__)

ASK_EVERY_S: Final = 60.0
"""A service that has answered is asked again so often."""

Told = TypeVar("Told")


async def keep_asking(
    session: aiohttp.ClientSession,
    url: str,
    read: Callable[[Any], Told],
    take: Callable[[Told | None], None],
    *,
    every_s: float = ASK_EVERY_S,
) -> None:
    """Asks until cancelled.

    Args:
        read: from the JSON of an answer to what is wanted of it; raises WireError where that cannot be read.
        take: receives that, or None from a service that is there and does not say.
    """
    backoff = new_backoff()
    while True:
        wait_s = every_s
        try:
            take(read(await get_json(session, url)))
            backoff = new_backoff()
        except WireError as error:
            take(None)
            log.info("service does not tell", url=url, reason=str(error))
        except BROKEN as error:
            wait_s = backoff.after(0.0)
            log.debug("service not asked", url=url, reason=reason_of(error), retry_s=wait_s)
        await asyncio.sleep(wait_s)
