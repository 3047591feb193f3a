"""An installation as the extension sees it, for tests in which pairing itself is not under test."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.typedefs import Handler
from livekit import api

from stack.ports import free_port
from tests.browser.servers import API_KEY, API_SECRET

CODE = "7KQ2-M9XD"


@dataclass(slots=True)
class Installation:
    """Takes one code, and gives rooms of a media server."""

    url: str
    media_url: str
    withdrawn: bool = False
    rooms: list[str] = field(default_factory=list)
    """Those that were made, the newest last."""
    wishes: list[dict[str, object]] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    made: asyncio.Event = field(default_factory=asyncio.Event)
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    """Whether a room was asked for."""
    answers: asyncio.Event = field(default_factory=asyncio.Event)
    """Rooms are given while it is set."""

    def __post_init__(self) -> None:
        self.answers.set()

    async def room(self, number: int = 1) -> str:
        """Returns once so many rooms were made: the name of the last of them.

        Raises:
            TimeoutError: that did not come within 30 s.
        """
        async with asyncio.timeout(30):
            while len(self.rooms) < number:
                await self.made.wait()
                self.made.clear()
        return self.rooms[number - 1]

    async def ended(self, *rooms: str) -> None:
        """Returns once the device has ended these rooms and no others.

        Raises:
            TimeoutError: that did not come within 10 s.
        """
        async with asyncio.timeout(10):
            while self.closed != list(rooms):
                await asyncio.sleep(0.05)

    def application(self) -> web.Application:
        """The routes of `docs/api.md`, below `/api/v1/pairing`."""
        app = web.Application(middlewares=[_for_extensions])
        app.router.add_post("/api/v1/pairing/redeem", self._redeem)
        app.router.add_post("/api/v1/pairing/rooms", self._make_room)
        app.router.add_delete("/api/v1/pairing/rooms/{room}", self._close_room)
        app.router.add_delete("/api/v1/pairing/devices/{device}", self._withdraw)
        return app

    async def _redeem(self, request: web.Request) -> web.Response:
        if (await request.json())["code"] != CODE:
            return _problem(404, "code_unknown")
        self.withdrawn = False
        token = {"token": "secret", "device_id": "one", "expires_at": "2036-01-01T00:00:00Z"}
        return web.json_response(token)

    async def _make_room(self, request: web.Request) -> web.Response:
        if self.withdrawn or request.headers.get("Authorization") != "Bearer secret":
            return _problem(401, "device_revoked")
        self.wishes.append(await request.json())
        self.asked.set()
        await self.answers.wait()
        room = f"paired-{secrets.token_hex(4)}"
        self.rooms.append(room)
        self.made.set()
        answer = {
            "room": room,
            "url": self.media_url,
            "speakers": {"tab": _token(room, "tab"), "microphone": _token(room, "microphone")},
            "listener": _token(room, "listener"),
            "expires_at": "2036-01-01T00:00:00Z",
            "ice_servers": [],
        }
        return web.json_response(answer, status=201)

    async def _close_room(self, request: web.Request) -> web.Response:
        self.closed.append(request.match_info["room"])
        return web.Response(status=204)

    async def _withdraw(self, request: web.Request) -> web.Response:
        self.withdrawn = True
        return web.Response(status=204)


@web.middleware
async def _for_extensions(request: web.Request, handler: Handler) -> web.StreamResponse:
    answer = web.Response(status=204) if request.method == "OPTIONS" else await handler(request)
    answer.headers["Access-Control-Allow-Origin"] = request.headers.get("Origin", "")
    answer.headers["Access-Control-Allow-Headers"] = "authorization, content-type"
    answer.headers["Access-Control-Allow-Methods"] = "POST, DELETE"
    return answer


def _problem(status: int, code: str) -> web.Response:
    return web.json_response({"code": code, "detail": code}, status=status)


def _token(room: str, who: str) -> str:
    speaks = who != "listener"
    grants = api.VideoGrants(
        room_join=True,
        room=room,
        can_publish=speaks,
        can_publish_data=False,
        can_subscribe=who != "microphone",
        can_update_own_metadata=True,
    )
    return api.AccessToken(API_KEY, API_SECRET).with_identity(f"{who}-{room}").with_grants(grants).to_jwt()


@asynccontextmanager
async def installation(media_url: str, *, port: int = 0) -> AsyncIterator[Installation]:
    """Serves one until the block ends.

    Args:
        port: 0 for a free one.
    """
    port = port or free_port()
    serving = Installation(f"http://127.0.0.1:{port}", media_url)
    runner = web.AppRunner(serving.application())
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield serving
    finally:
        await runner.cleanup()
