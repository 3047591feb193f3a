"""What services answer over HTTP: no more than a bound, and their problems as errors."""

from __future__ import annotations

import json
from typing import Any

import aiohttp

from foundation.http.problems import Problem
from pipeline.engines.protocols import EngineError
from speech_service.problems import error_of
from speech_service.wire import WireError


class RefusedByService(Exception):
    """What another service would say as well: it lies in what was asked."""

    def __init__(self, error: EngineError) -> None:
        super().__init__(str(error))
        self.error = error


async def bounded(answer: aiohttp.ClientResponse, most_bytes: int) -> bytes:
    """The whole body. Raises WireError where it is longer."""
    data = bytearray()
    async for piece in answer.content.iter_chunked(2**16):
        data += piece
        if len(data) > most_bytes:
            raise WireError("the answer is too long")
    return bytes(data)


def failure(status: int, data: bytes, service: str) -> EngineError | RefusedByService:
    """What an answer other than 2xx comes to."""
    error = error_of(_problem(status, data, service), service)
    if status < 500 and status not in (401, 408, 421, 429):
        return RefusedByService(error)
    return error


def _problem(status: int, data: bytes, service: str) -> Problem:
    """What a service says that it cannot do; what it leaves out is filled in."""
    told: Any = None
    try:
        told = json.loads(data)
    except ValueError:
        told = None
    if not isinstance(told, dict):
        told = {}
    code, detail = told.get("code"), told.get("detail")
    return Problem(
        status,
        code if isinstance(code, str) else "overloaded" if status == 503 else "failed",
        detail if isinstance(detail, str) else f"{service} answered with status {status}",
        told,
    )
