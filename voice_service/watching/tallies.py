"""Counts that all processes of the service add up in the database: names from a fixed set, no people, no words.

A process counts in its memory and adds that to the table every few seconds; what it had not added yet when it was
killed is lost.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final

import structlog
from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncEngine

from foundation.database import StorageError, transaction
from voice_service.storage.quality_tables import figures

log = structlog.get_logger(__name__)

STRETCH_S: Final = 300
"""Counts are kept for stretches of time of so long."""
ADDED_EVERY_S: Final = 15.0
_MOST_NAMES: Final = 500
"""In one process at once; routes, voices and the like are far fewer."""
_LONGEST_NAME: Final = 80
_PURGE_EVERY: Final = 240
"""So many times is added between two looks for what is old: once an hour."""


class Tallies:
    """Counts by name.

    Args:
        clock: Unix time, s.
        keep_days: what is older is forgotten.
    """

    def __init__(self, engine: AsyncEngine, *, clock: Callable[[], float], keep_days: int) -> None:
        self._engine, self._clock, self._keep_s = engine, clock, keep_days * 86_400
        self._counts: dict[tuple[int, str], tuple[int, float]] = {}
        self._adding = asyncio.Lock()

    def count(self, name: str, took_ms: float = 0.0) -> None:
        """Counts one, with how long it took where that is asked for."""
        place = self._stretch(), name[:_LONGEST_NAME]
        if place not in self._counts and len(self._counts) >= _MOST_NAMES:
            return
        count, total_ms = self._counts.get(place, (0, 0.0))
        self._counts[place] = count + 1, total_ms + took_ms

    async def add(self) -> None:
        """Adds to the table what was counted since the last time. Raises StorageError; nothing is lost then."""
        async with self._adding:
            counted, self._counts = self._counts, {}
            if not counted:
                return
            try:
                await self._add(counted)
            except BaseException:
                for place, (count, total_ms) in self._counts.items():
                    before = counted.get(place, (0, 0.0))
                    counted[place] = before[0] + count, before[1] + total_ms
                self._counts = counted
                raise

    async def keep_adding(self, alive: str) -> None:
        """Adds every few seconds, without end, and once more when it is cancelled.

        Args:
            alive: a name that is counted each time: the process is there.
        """
        turns = 0
        try:
            while True:
                self.count(alive)
                await self.add()
                if turns % _PURGE_EVERY == 0:
                    await self.purge()
                turns += 1
                await asyncio.sleep(ADDED_EVERY_S)
        finally:
            await asyncio.shield(self._last())

    async def purge(self) -> None:
        """Forgets what is older than is kept. Raises StorageError."""
        async with transaction(self._engine) as connection:
            old = figures.c.begins_at < self._clock() - self._keep_s
            await connection.execute(delete(figures).where(old))

    async def _last(self) -> None:
        try:
            await self.add()
        except StorageError as error:
            log.warning("the last counts are lost", error=str(error))

    async def _add(self, counted: dict[tuple[int, str], tuple[int, float]]) -> None:
        async with transaction(self._engine) as connection:
            dialect: Any = postgresql if connection.dialect.name == "postgresql" else sqlite
            for (begins_at, name), (count, total_ms) in sorted(counted.items()):  # in one order: no deadlock
                adding = dialect.insert(figures).values(
                    begins_at=begins_at, name=name, count=count, total_ms=total_ms
                )
                await connection.execute(
                    adding.on_conflict_do_update(
                        index_elements=[figures.c.begins_at, figures.c.name],
                        set_={
                            "count": figures.c.count + count,
                            "total_ms": figures.c.total_ms + total_ms,
                        },
                    )
                )

    def _stretch(self) -> int:
        return int(self._clock()) // STRETCH_S * STRETCH_S
