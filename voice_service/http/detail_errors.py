"""Refusals as `{"detail": …}`, for the one path whose users expect that form."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Final

import structlog
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.responses import Response

from foundation.database import StorageError
from foundation.http.problems import Problem, ProblemError, of_http_error
from pipeline.audio import AudioError
from pipeline.engines.protocols import EngineError, EngineOverloaded
from speech_service.client import ServiceAway
from voice_service.engines import engine_problem
from voice_service.http.dependencies import count_failure

log = structlog.get_logger(__name__)

DETAIL_SCHEMA: Final[dict[str, Any]] = {
    "title": "Detail",
    "type": "object",
    "required": ["detail"],
    "properties": {
        "detail": {"type": "string", "description": "English, for people"},
        "known": {"type": "array", "items": {"type": "string"}},
        "retry_after_s": {"type": "number"},
    },
}


class DetailRoute(APIRoute):
    """A route that says why in `detail`: 400 for what is wrong with a request, 500 where speech could not be made."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler of the framework, whose errors become answers here."""
        handle = super().get_route_handler()

        async def handler(request: Request) -> Response:
            try:
                return await handle(request)
            except RequestValidationError as error:
                problem = Problem(400, "invalid", _said(error))
            except HTTPException as error:
                problem = await _refusal(request, error)
            except (EngineOverloaded, ServiceAway) as error:
                problem = engine_problem(error)
            except StorageError as error:
                log.warning("request failed", code="storage", error=str(error))
                problem = Problem(503, "storage", "The database could not be reached.")
            except (EngineError, AudioError) as error:
                log.warning("speech failed", error=type(error).__name__)
                problem = Problem(500, "speech_failed", "The speech could not be made.")
            return _response(problem)

        return handler


def described_details(descriptions: Mapping[int, str]) -> dict[int | str, dict[str, Any]]:
    """The `responses` of such a route."""
    content = {"application/json": {"schema": DETAIL_SCHEMA}}
    return {status: {"description": text, "content": content} for status, text in descriptions.items()}


async def _refusal(request: Request, error: HTTPException) -> Problem:
    """Also of the framework's own, for a body that is no text. Wrong keys are counted here as everywhere."""
    if error.status_code == 401:
        try:
            await count_failure(request, request.app.state.services)
        except ProblemError as too_often:
            return too_often.problem
    return of_http_error(error)


def _response(problem: Problem) -> Response:
    body = json.dumps({"detail": problem.detail, **problem.more}).encode("ascii")
    headers = {**problem.headers(), "content-type": "application/json"}
    return Response(body, problem.status, headers)


def _said(error: RequestValidationError) -> str:
    """The first thing that is wrong, without what was sent."""
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        return "The body is not JSON."
    where = ".".join(str(part) for part in first["loc"][1:] if isinstance(part, str))[:60]
    return f"{where}: {first['msg']}" if where else "The body is not a JSON object."
