"""How people and the interpreter get into a room: with the media server's own key, or another way behind `Doors`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal, Protocol, TypeAlias

from livekit import api

from config.settings import LiveKit
from protocol.attributes import CONTROL_TOPIC
from protocol.sealing import seal

Coming: TypeAlias = Literal["organiser", "speaker", "listener", "reader"]
"""As what somebody comes."""

_LASTS = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Admission:
    """What a client needs to connect."""

    url: str
    """Of the media server."""
    token: str = field(repr=False)
    identity: str


class Doors(Protocol):
    """Lets people and the interpreter into a room, and sends the interpreter away."""

    async def admit(self, room: str, name: str, coming: Coming, wishes: Mapping[str, str]) -> Admission:
        """Admits somebody; wishes that the token cannot carry are left to the client."""
        ...

    async def invite(self, room: str) -> None:
        """Calls the interpreter; returns before it is there."""
        ...

    async def dismiss(self, room: str, interpreter: str) -> None:
        """Sends it away, by its identity; returns before it has left."""
        ...


class KeyDoors:
    """Whoever has the media server's key admits everybody by the name that they give."""

    def __init__(self, settings: LiveKit) -> None:
        self._settings = settings

    async def admit(self, room: str, name: str, coming: Coming, wishes: Mapping[str, str]) -> Admission:
        """Makes a token; everybody may do everything."""
        grants = api.VideoGrants(room_join=True, room=room, can_update_own_metadata=True)
        token = (
            api.AccessToken(self._settings.api_key, self._settings.api_secret.get_secret_value())
            .with_identity(name)
            .with_name(name.capitalize())
            .with_grants(grants)
            .with_attributes(dict(wishes))
            .with_ttl(_LASTS)
        )
        return Admission(self._settings.url, token.to_jwt(), name)

    async def invite(self, room: str) -> None:
        """Dispatches the interpreter. Raises api.TwirpError."""
        async with self._server() as server:
            await server.agent_dispatch.create_dispatch(
                api.CreateAgentDispatchRequest(agent_name=self._settings.agent_name, room=room)
            )

    async def dismiss(self, room: str, interpreter: str) -> None:
        """Sends it the sealed message that an organiser's service would. Raises api.TwirpError."""
        data = seal(
            json.dumps({"type": "dismiss"}),
            room=room,
            to=interpreter,
            api_key=self._settings.api_key,
            api_secret=self._settings.api_secret.get_secret_value(),
        )
        async with self._server() as server:
            await server.room.send_data(
                api.SendDataRequest(
                    room=room, data=data, topic=CONTROL_TOPIC, destination_identities=[interpreter]
                )
            )

    def _server(self) -> api.LiveKitAPI:
        secret = self._settings.api_secret.get_secret_value()
        return api.LiveKitAPI(self._settings.url.replace("ws", "http", 1), self._settings.api_key, secret)
