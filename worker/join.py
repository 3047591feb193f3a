"""Interpreting one room without dispatch: a token of our own, one connection, until the end."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import uuid4

import structlog
from livekit import api, rtc

from config.settings import LiveKit, Settings
from foundation.carried_through import carried_through
from protocol.control import Configure
from worker.heartbeat import Heartbeat
from worker.room import LeaveReason, RoomInterpreter
from worker.room_engines import RoomEngines, load_engines
from worker.room_key import encryption_options
from worker.standby import INTERPRETER
from worker.text_streams import attribute_setter

log = structlog.get_logger(__name__)

CONNECT_LIMIT_S = 15.0
TOKEN_TTL = timedelta(hours=6)
"""For connecting; who is connected gets fresh tokens from the server."""


class JoinError(Exception):
    """The room cannot be joined; says why."""


def agent_token(room_name: str, identity: str, settings: LiveKit) -> str:
    """A token as the dispatcher would make it: only agents may send captions in a speaker's name."""
    grants = api.VideoGrants(
        room_join=True,
        room=room_name,
        agent=True,
        can_publish=True,
        can_subscribe=True,
        can_publish_data=True,
        can_update_own_metadata=True,
    )
    return (
        api.AccessToken(settings.api_key, settings.api_secret.get_secret_value())
        .with_identity(identity)
        .with_name("Interpreter")
        .with_kind("agent")
        .with_grants(grants)
        .with_attributes(INTERPRETER)
        .with_ttl(TOKEN_TTL)
        .to_jwt()
    )


async def join(
    room_name: str,
    settings: Settings,
    *,
    identity: str | None = None,
    configure: Configure | None = None,
    engines: RoomEngines | None = None,
    room: rtc.Room | None = None,
) -> LeaveReason:
    """Interprets a room until it is dismissed, deserted or disconnected.

    Args:
        identity: None for one of its own; a second interpreter of the same identity replaces the first.
        configure: what the organiser wants; None for the settings' languages and no glossary.
        engines: None takes those of the settings; others are not closed.
        room: a client that is not connected yet; None for a new one.

    Raises:
        JoinError: the server cannot be reached or refuses.
        EngineError: an engine cannot be loaded.
    """
    used = engines or await load_engines(settings)
    room = room or rtc.Room()
    service = api.LiveKitAPI(
        settings.livekit.url, settings.livekit.api_key, settings.livekit.api_secret.get_secret_value()
    )
    try:
        token = agent_token(room_name, identity or f"interpreter-{uuid4().hex[:12]}", settings.livekit)
        encrypted = configure is not None and configure.encrypted
        options = rtc.RoomOptions(
            auto_subscribe=False,
            single_peer_connection=True,
            encryption=encryption_options(encrypted=encrypted),
        )
        try:
            async with asyncio.timeout(CONNECT_LIMIT_S):
                connecting = room.connect(settings.livekit.url, token, options)
                await carried_through(connecting, room.disconnect, name="joins a room")
        except (rtc.ConnectError, TimeoutError) as error:
            reason = getattr(error, "message", "") or "no answer"
            raise JoinError(f"cannot join {room_name} at {settings.livekit.url}: {reason}") from error
        log.info("interpreter joined", room=room_name)
        async with Heartbeat(attribute_setter(room)).beating():
            interpreter = RoomInterpreter(room, service, settings, used, configure)
            return await interpreter.run()
    finally:
        await room.disconnect()
        await service.aclose()
        if engines is None:
            await used.close()
