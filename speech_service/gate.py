"""What every request passes before it reaches a service: token, bounds, and an answer for whatever fails."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from config.faults import place
from foundation.http.problems import Problem, answer, overloaded
from foundation.http.watching import may_watch, shows
from speech_service.measures import Measures

log = structlog.get_logger(__name__)

OPEN_PATHS = frozenset({"/health"})
"""Answered without a token, and however much is going on."""

WATCHING_PATHS = frozenset({"/metrics", "/performance"})
"""Answered however much is going on: it is then that one wants to look. Without a token to this machine alone."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of one service may be under way at once."""

    requests: int
    connections: int
    """WebSockets."""


class Gate:
    """An ASGI middleware around one service."""

    def __init__(self, app: ASGIApp, *, token: str, limits: Limits, measures: Measures) -> None:
        self._app, self._limits, self._measures = app, limits, measures
        self._token = token
        self._requests = 0
        self._connections = 0
        measures.bounds(requests=limits.requests, connections=limits.connections)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or scope["path"] in OPEN_PATHS:
            await self._app(scope, receive, send)
        elif problem := self._objection(scope):
            self._measures.failed(problem.code)
            await answer(scope, send, problem)
        elif scope["type"] == "websocket":
            await self._converse(scope, receive, send)
        else:
            await self._request(scope, receive, send)

    def _objection(self, scope: Scope) -> Problem | None:
        watching = scope["path"] in WATCHING_PATHS
        if not self._may_ask(scope, watching=watching):
            return Problem(401, "not_authorised", "a valid bearer token is needed")
        if scope["type"] == "websocket":
            if self._connections >= self._limits.connections:
                return overloaded("too many connections", 2.0)
        elif self._requests >= self._limits.requests and not watching:
            return overloaded("too many requests at once", 1.0)
        return None

    def _may_ask(self, scope: Scope, *, watching: bool) -> bool:
        if watching:
            return may_watch(scope, self._token)
        return not self._token or shows(scope, self._token)

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
        self._measures.requests(self._requests)
        try:
            with nullcontext() if scope["path"] in WATCHING_PATHS else self._measures.working():
                await self._app(scope, receive, watched)
        except Exception as error:  # noqa: BLE001  the reason follows
            # The one broad catch: a fault of ours in one request ends neither the service nor this
            # connection without an answer; the text of the exception may hold what was said, so it is not logged.
            log.error("request failed", path=scope["path"], error=type(error).__name__, at=place(error))
            self._measures.failed("internal")
            if not started:  # else the server sees an answer that is not whole and closes the connection
                await answer(scope, send, Problem(500, "internal", "the service has failed; see its log"))
        finally:
            self._requests -= 1
            self._measures.requests(self._requests)
