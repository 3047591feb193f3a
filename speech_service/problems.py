"""What went wrong, in the one form in which clients are told: over HTTP and on a WebSocket."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from typing import Any

from pipeline.audio import AudioError
from pipeline.engines.protocols import EngineError, EngineMissing, EngineOverloaded, UnknownLanguage


@dataclass(frozen=True, slots=True)
class Problem:
    """Why there is no answer.

    `more` holds what a program can act on: `known` languages, `retry_after_s`, `limit`.
    """

    status: int
    code: str
    message: str
    more: dict[str, Any] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        """The JSON body of the answer."""
        return {"error": {"code": self.code, "message": self.message, **self.more}}

    def encoded(self) -> bytes:
        """The body as bytes; a character that no encoding has (half a surrogate pair) is written as \\u…."""
        return json.dumps(self.body()).encode("ascii")

    def headers(self) -> dict[str, str]:
        """What belongs into the head of an HTTP answer."""
        headers = {"Content-Type": "application/json"}
        if self.status == 401:
            headers["WWW-Authenticate"] = "Bearer"
        if "retry_after_s" in self.more:
            headers["Retry-After"] = str(max(1, math.ceil(self.more["retry_after_s"])))
        return headers


def problem_of(error: EngineError | AudioError | TimeoutError) -> Problem:
    """The problem that a failure of an engine, or of what it was given, is reported as."""
    match error:
        case UnknownLanguage():
            return Problem(
                422, "unknown_language", str(error), {"asked": error.asked, "known": list(error.known)}
            )
        case EngineOverloaded():
            return overloaded(str(error), error.retry_after_s)
        case EngineMissing():
            return Problem(502, "engine_missing", str(error))
        case AudioError():
            return Problem(422, "bad_audio", str(error))
        case TimeoutError():
            return Problem(504, "engine_timeout", "the engine did not answer in time")
    return Problem(502, "engine_failed", str(error))


def error_of(problem: Problem, service: str) -> EngineError:
    """The other way round: what a client of `service` raises for a problem."""
    match problem.code:
        case "unknown_language":
            return UnknownLanguage(str(problem.more.get("asked", "")), problem.more.get("known", ()))
        case "overloaded":
            return EngineOverloaded(service, float(problem.more.get("retry_after_s", 1.0)))
        case "engine_missing":
            return EngineMissing(problem.message)
    return EngineError(problem.message)


def overloaded(message: str, retry_after_s: float = 1.0) -> Problem:
    """Too much is under way."""
    return Problem(503, "overloaded", message, {"retry_after_s": retry_after_s})


def too_long(what: str, limit: float, unit: str) -> Problem:
    """The input exceeds a bound."""
    return Problem(413, "too_long", f"{what} is longer than {limit:g} {unit}", {"limit": limit, "unit": unit})


def invalid(message: str, *, code: str = "invalid_request") -> Problem:
    """The request cannot be understood."""
    return Problem(422, code, message)
