"""`/health` and `/metrics`, in one shape for every service."""

from __future__ import annotations

import asyncio
import hmac
import time
from collections.abc import Awaitable, Callable
from typing import Final, Literal

from pydantic import BaseModel
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Scope

from foundation.http.addresses import is_loopback
from foundation.http.origins import name_of

KEPT_S: Final = 1.0
PROMETHEUS: Final = "text/plain; version=0.0.4; charset=utf-8"
_FORWARDED = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")


class Health(BaseModel):
    """Whether a service can do its work, and which of the parts it stands on answer."""

    status: Literal["ok", "failing"]
    service: str
    parts: dict[str, str]
    """By name: "ok", or what is wrong in a word, e.g. "unreachable"."""


class HealthCheck:
    """Looks at most once a second, however many ask: whoever comes while a look is under way shares it."""

    def __init__(
        self, look: Callable[[], Awaitable[Health]], *, now: Callable[[], float] = time.monotonic
    ) -> None:
        """`look`: has limits of its own and raises nothing."""
        self._look, self._now = look, now
        self._one_looks = asyncio.Lock()
        self._seen: tuple[float, Health] | None = None

    async def report(self) -> Health:
        """What was seen within the last second."""
        async with self._one_looks:
            if self._seen is None or self._now() - self._seen[0] >= KEPT_S:
                health = await self._look()
                self._seen = (self._now(), health)
            return self._seen[1]


def health_response(health: Health) -> Response:
    """200, or 503 where the service fails."""
    return Response(
        health.model_dump_json(),
        status_code=200 if health.status == "ok" else 503,
        media_type="application/json",
    )


def shows(scope: Scope, token: str) -> bool:
    """Whether a request carries this token; compared in constant time, an empty one is never shown."""
    given = Headers(scope=scope).get("authorization", "").encode("utf-8", "replace")
    return bool(token) and hmac.compare_digest(given, b"Bearer " + token.encode())


def may_watch(scope: Scope, token: str) -> bool:
    """Whether a request may see measurements: by the token; without one from this machine itself, through no proxy."""
    if token:
        return shows(scope, token)
    headers = Headers(scope=scope)
    if any(name in headers for name in _FORWARDED):
        return False
    peer = scope["client"][0] if scope.get("client") else ""
    asked_by = name_of(headers.get("host", "localhost")) or ""
    return is_loopback(peer) and (asked_by == "localhost" or is_loopback(asked_by))
