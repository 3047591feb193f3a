"""Keeps two runs of HIVE from making or fetching the same thing at the same time."""

from __future__ import annotations

import asyncio
import fcntl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

_LOOK_EVERY_S = 0.2


@asynccontextmanager
async def alone(lock: Path, report: Callable[[str], None], doing: str) -> AsyncIterator[None]:
    """Waits until nobody else holds the file `lock`; says once that another run is `doing` it.

    The system gives the lock back when its holder ends, however it ends.
    """
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        told = False
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if not told:
                    report(f"another run is {doing}, waiting for it")
                told = True
                await asyncio.sleep(_LOOK_EVERY_S)
        yield  # closing the file gives the lock back
