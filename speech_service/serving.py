"""uvicorn, and what it leaves to others: cutting off who does not read or write, several servers in a process."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import structlog
import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from config.settings import Services
from speech_service.wire import MAX_MESSAGE_BYTES

log = structlog.get_logger(__name__)

GOODBYE_S = 3
"""How long requests that are under way may take when the service ends."""
START_S = 10.0
TICK_S = 1.0
"""How often the header with the date is renewed."""


class _Config(uvicorn.Config):
    """uvicorn's configuration, and our two limits on its way to the protocols below."""

    send_timeout_s: float
    idle_timeout_s: float


class _Patience:
    """Cuts a client off that does not take what it is sent."""

    def __init__(self, config: uvicorn.Config) -> None:
        assert isinstance(config, _Config)
        self._seconds = config.send_timeout_s
        self._timer: asyncio.TimerHandle | None = None

    def begin(self, transport: asyncio.Transport) -> None:
        """The client's buffer is full."""
        self.end()
        self._timer = asyncio.get_running_loop().call_later(self._seconds, self._cut_off, transport)

    def end(self) -> None:
        """The client has made room, or is gone."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _cut_off(self, transport: asyncio.Transport) -> None:
        log.warning("slow client cut off", waited_s=self._seconds)
        transport.abort()


class _WebSocketProtocol(WebSocketsSansIOProtocol):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._patience = _Patience(self.config)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._patience.begin(self.transport)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._patience.end()

    def connection_lost(self, exc: Exception | None) -> None:
        self._patience.end()
        super().connection_lost(exc)


class _HttpProtocol(H11Protocol):
    """HTTP/1.1 that also ends connections on which no request arrives."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._patience = _Patience(self.config)
        self._idle: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait_for_request()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        between_requests = self.cycle is None or self.cycle.response_complete
        if not between_requests or self.transport.get_protocol() is not self:
            self._stop_waiting()
        elif self._idle is None:
            self._wait_for_request()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._patience.begin(self.transport)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._patience.end()

    def connection_lost(self, exc: Exception | None) -> None:
        self._patience.end()
        self._stop_waiting()
        super().connection_lost(exc)

    def _wait_for_request(self) -> None:
        assert isinstance(self.config, _Config)
        self._idle = self.loop.call_later(self.config.idle_timeout_s, self.transport.abort)

    def _stop_waiting(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None


class _Server(uvicorn.Server):
    """One of several in a process: signals belong to the process, not to a server."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._stopped = asyncio.Event()

    def stop(self) -> None:
        """Ends `serve`; it then takes leave of its clients."""
        self.should_exit = True
        self._stopped.set()

    async def main_loop(self) -> None:
        """As uvicorn's own, without looking ten times a second."""
        while not await self.on_tick(0):
            try:
                async with asyncio.timeout(TICK_S):
                    await self._stopped.wait()
            except TimeoutError:
                continue

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def bind(host: str, port: int) -> socket.socket:
    """Takes a port, 0 for any that is free. Raises OSError when it is in use."""
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError:
        listener.close()
        raise
    return listener


@asynccontextmanager
async def listening(app: FastAPI, services: Services, port: int) -> AsyncIterator[str]:
    """Serves an application on `services.host` for as long as the context lasts.

    Yields:
        its URL, without a slash at the end.

    Raises:
        OSError: the port is in use.
    """
    listener = bind(services.host, port)
    config = _Config(
        app,
        http=_HttpProtocol,
        ws=_WebSocketProtocol,
        ws_max_size=MAX_MESSAGE_BYTES,
        ws_per_message_deflate=False,  # sound does not get smaller, and local networks are fast
        lifespan="off",
        log_config=None,
        log_level="warning",
        access_log=False,  # addresses may tell what was said
        server_header=False,
        timeout_graceful_shutdown=GOODBYE_S,
    )
    config.send_timeout_s, config.idle_timeout_s = services.send_timeout_s, services.idle_timeout_s
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]), name="uvicorn")
    try:
        await _started(server, task)
        host, taken = listener.getsockname()[:2]
        yield f"http://[{host}]:{taken}" if ":" in host else f"http://{host}:{taken}"
    finally:
        server.stop()
        done, _ = await asyncio.wait([task], timeout=GOODBYE_S + 5)
        if not done:
            task.cancel()
            await asyncio.wait([task])
        listener.close()
    if task.done() and not task.cancelled() and (error := task.exception()):
        raise error


async def _started(server: uvicorn.Server, task: asyncio.Task[None]) -> None:
    async with asyncio.timeout(START_S):
        while not server.started:
            if task.done():
                await task
                raise OSError("the server ended before it had started")
            await asyncio.sleep(0.005)
