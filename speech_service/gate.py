"""What every request passes before it reaches a service: token, bounds, and one form for whatever fails."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Mapping
from dataclasses import dataclass

import structlog
from fastapi import HTTPException
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from speech_service.measures import Measures
from speech_service.problems import Problem, overloaded

log = structlog.get_logger(__name__)

OPEN_PATHS = frozenset({"/health"})
"""Answered without a token, and however much is going on."""

WATCHING_PATHS = frozenset({"/metrics", "/performance"})
"""Answered however much is going on: it is then that one wants to look."""


class ServiceError(HTTPException):
    """A request that is answered with a problem. FastAPI lets this kind through where it reads bodies."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.status, problem.code)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of one service."""

    body_bytes: int
    large_body_bytes: Mapping[str, int]
    """Paths that take more than `body_bytes`."""
    body_timeout_s: float
    """How long a client may be silent in the middle of a body."""
    requests: int
    connections: int


class Gate:
    """An ASGI middleware around one service."""

    def __init__(self, app: ASGIApp, *, token: str, limits: Limits, measures: Measures) -> None:
        self._app, self._limits, self._measures = app, limits, measures
        self._token = token.encode()
        self._requests = 0
        self._connections = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or scope["path"] in OPEN_PATHS:
            await self._app(scope, receive, send)
        elif problem := self._objection(scope):
            self._measures.failed(problem.code)
            await _answer(scope, send, problem)
        elif scope["type"] == "websocket":
            await self._converse(scope, receive, send)
        else:
            await self._request(scope, receive, send)

    def _objection(self, scope: Scope) -> Problem | None:
        headers = Headers(scope=scope)
        if self._token:
            given = headers.get("authorization", "").encode("utf-8", "replace")
            if not hmac.compare_digest(given, b"Bearer " + self._token):
                return Problem(401, "unauthorized", "a valid bearer token is needed")
        if scope["type"] == "websocket":
            if self._connections >= self._limits.connections:
                return overloaded("too many connections", 2.0)
            return None
        if self._requests >= self._limits.requests and scope["path"] not in WATCHING_PATHS:
            return overloaded("too many requests at once", 1.0)
        length = headers.get("content-length", "")
        if length.isdecimal() and int(length) > self._largest(scope):
            return _too_large(self._largest(scope))
        return None

    async def _converse(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._connections += 1
        self._measures.connections(self._connections)
        try:
            await self._app(scope, receive, send)
        finally:
            self._connections -= 1
            self._measures.connections(self._connections)

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        self._requests += 1
        try:
            await self._app(scope, self._bounded(scope, receive), watched)
        except Exception as error:  # noqa: BLE001  the reason follows
            # The one broad catch: a fault of ours in one request ends neither the service nor this
            # connection without an answer; the text of the exception may hold what was said, so it is not logged.
            log.error("request failed", path=scope["path"], error=type(error).__name__, at=place(error))
            self._measures.failed("internal")
            if not started:  # else the server sees an answer that is not whole and closes the connection
                await _answer(scope, send, Problem(500, "internal", "the service has failed; see its log"))
        finally:
            self._requests -= 1

    def _bounded(self, scope: Scope, receive: Receive) -> Receive:
        limit, taken, complete = self._largest(scope), 0, False

        async def bounded() -> Message:
            nonlocal taken, complete
            if complete:
                return await receive()
            try:
                async with asyncio.timeout(self._limits.body_timeout_s):
                    message = await receive()
            except TimeoutError as error:
                raise ServiceError(Problem(408, "too_slow", "the body did not arrive in time")) from error
            if message["type"] == "http.request":
                taken += len(message.get("body", b""))
                complete = not message.get("more_body", False)
            if taken > limit:
                raise ServiceError(_too_large(limit))
            return message

        return bounded

    def _largest(self, scope: Scope) -> int:
        return self._limits.large_body_bytes.get(scope["path"], self._limits.body_bytes)


def _too_large(limit: int) -> Problem:
    return Problem(
        413, "too_long", f"the body is larger than {limit} bytes", {"limit": limit, "unit": "bytes"}
    )


def place(error: BaseException) -> str:
    """File and line where an exception was raised."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "" if trace is None else f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"


async def _answer(scope: Scope, send: Send, problem: Problem) -> None:
    kind = "websocket.http.response" if scope["type"] == "websocket" else "http.response"
    body = problem.encoded()
    headers = {**problem.headers(), "Content-Length": str(len(body))}
    encoded = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    await send({"type": f"{kind}.start", "status": problem.status, "headers": encoded})
    await send({"type": f"{kind}.body", "body": body, "more_body": False})
