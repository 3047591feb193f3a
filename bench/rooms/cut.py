"""A way through TCP that can be cut: connections end, and nobody gets through until it is mended."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

from foundation.tasks import Tasks
from stack.parts import HOST
from stack.ports import free_port

_PIECE: Final = 64 * 1024
CONNECT_S: Final = 5.0


class CuttableWay:
    """Passes connections on to a port of this machine.

    Args:
        to_port: where they lead.
    """

    def __init__(self, to_port: int) -> None:
        self.port = free_port()
        """Where it is entered."""
        self.is_cut = False
        self._to_port = to_port
        self._tasks = Tasks()
        self._open: set[asyncio.StreamWriter] = set()

    @asynccontextmanager
    async def lying(self) -> AsyncIterator[CuttableWay]:
        """Is there until the block ends."""
        server = await asyncio.start_server(self._come, HOST, self.port)
        try:
            yield self
        finally:
            server.close()
            self.cut()
            await self._tasks.close()
            await server.wait_closed()

    def cut(self) -> None:
        """Ends all connections without a word; new ones end at once."""
        self.is_cut = True
        for writer in list(self._open):
            writer.transport.abort()

    def mend(self) -> None:
        """Lets connections through again."""
        self.is_cut = False

    def _come(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.is_cut:
            writer.transport.abort()
            return
        self._open.add(writer)
        self._tasks.start(self._pass_on(reader, writer), name="way")

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        onward: asyncio.StreamWriter | None = None
        try:
            async with asyncio.timeout(CONNECT_S):
                back, onward = await asyncio.open_connection(HOST, self._to_port)
            self._open.add(onward)
            async with asyncio.TaskGroup() as group:
                group.create_task(_pump(reader, onward))
                group.create_task(_pump(back, writer))
        except (OSError, TimeoutError):
            return  # nobody is there: whoever came sees the connection end
        finally:
            for each in filter(None, (writer, onward)):
                self._open.discard(each)
                each.transport.abort()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Until one side ends; then the other one is told."""
    with suppress(OSError):
        while piece := await reader.read(_PIECE):
            writer.write(piece)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()
