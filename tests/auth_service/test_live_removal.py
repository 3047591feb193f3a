"""Removal and names with the real livekit-server, which renews tokens and lets people change what they show."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from livekit import rtc
from livekit.api import TokenVerifier
from pydantic import SecretStr

from auth_service.serve import serve_services
from auth_service.wiring import opened
from config.settings import Auth, Settings
from foundation.names import confirmed
from tests.auth_service.conftest import Api, WallClock
from tests.auth_service.test_live import LIMIT_S, _media_server, connected, until
from tests.live.server import KEY, SECRET
from turn.render import write_private

pytestmark = pytest.mark.live

AWAY_S = (60, 60, 600, 3600, 86_400)


@dataclass(frozen=True, slots=True)
class House:
    api: Api
    clock: WallClock
    url: str


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """The service on a clock that tests move, with tokens of a minute, and the media server on the real one."""
    secret_file = tmp_path / "turn.secret"
    write_private(secret_file, "relay-secret\n")
    clock = WallClock()
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
        url = f"http://127.0.0.1:{port}"
        server = await asyncio.to_thread(_media_server, tmp_path, f"{url}/api/v1/webhook", secret_file)
        settings = Settings(
            development=True,
            livekit=server.settings,
            auth=Auth(
                port=port, database_url=SecretStr(f"sqlite:///{tmp_path}/rooms.sqlite3"), token_minutes=1
            ),
        )
    started = asyncio.Event()
    try:
        async with opened(settings, clock) as services:
            serving = asyncio.create_task(serve_services(services, lambda port: started.set()))
            try:
                async with asyncio.timeout(LIMIT_S):
                    await started.wait()
                async with httpx.AsyncClient(base_url=url, timeout=10) as client:
                    yield House(Api(client), clock, server.settings.url)
            finally:
                serving.cancel()
                await asyncio.wait([serving])
    finally:
        server.stop()


async def visit(url: str, token: str) -> str:
    """Comes with a token, has the server renew it, and stays until thrown out; returns the newest token."""
    room = rtc.Room()
    gone = asyncio.Event()
    room.on("disconnected", lambda *_: gone.set())
    try:
        await room.connect(url, token)
        with contextlib.suppress(Exception):  # thrown out before it was done
            async with asyncio.timeout(2):
                await room.local_participant.set_attributes({"translator.listen": "es"})
        async with asyncio.timeout(LIMIT_S):
            await gone.wait()
    except rtc.ConnectError:  # thrown out while the connection was made
        return token
    finally:
        await room.disconnect()
    return room._token or token  # the library shows it nowhere else


async def test_whoever_was_removed_and_visits_once_a_minute_stays_out(house: House) -> None:
    """The media server hands them a fresh token each time, which opens the room for longer than any that the service
    made; they are thrown out each time, and after any time."""
    room = await house.api.room()
    joined = (await house.api.join(room.guest)).json()
    url = f"/api/v1/rooms/{room.name}/participants/{joined['identity']}"
    token = ""
    async with connected(joined) as first:
        await first.local_participant.set_attributes({"translator.listen": "es"})
        await until(lambda: first._token != joined["token"])
        token = first._token or ""
        assert (await house.api.client.delete(url, headers=room.headers)).status_code == 204
        await until(lambda: not first.isconnected())

    for away_s in AWAY_S:
        house.clock.pass_s(away_s)
        token = await visit(house.url, token)
        claims = TokenVerifier(KEY, SECRET).verify(token)  # it would have let them in
        assert claims.identity == joined["identity"]


async def test_nobody_shows_a_name_that_is_not_theirs(house: House) -> None:
    """A listener may call themself anything; what they are believed to be called stays, and floods are refused."""
    room = await house.api.room()
    ana = (await house.api.join(room.guest, "Ana (chair)")).json()
    link = (await house.api.invite(room, role="listener"))["token"]
    eve = (await house.api.join(link, "Eve")).json()
    async with connected(ana) as watching, connected(eve) as her:
        await until(lambda: eve["identity"] in watching.remote_participants)
        seen = watching.remote_participants[eve["identity"]]
        assert confirmed(seen.identity, seen.metadata) == "Eve"

        await her.local_participant.set_name("Ana (chair)")
        await until(lambda: seen.name == "Ana (chair)")
        assert confirmed(seen.identity, seen.metadata) == "Eve"

        for change in (
            her.local_participant.set_metadata("x" * 500_000),
            her.local_participant.set_name("x" * 257),
            her.local_participant.set_attributes({"x": "x" * 70_000}),
        ):
            with contextlib.suppress(
                Exception
            ):  # the server refuses each; how it says so is the library's matter
                async with asyncio.timeout(2):
                    await change
        await her.local_participant.set_metadata(watching.local_participant.metadata)
        await until(lambda: seen.metadata == watching.local_participant.metadata)
        assert confirmed(seen.identity, seen.metadata) is None
        assert (seen.name, set(seen.attributes)) == ("Ana (chair)", {"translator.speak"})
