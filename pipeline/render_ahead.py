"""Rendering what will probably be said, before it is known whether it will."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from pipeline.rendering import Order, Rendering

SAME_SPEED: Final = 0.1
"""What was rendered ahead is taken if its speed is no further off."""


class RenderAhead:
    """Starts renderings, keeping at most one that nobody has asked for yet.

    Args:
        new: from an order to its rendering.
        group: owns the work; ends with whoever speaks.
    """

    def __init__(self, new: Callable[[Order], Rendering], group: asyncio.TaskGroup) -> None:
        self._new, self._group = new, group
        self._kept: tuple[Rendering, asyncio.Task[None]] | None = None

    async def prepare(self, order: Order) -> None:
        """Begins an order that may never be asked for; what was prepared before is thrown away."""
        if self._kept is None or not _fits(self._kept[0], order):
            await self.drop()
            self._kept = self._start(order)

    async def begin(self, order: Order) -> tuple[Rendering, asyncio.Task[None]]:
        """The rendering of an order and the work on it: what was prepared if it fits, else a new one."""
        kept = self._kept
        if kept is None or not _fits(kept[0], order):
            await self.drop()
            return self._start(order)
        self._kept = None
        return kept

    async def drop(self) -> None:
        """Throws away what was prepared; returns when the work on it has ended."""
        if self._kept is not None:
            _, task = self._kept
            self._kept = None
            task.cancel()
            await asyncio.wait([task])

    def _start(self, order: Order) -> tuple[Rendering, asyncio.Task[None]]:
        rendering = self._new(order)
        return rendering, self._group.create_task(
            rendering.run(), name=f"render a clause in {order.language}"
        )


def _fits(rendering: Rendering, order: Order) -> bool:
    """Whether what is being rendered can be said in place of an order."""
    given = rendering.order
    same = (given.text, given.voice, given.said_as) == (order.text, order.voice, order.said_as)
    return same and not rendering.failure and abs(given.speed - order.speed) <= SAME_SPEED
