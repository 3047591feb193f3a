"""The HTTP application: routes, errors, limits on size, headers."""

from __future__ import annotations

import math
import time
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from auth_service import VERSION, machines, organising, people
from auth_service.errors import AuthError, MediaServerError, Refused, StorageError
from auth_service.messages import Problem
from auth_service.metrics import Metrics
from auth_service.page import Headers, Page, security_headers
from auth_service.parts import Parts

log = structlog.get_logger(__name__)

LARGEST_BODY_BYTES = 256 * 1024
_CODES = {404: "not_found", 405: "not_found", 400: "bad_request", 413: "too_large"}


def create_app(parts: Parts) -> FastAPI:
    app = FastAPI(
        title="HIVE: rooms and invitations",
        version=VERSION,
        description="Who may join which room and as what, and whether its interpreter is there.",
        docs_url=None,
        redoc_url=None,
        responses={
            status: {"model": Problem}
            for status in (400, 401, 403, 404, 405, 409, 410, 413, 422, 429, 502, 503)
        },
    )
    app.state.parts = parts
    app.include_router(people.router)
    app.include_router(organising.router)
    app.include_router(machines.router)
    app.mount("/", Page(parts.settings.auth.web_directory), name="page")
    app.add_exception_handler(AuthError, _auth_error)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _bug)
    app.add_middleware(Size)
    if parts.settings.auth.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(parts.settings.auth.cors_origins),
            allow_methods=["GET", "POST", "PUT", "DELETE"],
            allow_headers=["authorization", "content-type"],
            max_age=600,
        )
    app.add_middleware(Headers, headers=security_headers(parts.settings))
    app.add_middleware(Measured, metrics=parts.metrics)
    return app


class Size:
    """Refuses bodies that are too large, by what is announced and by what comes."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if announced.isdigit() and int(announced) > LARGEST_BODY_BYTES:
            await _problem(413, "too_large", "The body is too large.")(scope, receive, send)
            return
        came = 0

        async def counted() -> Message:
            nonlocal came
            message = await receive()
            came += len(message.get("body", b""))
            if came > LARGEST_BODY_BYTES:
                raise HTTPException(413)
            return message

        await self._app(scope, counted, send)


class Measured:
    """Times every request by its route: a path may hold a link's secret and is kept nowhere."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            route = getattr(scope.get("route"), "path", "") or "page"
            method = (
                scope["method"]
                if scope["method"] in ("GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD")
                else "other"
            )
            took_s = time.perf_counter() - began
            self._metrics.requests.labels(method, route, str(status)).observe(took_s)
            log.debug("request", method=method, route=route, status=status, took_s=round(took_s, 4))


def _problem(
    status: int, code: str, message: str, headers: dict[str, str] | None = None, **more: Any
) -> JSONResponse:
    return JSONResponse({"code": code, "message": message, **more}, status, headers)


async def _auth_error(request: Request, error: Exception) -> JSONResponse:
    metrics: Metrics = request.app.state.parts.metrics
    if isinstance(error, Refused):
        metrics.refusals.labels(error.code).inc()
        if error.retry_after_s is not None:
            wait = {"retry-after": str(math.ceil(error.retry_after_s))}
            return _problem(
                error.status, error.code, error.message, wait, retry_after_s=round(error.retry_after_s, 3)
            )
        challenge = {"www-authenticate": "Bearer"} if error.status == 401 else None
        return _problem(error.status, error.code, error.message, challenge)
    if isinstance(error, MediaServerError):
        status, code, message = 502, "media_server", "The media server could not be reached."
    else:
        assert isinstance(error, StorageError)
        status, code, message = 503, "storage", "The database could not be reached."
    log.warning("request failed", code=code, error=str(error))
    metrics.refusals.labels(code).inc()
    return _problem(status, code, message)


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    found = error.errors()
    if any(problem["type"] == "json_invalid" for problem in found):
        return _problem(400, "bad_request", "The body is not JSON.")
    problems = [
        {"where": ".".join(str(part) for part in problem["loc"])[:200], "problem": problem["msg"]}
        for problem in found
    ]
    return _problem(422, "invalid", "Some fields are wrong.", problems=problems[:20])


async def _http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    said = {404: "There is nothing here.", 405: "This cannot be done here.", 413: "The body is too large."}
    code = _CODES.get(error.status_code, "bad_request")
    headers = dict(error.headers) if error.headers else None
    return _problem(
        error.status_code, code, said.get(error.status_code, "This request cannot be read."), headers
    )


async def _bug(request: Request, error: Exception) -> JSONResponse:
    """The traceback goes to the log, which the server writes; the caller learns nothing of it."""
    return _problem(500, "internal", "Something went wrong here.")
