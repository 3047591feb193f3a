"""A media server in memory, for tests of those who ask it things."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from livekit.api import VideoGrants

from auth_service.errors import MediaServerError
from auth_service.livekit_server import Agent, Dispatch, RoomSnapshot

INTERPRETER = {"translator.role": "interpreter", "lk.agent.state": "listening"}
STANDBY = {"translator.role": "standby", "lk.agent.state": "idle"}


class FakeMediaServer:
    """Rooms with people and agents; `workers` says what a dispatch brings: "joins" or "nothing".

    Agents do as the real ones: their hearts beat, they acknowledge what they are told, and one that was told to wait
    for others begins when those have left.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.rooms: dict[str, RoomSnapshot] = {}
        self.silent: set[str] = set()
        """Who does not answer questions."""
        self.heartless: set[str] = set()
        """Whose heart beats no more."""
        self.deaf: set[str] = set()
        """Whom control messages do not reach."""
        self.looks: list[str] = []
        """Rooms that were asked about, one by one."""
        self.lists = 0
        self.broken: dict[str, Exception] = {}
        """Rooms that cannot be looked at, and what happens instead."""
        self.listing_fails: Exception | None = None
        self.held = asyncio.Event()
        """While it is clear, a dispatch does not come back."""
        self.held.set()
        self._beats: dict[str, str] = {}
        self._after: dict[str, frozenset[str]] = {}
        self.workers = "joins"
        self.reachable = True
        self.sent: list[tuple[str, str, dict[str, Any]]] = []
        self.metadata: list[dict[str, Any]] = []
        self.removed: list[str] = []
        self.shown: dict[str, dict[str, Any]] = {}
        """What holds for each room, as those in it see it."""
        self.undispatched: list[str] = []
        self.data: dict[str, bool] = {}
        """Who was let send data, or kept from it."""
        self.cleared: list[tuple[str, str, str]] = []
        self.microphones: dict[str, tuple[str, ...]] = {}
        """Open ones, by identity; who has none here has none open."""
        self.permitted: dict[str, VideoGrants] = {}
        self.told: list[tuple[tuple[str, ...], dict[str, Any]]] = []
        self._number = 0

    def person(self, room: str, identity: str) -> None:
        snapshot = self.rooms.get(room, RoomSnapshot())
        self.rooms[room] = replace(snapshot, people=snapshot.people | {identity})

    def agent(self, room: str, identity: str, **attributes: str) -> Agent:
        agent = Agent(identity, self._clock(), True, INTERPRETER | attributes)
        snapshot = self.rooms.get(room, RoomSnapshot())
        self.rooms[room] = replace(snapshot, agents=(*snapshot.agents, agent))
        return agent

    def identities(self, room: str) -> list[str]:
        return [agent.identity for agent in self.rooms.get(room, RoomSnapshot()).agents]

    def die(self, identity: str) -> None:
        """As when its process is killed: the server goes on listing it."""
        self.silent.add(identity)
        self.heartless.add(identity)

    def at_work(self, room: str) -> list[str]:
        """Who is heard."""
        agents = self.rooms.get(room, RoomSnapshot()).agents
        return [
            agent.identity for agent in agents if not agent.standby and agent.identity not in self.heartless
        ]

    async def look(self, room: str) -> RoomSnapshot:
        await self._asked()
        self.looks.append(room)
        if room in self.broken:
            raise self.broken[room]
        snapshot = self.rooms.get(room, RoomSnapshot())
        for agent in snapshot.agents:
            if agent.identity not in self.heartless:
                self._beats[agent.identity] = str(self._clock())
        return replace(snapshot, agents=tuple(self._beating(agent) for agent in snapshot.agents))

    async def live_rooms(self) -> frozenset[str]:
        await self._asked()
        self.lists += 1
        if self.listing_fails is not None:
            raise self.listing_fails
        return frozenset(self.rooms)

    async def people(self, room: str) -> frozenset[str]:
        await self._asked()
        self.looks.append(room)
        if room in self.broken:
            raise self.broken[room]
        return self.rooms.get(room, RoomSnapshot()).people

    async def answers(self, room: str, identity: str, patience_s: float) -> bool:
        await self._asked()
        return identity not in self.silent

    async def dispatch(self, room: str, metadata: str) -> str:
        await self._asked()
        await self.held.wait()
        self._number += 1
        told = json.loads(metadata)
        self.metadata.append(told)
        identities = frozenset[str]()
        if self.workers == "joins":
            after = frozenset(told.get("after", []))
            agent = self.agent(room, f"agent-{self._number}", **{"translator.wish": str(told["version"])})
            identities = frozenset({agent.identity})
            self._after[agent.identity] = after
            if after:
                self._show(room, agent.identity, STANDBY)
        snapshot = self.rooms.get(room, RoomSnapshot())
        made = Dispatch(f"dispatch-{self._number}", identities)
        self.rooms[room] = replace(snapshot, dispatches=(*snapshot.dispatches, made))
        return made.id

    async def undispatch(self, room: str, dispatch: str) -> None:
        await self._asked()
        self.undispatched.append(dispatch)
        snapshot = self.rooms.get(room, RoomSnapshot())
        self.rooms[room] = replace(
            snapshot, dispatches=tuple(d for d in snapshot.dispatches if d.id != dispatch)
        )

    async def send(self, room: str, identity: str, message: dict[str, Any]) -> None:
        await self._asked()
        self.sent.append((room, identity, message))
        if message["type"] == "configure" and identity not in self.deaf:
            self._show(room, identity, {"translator.wish": str(message["version"])})

    async def show(self, room: str, state: dict[str, Any]) -> None:
        await self._asked()
        self.shown[room] = state

    async def remove(self, room: str, identity: str) -> None:
        await self._asked()
        self.removed.append(identity)
        snapshot = self.rooms.get(room, RoomSnapshot())
        self.rooms[room] = replace(
            snapshot,
            people=snapshot.people - {identity},
            agents=tuple(agent for agent in snapshot.agents if agent.identity != identity),
        )
        left = {agent.identity for agent in self.rooms[room].agents}
        for agent in self.rooms[room].agents:
            if agent.standby and not self._after.get(agent.identity, frozenset()) & left:
                self._show(room, agent.identity, INTERPRETER)

    async def allow_data(self, room: str, identities: frozenset[str], *, allowed: bool) -> None:
        await self._asked()
        self.data |= dict.fromkeys(identities & self.rooms.get(room, RoomSnapshot()).people, allowed)

    async def clear(self, room: str, identity: str, attribute: str) -> None:
        await self._asked()
        self.cleared.append((room, identity, attribute))

    async def open_microphones(self, room: str) -> dict[str, tuple[str, ...]]:
        return {who: self.microphones.get(who, ()) for who in await self.people(room)}

    async def mute(self, room: str, identity: str, tracks: Sequence[str]) -> bool:
        await self._asked()
        return self.microphones.pop(identity, ()) != ()

    async def permit(self, room: str, identity: str, grants: VideoGrants) -> None:
        await self._asked()
        self.permitted[identity] = grants

    async def tell(self, room: str, identities: Sequence[str], message: dict[str, Any]) -> None:
        await self._asked()
        self.told.append((tuple(identities), message))

    async def end_room(self, room: str) -> None:
        await self._asked()
        self.rooms.pop(room, None)

    async def ping(self) -> None:
        await self._asked()

    def _show(self, room: str, identity: str, attributes: dict[str, str]) -> None:
        snapshot = self.rooms[room]
        agents = [
            replace(agent, attributes=agent.attributes | attributes) if agent.identity == identity else agent
            for agent in snapshot.agents
        ]
        self.rooms[room] = replace(snapshot, agents=tuple(agents))

    def _beating(self, agent: Agent) -> Agent:
        beat = self._beats.get(agent.identity)
        return (
            agent
            if beat is None
            else replace(agent, attributes=agent.attributes | {"translator.alive": beat})
        )

    async def _asked(self) -> None:
        await asyncio.sleep(0)  # others may run in between, as with a real server
        if not self.reachable:
            raise MediaServerError("livekit-server: away")
