"""Clients that hold connections open, on a real socket."""

from __future__ import annotations

import asyncio
import contextlib
import resource
from collections.abc import AsyncIterator

import pytest

from auth_service.wiring import Container
from tests.auth_service.serving import served
from tests.auth_service.test_machines import event, signed

UNFINISHED_HEAD = b"POST /api/v1/join HTTP/1.1\r\nHost: 127.0.0.1\r\n"
UNFINISHED_BODY = UNFINISHED_HEAD + b"Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"


@pytest.fixture(autouse=True)
def many_files() -> None:
    """Both ends of every socket are in this process."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


@contextlib.asynccontextmanager
async def holding(port: int, number: int, said: bytes) -> AsyncIterator[list[asyncio.StreamReader]]:
    """Connections from one other address, on which `said` was sent, and nothing after it."""
    opened: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
    try:
        for _ in range(number):
            reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=("127.0.0.2", 0))
            opened.append((reader, writer))
            with contextlib.suppress(ConnectionError):  # it may have been refused already
                writer.write(said)
                await writer.drain()
        yield [reader for reader, _ in opened]
    finally:
        for _, writer in opened:
            writer.transport.abort()


@pytest.mark.parametrize(
    "said", [b"", UNFINISHED_HEAD, UNFINISHED_BODY], ids=["nothing", "half a head", "half a body"]
)
async def test_others_are_served_while_one_address_holds_a_thousand_connections(
    services: Container, said: bytes
) -> None:
    """Whatever the thousand have sent, people join, the media server's webhook and the health are answered."""
    async with served(services) as (api, port):
        room = await api.room()
        async with holding(port, 1000, said):
            body = event("room_started", room.name)
            answers = [
                await api.client.get("/health"),
                await api.client.get("/api/v1/config"),
                await api.join(room.guest),
                await api.client.post("/api/v1/webhook", content=body, headers=signed(body)),
            ]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 204]
