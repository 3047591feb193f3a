"""Runs the service: HTTP, and the watch over rooms."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

import structlog

from auth_service.errors import StorageError
from auth_service.http.app import ALWAYS_ANSWERED, create_app
from auth_service.wiring import Container, opened
from config.settings import Auth, Settings, SettingsError
from foundation.http.protocols import Deadlines
from foundation.http.proxies import trusted_addresses
from foundation.http.server import ServerLimits, listening
from foundation.supervision import Backoff, keep_running

log = structlog.get_logger(__name__)

_GRACE_S = 5
_PURGE_INTERVAL_S = 3600.0
_LONGEST_REST_S = 30.0
"""Before a watcher that fails again and again is begun again."""


async def serve(settings: Settings, *, started: Callable[[int], None] = lambda port: None) -> None:
    """Serves until it is cancelled; requests under way then get a few seconds.

    Args:
        started: called with the port once requests are answered; `auth.port` may be 0.

    Raises:
        SettingsError: keys that may not be used, a database that is not supported.
        StorageError: the database cannot be reached.
        OSError: the port is taken.
    """
    async with opened(settings) as services:
        await serve_services(services, started)


async def serve_services(services: Container, started: Callable[[int], None]) -> None:
    """Serves and watches; when one of the two fails, so does the other."""
    auth = services.settings.auth
    async with listening(
        create_app(services),
        host=auth.host,
        port=auth.port,
        limits=_limits(auth),
        trusted_proxies=_proxies(auth),
        goodbye_s=_GRACE_S,
    ) as server:
        log.info("serving rooms", host=auth.host, port=server.port)
        started(server.port)
        watch = asyncio.create_task(_watch(services), name="watch")
        http = asyncio.create_task(server.ended(), name="http ended")
        try:
            await asyncio.wait([watch, http], return_when=asyncio.FIRST_COMPLETED)
        finally:
            watch.cancel()
            http.cancel()
            await asyncio.wait([watch, http])
        for task in (http, watch):
            if not task.cancelled() and (error := task.exception()):
                raise error


def _limits(auth: Auth) -> ServerLimits:
    return ServerLimits(
        connections=auth.max_connections,
        connections_per_address=min(auth.max_connections_per_address, auth.max_connections),
        always_answered=ALWAYS_ANSWERED,
        deadlines=Deadlines(head_s=auth.idle_timeout_s, send_s=auth.send_timeout_s),
    )


def _proxies(auth: Auth) -> list[str]:
    try:
        return trusted_addresses(auth.trusted_proxies)
    except ValueError as error:
        raise SettingsError(f"auth.trusted_proxies: {error}") from error


async def _watch(services: Container) -> None:
    """Looks after interpreters, removed participants and old records; whatever fails is begun again."""
    watchers: dict[str, Callable[[], Awaitable[None]]] = {
        "rooms": services.reconciler.run,
        "removals": services.removals.run,
        "old records": partial(_purge, services),
    }
    async with asyncio.TaskGroup() as group:
        for name, work in watchers.items():
            backoff = Backoff(most_s=_LONGEST_REST_S)
            group.create_task(keep_running(work, name=name, failed=services.metrics.failed, backoff=backoff))


async def _purge(services: Container) -> None:
    while True:
        try:
            gone = await services.retention.purge(services.clock())
            if gone:
                log.info("old rooms forgotten", rooms=gone)
            await services.recordings.sweep()
        except (StorageError, OSError) as error:
            log.warning("old records kept", error=str(error))
        await asyncio.sleep(_PURGE_INTERVAL_S)
