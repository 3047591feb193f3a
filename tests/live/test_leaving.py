"""Clients that leave while a track begins: nothing of them runs on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Protocol

import pytest
from livekit import rtc

from config.settings import LiveKit
from demo.doors import KeyDoors
from demo.participants import Attendee
from tests import leaks
from tests.live.guests import RATE_HZ, Guest, until

pytestmark = pytest.mark.live


class Client(Protocol):
    """The demo's, and the tests' own."""

    @property
    def room(self) -> rtc.Room: ...

    async def leave(self) -> None: ...


async def a_guest(room: str, livekit: LiveKit) -> Client:
    client = Guest("bea", room, livekit)
    await client.join()
    return client


async def an_attendee(room: str, livekit: LiveKit) -> Client:
    client = Attendee("bea", {}, record=lambda publisher, name: True)
    await client.join(await KeyDoors(livekit).admit(room, "bea", "listener", {}))
    return client


@pytest.mark.parametrize("comes", [a_guest, an_attendee])
async def test_a_track_that_begins_while_somebody_leaves_is_not_listened_to(
    comes: Callable[[str, LiveKit], Awaitable[Client]],
    livekit: LiveKit,
    room: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It may begin until the room is closed, whatever had been ended by then."""
    async with AsyncExitStack() as held:
        anna = await held.enter_async_context(Guest("anna", room, livekit))
        source = rtc.AudioSource(RATE_HZ, 1)
        held.push_async_callback(source.aclose)
        before = asyncio.all_tasks()
        client = await comes(room, livekit)
        begun: list[str] = []
        client.room.on("track_subscribed", lambda track, *_: begun.append(track.sid))
        disconnect = client.room.disconnect

        async def disconnect_late() -> None:
            track = rtc.LocalAudioTrack.create_audio_track("translated-es", source)
            await anna.room.local_participant.publish_track(track)
            await until(lambda: begun, "the track begins")
            await disconnect()

        monkeypatch.setattr(client.room, "disconnect", disconnect_late)
        await client.leave()
        assert await leaks.tasks_left_behind(before) == []
