"""Which rooms this service acts on: several may share a database, and one acts on a room at a time."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Callable
from typing import Final

from auth_service.storage.assignments import Assignments
from auth_service.storage.records import Assignment
from foundation.database import StorageError

CLAIM_S: Final = 15.0
"""Who has acted on a room for so long without claiming it again is gone."""


class Claims:
    """Those of one service.

    Args:
        clock: Unix time, s, for what is written down; nothing is decided by it.
    """

    def __init__(self, assignments: Assignments, clock: Callable[[], float]) -> None:
        self._assignments, self._clock = assignments, clock
        self._owner = secrets.token_hex(8)
        self._held: set[str] = set()

    def __contains__(self, room: str) -> bool:
        return room in self._held

    @property
    def held(self) -> frozenset[str]:
        """Rooms."""
        return frozenset(self._held)

    async def take(self, assignment: Assignment, unchanged_s: float) -> Assignment | None:
        """The assignment as it is once the room is ours; None while another acts on it. Raises StorageError.

        Args:
            unchanged_s: how long the claim that the assignment shows has been as it is.
        """
        abandoned = assignment.claim if unchanged_s >= CLAIM_S else None
        claimed = await self._assignments.claim(
            assignment.room, self._owner, self._clock(), abandoned=abandoned
        )
        if claimed is not None:
            self._held.add(assignment.room)
        return claimed

    async def release(self, room: str) -> None:
        """Raises StorageError."""
        self._held.discard(room)
        await self._assignments.release(room, self._owner)

    async def release_all(self) -> None:
        """As far as the database can be reached."""
        for room in self._held.copy():
            with contextlib.suppress(StorageError):
                await self.release(room)
