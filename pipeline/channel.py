"""A bounded queue between two stages that says what it does when full and counts what it loses."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from enum import Enum, auto
from typing import Generic, TypeVar

T = TypeVar("T")


class WhenFull(Enum):
    """What `Channel.put` does when `capacity` items wait."""

    WAIT = auto()  # text: every clause matters, so the producer slows down
    DROP_OLDEST = auto()  # live audio: late is worse than lost


class Closed(Exception):
    """Something was put into a channel that its producer had closed."""


class Channel(Generic[T]):
    """Carries items between two stages, at most `capacity` waiting; iterate it to receive.

    Whoever puts, closes. The receiver then gets what is still waiting, and stops. One that waits for other things
    too looks at `len` and `closed`, takes with `take_nowait`, and lets itself be woken by `change`.

    Args:
        on_drop: called with each item that had to make room for a newer one.
    """

    def __init__(
        self,
        capacity: int,
        when_full: WhenFull = WhenFull.WAIT,
        on_drop: Callable[[T], None] | None = None,
    ) -> None:
        if capacity < 1:
            raise ValueError(f"capacity must be at least 1, got {capacity}")
        self.dropped = 0
        self._capacity, self._when_full, self._on_drop = capacity, when_full, on_drop
        self._items: deque[T] = deque()
        self._closed = False
        self._changed = asyncio.Event()

    def __len__(self) -> int:
        return len(self._items)

    @property
    def closed(self) -> bool:
        return self._closed

    @property
    def waiting(self) -> tuple[T, ...]:
        """What waits, oldest first."""
        return tuple(self._items)

    async def put(self, item: T) -> None:
        """Adds an item; with `WhenFull.WAIT` only once there is room.

        Raises:
            Closed: the channel was closed, also while waiting for room.
        """
        await self.room()
        self._add(item)

    async def room(self) -> None:
        """Returns once an item can be put without waiting, or the channel is closed."""
        while self._when_full is WhenFull.WAIT and len(self._items) >= self._capacity and not self._closed:
            await self.change()

    def put_nowait(self, item: T) -> None:
        """Adds an item at once.

        Raises:
            Closed: the channel was closed.
            asyncio.QueueFull: no room, and the channel does not drop.
        """
        waits = self._when_full is WhenFull.WAIT and not self._closed
        if waits and len(self._items) >= self._capacity:
            raise asyncio.QueueFull
        self._add(item)

    def take_nowait(self) -> T:
        """The oldest item, at once.

        Raises:
            asyncio.QueueEmpty: nothing waits.
        """
        if not self._items:
            raise asyncio.QueueEmpty
        item = self._items.popleft()
        self._changed.set()
        return item

    def take_all(self) -> list[T]:
        """All that waits, oldest first, at once."""
        items = list(self._items)
        self._items.clear()
        self._changed.set()
        return items

    async def change(self) -> None:
        """Returns at the next change: something is put or taken, the channel is closed, or `wake` is called."""
        self._changed.clear()
        await self._changed.wait()

    def wake(self) -> None:
        """Lets those who wait for a change look again, because of something beside the channel."""
        self._changed.set()

    def close(self) -> None:
        """Ends the stream; what is waiting is still delivered. Closing twice is fine."""
        self._closed = True
        self._changed.set()

    def __aiter__(self) -> Channel[T]:
        return self

    async def __anext__(self) -> T:
        while not self._items:
            if self._closed:
                raise StopAsyncIteration
            await self.change()
        return self.take_nowait()

    def _add(self, item: T) -> None:
        if self._closed:
            raise Closed
        if len(self._items) >= self._capacity:
            oldest = self._items.popleft()
            self.dropped += 1
            if self._on_drop is not None:
                self._on_drop(oldest)
        self._items.append(item)
        self._changed.set()
