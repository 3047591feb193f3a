"""A way that is cut ends what goes over it, and lets nobody through until it is mended."""

from __future__ import annotations

import asyncio

from bench.rooms.cut import CuttableWay
from stack.ports import free_port


async def _echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while piece := await reader.read(100):
            writer.write(piece)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


async def _said_back(port: int, word: bytes) -> bytes:
    """What comes back over a new connection; nothing where it ends."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        return await _answer(reader, writer, word)
    finally:
        writer.close()


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, word: bytes) -> bytes:
    try:
        async with asyncio.timeout(10):
            writer.write(word)
            return await reader.read(100)
    except ConnectionError:
        return b""


async def test_a_way_is_cut_and_mended() -> None:
    server = await asyncio.start_server(_echo, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, CuttableWay(port).lying() as way:
        reader, writer = await asyncio.open_connection("127.0.0.1", way.port)
        assert await _answer(reader, writer, b"one") == b"one"

        way.cut()
        assert await _answer(reader, writer, b"two") == b""
        assert await _said_back(way.port, b"three") == b""
        writer.close()

        way.mend()
        assert await _said_back(way.port, b"four") == b"four"


async def test_a_way_that_leads_nowhere_ends_at_once() -> None:
    async with CuttableWay(free_port()).lying() as way:
        assert await _said_back(way.port, b"one") == b""
