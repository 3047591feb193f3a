"""Who may receive which channel: the list that the server enforces, and the nudge that makes a change quick.

Granting again what was revoked takes the server up to 3 s by itself. It is immediate if the revoked subscription
was also ended, and the granted one begun, through the room service (measured with livekit-server 1.13.5).

Two lists sent within some milliseconds may reach the server in the wrong order, and the older one then stays
(seen with livekit 1.1.21, whose native part sends each from a task of its own). Lists are therefore sent apart
from each other, and the last one again a little later.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Protocol, TypeAlias

import structlog

from foundation.tasks import Tasks
from pipeline.clock import Monotonic

log = structlog.get_logger(__name__)

Allowed: TypeAlias = Mapping[str, frozenset[str]]
"""For each identity the SIDs of the tracks that it may receive."""

APART_S = 0.1
"""At least so long between two lists."""

CONFIRM_S = 1.0
"""How long after the last change its list is sent once more."""

AT_ONCE = 8
LIMIT_S = 5.0


class PermissionServer(Protocol):
    """How permissions reach the media server."""

    def permit(self, allowed: Allowed) -> None:
        """Replaces the whole list. Does not block."""
        ...

    async def subscribe(self, identity: str, sids: frozenset[str], subscribe: bool) -> None:
        """Begins or ends somebody's subscriptions. Raises ServerRefused."""
        ...


class ServerRefused(Exception):
    """The room service could not be reached, or does not know the participant any more."""


class Permissions:
    """Keeps the server's list equal to what is allowed."""

    def __init__(self, server: PermissionServer, tasks: Tasks, *, now: Monotonic | None = None) -> None:
        self._server, self._tasks = server, tasks
        self._now = now or asyncio.get_running_loop().time
        self._sent_at_s = float("-inf")
        self._sending: asyncio.TimerHandle | None = None
        self._confirming: asyncio.TimerHandle | None = None
        self._sent = asyncio.Event()
        self._allowed: dict[str, frozenset[str]] = {}
        self._revoked: set[tuple[str, str]] = set()
        self._wanted: dict[str, dict[str, bool]] = {}
        self._nudging: asyncio.Task[None] | None = None

    def allow(self, allowed: Allowed, live: frozenset[str]) -> None:
        """Sets who may receive what.

        Args:
            live: SIDs of all tracks that are published; nothing is done about others.
        """
        new = {identity: sids for identity, sids in allowed.items() if sids}
        if new == self._allowed:
            return
        old, self._allowed = self._allowed, new
        self._send_soon()
        self._revoked = {(who, sid) for who, sid in self._revoked if sid in live}
        for identity in old.keys() | new.keys():
            before, after = old.get(identity, frozenset()), new.get(identity, frozenset())
            self._tell_change(identity, taken=(before - after) & live, given=after - before)

    def _tell_change(self, identity: str, *, taken: frozenset[str], given: frozenset[str]) -> None:
        """Nudges the server for what was taken, and for what is given back."""
        for sid in taken:
            self._revoked.add((identity, sid))
            self._nudge(identity, sid, False)
        for sid in given:
            if (identity, sid) in self._revoked:
                self._revoked.discard((identity, sid))
                self._nudge(identity, sid, True)

    def forget(self, identity: str) -> None:
        """Somebody left: if they come back, they begin anew."""
        self._revoked = {(who, sid) for who, sid in self._revoked if who != identity}
        self._wanted.pop(identity, None)

    def renew(self) -> None:
        """Sends the whole list again, after a reconnect."""
        self._send_soon()

    def close(self) -> None:
        """Sends nothing any more."""
        for timer in (self._sending, self._confirming):
            if timer is not None:
                timer.cancel()

    def _send_soon(self) -> None:
        if self._sending is not None:
            return
        self._sent.clear()
        wait_s = self._sent_at_s + APART_S - self._now()
        if wait_s <= 0:
            self._send()
        else:
            self._sending = asyncio.get_running_loop().call_later(wait_s, self._send)

    def _send(self) -> None:
        self._sending = None
        self._put()
        if self._confirming is not None:
            self._confirming.cancel()
        self._confirming = asyncio.get_running_loop().call_later(CONFIRM_S, self._put)

    def _put(self) -> None:
        self._sent_at_s = self._now()
        self._server.permit(self._allowed)
        self._sent.set()

    def _nudge(self, identity: str, sid: str, subscribe: bool) -> None:
        self._wanted.setdefault(identity, {})[sid] = subscribe
        if self._nudging is None or self._nudging.done():
            self._nudging = self._tasks.start(self._run(), name="subscriptions")

    async def _run(self) -> None:
        """Works off what is wanted, each person's changes in order, the newest of each only."""
        at_once = asyncio.Semaphore(AT_ONCE)
        while self._wanted:
            await self._sent.wait()
            batch, self._wanted = self._wanted, {}
            await asyncio.gather(*(self._change(who, sids, at_once) for who, sids in batch.items()))

    async def _change(self, identity: str, sids: Mapping[str, bool], at_once: asyncio.Semaphore) -> None:
        for subscribe in (False, True):
            some = frozenset(sid for sid, wanted in sids.items() if wanted is subscribe)
            if not some:
                continue
            try:
                async with at_once, asyncio.timeout(LIMIT_S):
                    await self._server.subscribe(identity, some, subscribe)
            except (ServerRefused, TimeoutError) as error:  # the list itself still holds, a few seconds later
                log.info("subscription was not changed", identity=identity, reason=str(error) or "timeout")
