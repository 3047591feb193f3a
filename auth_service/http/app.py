"""The HTTP application: routes, and what every request and every refusal passes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from http import HTTPStatus

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.cors import CORSMiddleware
from starlette.exceptions import HTTPException
from starlette.responses import Response

from auth_service import VERSION
from auth_service.errors import AuthError, MediaServerError, Refused
from auth_service.http import (
    chat_routes,
    data_routes,
    guest_routes,
    host_routes,
    organiser_routes,
    pairing_routes,
    presence_routes,
    rating_routes,
    recording_routes,
    webhook_routes,
    worker_routes,
)
from auth_service.http.dependencies import count_failure
from auth_service.http.page_headers import meeting_headers
from auth_service.metrics import Metrics
from auth_service.wiring import Container
from config import shipped
from foundation.database import StorageError
from foundation.http.bodies import Bodies, BodyLimits
from foundation.http.compression import CompressedAnswers
from foundation.http.methods import refusal_headers
from foundation.http.observing import ObservedRequest, RequestObserver
from foundation.http.origins import ExtensionCors, Origins, hosts_of
from foundation.http.page import Headers, Page, add_page
from foundation.http.problems import Problem, described, of_http_error, of_validation, response
from foundation.http.watching import HealthCheck
from protocol.presence import PRESENCE_PATH

log = structlog.get_logger(__name__)

LARGEST_BODY_BYTES = 256 * 1024
ALWAYS_ANSWERED = frozenset({"/health", "/api/v1/webhook"})
"""However many connections there are: who watches the service, and the media server."""
_OPEN_PATHS = ALWAYS_ANSWERED | {
    "/metrics",
    worker_routes.WORKERS_PATH,
    PRESENCE_PATH,
    recording_routes.PIECES_PATH,
    recording_routes.PARTS_PATH,
}
"""Whatever name they are asked by: a signature, a token or nothing at all is needed for them."""
_FAILURES = frozenset({400, 401, 408, 413, 422})
_FAILURE_CODES = frozenset({"invitation_unknown", "session_ended"})
"""Answers that count as failures of whoever asked."""


def create_app(services: Container) -> FastAPI:
    """Puts the routes together; opens and starts nothing.

    A request passes what was added last first: measuring, headers, origins, CORS, then the limits of its body. What is
    answered is compressed last.
    """
    app = FastAPI(
        title="HIVE: rooms and invitations",
        version=VERSION,
        description="Who may join which room and as what, and whether its interpreter is there.",
        docs_url=None,
        redoc_url=None,
        responses=described(
            {
                status: HTTPStatus(status).phrase
                for status in (400, 401, 403, 404, 405, 408, 409, 410, 413, 421, 422, 429, 502, 503)
            }
        ),
    )
    app.state.services = services
    app.state.health = HealthCheck(partial(webhook_routes.look, services))
    app.include_router(guest_routes.router)
    app.include_router(organiser_routes.router)
    app.include_router(chat_routes.router)
    app.include_router(host_routes.router)
    app.include_router(data_routes.router)
    app.include_router(rating_routes.router)
    app.include_router(pairing_routes.router)
    app.include_router(recording_routes.organisers)
    app.include_router(recording_routes.workers)
    app.include_router(webhook_routes.router)
    app.include_router(worker_routes.router)
    app.include_router(presence_routes.router)
    add_page(
        app, Page(shipped.page(services.settings.auth.web_directory), {"": "index.html"}, rest="index.html")
    )
    app.add_exception_handler(AuthError, _auth_error)
    app.add_exception_handler(StorageError, _auth_error)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _bug)
    auth = services.settings.auth
    app.add_middleware(CompressedAnswers)
    app.add_middleware(Bodies, limits=BodyLimits(LARGEST_BODY_BYTES, auth.idle_timeout_s))
    if auth.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(auth.cors_origins),
            allow_methods=["GET", "POST", "PUT", "DELETE"],
            allow_headers=["authorization", "content-type", "traceparent"],
            max_age=600,
        )
    app.add_middleware(ExtensionCors, paths=pairing_routes.FOR_EXTENSIONS)
    app.add_middleware(
        Origins,
        hosts={*hosts_of([auth.public_url]), *auth.allowed_hosts},
        origins=[auth.public_url, *auth.cors_origins, *auth.allowed_origins],
        open_paths=_OPEN_PATHS,
        extension_paths=pairing_routes.FOR_EXTENSIONS,
    )
    app.add_middleware(Headers, headers=meeting_headers(services.settings))
    app.add_middleware(RequestObserver, tell=partial(_time, services.metrics))
    return app


def _time(metrics: Metrics, request: ObservedRequest) -> None:
    route = request.route or "page"
    metrics.requests.labels(request.method, route, str(request.status)).observe(request.took_s)
    log.debug(
        "request", method=request.method, route=route, status=request.status, took_s=round(request.took_s, 4)
    )


async def _auth_error(request: Request, error: Exception) -> Response:
    if isinstance(error, Refused):
        return await _refused(request, _problem_of(error))
    if isinstance(error, MediaServerError):
        problem = Problem(502, "media_server", "The media server could not be reached.")
    else:
        assert isinstance(error, StorageError)
        problem = Problem(503, "storage", "The database could not be reached.")
    log.warning("request failed", code=problem.code, error=str(error))
    return await _refused(request, problem)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return await _refused(request, of_validation(error))


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return await _refused(request, of_http_error(error), refusal_headers(request, error))


async def _bug(request: Request, error: Exception) -> Response:
    """The traceback goes to the log, which the server writes; the caller learns nothing of it."""
    return response(Problem(500, "internal", "Something went wrong here."))


async def _refused(
    request: Request, problem: Problem, more_headers: Mapping[str, str] | None = None
) -> Response:
    """The answer; in its place "too often" for whoever sends what is wrong again and again."""
    services: Container = request.app.state.services
    if problem.status in _FAILURES or problem.code in _FAILURE_CODES:
        try:
            await count_failure(request, services)
        except Refused as too_often:
            problem = _problem_of(too_often)
    services.metrics.refusals.labels(problem.code).inc()
    return response(problem, more_headers)


def _problem_of(refused: Refused) -> Problem:
    more = {} if refused.retry_after_s is None else {"retry_after_s": round(refused.retry_after_s, 3)}
    return Problem(refused.status, refused.code, refused.message, more)
