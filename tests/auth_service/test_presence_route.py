"""Connections that workers keep, on a real socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial

import aiohttp
import pytest
from pydantic import SecretStr

from auth_service.http.presence_routes import MOST_AT_ONCE, SILENT_S
from auth_service.http.worker_routes import FAILED_REPORTS_PER_MINUTE
from auth_service.wiring import Container
from config.keys import DEVELOPMENT_SECRET
from config.settings import LiveKit
from protocol.presence import LONGEST_MESSAGE_BYTES, PRESENCE_PATH, RunningInterpreter, signed_by, written
from tests.auth_service.serving import served
from tests.auth_service.test_reconcile import until
from tests.auth_service.test_suspected import Missed
from worker.announcing import signature

WORKER = "0123456789abcdef"
BOARD = RunningInterpreter("board", "a")


def headers(signed: bytes, secret: str = DEVELOPMENT_SECRET) -> dict[str, str]:
    """Good for a minute."""
    livekit = LiveKit(api_key="devkey", api_secret=SecretStr(secret))
    return {"authorization": f"Bearer {signature(livekit, signed)}"}


class Service:
    """The token service, and what it is told of connections."""

    def __init__(self, missed: Missed, client: aiohttp.ClientSession, url: str) -> None:
        self.missed, self._client, self._url = missed, client, url

    async def connect(
        self, worker: str = WORKER, signed: dict[str, str] | None = None
    ) -> aiohttp.ClientWebSocketResponse:
        shown = headers(signed_by(WORKER)) if signed is None else signed
        return await self._client.ws_connect(f"{self._url}?worker={worker}", headers=shown)

    async def refused(
        self, worker: str = WORKER, signed: dict[str, str] | None = None
    ) -> tuple[int, str | None]:
        """With which status, and in which form."""
        with pytest.raises(aiohttp.WSServerHandshakeError) as error:
            await self.connect(worker, signed)
        assert error.value.headers is not None
        return error.value.status, error.value.headers.get("content-type")

    async def told(self, socket: aiohttp.ClientWebSocketResponse, *running: RunningInterpreter) -> None:
        """Returns once the service knows it."""
        await socket.send_str(written(running))
        await until(lambda: frozenset(running) in self.missed.presences._running.values())


@asynccontextmanager
async def listening(services: Container, *, most: int = 2) -> AsyncIterator[Service]:
    missed = Missed(most=most)
    async with (
        served(replace(services, presences=missed.presences)) as (_, port),
        aiohttp.ClientSession() as client,
    ):
        yield Service(missed, client, f"http://127.0.0.1:{port}{PRESENCE_PATH}")


PROBLEM = "application/problem+json"


@pytest.mark.parametrize(
    ("worker", "signed", "status"),
    [
        (WORKER, dict, 401),
        (WORKER, partial(dict, authorization="Bearer x"), 401),
        (WORKER, partial(headers, signed_by(WORKER), "another secret of thirty-two letters"), 401),
        (WORKER, partial(headers, signed_by("fedcba9876543210")), 401),
        (WORKER, partial(headers, WORKER.encode()), 401),
        ("x", partial(headers, signed_by("x")), 422),
        ("", partial(headers, signed_by("")), 422),
    ],
    ids=["unsigned", "no token", "another key", "another worker", "another purpose", "no worker", "nothing"],
)
async def test_who_is_no_worker_of_ours_is_refused_before_it_is_a_connection(
    services: Container,
    caplog: pytest.LogCaptureFixture,
    worker: str,
    signed: Callable[[], dict[str, str]],
    status: int,
) -> None:
    """By an answer of HTTP, as everybody is; nobody fills the log with errors."""
    async with listening(services) as service:
        assert await service.refused(worker, signed()) == (status, PROBLEM)
        assert (len(service.missed.presences), service.missed.missed) == (0, [])
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


async def test_forged_connections_are_limited_and_those_of_others_stay(services: Container) -> None:
    """They are counted with forged reports; whoever is connected already, or shows a signature, is not kept out."""
    async with listening(services) as service:
        one = await service.connect()
        refused = [await service.refused(signed={}) for _ in range(FAILED_REPORTS_PER_MINUTE + 1)]
        assert (refused[0], refused[-1]) == ((401, PROBLEM), (429, PROBLEM))
        await service.told(one, BOARD)
        await service.connect()


async def test_there_are_so_many_places_and_no_more(services: Container) -> None:
    """A place is free again when a worker has left."""
    async with listening(services, most=1) as service:
        first = await service.connect()
        assert await service.refused() == (503, PROBLEM)
        await first.close()
        await until(lambda: len(service.missed.presences) == 0)
        await service.told(await service.connect(), BOARD)


async def test_a_connection_that_is_torn_is_told_and_a_leave_is_not(services: Container) -> None:
    """A process that is killed closes nothing itself: its machine does."""
    async with listening(services) as service:
        left, torn = await service.connect(), await service.connect()
        await service.told(left, RunningInterpreter("hall", "b"))
        await service.told(torn, BOARD)
        await left.close()
        await until(lambda: len(service.missed.presences) == 1)
        assert service.missed.missed == []
        connection = torn._response.connection
        assert connection is not None
        assert connection.transport is not None
        connection.transport.abort()
        await until(lambda: len(service.missed.presences) == 0)
        assert service.missed.missed == [("a", True)]


async def test_silence_is_told_as_such(services: Container) -> None:
    """Whoever names its interpreters again and again stays; whoever does not is cut off."""
    async with listening(services) as service:
        silent, alive = await service.connect(), await service.connect()
        await service.told(silent, BOARD)
        hall = RunningInterpreter("hall", "b")
        ends_s = asyncio.get_running_loop().time() + SILENT_S + 1
        while asyncio.get_running_loop().time() < ends_s or not service.missed.missed:
            await service.told(alive, hall)
            await asyncio.sleep(0.25)
        assert service.missed.missed == [("a", False)]
        assert (await silent.receive()).data == 4408
        assert not alive.closed


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("{", 1007),
        ('{"running": 3}', 1007),
        (b"\x00", 1007),
        (json.dumps({"running": [], "more": "x" * LONGEST_MESSAGE_BYTES}), 1009),
    ],
    ids=["not JSON", "another message", "bytes", "too long"],
)
async def test_what_cannot_be_read_ends_the_connection_and_nothing_else(
    services: Container, said: str | bytes, code: int
) -> None:
    """Whoever sends it is there: nobody is suspected."""
    async with listening(services) as service:
        socket = await service.connect()
        await service.told(socket, BOARD)
        await (socket.send_bytes(said) if isinstance(said, bytes) else socket.send_str(said))
        assert (await socket.receive()).data == code
        await until(lambda: len(service.missed.presences) == 0)
        assert service.missed.missed == []


async def test_a_flood_of_messages_ends_the_connection(services: Container) -> None:
    """Some at once are fine, as after a pause of the network."""
    async with listening(services) as service:
        socket = await service.connect()
        for _ in range(MOST_AT_ONCE - 1):
            await socket.send_str(written([]))
        await service.told(socket, BOARD)
        for _ in range(5 * MOST_AT_ONCE):
            await socket.send_str(written([BOARD]))
        assert (await socket.receive()).data == 1008
        await until(lambda: len(service.missed.presences) == 0)
        assert service.missed.missed == []


async def test_a_service_that_ends_takes_its_leave(services: Container) -> None:
    """Connections that are open neither keep it nor make anybody suspected."""
    missed = Missed()
    async with aiohttp.ClientSession() as client:
        async with served(replace(services, presences=missed.presences)) as (_, port):
            service = Service(missed, client, f"http://127.0.0.1:{port}{PRESENCE_PATH}")
            socket = await service.connect()
            await service.told(socket, BOARD)
            end = asyncio.create_task(socket.receive())
            await asyncio.sleep(0)  # it reads
        assert (await end).data == 1012
    assert (len(missed.presences), missed.missed) == (0, [])
