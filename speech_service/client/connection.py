"""A WebSocket connection to a service that is made anew whenever it breaks."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import partial
from types import TracebackType
from typing import Any, Self

import aiohttp
import structlog

from config.settings import Services
from foundation.supervision import Backoff, keep_running, kinds
from foundation.tasks import Tasks
from pipeline.engines.protocols import EngineError, EngineOverloaded
from speech_service.wire import MAX_MESSAGE_BYTES, WireError

log = structlog.get_logger(__name__)

CONNECT_S = 5.0
HEARTBEAT_S = 30.0
"""A service that says nothing is asked so often whether it is there; no answer in half the time ends it."""
SEND_S = 30.0
LONGEST_WAIT_S = 2.0
"""Between two attempts to connect: a service that is back shall not be missed for long."""
WAITING_MESSAGES = 512

BROKEN = (aiohttp.ClientError, OSError, TimeoutError, WireError)
"""What a connection that breaks, or never comes about, raises."""


class ServiceAway(EngineError):
    """There is no connection to the service."""


def new_session(services: Services) -> aiohttp.ClientSession:
    """An HTTP session that carries the token. Needs a running event loop."""
    token = services.token.get_secret_value()
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return aiohttp.ClientSession(headers=headers, timeout=aiohttp.ClientTimeout(total=CONNECT_S))


class HttpClient:
    """Asks services over HTTP; usable inside `async with`. Its calls raise EngineError outside."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = new_session(self._services)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Ends all connections. Closing twice is fine."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise EngineError(f"{type(self).__name__} is not connected")
        return self._session


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


def new_backoff() -> Backoff:
    """For connections to services."""
    return Backoff(most_s=LONGEST_WAIT_S)


def first_of(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    """The first error in a group and the groups in it."""
    first = errors.exceptions[0]
    return first_of(first) if isinstance(first, BaseExceptionGroup) else first


def reason_of(error: BaseException) -> str:
    """Why there is no connection, in a few words."""
    if isinstance(error, aiohttp.WSServerHandshakeError | aiohttp.ClientResponseError):
        return f"refused with status {error.status}"
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, ConnectionRefusedError | aiohttp.ClientConnectorError):
        return "nothing listens there"
    return "the connection broke"


class ReconnectingSocket:
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
        self._tasks: Tasks | None = None

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
        async with new_session(self._services) as session:
            await keep_running(
                partial(self._stay_connected, session),
                name=f"connection to {self._service}",
                failed=self._note,
                backoff=new_backoff(),
            )

    def _note(self, name: str, error: Exception) -> None:
        self._trouble = f"its answers are not understood ({kinds(error)})"

    async def _stay_connected(self, session: aiohttp.ClientSession) -> None:
        """Connects as often as connections break. Raises what is not the network's fault."""
        backoff = new_backoff()
        while True:
            began_s: float | None = None
            try:
                await self._prepare(session)
                socket = await open_socket(session, self._url)
                began_s = time.monotonic()
                async with socket:
                    await self._converse(socket)
                self._trouble = "the connection broke"
            except* BROKEN as errors:
                self._trouble = reason_of(first_of(errors))
            wait_s = backoff.after(0.0 if began_s is None else time.monotonic() - began_s)
            log.info("service away", service=self._service, reason=self._trouble, retry_s=wait_s)
            await asyncio.sleep(wait_s)

    async def _converse(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """Sends and receives until the connection ends."""
        self._connected.set()
        log.info("service connected", service=self._service)
        try:
            async with asyncio.TaskGroup() as group:
                sender = group.create_task(self._send_out(socket), name=f"sends to {self._service}")
                async for message in socket:
                    if message.type in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY):
                        self._take(message.data)
                sender.cancel()
        finally:
            self._connected.clear()
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
