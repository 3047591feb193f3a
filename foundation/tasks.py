"""Every task has an owner: none is forgotten, none fails unseen, none outlives its owner."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Final

import structlog

log = structlog.get_logger(__name__)

CLEAN_UP_S: Final = 5.0
"""How long a cancelled task may take for its clean-up."""


class Tasks:
    """Starts tasks and keeps them until they are done. Ends in two steps, see `close`.

    Args:
        failed: told the name of a task that failed, and the error.
    """

    def __init__(self, failed: Callable[[str, BaseException], None] = lambda name, error: None) -> None:
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

    async def finish(self) -> None:
        """Returns once nothing runs any more, what is begun meanwhile included."""
        while self._running:
            await asyncio.wait(self._running)

    async def close(self, *, finish_s: float = 0.0, patience_s: float = CLEAN_UP_S) -> None:
        """Lets what runs finish, then cancels what still does and waits for its clean-up.

        Args:
            finish_s: how long it may take to finish by itself.
            patience_s: how long the clean-up may take; what takes longer is logged and left.
        """
        try:
            async with asyncio.timeout(finish_s):
                await self.finish()
        except TimeoutError:
            if finish_s:
                log.warning("tasks did not finish in time", tasks=self._names())
        finally:
            self._closed = True
            for task in self._running:
                task.cancel()
        if self._running:
            await asyncio.wait(self._running, timeout=patience_s)
        if self._running:
            log.error("tasks do not end", tasks=self._names())

    def _names(self) -> list[str]:
        return sorted(task.get_name() for task in self._running)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if error is not None:
            log.error("task failed", task=task.get_name(), error=type(error).__name__, exc_info=error)
            self._failed(task.get_name(), error)
