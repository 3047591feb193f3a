"""Guests who fill the interpreter's data channel: it stays, and the others are served."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from livekit import api, rtc
from livekit.rtc.participant import PublishDataError
from pydantic import SecretStr

from auth_service.serve import serve
from config.settings import Auth, LiveKit, Settings
from tests.auth_service.conftest import Api, Room
from tests.live.conftest import OpenMeeting
from tests.live.guests import LIMIT_S, until

pytestmark = pytest.mark.live

TOPICS = ("translator.control", "anything")
PACKET_BYTES = 14_000
BYTES_PER_S = 2 * 1024 * 1024
FLOOD_S = 15.0


@pytest.fixture
async def service(livekit: LiveKit, tmp_path: Path) -> AsyncIterator[Api]:
    """The token service, which watches over the rooms of the shared media server."""
    port: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    settings = Settings(
        development=True,
        livekit=livekit,
        auth=Auth(port=0, database_url=SecretStr(f"sqlite:///{tmp_path}/rooms.sqlite3")),
    )
    serving = asyncio.create_task(serve(settings, started=port.set_result))
    try:
        async with asyncio.timeout(LIMIT_S):
            url = f"http://127.0.0.1:{await port}"
        async with httpx.AsyncClient(base_url=url, timeout=60) as client:
            yield Api(client)
    finally:
        serving.cancel()
        await asyncio.wait([serving])


async def interpreter_state(service: Api, room: Room) -> dict[str, Any]:
    answer = await service.client.get(f"/api/v1/rooms/{room.name}/interpreter", headers=room.headers)
    state: dict[str, Any] = answer.json()
    return state


@contextlib.asynccontextmanager
async def guest_of(service: Api, room: Room, name: str = "Eve") -> AsyncIterator[rtc.Room]:
    """Somebody who joined by the guest link, with just the rights that it gives."""
    joined = (await service.join(room.guest, name)).json()
    client = rtc.Room()
    await client.connect(joined["url"], joined["token"])
    try:
        yield client
    finally:
        await client.disconnect()


async def flood(guest: rtc.Room, target: str, topic: str) -> int:
    """Sends as much as a guest once needed to have the interpreter thrown out; how many packets went."""
    began, sent = time.monotonic(), 0
    while (passed_s := time.monotonic() - began) < FLOOD_S:
        with contextlib.suppress(PublishDataError):
            await guest.local_participant.publish_data(
                b"x" * PACKET_BYTES, topic=topic, destination_identities=[target]
            )
            sent += 1
        await asyncio.sleep(max(0.0, sent * PACKET_BYTES / BYTES_PER_S - passed_s))
    return sent


async def test_a_full_data_channel_does_not_cost_the_interpreter_its_place(
    meeting: OpenMeeting, service: Api
) -> None:
    """In a room with chat two guests each send 2 MiB/s to the interpreter, one of them what looks like an organiser's
    messages: it is not removed, and answers the others."""
    hall = await service.room(chat=True)
    async with meeting(hall.name) as opened, opened.guest("bea", language="es") as bea:
        await until(lambda: bea.says("translator.languages"), "the interpreter is there")
        url = f"/api/v1/rooms/{hall.name}/interpreter"
        await service.client.put(url, json={}, headers=hall.headers)
        agent = bea.interpreter()
        assert agent is not None
        gone: list[str] = []
        bea.room.on("participant_disconnected", lambda person: gone.append(person.identity))
        async with guest_of(service, hall) as eve, guest_of(service, hall, "Mallory") as mallory:
            streams = zip((eve, mallory), TOPICS, strict=True)
            flooding = asyncio.gather(*(flood(guest, agent.identity, topic) for guest, topic in streams))
            asked = 0
            while not flooding.done():
                await bea.say_in_chat(f"/translate {('es', 'fr')[asked % 2]}")
                asked += 1
                await until(lambda: len(bea.chat) >= asked or gone, "the command is answered", FLOOD_S)  # noqa: B023
                await asyncio.wait([flooding], timeout=2.0)
            print(
                f"{await flooding} packets, {asked} commands answered, state {await interpreter_state(service, hall)}"
            )
            assert agent.identity not in gone
            assert (await interpreter_state(service, hall))["identity"] == agent.identity


@pytest.mark.parametrize("chat", [False, True], ids=["no chat", "chat"])
async def test_a_guest_sends_no_data_unless_the_organiser_allows_chat(
    meeting: OpenMeeting, service: Api, chat: bool
) -> None:
    """What a guest of a usual room sends reaches nobody; where chat is allowed, it does."""
    hall = await service.room(chat=chat)
    heard: list[str] = []
    async with meeting(hall.name) as opened, opened.guest("bea") as bea, guest_of(service, hall) as eve:
        bea.room.on("data_received", lambda packet: heard.append(packet.topic))
        await until(lambda: eve.local_participant.identity in bea.room.remote_participants, "seen")
        with contextlib.suppress(PublishDataError):
            await eve.local_participant.publish_data(b"hello", topic="eve")
        secret = opened.livekit.api_secret.get_secret_value()
        async with api.LiveKitAPI(opened.livekit.url, opened.livekit.api_key, secret) as server:
            await server.room.send_data(
                api.SendDataRequest(
                    room=hall.name, data=b"after", topic="server", kind=api.DataPacket.Kind.RELIABLE
                )
            )
        await until(lambda: "server" in heard and (not chat or "eve" in heard), "what was sent later")
        assert ("eve" in heard) is chat
