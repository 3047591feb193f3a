"""Sees to it that every room that should have an interpreter has exactly one."""

from __future__ import annotations

import asyncio
import json
import math
import time
from collections.abc import Callable, Coroutine
from typing import Any
from weakref import WeakValueDictionary

import structlog

from auth_service.dispatch.claims import Claims
from auth_service.dispatch.plan import DispatchPlan, decide
from auth_service.dispatch.sightings import RoomSightings
from auth_service.errors import MediaServerError
from auth_service.livekit_server import Agent, MediaServer
from auth_service.storage.assignments import Assignments
from auth_service.storage.records import Assignment
from foundation.database import StorageError
from foundation.supervision import Backoff, kinds
from foundation.tally import Tally
from protocol.presence import RunningInterpreter

log = structlog.get_logger(__name__)

DISMISSED_S = 60.0
"""How long a room is still looked at after its interpreter was dismissed: one may have been on its way."""
RESEND_S = 2.0
"""How long an interpreter may take to acknowledge a wish before it is told again."""
QUESTION_S = 0.5
AT_ONCE = 16
FINISH_S = 2.0
"""How long what is under way may take to finish when the service ends."""
MOMENT_S = 0.05
"""Until a round that is late is looked for again."""
LONGEST_REST_S = 60.0
"""Between two looks at a room whose looks fail for a reason of our own."""
SUSPECTED_LOOK_S = 0.25
"""Between two looks at a room with an interpreter whose worker names it no more."""


