"""What became of each request, by its route: a path may hold a link's secret and is kept nowhere."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

METHODS: Final = frozenset({"GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD"})


@dataclass(frozen=True, slots=True)
class ObservedRequest:
    """A request that is over."""

    method: str
    """One of `METHODS`, or "other": a client may call it anything."""
    route: str
    """With names in the place of what was asked for; empty for pages, and for what no route knows."""
    status: int
    """500 where it failed before its answer began."""
    took_s: float


class RequestObserver:
    """Passes everything on, and tells of each request once it is over."""

    def __init__(self, app: ASGIApp, tell: Callable[[ObservedRequest], None]) -> None:
        self._app, self._tell = app, tell

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
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
            method = scope["method"] if scope["method"] in METHODS else "other"
            route = getattr(scope.get("route"), "path", "")
            self._tell(ObservedRequest(method, route, status, time.perf_counter() - began_s))
