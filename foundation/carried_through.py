"""Work that must not be broken off in the middle, such as joining a room: who is cancelled leaves it to its end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final

import structlog

log = structlog.get_logger(__name__)

UNDONE_S: Final = 2.0
"""A cancelled caller waits so long for the work and its undoing; what takes longer ends without them."""

_left: set[asyncio.Task[None]] = set()


async def carried_through(
    work: Coroutine[Any, Any, None], undo: Callable[[], Awaitable[None]], *, name: str
) -> None:
    """Awaits `work`. Where the caller is cancelled meanwhile, it goes on to its end, and is then undone.

    LiveKit's library ends the whole process 15 s after the server's answer to a `Room.connect` that nobody took up
    (livekit/python-sdks#784).

    Args:
        undo: called after work that came to a good end when nobody wanted it any more.
    """
    task = asyncio.get_running_loop().create_task(work, name=name)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        leaving = asyncio.get_running_loop().create_task(_undone(task, undo), name=f"{name}, undone")
        _left.add(leaving)
        leaving.add_done_callback(_left.discard)
        await asyncio.wait({leaving}, timeout=UNDONE_S)
        raise


async def _undone(task: asyncio.Task[None], undo: Callable[[], Awaitable[None]]) -> None:
    await asyncio.wait({task})
    if task.cancelled() or task.exception() is not None:
        return  # nothing was begun
    try:
        await undo()
    except Exception as error:
        log.warning("could not be undone", task=task.get_name(), error=type(error).__name__, exc_info=True)
