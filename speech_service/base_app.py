"""What the three services have in common: health, measurements, bounds, and how problems are answered."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Protocol

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from config.addresses import several
from config.settings import Services, Settings
from foundation.http.bodies import Bodies, BodyLimits
from foundation.http.methods import refusal_headers
from foundation.http.origins import Origins, hosts_of
from foundation.http.problems import Problem, ProblemError, described, of_http_error, response
from foundation.http.watching import PROMETHEUS, health_response
from pipeline.audio import AudioError
from pipeline.engines.protocols import EngineError, EngineInfo
from pipeline.machine import MachineLoad, machine_load
from protocol.codec import complaints
from speech_service.busyness import ServiceHealth
from speech_service.gate import OPEN_PATHS, Gate, Limits
from speech_service.measures import Measures
from speech_service.problems import invalid, problem_of, too_long

VERSION = "1"

_JSON_BYTES_PER_CHARACTER = 12
"""A character outside the basic plane, written as two \\u escapes."""
_BODY_ROOM = 64 * 1024


_PROBLEMS = described(
    {
        400: "The body cannot be read",
        401: "No valid token",
        403: "Asked by another site's page",
        404: "There is nothing here",
        405: "The path knows other methods; see Allow",
        408: "The body did not arrive in time",
        413: "The input is too long",
        421: "Asked by another name",
        422: "The request does not fit, or the language is unknown (`known` lists those there are)",
        500: "The service has failed",
        502: "The engine has failed",
        503: "Too much is under way; see Retry-After",
        504: "The engine did not answer in time",
    }
)


class SaysWhatItIs(Protocol):
    """An engine of any kind."""

    @property
    def info(self) -> EngineInfo:
        """What it is."""
        ...


def body_limits(
    settings: Settings, *, texts: int = 1, large_bytes: Mapping[str, int] | None = None
) -> BodyLimits:
    """The bounds of a service whose requests hold up to `texts` texts; `large_bytes`: by path."""
    services = settings.services
    characters = _JSON_BYTES_PER_CHARACTER * services.max_text_characters
    return BodyLimits(texts * characters + _BODY_ROOM, services.idle_timeout_s, dict(large_bytes or {}))


def new_service(
    title: str,
    measures: Measures,
    engine: SaysWhatItIs,
    *,
    settings: Settings,
    bodies: BodyLimits,
) -> FastAPI:
    """An application with everything that is not particular to one service.

    Args:
        engine: what does the work.
    """
    services = settings.services
    app = FastAPI(title=title, version=VERSION, responses=_PROBLEMS, docs_url=None, redoc_url=None)
    app.add_middleware(Bodies, limits=bodies)
    app.add_middleware(
        Gate,
        token=services.token.get_secret_value(),
        limits=Limits(services.max_requests, services.max_connections),
        measures=measures,
    )
    app.add_middleware(
        Origins,
        hosts={*hosts_of(_addresses(services)), *services.allowed_hosts},
        origins=services.allowed_origins,
        open_paths=OPEN_PATHS,
    )
    _add_problem_handlers(app, measures)
    app.state.measures = measures

    @app.get("/health", response_model=ServiceHealth)
    async def health() -> Response:
        """Whether the service is there, what it has and how busy it is; needs no token."""
        info = engine.info
        return health_response(
            ServiceHealth(
                status="ok",
                service=measures.service,
                parts={"engine": "ok"},
                engine=info.name,
                languages=info.languages,
                under_way=measures.under_way,
                room=measures.room,
            )
        )

    @app.get("/performance")
    async def performance() -> dict[str, Any]:
        """Quantiles of all durations since the start; what was chosen, what was measured, and what fits at once."""
        return measures.performance()

    @app.get("/machine")
    async def machine() -> MachineLoad:
        """How busy the machine is that this service runs on, with its GPUs."""
        return await asyncio.to_thread(machine_load)

    @app.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
    async def metrics() -> Response:
        """The same for Prometheus."""
        return Response(await asyncio.to_thread(measures.prometheus), media_type=PROMETHEUS)

    return app


def _addresses(services: Services) -> list[str]:
    """Where clients look for speech services."""
    named = services.stt_url, services.mt_url, services.tts_url
    return [url for addresses in named for url in several(addresses)]


def check_text(text: str, settings: Settings, *, may_be_empty: bool = False) -> None:
    """Raises ProblemError for text that is empty, too long, or not Unicode."""
    limit = settings.services.max_text_characters
    if len(text) > limit:
        raise ProblemError(too_long("the text", limit, "characters"))
    if not text.strip() and not may_be_empty:
        raise ProblemError(invalid("the text is empty", code="empty_text"))
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise ProblemError(invalid("the text holds half a surrogate pair", code="bad_text"))


@asynccontextmanager
async def patience(seconds: float) -> AsyncIterator[None]:
    """Gives an engine so long. Raises ProblemError when it takes longer."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise ProblemError(problem_of(error)) from error


def _add_problem_handlers(app: FastAPI, measures: Measures) -> None:
    def told(problem: Problem, more_headers: Mapping[str, str] | None = None) -> Response:
        measures.failed(problem.code)
        return response(problem, more_headers)

    async def on_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return told(of_http_error(error), refusal_headers(request, error))

    async def on_invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return told(invalid(complaints(error.errors())))

    async def on_engine(request: Request, error: Exception) -> Response:
        assert isinstance(error, EngineError | AudioError)
        return told(problem_of(error))

    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(EngineError, on_engine)
    app.add_exception_handler(AudioError, on_engine)
