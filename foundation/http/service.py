"""A whole service: it answers requests and works in the background; when one of the two fails, so does the other."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

import structlog
from starlette.types import ASGIApp

from config.settings import SettingsError
from foundation.http.proxies import trusted_addresses
from foundation.http.server import ServerLimits, listening
from foundation.supervision import Backoff, keep_running

log = structlog.get_logger(__name__)

GRACE_S: Final = 5
"""For requests that are under way when the service ends."""
LONGEST_REST_S: Final = 30.0
"""Before background work that fails again and again is begun again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What is served and what goes on beside it."""

    name: str
    app: ASGIApp
    host: str
    port: int
    limits: ServerLimits
    trusted_proxies: list[str]
    watchers: Mapping[str, Callable[[], Awaitable[None]]]
    """Background work by name; whatever fails is begun again."""
    failed: Callable[[str, Exception], None] = lambda name, error: None
    """Told of each failure of a watcher."""


async def serve(service: Service, started: Callable[[int], None] = lambda port: None) -> None:
    """Serves and watches until it is cancelled; requests under way then get a few seconds.

    Args:
        started: called with the port once requests are answered; `service.port` may be 0.

    Raises:
        OSError: the port is taken.
    """
    async with listening(
        service.app,
        host=service.host,
        port=service.port,
        limits=service.limits,
        trusted_proxies=service.trusted_proxies,
        goodbye_s=GRACE_S,
    ) as server:
        log.info("serving", part=service.name, host=service.host, port=server.port)
        started(server.port)
        watch = asyncio.create_task(_watch(service), name="watch")
        http = asyncio.create_task(server.ended(), name="http ended")
        try:
            # nothing to watch is over at once, and no reason to end
            awaited = [watch, http] if service.watchers else [http]
            await asyncio.wait(awaited, return_when=asyncio.FIRST_COMPLETED)
        finally:
            watch.cancel()
            http.cancel()
            await asyncio.wait([watch, http])
        for task in (http, watch):
            if not task.cancelled() and (error := task.exception()):
                raise error


async def _watch(service: Service) -> None:
    async with asyncio.TaskGroup() as group:
        for name, work in service.watchers.items():
            backoff = Backoff(most_s=LONGEST_REST_S)
            group.create_task(keep_running(work, name=name, failed=service.failed, backoff=backoff))


def proxies(addresses: tuple[str, ...], name: str) -> list[str]:
    """The setting called `name` as addresses. Raises SettingsError."""
    try:
        return trusted_addresses(addresses)
    except ValueError as error:
        raise SettingsError(f"{name}: {error}") from error
