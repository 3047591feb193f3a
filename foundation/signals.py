"""A program that runs until it is told to end."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any


async def until_signal(work: Coroutine[Any, Any, None]) -> None:
    """Runs `work` until it ends, or until SIGINT or SIGTERM, upon which it is cancelled and waited for.

    A second signal does not cut the clean-up short; that has limits of its own. Raises what `work` raised.
    """
    task = asyncio.create_task(work, name="work")
    ends = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ends.set)
    signalled = asyncio.create_task(ends.wait(), name="signal")
    try:
        await asyncio.wait([task, signalled], return_when=asyncio.FIRST_COMPLETED)
    finally:
        signalled.cancel()
        task.cancel()
        await asyncio.wait([task, signalled])
    if not task.cancelled():
        task.result()
