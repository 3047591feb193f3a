"""Asks a service something again and again: it may start late, and may be started anew on another machine."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final, TypeVar

import structlog

from speech_service.client.connection import BROKEN, ServiceAway, get_json, new_backoff, reason_of
from speech_service.client.copies import Copies
from speech_service.client.one_copy import Copy
from speech_service.wire import WireError

log = structlog.get_logger(__name__)

ASK_EVERY_S: Final = 60.0
"""A service that has answered is asked again so often."""

Told = TypeVar("Told")


async def keep_asking(
    copies: Copies,
    path: str,
    read: Callable[[Any], Told],
    take: Callable[[Told | None], None],
    *,
    every_s: float = ASK_EVERY_S,
) -> None:
    """Asks until cancelled: whichever copy is there.

    Args:
        read: from the JSON of an answer to what is wanted of it; raises WireError where that cannot be read.
        take: receives that, or None from a service that is there and does not say.
    """
    backoff = new_backoff()
    while True:
        wait_s = every_s
        try:
            await copies.known(ASK_EVERY_S)
            copy = copies.in_order()[0]
            take(read(await asked(copies, copy, path)))
            backoff = new_backoff()
        except WireError as error:
            take(None)
            log.info("service does not tell", part=copies.service, path=path, reason=str(error))
        except BROKEN as error:
            wait_s = backoff.after(0.0)
            log.debug("service not asked", part=copies.service, reason=reason_of(error), retry_s=wait_s)
        except ServiceAway as error:
            wait_s = backoff.after(0.0)
            log.debug("service not asked", part=copies.service, reason=str(error), retry_s=wait_s)
        await asyncio.sleep(wait_s)


async def asked(copies: Copies, copy: Copy, path: str) -> Any:
    """What one copy answers, as JSON has it. Raises one of `BROKEN`."""
    try:
        return await get_json(copy.session, f"{copy.url}{path}")
    except WireError:
        raise
    except BROKEN:
        copies.failed(copy)
        raise
