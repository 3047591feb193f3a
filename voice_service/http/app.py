"""The HTTP application: routes, and what every request and every refusal passes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from http import HTTPStatus

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.cors import CORSMiddleware
from starlette.exceptions import HTTPException
from starlette.responses import Response

from config import shipped
from config.voice import VoiceSettings
from foundation.database import StorageError
from foundation.http.bodies import Bodies, BodyLimits
from foundation.http.compression import CompressedAnswers
from foundation.http.methods import refusal_headers
from foundation.http.observing import ObservedRequest, RequestObserver
from foundation.http.origins import Origins, hosts_of
from foundation.http.page import PAGE_POLICY, Headers, Page, add_page, security_headers
from foundation.http.problems import Problem, ProblemError, described, of_http_error, of_validation, response
from foundation.http.watching import HealthCheck
from pipeline.engines.protocols import EngineError
from voice_service import VERSION
from voice_service.engines import engine_problem
from voice_service.http import (
    account_routes,
    admin_routes,
    clone_routes,
    feedback_routes,
    health_routes,
    history_routes,
    job_events,
    job_routes,
    key_routes,
    language_routes,
    message_routes,
    node_routes,
    object_routes,
    profile_routes,
    trial_routes,
    tts_routes,
    voices_routes,
)
from voice_service.http.dependencies import count_failure
from voice_service.http.sound_bodies import largest_body
from voice_service.watching import requests
from voice_service.wiring import VoiceServices

log = structlog.get_logger(__name__)

_NOTHING = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
"""Of an empty text: Redoc adds an empty style, and fills it through the browser's own interface."""
_SCROLLBAR = "'sha256-QMIg+bpjm3JdElJ388KYke01izlUW0UoNOeKjpMxdgc='"
"""Of the style of Redoc's scroll bar, which is a text in its bundle."""
POLICY = {**PAGE_POLICY, "style-src": ("'self'", _NOTHING, _SCROLLBAR)}

LARGEST_BODY_BYTES = 64 * 1024
"""Of requests that bring no sound."""
ALWAYS_ANSWERED = frozenset({"/health", "/api/v1/health"})
"""However many connections there are."""
_WITH_SOUND = (
    message_routes.TRANSLATE,
    message_routes.TRANSCRIBE,
    job_routes.TRANSLATE_LATER,
    profile_routes.SAMPLE,
)
_ROUTES = tuple(
    routes.router
    for routes in (
        health_routes,
        account_routes,
        admin_routes,
        node_routes,
        trial_routes,
        key_routes,
        tts_routes,
        voices_routes,
        message_routes,
        job_routes,
        job_events,
        language_routes,
        history_routes,
        feedback_routes,
        object_routes,
        profile_routes,
        clone_routes,
    )
)


def create_app(services: VoiceServices) -> FastAPI:
    """Puts the routes together; opens and starts nothing.

    A request passes counting, headers, origins, CORS, then the limits of its body.
    """
    app = FastAPI(
        title="HIVE: voice messages and speech",
        version=VERSION,
        docs_url=None,  # it would load its parts from elsewhere; the page has them
        redoc_url=None,
        description="Speech and text in one language, in; text and speech in another, out.",
        responses=described(
            {
                status: HTTPStatus(status).phrase
                for status in (400, 401, 403, 404, 405, 408, 413, 421, 422, 429, 503)
            }
        ),
    )
    app.state.services = services
    app.state.health = HealthCheck(partial(health_routes.look, services))
    _add_routes(app, services.settings.voice)
    _add_refusals(app)

    def told(request: ObservedRequest) -> None:
        requests.count(services.tallies, request)
        services.exposed.count(request)

    _add_middleware(app, services.settings.voice, told)
    return app


def _add_routes(app: FastAPI, voice: VoiceSettings) -> None:
    """The pages come last: they take what no route has."""
    for routes in _ROUTES:
        app.include_router(routes)
    pages = {"": "speech.html", "admin": "admin.html", "docs": "docs.html", "redoc": "redoc.html"}
    add_page(app, Page(shipped.page(voice.web_directory), pages))


def _add_refusals(app: FastAPI) -> None:
    app.add_exception_handler(StorageError, _storage_error)
    app.add_exception_handler(EngineError, _engine_error)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _bug)


def _add_middleware(app: FastAPI, voice: VoiceSettings, told: Callable[[ObservedRequest], None]) -> None:
    """A request passes what is added last first."""
    app.add_middleware(CompressedAnswers)
    sound_bytes = dict.fromkeys(_WITH_SOUND, largest_body(voice))
    app.add_middleware(Bodies, limits=BodyLimits(LARGEST_BODY_BYTES, voice.idle_timeout_s, sound_bytes))
    if voice.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(voice.cors_origins),
            allow_methods=["GET", "POST", "PUT", "DELETE"],
            allow_headers=["authorization", "content-type", "idempotency-key"],
            max_age=600,
        )
    app.add_middleware(
        Origins,
        hosts={*hosts_of([voice.public_url]), *voice.allowed_hosts},
        origins=[voice.public_url, *voice.cors_origins],
        open_paths=ALWAYS_ANSWERED | {"/metrics"},
    )
    app.add_middleware(Headers, headers=security_headers(POLICY, public_url=voice.public_url))
    app.add_middleware(RequestObserver, tell=told)


async def _storage_error(request: Request, error: Exception) -> Response:
    log.warning("request failed", code="storage", error=str(error))
    return response(Problem(503, "storage", "The database could not be reached."))


async def _engine_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, EngineError)
    problem = engine_problem(error)
    log.warning("request failed", code=problem.code)
    return response(problem)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return response(of_validation(error))


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 401:
        try:
            await count_failure(request, request.app.state.services)
        except ProblemError as too_often:
            return response(too_often.problem)
    return response(of_http_error(error), refusal_headers(request, error))


async def _bug(request: Request, error: Exception) -> Response:
    """The traceback goes to the log, which the server writes; the caller learns nothing of it."""
    return response(Problem(500, "internal", "Something went wrong here."))
