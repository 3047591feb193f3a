"""A WebSocket connection to one copy of a service that is made anew whenever it breaks."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final

import aiohttp
import structlog

from config.settings import Services
from foundation.supervision import keep_running, kinds
from foundation.tasks import Tasks
from pipeline.engines.protocols import EngineOverloaded
from speech_service.client.connection import (
    BROKEN,
    SEND_S,
    ServiceAway,
    alive_s,
    first_of,
    new_backoff,
    open_socket,
    reason_of,
)
from speech_service.client.copies import Copies
from speech_service.client.one_copy import Copy

log = structlog.get_logger(__name__)

WAITING_MESSAGES: Final = 512


class ReconnectingSocket:
    """One shared connection for many small requests.

    Args:
        copies, copy: of them the one to connect to.
        path: where its WebSocket is.
        prepare: run before each connection, e.g. to ask what the service can do; may raise what `BROKEN` holds.
        take: gets each message.
        lost: called whenever a connection has ended; requests that wait for an answer must be told.
        alive: the message that keeps a quiet connection open.
    """

    def __init__(
        self,
        copies: Copies,
        copy: Copy,
        path: str,
        services: Services,
        *,
        prepare: Callable[[aiohttp.ClientSession], Awaitable[None]],
        take: Callable[[str | bytes], None],
        lost: Callable[[], None],
        alive: str,
    ) -> None:
        self._service, self._url, self._services = copies.service, f"{copy.url}{path}", services
        self._copies, self._copy = copies, copy
        self._prepare, self._take, self._lost, self._alive = prepare, take, lost, alive
        self._outbox: asyncio.Queue[str] = asyncio.Queue(WAITING_MESSAGES)
        self._connected = asyncio.Event()
        self._trouble = "not connected yet"
        self._tasks: Tasks | None = None

    @property
    def trouble(self) -> str:
        """Why there is no connection."""
        return self._trouble

    @property
    def connected(self) -> bool:
        """Whether a conversation goes on now; False again as soon as it is lost."""
        return self._connected.is_set()

    def start(self) -> None:
        """Begins to connect. Starting twice is fine."""
        if self._tasks is None:
            self._tasks = Tasks()
            self._tasks.start(self._run(), name=f"connection to {self._url}")

    async def close(self) -> None:
        """Ends the connection and waits for it."""
        tasks, self._tasks = self._tasks, None
        if tasks is not None:
            await tasks.close()

    async def ready(self, within_s: float) -> None:
        """Waits for the connection. Raises ServiceAway when there is none in time, or it was closed."""
        if self._tasks is None:
            raise ServiceAway(f"{self._service} is not connected")
        try:
            async with asyncio.timeout(within_s):
                await self._connected.wait()
        except TimeoutError as error:
            raise ServiceAway(f"{self._service} cannot be reached: {self._trouble}") from error

    def post(self, message: str) -> None:
        """Sends as soon as possible. Raises EngineOverloaded when too much waits to be sent."""
        try:
            self._outbox.put_nowait(message)
        except asyncio.QueueFull as error:
            raise EngineOverloaded(self._service, 1.0) from error

    async def _run(self) -> None:
        await keep_running(
            self._stay_connected,
            name=f"connection to {self._service}",
            failed=self._note,
            backoff=new_backoff(),
        )

    def _note(self, name: str, error: Exception) -> None:
        self._trouble = f"its answers are not understood ({kinds(error)})"

    async def _stay_connected(self) -> None:
        """Connects as often as connections break. Raises what is not the network's fault."""
        backoff = new_backoff()
        while True:
            began_s: float | None = None
            try:
                async with asyncio.timeout(self._copies.patience_s):
                    await self._prepare(self._copy.session)
                socket = await open_socket(self._copy.session, self._url, self._copies.patience_s)
                self._copy.answered()
                began_s = time.monotonic()
                async with socket:
                    await self._converse(socket)
                self._trouble = "the connection broke"
            except* BROKEN as errors:
                self._trouble = reason_of(first_of(errors))
            self._copies.failed(self._copy)
            wait_s = backoff.after(0.0 if began_s is None else time.monotonic() - began_s)
            log.info("service away", part=self._service, reason=self._trouble, retry_s=wait_s)
            await asyncio.sleep(wait_s)

    async def _converse(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """Sends and receives until the connection ends."""
        self._connected.set()
        log.info("service connected", part=self._service)
        try:
            async with asyncio.TaskGroup() as group:
                sender = group.create_task(self._send_out(socket), name=f"sends to {self._service}")
                watcher = group.create_task(self._leave_hanging(), name=f"watches {self._service}")
                async for message in socket:
                    if message.type in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY):
                        self._take(message.data)
                sender.cancel()
                watcher.cancel()
        finally:
            self._connected.clear()
            self._outbox = asyncio.Queue(WAITING_MESSAGES)
            self._lost()

    async def _leave_hanging(self) -> None:
        await self._copy.hangs.wait()
        raise TimeoutError

    async def _send_out(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        try:
            while True:
                try:
                    async with asyncio.timeout(alive_s(self._services)):
                        message = await self._outbox.get()
                except TimeoutError:
                    message = self._alive
                async with asyncio.timeout(SEND_S):
                    await socket.send_str(message)
        except BROKEN as error:
            log.debug("cannot send", part=self._service, reason=reason_of(error))
            await socket.close()
