"""Connections to services: how they are made, what breaks them, and what is said of that."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp

from config.settings import Services
from foundation.supervision import Backoff
from pipeline.engines.protocols import EngineError
from speech_service.client.names import Pinned
from speech_service.wire import MAX_MESSAGE_BYTES, WireError

CONNECT_S = 5.0
HEARTBEAT_S = 30.0
"""A service that says nothing is asked so often whether it is there; no answer in half the time ends it."""
SEND_S = 30.0
LONGEST_WAIT_S = 2.0
"""Between two attempts to connect: a service that is back shall not be missed for long."""

BROKEN = (aiohttp.ClientError, OSError, TimeoutError, WireError)
"""What a connection that breaks, or never comes about, raises."""


class ServiceAway(EngineError):
    """There is no connection to the service."""


def new_session(services: Services, address: str = "") -> aiohttp.ClientSession:
    """An HTTP session that carries the token; to one address, where it is given, whatever name a URL has.

    Needs a running event loop.
    """
    token = services.token.get_secret_value()
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    connector = aiohttp.TCPConnector(resolver=Pinned(address)) if address else None
    return aiohttp.ClientSession(
        connector=connector, headers=headers, timeout=aiohttp.ClientTimeout(total=CONNECT_S)
    )


async def open_socket(
    session: aiohttp.ClientSession, url: str, within_s: float = CONNECT_S
) -> aiohttp.ClientWebSocketResponse:
    """Connects. Raises one of `BROKEN`."""
    async with asyncio.timeout(within_s):
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


async def get_json(session: aiohttp.ClientSession, url: str) -> Any:
    """Asks a service what it can do. Raises one of `BROKEN`."""
    async with session.get(url) as response:
        response.raise_for_status()
        try:
            return await response.json()
        except ValueError as error:
            raise WireError("the answer is not JSON") from error
