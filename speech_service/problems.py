"""What an engine's failures are told as, over HTTP and on a WebSocket."""

from __future__ import annotations

from foundation.http.problems import Problem, overloaded
from pipeline.audio import AudioError
from pipeline.engines.protocols import (
    EngineError,
    EngineMissing,
    EngineOverloaded,
    TooLittleSpeech,
    UnknownLanguage,
    UnknownVoice,
)


def problem_of(error: EngineError | AudioError | TimeoutError) -> Problem:
    """The problem that a failure of an engine, or of what it was given, is reported as."""
    match error:
        case UnknownLanguage():
            return Problem(
                422, "unknown_language", str(error), {"asked": error.asked, "known": list(error.known)}
            )
        case UnknownVoice():
            return Problem(422, "unknown_voice", str(error))
        case TooLittleSpeech():
            told = {"speech_s": round(error.speech_s, 2), "least_s": error.least_s}
            return Problem(422, "too_little_speech", str(error), told)
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
        case "unknown_voice":
            return UnknownVoice(problem.detail)
        case "too_little_speech":
            return TooLittleSpeech(*(float(problem.more.get(key, 0.0)) for key in ("speech_s", "least_s")))
        case "overloaded":
            return EngineOverloaded(service, float(problem.more.get("retry_after_s", 1.0)))
        case "engine_missing":
            return EngineMissing(problem.detail)
    return EngineError(problem.detail)


def too_long(what: str, limit: float, unit: str) -> Problem:
    """The input exceeds a bound."""
    return Problem(413, "too_long", f"{what} is longer than {limit:g} {unit}", {"limit": limit, "unit": unit})


def invalid(message: str, *, code: str = "invalid_request") -> Problem:
    """The request cannot be understood."""
    return Problem(422, code, message)
