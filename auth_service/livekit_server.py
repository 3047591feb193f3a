"""What this service asks of the media server, and how livekit-server answers."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import aiohttp
from livekit import api

from auth_service.errors import MediaServerError
from auth_service.policy import permission
from protocol.attributes import AGENT_NAME, ALIVE, CONTROL_TOPIC, HOST_TOPIC, ROLE, STATE, WISH
from protocol.sealing import seal

_PATIENCE_S = 3.0
_ANSWERS = {"1400", "1500"}
"""RPC errors that the participant itself gave: no such method; the method failed."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Agent:
    """One of our interpreters in a room."""

    identity: str
    joined_at: float
    """Unix time, s."""
    active: bool
    """Whether its connection for media and data stands."""
    attributes: dict[str, str] = field(default_factory=dict)
    publishes: bool = False
    """Whether it has a track that is not muted."""

    @property
    def standby(self) -> bool:
        """Whether it waits for another one to leave, and is not heard until then."""
        return self.attributes.get(ROLE) == "standby"

    @property
    def ready(self) -> bool:
        """Whether it interprets, or could at once."""
        return self.attributes.get(STATE, "initializing") != "initializing"

    @property
    def beat(self) -> str | None:
        """What its process renews for as long as it lives; None before the first time."""
        return self.attributes.get(ALIVE)

    @property
    def wish(self) -> int | None:
        """The version of the organiser's wish that it carries out; None where it does not say."""
        shown = self.attributes.get(WISH, "")
        return int(shown) if len(shown) < 10 and shown.isascii() and shown.isdigit() else None


@dataclass(frozen=True, slots=True)
class Dispatch:
    """One request for a worker, which the server keeps after the worker has come."""

    id: str
    identities: frozenset[str] = frozenset()
    """Of the participants it brought; the server lists them up to several seconds after they joined."""


@dataclass(frozen=True, slots=True)
class RoomSnapshot:
    """What a look at a room shows."""

    people: frozenset[str] = frozenset()
    """Identities of all who are no agents."""
    agents: tuple[Agent, ...] = ()
    dispatches: tuple[Dispatch, ...] = ()
    """Ours only."""


class MediaServer(Protocol):
    """Every method raises MediaServerError when the server cannot be reached or refuses."""

    async def look(self, room: str) -> RoomSnapshot:
        """A room that does not exist shows nothing."""
        ...

    async def people(self, room: str) -> frozenset[str]:
        """Identities of all who are neither agents nor recorders; empty for a room that does not exist."""
        ...

    async def live_rooms(self) -> frozenset[str]:
        """Names of the rooms that exist on the server now: somebody is there, or was a moment ago."""
        ...

    async def answers(self, room: str, identity: str, patience_s: float) -> bool:
        """Whether the participant answers over its data channel, which a guest may have filled; the server lists one
        whose process died for another 20 s."""
        ...

    async def dispatch(self, room: str, metadata: str) -> str:
        """Asks for one of our workers; returns the dispatch's id. The server never asks twice by itself."""
        ...

    async def undispatch(self, room: str, dispatch: str) -> None:
        """Also ends its job. One that is gone already is no error."""
        ...

    async def send(self, room: str, identity: str, message: dict[str, Any]) -> None:
        """Sends a sealed control message."""
        ...

    async def remove(self, room: str, identity: str) -> None:
        """Somebody who is gone already is no error."""
        ...

    async def open_microphones(self, room: str) -> dict[str, tuple[str, ...]]:
        """For all who are neither agents nor recorders the tracks of their microphones that are not muted."""
        ...

    async def mute(self, room: str, identity: str, tracks: Sequence[str]) -> bool:
        """Mutes tracks, which their owner may unmute; False where none of them is there any more."""
        ...

    async def permit(self, room: str, identity: str, grants: api.VideoGrants) -> None:
        """Gives somebody other rights in the room from now on; somebody who is gone already is no error."""
        ...

    async def tell(self, room: str, identities: Sequence[str], message: dict[str, Any]) -> None:
        """Sends people's pages a message on `HOST_TOPIC`; those who are gone already are no error."""
        ...

    async def end_room(self, room: str) -> None:
        """Disconnects everybody; a room that does not exist is no error."""
        ...

    async def show(self, room: str, state: dict[str, Any]) -> None:
        """Puts what holds for the room into its metadata, which all in it see; a room without anybody has none."""
        ...

    async def allow_data(self, room: str, identities: frozenset[str], *, allowed: bool) -> None:
        """Lets these people of the room send data, or keeps them from it; whoever is not there is no error."""
        ...

    async def clear(self, room: str, identity: str, attribute: str) -> None:
        """Takes away an attribute of somebody; whoever is gone already is no error."""
        ...

    async def ping(self) -> None:
        """Returns once the server has answered and taken our key."""
        ...