class Reconciler:
    """Looks at rooms in which somebody is every `interval_s`, and at any room when nudged.

    Several services may share a database: a room is acted on by the one that holds its claim.

    Args:
        clock: Unix time, s, for what is written down; nothing is decided by it.
        now: a clock that nobody sets, s.
        failed: told of each failure that is a fault of our own.
    """

    def __init__(
        self,
        media: MediaServer,
        assignments: Assignments,
        *,
        interval_s: float,
        clock: Callable[[], float],
        now: Callable[[], float] = time.monotonic,
        acted: Callable[[str], None] = lambda action: None,
        failed: Callable[[str, Exception], None] = lambda name, error: None,
    ) -> None:
        self._media, self._assignments = media, assignments
        self._interval_s, self._clock, self._now = interval_s, clock, now
        self._acted, self._failed = acted, failed
        self._claims = Claims(assignments, clock)
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._nudged: set[str] = set()
        self._expected: set[str] = set()
        self._looking: set[str] = set()
        self._soon: set[str] = set()
        """Rooms with a suspected interpreter that are about to be looked at again."""
        self._wake = asyncio.Event()
        self._sightings: dict[str, RoomSightings] = {}
        self._resting: dict[str, tuple[Backoff, float]] = {}
        self._leaving: dict[tuple[str, float], float] = {}
        """Rooms whose interpreter was dismissed, with when it was, and since when this service has known it."""
        self._away = Tally(now=now)
        self._tasks: set[asyncio.Task[None]] = set()

    def nudge(self, room: str) -> None:
        """Something happened in that room: look at it now."""
        self._nudged.add(room)
        self._wake.set()

    def expect(self, room: str) -> None:
        """Somebody is about to come into that room: fetch an interpreter now rather than when they are seen there."""
        self._expected.add(room)
        self.nudge(room)

    def suspect(self, interpreter: RunningInterpreter, ended: bool) -> None:
        """Its worker does not name it any more.

        Args:
            ended: its process is known to have ended; otherwise its worker is only silent.
        """
        log.debug(
            "interpreter named no more", room=interpreter.room, identity=interpreter.identity, ended=ended
        )
        suspicions = self._seen(interpreter.room).suspicions
        suspicions.begin(interpreter.identity, self._now(), ended=ended)
        self.nudge(interpreter.room)

    def trust(self, interpreter: RunningInterpreter) -> None:
        """A worker names it, perhaps again."""
        seen = self._sightings.get(interpreter.room)
        if seen is not None and seen.suspicions.end(interpreter.identity):
            self.nudge(interpreter.room)

    async def run(self) -> None:
        """Runs until cancelled. One slow room does not hold up the others, and one that fails does not end them."""
        loop = asyncio.get_running_loop()
        next_round = loop.time() + self._interval_s
        listing = self._start(self._add_due())
        try:
            while True:
                self._wake.clear()
                if loop.time() >= next_round and listing.done():
                    listing.result()
                    next_round = loop.time() + self._interval_s
                    listing = self._start(self._add_due())
                for room in sorted(self._nudged - self._looking):
                    self._nudged.discard(room)
                    self._looking.add(room)
                    self._start(self._look_and_log(room))
                try:
                    async with asyncio.timeout(max(MOMENT_S, next_round - loop.time())):
                        await self._wake.wait()
                except TimeoutError:
                    continue
        finally:
            await self._finish()

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _finish(self) -> None:
        """What is under way may finish, within a limit; then it is cancelled, and gives its claim back."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=FINISH_S)
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        await self._claims.release_all()

    async def look(self, room: str) -> None:
        """One look at one room, and what follows from it. Raises MediaServerError, StorageError."""
        lock = self._locks.setdefault(room, asyncio.Lock())
        expected = room in self._expected
        self._expected.discard(room)
        async with lock:
            try:
                await self._see_to(room, expected=expected)
            finally:  # whoever doubts keeps the claim: for others, who do not, the successor would be one too many
                if room in self._claims and not self._doubts(room):
                    await self._claims.release(room)

    async def _see_to(self, room: str, *, expected: bool) -> None:
        assignment = await self._assignments.get(room)
        if assignment is None or not assignment.concerns_us:
            self._sightings.pop(room, None)
            return
        if not self._to_do(assignment, await self._judge(assignment, expected=expected)):
            return
        unchanged_s = self._seen(room).claim_unchanged_s(assignment, self._now())
        claimed = await self._claims.take(assignment, unchanged_s)
        if claimed is None:
            return
        # what was seen before the claim another one may have seen to meanwhile
        await self._carry_out(claimed, await self._judge(claimed, expected=expected))

    def _suspects(self, room: str) -> bool:
        seen = self._sightings.get(room)
        return seen is not None and seen.suspicions.under_way(self._now())

    def _doubts(self, room: str) -> bool:
        seen = self._sightings.get(room)
        return seen is not None and seen.in_doubt(self._now())

    async def observe(self, room: str, assignment: Assignment) -> DispatchPlan:
        """What a look would decide now, without doing it. Raises MediaServerError."""
        snapshot = await self._media.look(room)
        seen, now_s = self._seen(room), self._now()
        seen.look(snapshot, now_s)
        return decide(assignment, snapshot, seen.ages(assignment, snapshot, now_s))

    async def dismiss(self, room: str) -> None:
        """Tells the interpreter to leave, at once. Raises MediaServerError."""
        snapshot = await self._media.look(room)
        for agent in snapshot.agents:
            await self._media.send(room, agent.identity, {"type": "dismiss"})
        self.nudge(room)

    async def pass_on(self, room: str, message: dict[str, Any], *, to: str | None = None) -> bool:
        """Sends a message to our interpreters in a room, or to one of them; whether there is any. Raises
        MediaServerError."""
        agents = (await self._media.look(room)).agents
        reached = [agent.identity for agent in agents if to in (None, agent.identity)]
        for identity in reached:
            await self._media.send(room, identity, message)
        return bool(reached)

    async def _add_due(self) -> None:
        self._nudged |= await self._due()
        self._wake.set()

    async def _due(self) -> set[str]:
        """Rooms to look at in this round: of those that concern us the ones that exist on the media server."""
        try:
            concerned = await self._assignments.to_look_at()
            live = await self._media.live_rooms() if concerned else frozenset()
            await self._settle({room: at for room, at in concerned.items() if at is not None})
        except (MediaServerError, StorageError) as error:
            self._log_away(error)
            return set()
        due = concerned.keys() & live
        self._forget_all_but(due)
        now_s = self._now()
        return {room for room in due if room not in self._resting or now_s >= self._resting[room][1]}

    def _forget_all_but(self, due: set[str]) -> None:
        """What is remembered of rooms that concern us no more; a last look gives those back that we still claim."""
        self._nudged |= self._claims.held - due
        for room in self._sightings.keys() - due - self._looking - self._nudged:
            del self._sightings[room]
        for room in self._resting.keys() - due:
            del self._resting[room]

    async def _settle(self, dismissed: dict[str, float]) -> None:
        now_s = self._now()
        self._leaving = {each: self._leaving.get(each, now_s) for each in dismissed.items()}
        gone = dict(each for each, since_s in self._leaving.items() if now_s - since_s >= DISMISSED_S)
        if gone:
            await self._assignments.settle(gone)

    async def _look_and_log(self, room: str) -> None:
        try:
            async with self._gate:
                await self.look(room)
            self._resting.pop(room, None)
        except (MediaServerError, StorageError) as error:
            self._log_away(error)
        except Exception as error:  # noqa: BLE001  what is wrong with one room must not cost the others theirs
            self._rest(room, error)
        finally:
            self._looking.discard(room)
            if room in self._nudged:  # while it was looked at
                self._wake.set()
            if self._suspects(room) and room not in self._resting:
                self._look_soon(room)

    def _look_soon(self, room: str) -> None:
        if room not in self._soon:
            self._soon.add(room)
            asyncio.get_running_loop().call_later(SUSPECTED_LOOK_S, self._look_now, room)

    def _look_now(self, room: str) -> None:
        self._soon.discard(room)
        self.nudge(room)

    def _rest(self, room: str, error: Exception) -> None:
        """A fault of ours: the room is looked at again later, and later each time."""
        backoff, _ = self._resting.get(room, (Backoff(most_s=LONGEST_REST_S), 0.0))
        self._resting[room] = backoff, self._now() + backoff.after(0.0)
        self._failed("room", error)
        if times := self._away.count((room, kinds(error))):
            log.error("room not looked at", room=room, kinds=kinds(error), times=times, exc_info=error)

    def _log_away(self, error: Exception) -> None:
        if times := self._away.count(str(error)):
            log.warning("rooms not looked at", error=str(error), times=times)

    def _seen(self, room: str) -> RoomSightings:
        return self._sightings.setdefault(room, RoomSightings(self._now()))

    async def _judge(self, assignment: Assignment, *, expected: bool) -> DispatchPlan:
        """Looks at the room, asks those whose heartbeat is missed, and decides."""
        room = assignment.room
        snapshot = await self._media.look(room)
        seen = self._seen(room)
        seen.look(snapshot, self._now())
        asked = seen.to_ask(snapshot, self._now())
        answers = await asyncio.gather(*(self._answers(room, *each) for each in asked.items()))
        doubtful = seen.suspicions.doubtful
        seen.asked(dict(zip(asked, answers, strict=True)), self._now())
        for identity in sorted(seen.suspicions.doubtful - doubtful):
            log.info("suspected interpreter does not answer", room=room, identity=identity)
        return decide(assignment, snapshot, seen.ages(assignment, snapshot, self._now()), expected=expected)

    async def _answers(self, room: str, identity: str, questions: int) -> bool:
        for _ in range(questions):
            if await self._media.answers(room, identity, QUESTION_S):
                return True
        return False

    def _to_do(self, assignment: Assignment, plan: DispatchPlan) -> bool:
        """Whether anything follows; nothing needs no claim, and costs no writing."""
        return bool(
            plan.remove
            or plan.undispatch
            or plan.dispatch
            or (plan.settled and assignment.failures)
            or self._acknowledges(assignment, plan)
            or self._to_tell(assignment, plan)
        )

    def _acknowledges(self, assignment: Assignment, plan: DispatchPlan) -> bool:
        keep = plan.keep
        return keep is not None and not keep.standby and keep.wish not in (None, assignment.told)

    def _to_tell(self, assignment: Assignment, plan: DispatchPlan) -> bool:
        keep = plan.keep
        if keep is None or keep.standby or not (keep.active and keep.ready):
            return False
        sent_s = self._seen(assignment.room).since_sent_s(keep.identity, assignment.version, self._now())
        patience_s = math.inf if keep.wish is None else RESEND_S  # one that acknowledges nothing is told once
        return keep.wish != assignment.version and sent_s >= patience_s

    async def _carry_out(self, assignment: Assignment, plan: DispatchPlan) -> None:
        room = assignment.room
        for identity in plan.remove:
            log.info("interpreter removed", room=room, identity=identity, state=plan.state)
            self._acted("removed")
            await self._media.remove(room, identity)
        for dispatch in plan.undispatch:
            await self._media.undispatch(room, dispatch)
        if plan.dispatch:
            await self._dispatch(assignment, plan)
        if plan.settled and assignment.failures:
            await self._assignments.note(room, failures=0)
        if plan.keep is not None:
            await self._keep_told(assignment, plan, plan.keep)

    async def _keep_told(self, assignment: Assignment, plan: DispatchPlan, kept: Agent) -> None:
        """Notes what the interpreter that stays has acknowledged, and tells it what it has not."""
        if self._acknowledges(assignment, plan):
            await self._assignments.note(assignment.room, told=kept.wish)
        if self._to_tell(assignment, plan):
            await self._tell(assignment, kept.identity)

    async def _tell(self, assignment: Assignment, identity: str) -> None:
        """Tells the whole wish; told again until the interpreter shows that it carries this version out."""
        room, version = assignment.room, assignment.version
        self._seen(room).sent(identity, version, self._now())
        wish = {"version": version, **assignment.wish.message()}
        await self._media.send(room, identity, {"type": "configure", **wish})
        self._acted("configured")

    async def _dispatch(self, assignment: Assignment, plan: DispatchPlan) -> None:
        failures = assignment.failures + plan.failed
        job: dict[str, Any] = {"version": assignment.version, **assignment.wish.message()}
        if plan.after:
            job["after"] = list(plan.after)
        dispatch = await self._media.dispatch(assignment.room, json.dumps(job))
        self._seen(assignment.room).dispatched(dispatch, self._now())
        await self._assignments.note(
            assignment.room, dispatch=dispatch, dispatched_at=self._clock(), failures=failures
        )
        self._acted("fetched again" if plan.failed else "fetched")
        log.info("interpreter fetched", room=assignment.room, failures=failures)
