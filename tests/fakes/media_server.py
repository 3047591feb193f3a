"""A media server in memory, for tests of those who ask it things."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from auth_service.errors import MediaServerError
from auth_service.media import Agent, Dispatch, Sight

INTERPRETER = {"translator.role": "interpreter"}


class FakeMediaServer:
    """Rooms with people and agents; `workers` says what a dispatch brings: "joins" or "nothing"."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.rooms: dict[str, Sight] = {}
        self.silent: set[str] = set()
        self.workers = "joins"
        self.reachable = True
        self.sent: list[tuple[str, str, dict[str, Any]]] = []
        self.metadata: list[dict[str, Any]] = []
        self.removed: list[str] = []
        self.undispatched: list[str] = []
        self._number = 0

    def person(self, room: str, identity: str) -> None:
        sight = self.rooms.get(room, Sight())
        self.rooms[room] = replace(sight, people=sight.people | {identity})

    def agent(self, room: str, identity: str, **attributes: str) -> Agent:
        agent = Agent(identity, self._clock(), True, INTERPRETER | attributes)
        sight = self.rooms.get(room, Sight())
        self.rooms[room] = replace(sight, agents=(*sight.agents, agent))
        return agent

    def identities(self, room: str) -> list[str]:
        return [agent.identity for agent in self.rooms.get(room, Sight()).agents]

    async def look(self, room: str) -> Sight:
        await self._asked()
        return self.rooms.get(room, Sight())

    async def people(self, room: str) -> frozenset[str]:
        return (await self.look(room)).people

    async def answers(self, room: str, identity: str, patience_s: float) -> bool:
        await self._asked()
        return identity not in self.silent

    async def dispatch(self, room: str, metadata: str) -> str:
        await self._asked()
        self._number += 1
        self.metadata.append(json.loads(metadata))
        identities = frozenset[str]()
        if self.workers == "joins":
            identities = frozenset({self.agent(room, f"agent-{self._number}").identity})
        sight = self.rooms.get(room, Sight())
        made = Dispatch(f"dispatch-{self._number}", identities)
        self.rooms[room] = replace(sight, dispatches=(*sight.dispatches, made))
        return made.id

    async def undispatch(self, room: str, dispatch: str) -> None:
        await self._asked()
        self.undispatched.append(dispatch)
        sight = self.rooms.get(room, Sight())
        self.rooms[room] = replace(sight, dispatches=tuple(d for d in sight.dispatches if d.id != dispatch))

    async def send(self, room: str, identity: str, message: dict[str, Any]) -> None:
        await self._asked()
        self.sent.append((room, identity, message))

    async def remove(self, room: str, identity: str) -> None:
        await self._asked()
        self.removed.append(identity)
        sight = self.rooms.get(room, Sight())
        self.rooms[room] = replace(
            sight,
            people=sight.people - {identity},
            agents=tuple(agent for agent in sight.agents if agent.identity != identity),
        )

    async def end_room(self, room: str) -> None:
        await self._asked()
        self.rooms.pop(room, None)

    async def ping(self) -> None:
        await self._asked()

    async def _asked(self) -> None:
        await asyncio.sleep(0)  # others may run in between, as with a real server
        if not self.reachable:
            raise MediaServerError("livekit-server: away")