class LiveKitServer:
    """livekit-server by its HTTP API. Use as a context manager."""

    def __init__(self, url: str, api_key: str, api_secret: str, agent_name: str) -> None:
        self._url = re.sub(r"^ws", "http", url).rstrip("/")
        self._key, self._secret = api_key, api_secret
        self._agent_name = agent_name

    async def __aenter__(self) -> LiveKitServer:
        timeout = aiohttp.ClientTimeout(total=_PATIENCE_S)
        self._http = aiohttp.ClientSession(timeout=timeout)
        self._api = api.LiveKitAPI(self._url, self._key, self._secret, session=self._http)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.close()

    async def look(self, room: str) -> RoomSnapshot:
        """One request for an empty room, two for others; agents come in the order in which they joined."""
        listed = await self._participants(room)
        if not listed:
            return (
                RoomSnapshot()
            )  # asking for the dispatches of a room that is not there takes the server seconds
        found = await _asked(self._api.agent_dispatch.list_dispatch(room), missing=[])
        agents = [_agent(person) for person in listed if self._ours(person)]
        return RoomSnapshot(
            people=_people(listed),
            agents=tuple(sorted(agents, key=lambda agent: agent.joined_at)),
            dispatches=tuple(
                Dispatch(each.id, frozenset(job.state.participant_identity for job in each.state.jobs))
                for each in found
                if each.agent_name == self._agent_name
            ),
        )

    async def people(self, room: str) -> frozenset[str]:
        return _people(await self._participants(room))

    async def live_rooms(self) -> frozenset[str]:
        listed = await _asked(self._api.room.list_rooms(api.ListRoomsRequest()))
        return frozenset(room.name for room in listed.rooms)

    async def answers(self, room: str, identity: str, patience_s: float) -> bool:
        """Calls a method that nobody has, which every LiveKit client answers; True from a server too old to ask."""
        # every LiveKit client answers a call of an unknown method, whatever its application is doing
        question = {
            "room": room,
            "destination_identity": identity,
            "method": ALIVE,
            "response_timeout_ms": int(patience_s * 1000),
        }
        grants = api.VideoGrants(room_admin=True, room=room)
        token = api.AccessToken(self._key, self._secret).with_grants(grants).to_jwt()
        try:
            async with self._http.post(
                f"{self._url}/twirp/livekit.RoomService/PerformRpc",
                json=question,
                headers={"Authorization": f"Bearer {token}"},
                timeout=aiohttp.ClientTimeout(total=patience_s + 0.2),
            ) as response:
                if response.status in (200, 404):  # 404: a server too old to ask; then its list has to do
                    return True
                said = re.search(r"RpcError (\d+)", await response.text())
        except TimeoutError:
            return False
        except aiohttp.ClientError as error:
            raise MediaServerError(f"livekit-server: {type(error).__name__}") from error
        return said is not None and said.group(1) in _ANSWERS

    async def dispatch(self, room: str, metadata: str) -> str:
        request = api.CreateAgentDispatchRequest(agent_name=self._agent_name, room=room, metadata=metadata)
        return (await _asked(self._api.agent_dispatch.create_dispatch(request))).id

    async def undispatch(self, room: str, dispatch: str) -> None:
        await _asked(self._api.agent_dispatch.delete_dispatch(dispatch, room), missing=None)

    async def send(self, room: str, identity: str, message: dict[str, Any]) -> None:
        """Reliably, on `CONTROL_TOPIC`, sealed for this room and this recipient."""
        request = api.SendDataRequest(
            room=room,
            data=seal(
                json.dumps(message), room=room, to=identity, api_key=self._key, api_secret=self._secret
            ),
            kind=api.DataPacket.Kind.RELIABLE,
            destination_identities=[identity],
            topic=CONTROL_TOPIC,
        )
        await _asked(self._api.room.send_data(request))

    async def remove(self, room: str, identity: str) -> None:
        """The server lets them back in while their token lasts: `access.removals` keeps them out."""
        request = api.RoomParticipantIdentity(room=room, identity=identity)
        await _asked(self._api.room.remove_participant(request), missing=None)

    async def open_microphones(self, room: str) -> dict[str, tuple[str, ...]]:
        listed = await self._participants(room)
        microphone = api.TrackSource.MICROPHONE
        return {
            person.identity: tuple(
                track.sid for track in person.tracks if track.source == microphone and not track.muted
            )
            for person in listed
            if person.identity in _people(listed)
        }

    async def mute(self, room: str, identity: str, tracks: Sequence[str]) -> bool:
        found = False
        for track in tracks:
            request = api.MuteRoomTrackRequest(room=room, identity=identity, track_sid=track, muted=True)
            found |= await _asked(self._api.room.mute_published_track(request), missing=None) is not None
        return found

    async def permit(self, room: str, identity: str, grants: api.VideoGrants) -> None:
        request = api.UpdateParticipantRequest(room=room, identity=identity, permission=permission(grants))
        await _asked(self._api.room.update_participant(request), missing=None)

    async def tell(self, room: str, identities: Sequence[str], message: dict[str, Any]) -> None:
        """Reliably."""
        request = api.SendDataRequest(
            room=room,
            data=json.dumps(message).encode(),
            kind=api.DataPacket.Kind.RELIABLE,
            destination_identities=list(identities),
            topic=HOST_TOPIC,
        )
        await _asked(self._api.room.send_data(request), missing=None)

    async def end_room(self, room: str) -> None:
        await _asked(self._api.room.delete_room(api.DeleteRoomRequest(room=room)), missing=None)

    async def show(self, room: str, state: dict[str, Any]) -> None:
        """Replaces the room's metadata as a whole."""
        request = api.UpdateRoomMetadataRequest(room=room, metadata=json.dumps(state))
        await _asked(self._api.room.update_room_metadata(request), missing=None)

    async def allow_data(self, room: str, identities: frozenset[str], *, allowed: bool) -> None:
        """The other permissions of each stay as they are."""
        for person in await self._participants(room):
            if person.identity not in identities or person.permission.can_publish_data is allowed:
                continue
            permission = api.ParticipantPermission()
            permission.CopyFrom(person.permission)
            permission.can_publish_data = allowed
            request = api.UpdateParticipantRequest(room=room, identity=person.identity, permission=permission)
            await _asked(self._api.room.update_participant(request), missing=None)

    async def clear(self, room: str, identity: str, attribute: str) -> None:
        """An empty value takes an attribute away."""
        request = api.UpdateParticipantRequest(room=room, identity=identity, attributes={attribute: ""})
        await _asked(self._api.room.update_participant(request), missing=None)

    async def ping(self) -> None:
        """Lists the rooms named "-", as none can be."""
        await _asked(self._api.room.list_rooms(api.ListRoomsRequest(names=["-"])))

    async def _participants(self, room: str) -> list[api.ParticipantInfo]:
        answer = await _asked(
            self._api.room.list_participants(api.ListParticipantsRequest(room=room)), missing=None
        )
        return [] if answer is None else list(answer.participants)

    def _ours(self, person: api.ParticipantInfo) -> bool:
        return person.kind == api.ParticipantInfo.Kind.AGENT and (
            person.attributes.get(AGENT_NAME) == self._agent_name
            or person.attributes.get(ROLE) in ("interpreter", "standby")
        )


_NEEDED = object()


async def _asked(answer: Awaitable[T], *, missing: Any = _NEEDED) -> T:
    """Awaits an answer; `missing` is the answer where the server knows no such room, participant or dispatch."""
    try:
        return await answer
    except api.TwirpError as error:
        if error.code == "not_found" and missing is not _NEEDED:
            return missing  # type: ignore[no-any-return]
        raise MediaServerError(f"livekit-server: {error.code}: {error.message}") from error
    except (aiohttp.ClientError, TimeoutError) as error:
        raise MediaServerError(f"livekit-server: {type(error).__name__}") from error


def _people(listed: list[api.ParticipantInfo]) -> frozenset[str]:
    apart = (api.ParticipantInfo.Kind.AGENT, api.ParticipantInfo.Kind.EGRESS)
    return frozenset(person.identity for person in listed if person.kind not in apart)


def _agent(person: api.ParticipantInfo) -> Agent:
    joined_at = person.joined_at_ms / 1000 if person.joined_at_ms else float(person.joined_at)
    active = person.state == api.ParticipantInfo.State.ACTIVE
    publishes = any(not track.muted for track in person.tracks)
    return Agent(person.identity, joined_at, active, dict(person.attributes), publishes)
