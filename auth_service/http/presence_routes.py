"""Connections that workers keep: while one lasts, the interpreters that it names have a process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from enum import Enum, IntEnum, auto
from typing import Final

import structlog
from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from starlette.types import Message

from auth_service.errors import Refused, not_authorised
from auth_service.http.dependencies import count_address
from auth_service.http.worker_routes import FAILED_REPORTS_PER_MINUTE, WORKER, is_signed
from auth_service.wiring import Container
from foundation.budget import Budget
from protocol.presence import PRESENCE_PATH, PresenceError, RunningInterpreter, read, signed_by

log = structlog.get_logger(__name__)

router = APIRouter(tags=["machines"])

SILENT_S: Final = 3.0
"""A worker tells something every second."""
_SLICE_S: Final = 0.5
MOST_AT_ONCE: Final = 20
MOST_EACH_S: Final = 10
_WITHOUT_A_WORD: Final = frozenset({1005, 1006})
"""Codes of a connection that nobody closed: RFC 6455, 7.4.1, lets no frame carry them."""


class _Close(IntEnum):
    UNREADABLE = 1007
    TOO_OFTEN = 1008
    SILENT = 4408


class _End(Enum):
    LEFT = auto()
    TORN = auto()
    SILENT = auto()


@router.websocket(PRESENCE_PATH)
async def presence(socket: WebSocket) -> None:
    """A worker names the interpreters that it runs, at each change and every second: `protocol/presence.py`.

    What it is refused with is an HTTP answer, before it is a WebSocket.
    """
    services: Container = socket.app.state.services
    worker = socket.query_params.get("worker", "")
    if not is_signed(signed_by(worker), services, socket.headers.get("authorization", "")):
        await count_address(socket, services, "worker", FAILED_REPORTS_PER_MINUTE)
        raise not_authorised()
    if not WORKER.fullmatch(worker):
        raise Refused(422, "invalid", "worker: expected 16 hexadecimal digits.")
    presences, connection = services.presences, object()
    if not presences.begin(connection):
        raise Refused(503, "overloaded", "Too many workers are connected.", retry_after_s=5.0)
    after = {_End.LEFT: presences.left, _End.TORN: presences.torn, _End.SILENT: presences.silent}
    end = _End.LEFT
    try:
        await socket.accept()
        end = await _listen(socket, lambda running: presences.told(connection, running))
    finally:
        after[end](connection)
    log.debug("worker's connection ended", worker=worker, end=end.name.lower())


async def _listen(socket: WebSocket, told: Callable[[frozenset[RunningInterpreter]], None]) -> _End:
    """Until it ends. Whoever is cut off for what it sends is there: nothing else follows from it."""
    budget = Budget(burst=MOST_AT_ONCE, interval_s=1 / MOST_EACH_S, capacity=1)
    while (message := await _next(socket)) is not None:
        if message["type"] == "websocket.disconnect":
            return _End.TORN if message.get("code") in _WITHOUT_A_WORD else _End.LEFT
        if not budget.take(""):
            await _close(socket, _Close.TOO_OFTEN)
            return _End.LEFT
        try:
            told(read(message.get("text") or ""))
        except PresenceError as error:
            log.warning("worker not understood", reason=str(error))
            await _close(socket, _Close.UNREADABLE)
            return _End.LEFT
    await _close(socket, _Close.SILENT)
    return _End.SILENT


async def _next(socket: WebSocket) -> Message | None:
    """None after a silence. It is counted in slices: when this process stood still, that is one of them at most, and
    what came meanwhile is read in the next."""
    for _ in range(round(SILENT_S / _SLICE_S)):
        with suppress(TimeoutError):
            async with asyncio.timeout(_SLICE_S):
                return await socket.receive()
    return None


async def _close(socket: WebSocket, code: _Close) -> None:
    with suppress(WebSocketDisconnect, RuntimeError):  # it is gone already
        await socket.close(code)
