"""Why there is no answer, in the form of RFC 9457, the same for every service."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Scope, Send

MEDIA_TYPE: Final = "application/problem+json"
_CLOSING: Final = frozenset({408, 413, 421})
"""After these the rest of a request is not read, so the connection cannot be used again."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why there is no answer.

    `more` holds what a program can act on: `known` languages, `retry_after_s`, `limit`.
    """

    status: int
    code: str
    """Fixed, and meant for programs."""
    detail: str
    """English, for people."""
    more: Mapping[str, Any] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        """The members of the answer's JSON object."""
        return {
            "type": f"urn:hive:problem:{self.code}",
            "title": self.code.replace("_", " ").capitalize(),
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            **self.more,
        }

    def encoded(self) -> bytes:
        r"""The body as bytes; a character that no encoding has (half a surrogate pair) is written as \u…."""
        return json.dumps(self.body()).encode("ascii")

    def headers(self) -> dict[str, str]:
        """What belongs into the head of an HTTP answer; names in lower case."""
        headers = {"content-type": MEDIA_TYPE}
        if self.status == 401:
            headers["www-authenticate"] = "Bearer"
        if "retry_after_s" in self.more:
            headers["retry-after"] = str(max(1, math.ceil(self.more["retry_after_s"])))
        if self.status in _CLOSING:
            headers["connection"] = "close"
        return headers


class ProblemError(HTTPException):
    """A request that is answered with a problem. FastAPI lets this kind through where it reads bodies."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.status, problem.code)
        self.problem = problem


def overloaded(detail: str, retry_after_s: float = 1.0) -> Problem:
    """Too much is under way."""
    return Problem(503, "overloaded", detail, {"retry_after_s": retry_after_s})


def of_http_error(error: HTTPException) -> Problem:
    """The problem that the framework's own refusals are answered with."""
    if isinstance(error, ProblemError):
        return error.problem
    match error.status_code:
        case 404:
            return Problem(404, "not_found", "There is nothing here.")
        case 405:
            return Problem(405, "not_found", "This cannot be done here.")
    return Problem(error.status_code, "bad_request", "This request cannot be read.")


def of_validation(error: RequestValidationError) -> Problem:
    """What is wrong with a request's fields; what was in them is not said again."""
    found = error.errors()
    if any(problem["type"] == "json_invalid" for problem in found):
        return Problem(400, "bad_request", "The body is not JSON.")
    problems = [
        {"where": ".".join(str(part) for part in problem["loc"])[:200], "problem": problem["msg"]}
        for problem in found
    ]
    return Problem(422, "invalid", "Some fields are wrong.", {"problems": problems[:20]})


def response(problem: Problem, more_headers: Mapping[str, str] | None = None) -> Response:
    """The problem as an answer."""
    headers = {**(more_headers or {}), **problem.headers()}
    return Response(problem.encoded(), status_code=problem.status, headers=headers)


async def answer(scope: Scope, send: Send, problem: Problem) -> None:
    """Answers a request, or the handshake of a WebSocket, before any application has seen it."""
    kind = "websocket.http.response" if scope["type"] == "websocket" else "http.response"
    body = problem.encoded()
    headers = {**problem.headers(), "content-length": str(len(body))}
    encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": f"{kind}.start", "status": problem.status, "headers": encoded})
    await send({"type": f"{kind}.body", "body": body, "more_body": False})


def described(descriptions: Mapping[int, str]) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a FastAPI application: each status with the form of its body."""
    content = {MEDIA_TYPE: {"schema": SCHEMA}}
    return {status: {"description": text, "content": content} for status, text in descriptions.items()}


SCHEMA: Final[dict[str, Any]] = {
    "title": "Problem",
    "description": "Why there is no answer (RFC 9457); some codes add `problems`, `known`, `limit` or `retry_after_s`.",
    "type": "object",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "retry_after_s": {"type": "number"},
        "problems": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["where", "problem"],
                "properties": {"where": {"type": "string"}, "problem": {"type": "string"}},
            },
        },
    },
}
