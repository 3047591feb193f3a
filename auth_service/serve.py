"""Runs the service: HTTP, and the watch over rooms."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial

import structlog

from auth_service.http.app import ALWAYS_ANSWERED, create_app
from auth_service.wiring import Container, opened
from config.settings import Auth, Settings
from foundation.database import StorageError
from foundation.http import service
from foundation.http.protocols import Deadlines
from foundation.http.server import ServerLimits
from foundation.http.service import Service
from foundation.tracing.running import tracing
from protocol.presence import LONGEST_MESSAGE_BYTES

log = structlog.get_logger(__name__)

_PURGE_INTERVAL_S = 3600.0


async def serve(settings: Settings, *, started: Callable[[int], None] = lambda port: None) -> None:
    """Serves until it is cancelled; requests under way then get a few seconds.

    Args:
        started: called with the port once requests are answered; `auth.port` may be 0.

    Raises:
        SettingsError: keys that may not be used, a database that is not supported.
        StorageError: the database cannot be reached.
        OSError: the port is taken.
    """
    async with tracing(settings.tracing, "hive-auth"), opened(settings) as services:
        await serve_services(services, started)


async def serve_services(services: Container, started: Callable[[int], None]) -> None:
    """Answers requests; looks after interpreters, removed participants and old records meanwhile."""
    auth = services.settings.auth
    await service.serve(
        Service(
            name="rooms",
            app=create_app(services),
            host=auth.host,
            port=auth.port,
            limits=_limits(auth),
            trusted_proxies=service.proxies(auth.trusted_proxies, "auth.trusted_proxies"),
            watchers={
                "rooms": services.reconciler.run,
                "removals": services.removals.run,
                "paired rooms": services.paired_rooms.run,
                "old records": partial(_purge, services),
            },
            failed=services.metrics.failed,
        ),
        started,
    )


def _limits(auth: Auth) -> ServerLimits:
    return ServerLimits(
        connections=auth.max_connections,
        connections_per_address=min(auth.max_connections_per_address, auth.max_connections),
        always_answered=ALWAYS_ANSWERED,
        message_bytes=LONGEST_MESSAGE_BYTES,
        deadlines=Deadlines(head_s=auth.idle_timeout_s, send_s=auth.send_timeout_s),
    )


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
