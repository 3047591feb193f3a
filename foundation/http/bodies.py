"""Bounds on the bodies of requests: how large, how long silent, how slow."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from foundation.http.problems import Problem, ProblemError, answer

LEAST_BYTES_PER_S: Final = 8192
"""A body that comes slower than this, `silence_s` apart, is not waited for: a byte now and then would hold a
connection for ever."""


@dataclass(frozen=True, slots=True)
class BodyLimits:
    """What a body may be."""

    largest_bytes: int
    silence_s: float
    """How long a client may be silent in the middle of a body."""
    large_bytes: dict[str, int] = field(default_factory=dict)
    """Paths that take more than `largest_bytes`."""


class Bodies:
    """An ASGI middleware that refuses bodies beyond the limits, by what is announced and by what comes."""

    def __init__(self, app: ASGIApp, limits: BodyLimits, now: Callable[[], float] = time.monotonic) -> None:
        self._app, self._limits, self._now = app, limits, now

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = self._limits.large_bytes.get(scope["path"], self._limits.largest_bytes)
        announced = Headers(scope=scope).get("content-length", "")
        if announced.isdecimal() and int(announced) > most:
            await answer(scope, send, too_large(most))
            return
        await self._app(scope, self._bounded(receive, most), send)

    def _bounded(self, receive: Receive, most: int) -> Receive:
        waited_s, came, complete = 0.0, 0, False

        async def bounded() -> Message:
            nonlocal waited_s, came, complete
            if complete:  # what follows is only whether the client is still there
                return await receive()
            left_s = self._limits.silence_s + came / LEAST_BYTES_PER_S - waited_s
            began_s = self._now()
            try:
                async with asyncio.timeout(max(0.0, min(left_s, self._limits.silence_s))):
                    message = await receive()
            except TimeoutError as error:
                raise ProblemError(Problem(408, "too_slow", "The body did not arrive in time.")) from error
            waited_s += self._now() - began_s
            if message["type"] == "http.request":
                came += len(message.get("body", b""))
                complete = not message.get("more_body", False)
            if came > most:
                raise ProblemError(too_large(most))
            return message

        return bounded


def too_large(most: int) -> Problem:
    """The body exceeds its bound."""
    return Problem(
        413, "too_large", f"The body is larger than {most} bytes.", {"limit": most, "unit": "bytes"}
    )
