"""The service's end of a WebSocket: text and bytes in, messages out, and an end that says why."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from enum import IntEnum
from typing import Any, Generic, TypeVar

import structlog
from fastapi import WebSocket, WebSocketDisconnect

from config.faults import place
from foundation.http.problems import Problem, ProblemError
from pipeline.audio import AudioError
from speech_service.measures import Measures
from speech_service.problems import invalid
from speech_service.wire import Codec, Failed, WireError

log = structlog.get_logger(__name__)

S = TypeVar("S")


class CloseCode(IntEnum):
    """Why the service closes a connection: those of RFC 6455, and ours from 4000 on."""

    DONE = 1000
    UNREADABLE = 1007
    TOO_LONG = 1009
    FAILED = 1011
    TRY_LATER = 1013
    SILENT = 4408
    REFUSED = 4422


class Gone(Exception):
    """The client has left, or the server is shutting down."""


class Peer(Generic[S]):
    """One client.

    Sending waits until the client takes what it is sent; the server itself cuts a client off that does not
    (`foundation/http/protocols.py`), so no queue is needed here, and none of these waits is without limit.
    """

    def __init__(self, socket: WebSocket, codec: Codec[S], *, idle_timeout_s: float) -> None:
        self._socket, self._codec, self._idle_timeout_s = socket, codec, idle_timeout_s

    async def receive(self) -> str | bytes:
        """The next message.

        Raises:
            Gone: there will be no more.
            ProblemError: the client has been silent for too long.
        """
        try:
            async with asyncio.timeout(self._idle_timeout_s):
                message = await self._socket.receive()
        except TimeoutError as error:
            problem = Problem(408, "silent", f"nothing was sent for {self._idle_timeout_s:g} s")
            raise ProblemError(problem) from error
        if message["type"] == "websocket.disconnect":
            raise Gone
        text: str | None = message.get("text")
        return text if text is not None else message["bytes"]

    async def send(self, message: S) -> None:
        """Raises Gone."""
        await self._send(self._socket.send_text, self._codec.encode(message))

    async def send_bytes(self, data: bytes) -> None:
        """Raises Gone."""
        await self._send(self._socket.send_bytes, data)

    @staticmethod
    async def _send(send: Callable[[Any], Awaitable[None]], data: str | bytes) -> None:
        try:
            await send(data)
        except (WebSocketDisconnect, RuntimeError) as error:  # RuntimeError: sent after the end
            raise Gone from error


@asynccontextmanager
async def conversation(
    socket: WebSocket, codec: Codec[Any], *, idle_timeout_s: float, measures: Measures
) -> AsyncIterator[Peer[Any]]:
    """Accepts a client, and closes the connection with a code and a reason however the work ends."""
    await socket.accept()
    peer: Peer[Any] = Peer(socket, codec, idle_timeout_s=idle_timeout_s)
    problem: Problem | None = None
    try:
        yield peer
    except Gone:
        return
    except ProblemError as error:
        problem = error.problem
    except (WireError, AudioError) as error:
        problem = invalid(
            str(error), code="bad_audio" if isinstance(error, AudioError) else "invalid_request"
        )
    except Exception as error:  # noqa: BLE001  the reason follows
        # The broad catch of a connection: see Gate; here too the text of the exception is not logged.
        log.error("connection failed", path=socket.url.path, error=type(error).__name__, at=place(error))
        problem = Problem(500, "internal", "the service has failed; see its log")
    try:
        await _close(socket, peer, problem, measures)
    except (Gone, WebSocketDisconnect, RuntimeError):
        log.debug("client was gone before the connection was closed", path=socket.url.path)


async def _close(socket: WebSocket, peer: Peer[Any], problem: Problem | None, measures: Measures) -> None:
    if problem is None:
        await socket.close(CloseCode.DONE)
        return
    measures.failed(problem.code)
    await peer.send(Failed(code=problem.code, message=problem.detail, more=dict(problem.more)))
    await socket.close(_close_code(problem), problem.detail.encode()[:120].decode(errors="ignore"))


def _close_code(problem: Problem) -> CloseCode:
    match problem.code:
        case "silent":
            return CloseCode.SILENT
        case "too_long":
            return CloseCode.TOO_LONG
        case "bad_audio" | "invalid_request":
            return CloseCode.UNREADABLE
        case "overloaded":
            return CloseCode.TRY_LATER
        case "unknown_language":
            return CloseCode.REFUSED
    return CloseCode.FAILED
