"""Failures that one process tells another: as values, because libraries make other errors of those that are raised."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.engines.protocols import (
    EngineError,
    EngineMissing,
    EngineOverloaded,
    UnknownLanguage,
    UnknownVoice,
)

_PLAIN: tuple[type[EngineError], ...] = (EngineMissing, UnknownVoice)


@dataclass(frozen=True, slots=True)
class EngineFailure:
    """An `EngineError` on its way between processes."""

    kind: str
    message: str
    asked: str = ""
    known: tuple[str, ...] = ()
    retry_after_s: float = 0.0

    @classmethod
    def of(cls, error: EngineError) -> EngineFailure:
        """What is told of it."""
        match error:
            case UnknownLanguage(asked=asked, known=known):
                return cls("UnknownLanguage", str(error), asked, known)
            case EngineOverloaded(retry_after_s=retry_after_s):
                return cls("EngineOverloaded", str(error), retry_after_s=retry_after_s)
        return cls(type(error).__name__, str(error))

    def error(self) -> EngineError:
        """What was told, to be raised."""
        match self.kind:
            case "UnknownLanguage":
                return UnknownLanguage(self.asked, self.known)
            case "EngineOverloaded":
                overloaded = EngineOverloaded("", self.retry_after_s)
                overloaded.args = (self.message,)  # it is a whole sentence already
                return overloaded
        kind = next((kind for kind in _PLAIN if kind.__name__ == self.kind), EngineError)
        return kind(self.message)
