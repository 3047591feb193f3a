"""What the three services have in common: health, measurements, bounds, and how problems are answered."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from config.settings import Settings
from pipeline.audio import AudioError
from pipeline.engines.protocols import EngineError, EngineInfo
from speech_service.gate import Gate, Limits, ServiceError
from speech_service.measures import Measures
from speech_service.problems import Problem, invalid, problem_of, too_long
from speech_service.wire import complaints

VERSION = "1"

_JSON_BYTES_PER_CHARACTER = 12
"""A character outside the basic plane, written as two \\u escapes."""
_BODY_ROOM = 64 * 1024


class ProblemDetail(BaseModel):
    """What went wrong; some codes add `known`, `limit` or `retry_after_s`."""

    model_config = {"extra": "allow"}

    code: str
    message: str


class ProblemBody(BaseModel):
    """The body of every answer that is not a success."""

    error: ProblemDetail


class Health(BaseModel):
    """Answered while the service can take requests."""

    status: str
    service: str
    engine: str


_PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": ProblemBody, "description": description}
    for status, description in {
        400: "The body cannot be read",
        401: "No valid token",
        408: "The body did not arrive in time",
        413: "The input is too long",
        422: "The request does not fit, or the language is unknown (`known` lists those there are)",
        500: "The service has failed",
        502: "The engine has failed",
        503: "Too much is under way; see Retry-After",
        504: "The engine did not answer in time",
    }.items()
}


def limits_of(
    settings: Settings, *, texts: int = 1, large_body_bytes: Mapping[str, int] | None = None
) -> Limits:
    """The bounds of a service whose requests hold up to `texts` texts."""
    services = settings.services
    characters = _JSON_BYTES_PER_CHARACTER * services.max_text_characters
    return Limits(
        body_bytes=texts * characters + _BODY_ROOM,
        large_body_bytes=dict(large_body_bytes or {}),
        body_timeout_s=services.idle_timeout_s,
        requests=services.max_requests,
        connections=services.max_connections,
    )


def new_service(
    title: str,
    measures: Measures,
    info: Callable[[], EngineInfo],
    *,
    settings: Settings,
    limits: Limits,
) -> FastAPI:
    """An application with everything that is not particular to one service."""
    app = FastAPI(title=title, version=VERSION, responses=_PROBLEMS, docs_url=None, redoc_url=None)
    app.add_middleware(
        Gate, token=settings.services.token.get_secret_value(), limits=limits, measures=measures
    )
    _add_problem_handlers(app, measures)
    app.state.measures = measures

    @app.get("/health")
    async def health() -> Health:
        """Whether the service is there; needs no token."""
        return Health(status="ok", service=measures.service, engine=info().name)

    @app.get("/performance")
    async def performance() -> dict[str, Any]:
        """Quantiles of all durations since the start; what was chosen, what was measured, and what fits at once."""
        return measures.performance()

    @app.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
    async def metrics() -> Response:
        """The same for Prometheus."""
        return Response(measures.prometheus(), media_type="text/plain; version=0.0.4; charset=utf-8")

    return app


def check_text(text: str, settings: Settings, *, may_be_empty: bool = False) -> None:
    """Raises ServiceError for text that is empty, too long, or not Unicode."""
    limit = settings.services.max_text_characters
    if len(text) > limit:
        raise ServiceError(too_long("the text", limit, "characters"))
    if not text.strip() and not may_be_empty:
        raise ServiceError(invalid("the text is empty", code="empty_text"))
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise ServiceError(invalid("the text holds half a surrogate pair", code="bad_text"))


@asynccontextmanager
async def patience(seconds: float) -> AsyncIterator[None]:
    """Gives an engine so long. Raises ServiceError when it takes longer."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise ServiceError(problem_of(error)) from error


def _add_problem_handlers(app: FastAPI, measures: Measures) -> None:
    def answer(problem: Problem, more_headers: Mapping[str, str] | None = None) -> Response:
        measures.failed(problem.code)
        headers = {**problem.headers(), **(more_headers or {})}
        return Response(problem.encoded(), status_code=problem.status, headers=headers)

    async def on_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if isinstance(error, ServiceError):
            return answer(error.problem)
        return answer(
            Problem(error.status_code, f"http_{error.status_code}", str(error.detail)), error.headers
        )

    async def on_invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return answer(invalid(complaints(error.errors())))

    async def on_engine(request: Request, error: Exception) -> Response:
        assert isinstance(error, EngineError | AudioError)
        return answer(problem_of(error))

    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(EngineError, on_engine)
    app.add_exception_handler(AudioError, on_engine)
