"""Counts requests by route and by the class of their answer: a path may hold what links are signed with."""

from __future__ import annotations

import time
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from voice_service.watching.counted import REQUEST
from voice_service.watching.tallies import Tallies

_METHODS: Final = frozenset({"GET", "POST", "PUT", "DELETE"})
_LONGEST_ROUTE: Final = 60
_NOT_COUNTED: Final = ("/api/v1/admin/", "/health", "/api/v1/health")
"""Who watches would else count themselves."""


class RequestCounter:
    """Passes everything on. Pages and what no route knows are not counted."""

    def __init__(self, app: ASGIApp, tallies: Tallies) -> None:
        self._app, self._tallies = app, tallies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in _METHODS:
            await self._app(scope, receive, send)
            return
        began_s, status = time.perf_counter(), 500

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            route = getattr(scope.get("route"), "path", "")
            if route and not route.startswith(_NOT_COUNTED):
                name = f"{REQUEST}|{scope['method']} {route[:_LONGEST_ROUTE]}|{status // 100}xx"
                self._tallies.count(name, (time.perf_counter() - began_s) * 1000)
