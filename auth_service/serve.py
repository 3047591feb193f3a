"""Runs the service: HTTP, and the watch over rooms."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable, Iterator

import structlog
import uvicorn

from auth_service.app import create_app
from auth_service.errors import StorageError
from auth_service.parts import Parts, opened
from config.settings import Settings

log = structlog.get_logger(__name__)

_GRACE_S = 5
_PURGE_INTERVAL_S = 3600.0
_KEEP_SESSIONS_S = 86_400.0
_KEEP_ROOMS_S = 30 * 86_400.0


async def serve(settings: Settings, *, started: Callable[[int], None] = lambda port: None) -> None:
    """Serves until it is cancelled; requests under way then get a few seconds.

    Args:
        started: called with the port once requests are answered; `auth.port` may be 0.

    Raises:
        SettingsError: keys that may not be used, a database that is not supported.
        StorageError: the database cannot be reached.
        OSError: the port is taken.
    """
    async with opened(settings) as parts:
        await serve_parts(parts, started)


async def serve_parts(parts: Parts, started: Callable[[int], None]) -> None:
    """Serves and watches; when one of the two fails, so does the other."""
    auth = parts.settings.auth
    listener = _bind(auth.host, auth.port)
    port = int(listener.getsockname()[1])

    def answering() -> None:
        log.info("serving rooms", host=auth.host, port=port)
        started(port)

    server = _Server(_config(parts), answering)
    watch = asyncio.create_task(_watch(parts), name="watch")
    http = asyncio.create_task(server.serve([listener]), name="http")
    try:
        await asyncio.wait([watch, http], return_when=asyncio.FIRST_COMPLETED)
    finally:
        server.should_exit = True
        watch.cancel()
        await asyncio.wait([watch, http])
        listener.close()
    for task in (http, watch):
        if not task.cancelled() and (error := task.exception()):
            raise error


def _config(parts: Parts) -> uvicorn.Config:
    auth = parts.settings.auth
    return uvicorn.Config(
        create_app(parts),
        log_config=None,
        access_log=False,  # paths hold the secrets of links
        server_header=False,
        proxy_headers=bool(auth.trusted_proxies),
        forwarded_allow_ips=list(auth.trusted_proxies),
        limit_concurrency=1000,
        timeout_keep_alive=20,
        timeout_graceful_shutdown=_GRACE_S,
        lifespan="off",
    )


class _Server(uvicorn.Server):
    """Leaves signals to `__main__`."""

    def __init__(self, config: uvicorn.Config, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._when_started = started

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._when_started()


def _bind(host: str, port: int) -> socket.socket:
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


async def _watch(parts: Parts) -> None:
    """Looks after interpreters, removed participants and old records."""
    async with asyncio.TaskGroup() as group:
        group.create_task(parts.reconciler.run())
        group.create_task(parts.evictions.run())
        group.create_task(_purge(parts))


async def _purge(parts: Parts) -> None:
    while True:
        now = parts.clock()
        try:
            gone = await parts.storage.purge(now - _KEEP_SESSIONS_S, now - _KEEP_ROOMS_S)
            if gone:
                log.info("old rooms forgotten", rooms=gone)
        except StorageError as error:
            log.warning("old records kept", error=str(error))
        await asyncio.sleep(_PURGE_INTERVAL_S)
