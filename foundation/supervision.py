"""Work that must go on for as long as its owner lives: when it fails it is reported and begun again."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from config.faults import kinds as kinds  # also for those who ask a failure's owner

log = structlog.get_logger(__name__)

FIRST_S: Final = 0.1
MOST_S: Final = 5.0
LASTING_S: Final = 10.0
"""What ran so long worked; its next failure is a first one again."""


class Backoff:
    """How long to wait before the next attempt: `first_s`, doubling to `most_s`."""

    def __init__(self, first_s: float = FIRST_S, most_s: float = MOST_S) -> None:
        self._first_s, self._most_s = first_s, most_s
        self._next_s = first_s

    def after(self, lasted_s: float) -> float:
        """The wait after an attempt that lasted `lasted_s`, 0 if it never began."""
        if lasted_s >= LASTING_S:
            self._next_s = self._first_s
        wait_s, self._next_s = self._next_s, min(self._next_s * 2, self._most_s)
        return wait_s


async def keep_running(
    work: Callable[[], Awaitable[None]],
    *,
    name: str,
    failed: Callable[[str, Exception], None] = lambda name, error: None,
    backoff: Backoff | None = None,
    attempts: int | None = None,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    now: Callable[[], float] = time.monotonic,
) -> None:
    """Runs `work` until it returns or is cancelled, and again after every failure.

    The log has the kind of an error and where it happened, never its words.

    Args:
        work: called anew for each attempt.
        name: what runs, for the log.
        failed: told the name and the error of each failure.
        backoff: how long it rests between attempts.
        attempts: failures in a row after which it gives up; None: never.

    Raises:
        Exception: the last failure, when no attempt is left.
    """
    backoff = backoff or Backoff()
    in_a_row = 0
    while True:
        began_s = now()
        try:
            await work()
        except Exception as error:  # the one broad catch: whatever fails, its owner looks
            lasted_s = now() - began_s
            in_a_row = 1 if lasted_s >= LASTING_S else in_a_row + 1
            failed(name, error)
            if attempts is not None and in_a_row >= attempts:
                raise
            wait_s = backoff.after(lasted_s)
            log.error(
                "begun again after a failure",
                what=name,
                kinds=kinds(error),
                wait_s=round(wait_s, 2),
                exc_info=True,
            )
            await sleep(wait_s)
        else:
            return
