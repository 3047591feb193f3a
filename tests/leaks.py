"""What a test leaves behind: tasks, threads, child processes and sockets. Each test is compared with how it began."""

from __future__ import annotations

import asyncio
import gc
import itertools
import os
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

GRACE_S: Final = 5.0
"""What was told to end may take so long on a busy machine; only what leaks ever waits for it."""

ALL_EVERY: Final = 50
_collections = itertools.count(1)

POOLS: Final = {
    "tqdm_monitor": "tqdm keeps one watching thread for the life of the process",
    "pytest_timeout": "the limit on a test's time is a thread where signals are not used",
}
"""Threads of libraries that stay, by the beginning of their names, each with its reason."""

HELPERS: Final = {
    "multiprocessing.resource_tracker": "Python keeps one for the life of the process",
    "multiprocessing.forkserver": "Python keeps one for the life of the process",
}
"""Child processes that stay, by a word of their command line, each with its reason."""


@dataclass(frozen=True, slots=True)
class Running:
    """What there is in this process, apart from tasks."""

    threads: frozenset[threading.Thread]
    children: frozenset[int]
    sockets: frozenset[str]

    @classmethod
    def now(cls) -> Running:
        return cls(frozenset(threading.enumerate()), _children(), _sockets())

    def left_behind(self, loop_stays: bool = False) -> list[str]:
        """In words, what is here now and was not then.

        Args:
            loop_stays: an event loop goes on, and so do the threads that work for it.
        """
        until = time.monotonic() + GRACE_S
        while found := self._new(loop_stays):
            if time.monotonic() > until:
                break
            time.sleep(0.01)
        if found:  # an executor's threads end when it is collected, and it may have been set aside before
            gc.unfreeze()
            gc.collect()
            time.sleep(0.1)
            found = self._new(loop_stays)
        return found

    def _new(self, loop_stays: bool) -> list[str]:
        now = Running.now()
        threads = [
            f"thread {thread.name}"
            for thread in now.threads - self.threads
            if not (_pooled(thread) or (loop_stays and thread.name.startswith("asyncio_")))
        ]
        children = {pid: _command(pid) for pid in now.children - self.children}
        processes = [
            f"process {pid}: {command}"
            for pid, command in children.items()
            if not any(helper in command for helper in HELPERS)
        ]
        return sorted(threads) + sorted(processes) + sorted(now.sockets - self.sockets)


async def tasks_left_behind(before: set[asyncio.Task[Any]]) -> list[str]:
    """The tasks of this loop that run on though the test is over; those that are just ending may end."""
    until = time.monotonic() + GRACE_S
    while left := asyncio.all_tasks() - before - {asyncio.current_task()}:
        if time.monotonic() > until:
            break
        await asyncio.sleep(0.01)
    return sorted(f"task {task.get_name()}: {task.get_coro()!r}, at {_place(task)}" for task in left)


def _place(task: asyncio.Task[Any]) -> str:
    """Where it waits, from the outermost of its coroutines inwards."""
    places: list[str] = []
    inner: Any = task.get_coro()
    while inner is not None:
        frame = getattr(inner, "cr_frame", None) or getattr(inner, "ag_frame", None)
        if frame is not None:
            places.append(f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno}")
        inner = getattr(inner, "cr_await", None) or getattr(inner, "ag_await", None)
    return " > ".join(places)


def collect() -> None:
    """Finds what nobody refers to any more; its ResourceWarning then meets the test that left it.

    What stays is set aside, so that the next collection has only to look at what the next test makes; now and then
    all is looked at, as what was set aside may have become rubbish since.
    """
    if next(_collections) % ALL_EVERY == 0:
        gc.unfreeze()
    gc.collect()
    gc.freeze()


def _pooled(thread: threading.Thread) -> bool:
    if isinstance(thread, threading._DummyThread):
        return True  # of a native library: it only called into Python once
    return any(thread.name.startswith(pool) for pool in POOLS) or _of_portal(thread)


def _of_portal(thread: threading.Thread) -> bool:
    """Whether it works for a loop that Starlette's test client keeps: schemathesis keeps one for all its calls."""
    portals = any(other.name.startswith("asyncio-portal-") for other in threading.enumerate())
    return portals and thread.name.startswith("asyncio_")


def _children() -> frozenset[int]:
    found: set[int] = set()
    for children in Path("/proc/self/task").glob("*/children"):
        try:
            found.update(map(int, children.read_text().split()))
        except (FileNotFoundError, ProcessLookupError):  # the thread has just ended
            continue
    return frozenset(found)


def _sockets() -> frozenset[str]:
    found = set()
    for descriptor in os.listdir("/proc/self/fd"):  # noqa: PTH208  for each test: it has to be quick
        try:
            target = os.readlink(f"/proc/self/fd/{descriptor}")  # noqa: PTH115  as above
        except FileNotFoundError:  # of the listing itself
            continue
        if target.startswith("socket:"):
            found.add(target)
    return frozenset(found)


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except (FileNotFoundError, ProcessLookupError):
        return "gone"
