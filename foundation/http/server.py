"""Starts and stops an HTTP server within a process: signals belong to the process, and there may be several servers."""

from __future__ import annotations

import asyncio
import resource
import socket
from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Final

import structlog
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from foundation.http.places import Place, Places
from foundation.http.problems import answer, overloaded
from foundation.http.protocols import PLACE, Deadlines, HttpProtocol, ProtocolConfig, WebSocketProtocol
from foundation.http.proxies import Forwarded

log = structlog.get_logger(__name__)

GOODBYE_S: Final = 3
"""How long requests that are under way may take when the service ends."""
START_S: Final = 10.0
TICK_S: Final = 1.0
"""How often the header with the date is renewed, and connections are looked at that do not close."""
OTHER_FILES: Final = 200
"""Open files that are no connections: the database, models, connections to others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerLimits:
    """How many connections, and how long they are waited for."""

    connections: int
    connections_per_address: int
    spare_connections: int = 32
    """Beyond `connections`, for `always_answered` alone."""
    always_answered: Collection[str] = frozenset({"/health"})
    """Paths that a full house answers too."""
    deadlines: Deadlines = field(default_factory=Deadlines)
    message_bytes: int = 1 << 20
    """The longest message on a WebSocket."""


class Server(uvicorn.Server):
    """uvicorn's server, told to end by `stop` alone."""

    def __init__(self, config: ProtocolConfig) -> None:
        super().__init__(config)
        self._places, self._deadlines = config.places, config.deadlines
        self._stopped = asyncio.Event()

    def stop(self) -> None:
        """Ends `serve`; it then takes leave of its clients."""
        self.should_exit = True
        self._stopped.set()

    async def main_loop(self) -> None:
        """As uvicorn's own, without looking ten times a second."""
        while not await self.on_tick(0):
            self._places.end_closing(self._deadlines.send_s)
            try:
                async with asyncio.timeout(TICK_S):
                    await self._stopped.wait()
            except TimeoutError:
                continue

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """None: whoever runs the server decides when it ends."""
        yield


@dataclass(frozen=True, slots=True)
class Listening:
    """A server that answers."""

    url: str
    """Without a slash at the end."""
    port: int
    _task: asyncio.Task[None]

    async def ended(self) -> None:
        """Returns when the server has ended, which it does not by itself; raises what it failed with."""
        await asyncio.wait([self._task])
        if not self._task.cancelled():
            self._task.result()


class _FullHouse:
    """An ASGI middleware: on a spare connection only what must always be answered is."""

    def __init__(self, app: ASGIApp, always_answered: Collection[str]) -> None:
        self._app, self._always = app, frozenset(always_answered)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        place: Place | None = scope.get("state", {}).get(PLACE)
        if place is not None and place.spare and scope["path"] not in self._always:
            await answer(scope, send, overloaded("Too many connections are open.", 2.0))
            return
        await self._app(scope, receive, send)


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
async def listening(
    app: ASGIApp,
    *,
    host: str,
    port: int,
    limits: ServerLimits,
    trusted_proxies: Collection[str] = (),
    goodbye_s: int = GOODBYE_S,
) -> AsyncIterator[Listening]:
    """Serves an application for as long as the context lasts.

    Args:
        port: 0 for any that is free.
        trusted_proxies: addresses and networks whose `X-Forwarded-For` is believed, as `trusted_addresses` gives them.

    Raises:
        OSError: the port is in use.
    """
    forwarded = Forwarded(_FullHouse(app, limits.always_answered), list(trusted_proxies))
    listener = bind(host, port)
    config = _config(forwarded, limits, goodbye_s)
    server = Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]), name="http")
    try:
        await _started(server, task)
        address, taken = listener.getsockname()[:2]
        url = f"http://[{address}]:{taken}" if ":" in address else f"http://{address}:{taken}"
        yield Listening(url, int(taken), task)
    finally:
        server.stop()
        done, _ = await asyncio.wait([task], timeout=goodbye_s + 5)
        if not done:
            task.cancel()
            await asyncio.wait([task])
        listener.close()
        config.places.clear()
    if not task.cancelled():
        task.result()


def _config(app: Forwarded, limits: ServerLimits, goodbye_s: int) -> ProtocolConfig:
    most = _that_fit(limits.connections, limits.spare_connections)
    config = ProtocolConfig(
        app,
        http=HttpProtocol,
        ws=WebSocketProtocol,
        ws_max_size=limits.message_bytes,
        ws_per_message_deflate=False,  # sound does not get smaller, and local networks are fast
        lifespan="off",
        log_config=None,
        log_level="warning",
        access_log=False,  # addresses may tell what was said, or hold a secret
        server_header=False,
        proxy_headers=False,  # `Forwarded` says when it does not believe one
        timeout_keep_alive=limits.deadlines.keep_alive_s,
        timeout_graceful_shutdown=goodbye_s,
    )
    config.deadlines = limits.deadlines
    config.places = Places(
        most,
        min(limits.connections_per_address, most),
        limits.spare_connections,
        speaks_for_many=app.is_proxy,
    )
    return config


def _that_fit(connections: int, spare: int) -> int:
    """As many connections as there may be open files, of which a process may have more if it asks."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = connections + spare + OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < needed:
        soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return connections
    fit = max(16, soft - spare - OTHER_FILES)
    log.warning("fewer connections than set: too few open files are allowed", connections=fit)
    return min(connections, fit)


async def _started(server: uvicorn.Server, task: asyncio.Task[None]) -> None:
    async with asyncio.timeout(START_S):
        while not server.started:
            if task.done():
                await task
                raise OSError("the server ended before it had started")
            await asyncio.sleep(0.005)
