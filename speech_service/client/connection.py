"""A WebSocket connection to a service that is made anew whenever it breaks."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import structlog

from config.settings import Services
from pipeline.engines.protocols import EngineError, EngineOverloaded
from speech_service.wire import MAX_MESSAGE_BYTES, WireError

log = structlog.get_logger(__name__)

CONNECT_S = 5.0
HEARTBEAT_S = 30.0
"""A service that says nothing is asked so often whether it is there; no answer in half the time ends it."""
SEND_S = 30.0
LASTING_S = 2.0
"""A connection that lasted so long was a good one: after it the first new attempt is made soon."""
WAITING_MESSAGES = 512

BROKEN = (aiohttp.ClientError, OSError, TimeoutError, WireError)
"""What a connection that breaks, or never comes about, raises."""


class Backoff:
    """How long to wait before the next attempt: 0.1 s, doubling to 2 s."""

    FIRST_S, MOST_S = 0.1, 2.0

    def __init__(self) -> None:
        self._next_s = self.FIRST_S

    def after(self, lasted_s: float) -> float:
        """The wait after a connection that lasted `lasted_s`, 0 if there was none."""
        if lasted_s >= LASTING_S:
            self._next_s = self.FIRST_S
        wait_s, self._next_s = self._next_s, min(self._next_s * 2, self.MOST_S)
        return wait_s


def new_session(services: Services) -> aiohttp.ClientSession:
    """An HTTP session that carries the token. Needs a running event loop."""
    token = services.token.get_secret_value()
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return aiohttp.ClientSession(headers=headers, timeout=aiohttp.ClientTimeout(total=CONNECT_S))


async def open_socket(session: aiohttp.ClientSession, url: str) -> aiohttp.ClientWebSocketResponse:
    """Connects. Raises one of `BROKEN`."""
    async with asyncio.timeout(CONNECT_S):
        return await session.ws_connect(
            url,
            heartbeat=HEARTBEAT_S,
            max_msg_size=MAX_MESSAGE_BYTES,
            timeout=aiohttp.ClientWSTimeout(ws_close=1.0),
        )


def alive_s(services: Services) -> float:
    """How often a quiet client says that it is there."""
    return min(15.0, services.idle_timeout_s / 3)


def reason_of(error: BaseException) -> str:
    """Why there is no connection, in a few words."""
    if isinstance(error, aiohttp.WSServerHandshakeError | aiohttp.ClientResponseError):
        return f"refused with status {error.status}"
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, ConnectionRefusedError | aiohttp.ClientConnectorError):
        return "nothing listens there"
    return "the connection broke"


class Link:
    """One shared connection for many small requests.

    Args:
        service: how messages call it, e.g. "the translation service".
        url: where the WebSocket is.
        prepare: run before each connection, e.g. to ask what the service can do; may raise what `BROKEN` holds.
        take: gets each message.
        lost: called whenever a connection has ended; requests that wait for an answer must be told.
        alive: the message that keeps a quiet connection open.
    """

    def __init__(
        self,
        service: str,
        url: str,
        services: Services,
        *,
        prepare: Callable[[aiohttp.ClientSession], Awaitable[None]],
        take: Callable[[str | bytes], None],
        lost: Callable[[], None],
        alive: str,
    ) -> None:
        self._service, self._url, self._services = service, url, services
        self._prepare, self._take, self._lost, self._alive = prepare, take, lost, alive
        self._outbox: asyncio.Queue[str] = asyncio.Queue(WAITING_MESSAGES)
        self._connected = asyncio.Event()
        self._trouble = "not connected yet"
        self._task: asyncio.Task[None] | None = None

    @property
    def connected(self) -> bool:
        return self._connected.is_set()

    def start(self) -> None:
        """Begins to connect. Starting twice is fine."""
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name=f"link to {self._url}")

    async def close(self) -> None:
        """Ends the connection and waits for it."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])

    async def ready(self, within_s: float) -> None:
        """Waits for the connection. Raises EngineError when there is none in time, or the link was closed."""
        if self._task is None:
            raise EngineError(f"{self._service} is not connected")
        try:
            async with asyncio.timeout(within_s):
                await self._connected.wait()
        except TimeoutError as error:
            raise EngineError(f"{self._service} cannot be reached: {self._trouble}") from error

    def post(self, message: str) -> None:
        """Sends as soon as possible. Raises EngineOverloaded when too much waits to be sent."""
        try:
            self._outbox.put_nowait(message)
        except asyncio.QueueFull as error:
            raise EngineOverloaded(self._service, 1.0) from error

    async def _run(self) -> None:
        backoff = Backoff()
        async with new_session(self._services) as session:
            while True:
                began_s = time.monotonic()
                lasted_s = 0.0
                try:
                    await self._prepare(session)
                    socket = await open_socket(session, self._url)
                    began_s = time.monotonic()
                    async with socket:
                        await self._converse(socket)
                    lasted_s = time.monotonic() - began_s
                    self._trouble = "the connection broke"
                except BROKEN as error:
                    self._trouble = reason_of(error)
                wait_s = backoff.after(lasted_s)
                log.info("service away", service=self._service, reason=self._trouble, retry_s=wait_s)
                await asyncio.sleep(wait_s)

    async def _converse(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """Sends and receives until the connection ends."""
        sender = asyncio.create_task(self._send_out(socket))
        self._connected.set()
        log.info("service connected", service=self._service)
        try:
            async for message in socket:
                if message.type in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY):
                    self._take(message.data)
        finally:
            self._connected.clear()
            sender.cancel()
            await asyncio.wait([sender])
            self._outbox = asyncio.Queue(WAITING_MESSAGES)
            self._lost()

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
            log.debug("cannot send", service=self._service, reason=reason_of(error))
            await socket.close()


async def get_json(session: aiohttp.ClientSession, url: str) -> Any:
    """Asks a service what it can do. Raises one of `BROKEN`."""
    async with session.get(url) as response:
        response.raise_for_status()
        try:
            return await response.json()
        except ValueError as error:
            raise WireError("the answer is not JSON") from error
