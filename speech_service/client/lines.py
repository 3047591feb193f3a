"""Connections to all copies of a service at once: each request takes the best one, and another where that fails."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from typing import Final, Generic, Protocol, TypeVar

from foundation.tasks import Tasks
from pipeline.engines.protocols import EngineError, EngineInfo, EngineOverloaded
from speech_service.client.connection import ServiceAway
from speech_service.client.copies import Copies
from speech_service.client.one_copy import Copy
from speech_service.client.reconnecting import ReconnectingSocket

NOT_CONFIGURED: Final = "not configured"


def state_of(there: int, known: int) -> str:
    """How services do of which so many are there, in the words of /health."""
    if not known:
        return NOT_CONFIGURED
    return "ok" if there == known else "some unreachable" if there else "unreachable"


class CopyLine(Protocol):
    """A connection to one copy."""

    @property
    def info(self) -> EngineInfo:
        """Of its engine, as it said last; without languages before that."""
        ...

    @property
    def copy(self) -> Copy:
        """Where it leads."""
        ...

    @property
    def socket(self) -> ReconnectingSocket:
        """What keeps it."""
        ...


L = TypeVar("L", bound=CopyLine)


class Lines(Generic[L]):
    """One line to each copy, as copies come and go.

    Args:
        new: makes a line, not yet connected.
    """

    def __init__(self, copies: Copies, new: Callable[[Copy], L]) -> None:
        self.copies = copies
        self._new = new
        self._lines: dict[Copy, L] = {}
        self._tasks: Tasks | None = None

    def start(self) -> None:
        """Begins to connect. Starting twice is fine."""
        if self._tasks is None:
            self._tasks = Tasks()
            self.copies.hold()
            self.copies.watch(self._follow)

    async def close(self) -> None:
        """Ends all connections."""
        tasks, self._tasks = self._tasks, None
        if tasks is None:
            return
        self.copies.unwatch(self._follow)
        lines, self._lines = list(self._lines.values()), {}
        await asyncio.gather(*(line.socket.close() for line in lines))
        await tasks.close(finish_s=1.0)
        await self.copies.release()

    def _follow(self, copies: Sequence[Copy]) -> None:
        assert self._tasks is not None
        for copy in self._lines.keys() - set(copies):
            gone = self._lines.pop(copy)
            self._tasks.start(gone.socket.close(), name=f"closes {copy.place}")
        for copy in copies:
            if copy not in self._lines:
                line = self._lines[copy] = self._new(copy)
                line.socket.start()

    @property
    def all(self) -> list[L]:
        """Those that are connected first, as configured otherwise."""
        return sorted(self._lines.values(), key=lambda line: not line.socket.connected)

    @property
    def connected(self) -> bool:
        """Whether one of them is there now."""
        return any(line.socket.connected for line in self._lines.values())

    @property
    def state(self) -> str:
        """ "ok", "unreachable", or "not configured"; "some unreachable" where others stand in."""
        if not self.copies:
            return NOT_CONFIGURED
        there = [line.socket.connected for line in self._lines.values()]
        return state_of(sum(there), max(1, len(there)))

    async def ready(self, within_s: float) -> None:
        """Waits until one of them is there. Raises ServiceAway."""
        if self._tasks is None or not self.copies:
            raise ServiceAway(f"{self.copies.service} is not connected")
        if self.connected:
            return
        try:
            async with asyncio.timeout(within_s):
                await self.copies.known(within_s)
                await self._first_of_them(within_s)
        except TimeoutError:
            raise self._away() from None
        if not self.connected:
            raise self._away()

    async def _first_of_them(self, within_s: float) -> None:
        waiting = Tasks()
        tasks = {
            waiting.start(_wait_for(line.socket, within_s), name=f"waits for {self.copies.service}")
            for line in self._lines.values()
        }
        try:
            while tasks and not self.connected:
                _, tasks = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await waiting.close()

    def _away(self) -> ServiceAway:
        why = next((line.socket.trouble for line in self.all), "its address is not known")
        return ServiceAway(f"{self.copies.service} cannot be reached: {why}")

    async def in_order(self, within_s: float) -> list[L]:
        """All that are there, the best one first. Raises ServiceAway where none comes back in time."""
        await self.ready(within_s)
        ordered = (self._lines.get(copy) for copy in self.copies.in_order())
        return [line for line in ordered if line is not None and line.socket.connected]


async def _wait_for(socket: ReconnectingSocket, within_s: float) -> None:
    with contextlib.suppress(ServiceAway):
        await socket.ready(within_s)


def told(failures: Sequence[EngineError]) -> EngineError:
    """What the failures of all that were asked come to: no room where none has any, else the first fault."""
    return next((one for one in failures if not isinstance(one, EngineOverloaded)), failures[0])
