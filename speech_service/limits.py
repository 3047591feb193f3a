"""The limits under which a speech service listens."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from config.settings import Services, SettingsError
from foundation.http.addresses import reaches_this_machine_alone
from foundation.http.protocols import Deadlines
from foundation.http.server import Listening, ServerLimits, listening
from speech_service.gate import OPEN_PATHS, WATCHING_PATHS
from speech_service.wire import MAX_MESSAGE_BYTES

SHORTEST_TOKEN = 16
HEAD_S = 10.0


def check_reachable(services: Services) -> None:
    """Raises SettingsError where others can reach the services and nothing keeps them from using the engines."""
    token = services.token.get_secret_value()
    if not token and not reaches_this_machine_alone(services.host):
        raise SettingsError(
            f"services.host is {services.host}, which others can reach: set services.token, or 127.0.0.1 as the host"
        )
    if token and len(token) < SHORTEST_TOKEN:
        raise SettingsError(f"services.token is shorter than {SHORTEST_TOKEN} characters")


@asynccontextmanager
async def serving(app: FastAPI, services: Services, port: int) -> AsyncIterator[Listening]:
    """Serves an application on `services.host` for as long as the context lasts.

    Should the server end by itself, what runs in the context is cancelled.

    Yields:
        its URL, without a slash at the end.

    Raises:
        OSError: the port is in use, or the server ended by itself.

    Raises:
        SettingsError: others could use it without a token.
        OSError: the port is in use.
    """
    check_reachable(services)
    async with listening(app, host=services.host, port=port, limits=_limits(services)) as server:
        yield server


def _limits(services: Services) -> ServerLimits:
    """One machine may hold all connections that there are for conversations, and not all that there are."""
    of_one = services.max_connections + services.max_requests
    return ServerLimits(
        connections=2 * of_one,
        connections_per_address=of_one,
        always_answered=OPEN_PATHS | WATCHING_PATHS,
        deadlines=Deadlines(head_s=min(HEAD_S, services.idle_timeout_s), send_s=services.send_timeout_s),
        message_bytes=MAX_MESSAGE_BYTES,
    )
