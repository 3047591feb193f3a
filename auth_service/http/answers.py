"""Parts of answers that several routes give: where to connect, and over which relays."""

from __future__ import annotations

from auth_service.http.schemas import IceServerOut
from auth_service.wiring import Container
from turn.credentials import ice_servers


def livekit_url(services: Container) -> str:
    """Where browsers reach the media server."""
    return services.settings.livekit.public_url or services.settings.livekit.url


def ice_servers_out(services: Container, identity: str) -> list[IceServerOut]:
    """The relays, with credentials for one person that last some minutes."""
    found = ice_servers(services.settings.turn, identity, services.clock())
    return [
        IceServerOut(urls=list(server.urls), username=server.username, credential=server.credential)
        for server in found
    ]
