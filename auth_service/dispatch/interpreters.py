"""An organiser's interpreter: invite, change, see, dismiss."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog

from auth_service.dispatch.plan import DispatchPlan
from auth_service.dispatch.reconciler import Reconciler
from auth_service.errors import MediaServerError, room_unknown
from auth_service.storage.assignments import Assignments
from auth_service.storage.records import Assignment
from protocol.control import Wish

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Assigned:
    """What is wanted in a room, and what was seen there."""

    assignment: Assignment
    plan: DispatchPlan


class Interpreters:
    """Raises MediaServerError, StorageError."""

    def __init__(
        self, assignments: Assignments, reconciler: Reconciler, *, clock: Callable[[], float]
    ) -> None:
        self._assignments, self._reconciler, self._clock = assignments, reconciler, clock

    async def invite(self, room: str, wish: Wish) -> Assigned:
        """Invites it or changes what is wanted of it; acts at once, so that the caller sees it coming."""
        await self._assignments.wish(room, wish, self._clock())
        await self.tell(room)
        return await self.state(room)

    async def tell(self, room: str) -> None:
        """What is wanted of it has changed: one that is there learns it at once."""
        try:
            await self._reconciler.look(room)
        except MediaServerError as error:  # the next look will tell it
            log.warning("interpreter not told yet", room=room, error=str(error))

    def expect(self, room: str) -> None:
        """Somebody is about to come in: one that is wanted is fetched meanwhile."""
        self._reconciler.expect(room)

    async def pass_on(self, room: str, message: dict[str, Any], *, to: str | None = None) -> bool:
        """Sends a control message to the interpreters that are in a room, or to one of them; keeps nothing of it.

        Returns:
            False where there is none such.
        """
        return await self._reconciler.pass_on(room, message, to=to)

    async def dismiss(self, room: str) -> None:
        """Sends it away at once; where none was wanted the media server is not asked."""
        if await self._assignments.dismiss(room, self._clock()):
            await self._reconciler.dismiss(room)

    async def wish(self, room: str) -> Wish:
        """What an organiser wants of the interpreter that is wanted in a room; nothing in particular without one."""
        assignment = await self._assignments.get(room)
        return assignment.wish if assignment is not None and assignment.wanted else Wish()

    async def state(self, room: str) -> Assigned:
        """Looks into the room only where an interpreter is wanted. Raises Refused for a room that is not known."""
        assignment = await self._assignments.get(room)
        if assignment is None:
            raise room_unknown()
        plan = (
            await self._reconciler.observe(room, assignment) if assignment.wanted else DispatchPlan("absent")
        )
        return Assigned(assignment, plan)
