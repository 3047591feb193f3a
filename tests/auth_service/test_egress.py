"""The picture of a recording: what LiveKit's egress is asked for, and what is recorded all the same without it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog
from aiohttp import web
from livekit import api as livekit_api

from auth_service.access.revocations import DatabaseOnly
from auth_service.egress import Egress
from auth_service.errors import MediaServerError
from auth_service.http.app import create_app
from auth_service.storage.assignments import Assignments
from auth_service.wiring import Container, assemble
from config.settings import LiveKit, Settings
from stack.ports import free_port
from tests.auth_service.conftest import Api, Room
from tests.fakes.media_server import FakeMediaServer
from tests.live.server import Server
from tests.redis_server import redis_server

KEY, SECRET = "key", "s" * 32
START = "/twirp/livekit.Egress/StartRoomCompositeEgress"
STOP = "/twirp/livekit.Egress/StopEgress"


class EgressApi:
    """The media server's API of egress; it answers while it is `open`, and stopping fails where `refuses_to_stop`."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, bytes]] = []
        self.open = asyncio.Event()
        self.open.set()
        self.refuses_to_stop = False
        self._news = asyncio.Event()

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append((request.path, await request.read()))
        self._news.set()
        await self.open.wait()
        if request.path == STOP and self.refuses_to_stop:
            return web.json_response({"code": "unavailable", "msg": "no response"}, status=503)
        body = livekit_api.EgressInfo(egress_id="EG_1").SerializeToString()
        return web.Response(body=body, content_type="application/protobuf")

    async def was_asked(self, times: int) -> list[str]:
        """Paths, once it was asked so often."""
        async with asyncio.timeout(10):
            while len(self.asked) < times:
                self._news.clear()
                await self._news.wait()
        return [path for path, _ in self.asked]


@asynccontextmanager
async def serving(egress: EgressApi) -> AsyncIterator[str]:
    """Yields the media server's address."""
    app = web.Application()
    app.router.add_post("/twirp/{rest:.*}", egress.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield f"ws://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def filming(
    settings: Settings, services: Container, media: FakeMediaServer, reach: LiveKit
) -> AsyncIterator[Api]:
    """The service that has pictures made by the egress of a media server; all else it asks of `media`."""
    films = replace(settings.recording, egress=True, egress_directory="/out")
    container = assemble(
        replace(settings, recording=films, livekit=reach),
        services.storage,
        Assignments(services.storage.engine),
        media,
        services.limiter,
        DatabaseOnly(),
        services.clock,
    )
    transport = httpx.ASGITransport(create_app(container))
    async with httpx.AsyncClient(transport=transport, base_url="https://meet.example", timeout=30) as client:
        yield Api(client)


async def _start(api: Api, room: Room) -> dict[str, Any]:
    answer = await api.client.post(f"/api/v1/rooms/{room.name}/recordings", headers=room.headers)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def _stop(api: Api, room: Room) -> None:
    path = f"/api/v1/rooms/{room.name}/recordings/running"
    assert (await api.client.delete(path, headers=room.headers)).status_code == 204


async def test_the_picture_is_asked_for_over_the_media_servers_api() -> None:
    """What the request says, as the media server receives it; a refusal is one of the media server's."""
    there = EgressApi()
    there.refuses_to_stop = True
    async with serving(there) as url:
        egress = Egress(url, KEY, SECRET, "/out/")
        assert await egress.start("board", "a" * 24) == "EG_1"
        with pytest.raises(MediaServerError):
            await egress.stop("EG_1")
    (start_path, start), (stop_path, stop) = there.asked
    assert (start_path, stop_path) == (START, STOP)
    request = livekit_api.RoomCompositeEgressRequest.FromString(start)
    assert (request.room_name, request.layout) == ("board", "speaker")
    (output,) = request.file_outputs
    assert output.filepath == f"/out/{'a' * 24}/picture.mp4"
    assert output.file_type == livekit_api.EncodedFileType.MP4
    assert livekit_api.StopEgressRequest.FromString(stop).egress_id == "EG_1"


async def test_the_sound_does_not_wait_for_the_picture(
    settings: Settings, services: Container, media: FakeMediaServer
) -> None:
    """It is recorded while egress has not answered; a picture that begins after the end is stopped at once."""
    there = EgressApi()
    async with serving(there) as url:
        reach = replace(settings.livekit, url=url)
        async with filming(settings, services, media, reach) as api:
            room = await api.room()
            media.person(room.name, "ana")
            there.open.clear()
            starting = asyncio.create_task(_start(api, room))
            assert await there.was_asked(1) == [START]
            recorded = media.metadata[-1]["recording"]
            await _stop(api, room)
            there.open.set()
            made = await starting
            assert await there.was_asked(2) == [START, STOP]

            again = await _start(api, room)
            await _stop(api, room)
            assert await there.was_asked(4) == [START, STOP, START, STOP]
    assert recorded == made["id"] != again["id"]


@pytest.mark.live
@pytest.mark.parametrize("redis", [False, True])
async def test_without_an_egress_service_the_rest_is_recorded(
    tmp_path: Path, settings: Settings, services: Container, media: FakeMediaServer, redis: bool
) -> None:
    """The real media server has no Redis, or nobody behind it: it says so in time, and the log does."""
    async with media_server(tmp_path, redis=redis) as reach, filming(settings, services, media, reach) as api:
        room = await api.room()
        with structlog.testing.capture_logs() as logged:
            made = await _start(api, room)
        assert await services.recordings.running(room.name)
        await _stop(api, room)
        listed = await api.client.get(f"/api/v1/rooms/{room.name}/recordings", headers=room.headers)
    assert made["stopped_at"] is None
    assert [(one["id"], one["files"]) for one in listed.json()["recordings"]] == [(made["id"], [])]
    (failed,) = [line for line in logged if line["event"].startswith("egress")]
    assert (failed["event"], failed["room"]) == ("egress not started", room.name)


class Connected(Server):
    """livekit-server as a part of several, which talk over Redis."""

    redis = ""

    def _config(self) -> dict[str, object]:
        return super()._config() | ({"redis": {"address": self.redis}} if self.redis else {})


@asynccontextmanager
async def media_server(directory: Path, *, redis: bool) -> AsyncIterator[LiveKit]:
    """A real one, with Redis or without."""
    server = Connected(directory)
    async with redis_server(directory) as (client, _):
        if redis:
            where = client.connection_pool.connection_kwargs
            server.redis = f"{where['host']}:{where['port']}"
        await asyncio.to_thread(server.start)
        try:
            yield server.settings
        finally:
            server.stop()
