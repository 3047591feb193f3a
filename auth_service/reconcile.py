"""Sees to it that every room that should have an interpreter has exactly one."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Callable
from weakref import WeakValueDictionary

import structlog

from auth_service.engagements import Engagements
from auth_service.errors import MediaServerError, StorageError
from auth_service.media import MediaServer, Sight
from auth_service.plan import Plan, decide
from auth_service.records import Engagement

log = structlog.get_logger(__name__)

CLAIM_S = 15.0
DISMISSED_S = 60.0
"""How long a room is still looked at after its interpreter was dismissed."""
FRESH_S = 5.0
"""An agent that came so recently is not asked whether it lives: its connection may still be building up."""
QUESTION_S = 0.5
QUESTIONS = 3
AT_ONCE = 16


class Reconciler:
    """Looks at rooms every `interval_s` and when nudged.

    Several services may share a database: a room is acted on by the one that holds its claim.
    """

    def __init__(
        self,
        media: MediaServer,
        engagements: Engagements,
        *,
        interval_s: float,
        clock: Callable[[], float],
        acted: Callable[[str], None] = lambda action: None,
    ) -> None:
        self._media, self._engagements = media, engagements
        self._interval_s, self._clock, self._acted = interval_s, clock, acted
        self._owner = secrets.token_hex(8)
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._nudged: set[str] = set()
        self._looking: set[str] = set()
        self._wake = asyncio.Event()
        self._dead: dict[str, frozenset[str]] = {}

    def nudge(self, room: str) -> None:
        """Something happened in that room: look at it now."""
        self._nudged.add(room)
        self._wake.set()

    async def run(self) -> None:
        """Runs until cancelled; failures are logged and tried again. One slow room does not hold up the others."""
        loop = asyncio.get_running_loop()
        next_round = loop.time()
        async with asyncio.TaskGroup() as group:
            while True:
                self._wake.clear()
                if loop.time() >= next_round:
                    next_round = loop.time() + self._interval_s
                    self._nudged |= await self._due()
                for room in sorted(self._nudged - self._looking):
                    self._nudged.discard(room)
                    self._looking.add(room)
                    group.create_task(self._look_and_log(room))
                try:
                    async with asyncio.timeout(max(0.0, next_round - loop.time())):
                        await self._wake.wait()
                except TimeoutError:
                    continue

    async def look(self, room: str) -> None:
        """One look at one room, and what follows from it. Raises MediaServerError, StorageError."""
        lock = self._locks.setdefault(room, asyncio.Lock())
        async with lock:
            now = self._clock()
            engagement = await self._engagements.claim(room, self._owner, now, now + CLAIM_S)
            if engagement is None:
                return
            sight = await self._media.look(room)
            dead = await self._silent(room, sight)
            self._remember(room, dead)
            plan = decide(engagement, sight, dead, self._clock())
            await self._carry_out(engagement, plan)

    async def observe(self, room: str, engagement: Engagement) -> Plan:
        """What a look would decide now, without doing it. Raises MediaServerError."""
        sight = await self._media.look(room)
        return decide(engagement, sight, self._dead.get(room, frozenset()), self._clock())

    async def dismiss(self, room: str) -> None:
        """Tells the interpreter to leave, at once. Raises MediaServerError."""
        sight = await self._media.look(room)
        for agent in sight.agents:
            await self._media.send(room, agent.identity, {"type": "dismiss"})
        self.nudge(room)

    async def _due(self) -> set[str]:
        try:
            return set(await self._engagements.to_look_at(self._clock() - DISMISSED_S))
        except StorageError as error:
            log.warning("rooms not read", error=str(error))
            return set()

    async def _look_and_log(self, room: str) -> None:
        try:
            async with self._gate:
                await self.look(room)
        except (MediaServerError, StorageError) as error:
            log.warning("room not looked at", room=room, error=str(error))
        finally:
            self._looking.discard(room)
            if room in self._nudged:  # while it was looked at
                self._wake.set()

    async def _silent(self, room: str, sight: Sight) -> frozenset[str]:
        """Agents that the server lists but that have not answered three times."""
        now = self._clock()
        asked = [
            agent.identity for agent in sight.agents if agent.active and now - agent.joined_at >= FRESH_S
        ]
        answers = await asyncio.gather(*(self._answers(room, identity) for identity in asked))
        return frozenset(identity for identity, alive in zip(asked, answers, strict=True) if not alive)

    async def _answers(self, room: str, identity: str) -> bool:
        for _ in range(QUESTIONS):
            if await self._media.answers(room, identity, QUESTION_S):
                return True
        return False

    def _remember(self, room: str, dead: frozenset[str]) -> None:
        if dead:
            self._dead[room] = dead
        else:
            self._dead.pop(room, None)

    async def _carry_out(self, engagement: Engagement, plan: Plan) -> None:
        room = engagement.room
        for identity in plan.remove:
            log.info("interpreter removed", room=room, identity=identity, state=plan.state)
            self._acted("removed")
            await self._media.remove(room, identity)
        for dispatch in plan.undispatch:
            await self._media.undispatch(room, dispatch)
        if plan.dispatch:
            await self._dispatch(engagement, plan)
        keep = plan.keep
        if keep is None:
            return
        if plan.settled and engagement.failures:
            await self._engagements.note(room, failures=0)
        heard = keep.ready or self._clock() - keep.joined_at > FRESH_S
        if keep.active and heard and engagement.told < engagement.version:
            await self._media.send(room, keep.identity, {"type": "configure", **engagement.wish.message()})
            await self._engagements.note(room, told=engagement.version)
            self._acted("configured")

    async def _dispatch(self, engagement: Engagement, plan: Plan) -> None:
        failures = engagement.failures + plan.failed
        dispatch = await self._media.dispatch(engagement.room, json.dumps(engagement.wish.message()))
        await self._engagements.note(
            engagement.room,
            dispatch=dispatch,
            dispatched_at=self._clock(),
            failures=failures,
            told=engagement.version,
        )
        self._acted("fetched again" if plan.failed else "fetched")
        log.info("interpreter fetched", room=engagement.room, failures=failures)
