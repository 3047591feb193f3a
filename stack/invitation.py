"""Tokens and links for rooms of the local stack. For real meetings the auth service invites people."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

from livekit import api

from config.settings import LiveKit

_LASTS = timedelta(hours=12)
_CLIENT = "https://meet.livekit.io/custom"
"""LiveKit's own web client; browsers let it connect to a server on this machine."""


def token(
    settings: LiveKit, room: str, identity: str, *, language: str = "", interpreter: bool = True
) -> str:
    """A token for one participant.

    Args:
        settings: keys, and the agent name of the interpreter.
        room: created when the first participant joins.
        identity: unique in the room.
        language: the participant's language, BCP 47; empty leaves the choice to the client.
        interpreter: whether the room, when this token creates it, gets an interpreter.
    """
    made = (
        api.AccessToken(settings.api_key, settings.api_secret.get_secret_value())
        .with_identity(identity)
        .with_name(identity)
        .with_ttl(_LASTS)
        .with_grants(api.VideoGrants(room_join=True, room=room, can_update_own_metadata=True))
    )
    if language:
        made = made.with_attributes({"language": language})
    if interpreter:
        agent = api.RoomAgentDispatch(agent_name=settings.agent_name)
        made = made.with_room_config(api.RoomConfiguration(agents=[agent]))
    return made.to_jwt()


def join_link(url: str, jwt: str) -> str:
    """A link that opens LiveKit's own web client in a room."""
    return f"{_CLIENT}?{urlencode({'liveKitUrl': url, 'token': jwt})}"
