"""Exit statuses of `hive`, and running asynchronous commands so that signals end them cleanly."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Coroutine
from typing import TypeVar

T = TypeVar("T")

OK = 0
FAILED = 1
"""It was tried and did not work, or the demo's checks failed."""
USAGE = 2
"""Wrong arguments or settings."""
MISSING = 3
"""Something that is needed is not installed or not there; the message says how to get it."""
INTERRUPTED = 130
"""Ctrl-C; everything that was started has been ended."""
TERMINATED = 143
"""SIGTERM or SIGHUP; likewise."""

STATUSES = """\
exit status:
  0    done
  1    it was tried and failed
  2    wrong arguments or settings
  3    something needed is missing; the message says how to get it
  130  ended by Ctrl-C      143  ended by SIGTERM or SIGHUP"""


class Terminated(Exception):
    """SIGTERM or SIGHUP came; the work has been cancelled and has cleaned up."""


def run(work: Coroutine[None, None, T]) -> T:
    """Runs a command's work; Ctrl-C, SIGTERM and SIGHUP cancel it and wait for its clean-up.

    Raises:
        KeyboardInterrupt: Ctrl-C.
        Terminated: SIGTERM or SIGHUP.
    """

    async def cancellable() -> T:
        task = asyncio.ensure_future(work)
        loop = asyncio.get_running_loop()
        told: list[int] = []

        def end(number: int) -> None:
            told.append(number)
            task.cancel()

        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, end, number)
        try:
            return await task
        except asyncio.CancelledError:
            if told:
                raise Terminated from None
            raise
        finally:
            for number in (signal.SIGTERM, signal.SIGHUP):
                loop.remove_signal_handler(number)

    return asyncio.run(cancellable())


def fail(message: str, status: int = FAILED) -> int:
    """Says in one line what went wrong; returns the status."""
    print(f"hive: error: {message}", file=sys.stderr)
    return status
