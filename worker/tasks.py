"""Every task of a room has an owner: none is forgotten, none fails unseen, none outlives the room."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import structlog

log = structlog.get_logger(__name__)


class Tasks:
    """Starts tasks and keeps them until they are done.

    Args:
        failed: told the name of a task that failed, and the error.
    """

    def __init__(self, failed: Callable[[str, BaseException], None]) -> None:
        self._failed = failed
        self._running: set[asyncio.Task[None]] = set()
        self._closed = False

    def __len__(self) -> int:
        return len(self._running)

    def start(self, work: Coroutine[Any, Any, None], *, name: str) -> asyncio.Task[None]:
        """Runs `work`; after `close` it is cancelled at once."""
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._running.add(task)
        task.add_done_callback(self._done)
        if self._closed:
            task.cancel()
        return task

    async def close(self, patience_s: float = 5.0) -> None:
        """Cancels what still runs and waits for its clean-up, at most `patience_s`."""
        self._closed = True
        for task in list(self._running):
            task.cancel()
        if self._running:
            _, late = await asyncio.wait(list(self._running), timeout=patience_s)
            for task in late:
                log.error("task does not end", task=task.get_name())

    def _done(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if error is not None:
            log.error("task failed", task=task.get_name(), error=type(error).__name__, exc_info=error)
            self._failed(task.get_name(), error)
