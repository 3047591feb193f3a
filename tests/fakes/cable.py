"""A TCP connection that a test can cut."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit


class Cable:
    """Passes connections on to a server, until it is cut: then those there are break and new ones are refused."""

    def __init__(self, to: str) -> None:
        address = urlsplit(to)
        assert address.hostname is not None
        assert address.port is not None
        self._to = address.hostname, address.port
        self._server: asyncio.Server | None = None
        self._port = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self.connections = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    async def mend(self) -> None:
        """Lets connections through."""
        assert self._server is None
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """Breaks all connections off, without a goodbye."""
        assert self._server is not None
        server, self._server = self._server, None
        server.close()
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        await server.wait_closed()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.create_task(self._relay(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_connection(*self._to)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(_copy(reader, there_writer))
                group.create_task(_copy(there_reader, writer))
        finally:
            writer.transport.abort()
            there_writer.transport.abort()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass  # the other side will see it in the same way
    if not writer.is_closing():
        writer.close()


@asynccontextmanager
async def cable(to: str) -> AsyncIterator[Cable]:
    """A cable that is whole, and cut at the end."""
    laid = Cable(to)
    await laid.mend()
    try:
        yield laid
    finally:
        if laid._server is not None:
            await laid.cut()
