"""Asks the copies of one service's engines: whichever has least to do, and another one where it is gone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress
from typing import Any, Final

import structlog

from pipeline.engines.placed.errors import EngineFailure
from pipeline.engines.placed.figures import CopyFigures, RoleFigures
from pipeline.engines.protocols import EngineError, EngineOverloaded

log = structlog.get_logger(__name__)

_AGAIN_S: Final = 0.05
"""So long is waited before another copy is asked; whoever knows which are left needs a moment to notice."""
_RETRY_AFTER_S: Final = 1.0


def app_name(role: str) -> str:
    """What a service's engines are called at Ray Serve."""
    return f"hive-{role}"


class PlacedRole:
    """The way to the copies of one service's engines.

    Args:
        name: of the service, e.g. "stt".
        handle: Ray Serve's.
        figures: gets what the copies tell of themselves.
    """

    def __init__(self, name: str, handle: Any, figures: RoleFigures | None = None) -> None:
        self.name, self._handle = name, handle
        self.figures = figures or RoleFigures()

    async def ask(self, method: str, *arguments: Any, limit_s: float) -> Any:
        """What a copy answers; where it ends meanwhile, what another one does.

        Raises:
            EngineOverloaded: too much waits already.
            EngineError: as the copy tells, or there was no answer in time.
        """
        try:
            async with asyncio.timeout(limit_s):
                while True:
                    try:
                        return await self._once(method, arguments)
                    except _CopyGone:
                        self.figures.asked_again += 1
                        await asyncio.sleep(_AGAIN_S)
        except TimeoutError as error:
            raise EngineError(f"{self.name}: no copy of its engines answered within {limit_s:g} s") from error

    async def stream(self, method: str, *arguments: Any, limit_s: float) -> AsyncGenerator[Any, None]:
        """What a copy yields, piece by piece; another one is asked only as long as nothing has come.

        Args:
            limit_s: for the first piece.

        Raises:
            EngineOverloaded, EngineError: as for `ask`.
        """
        try:
            async with asyncio.timeout(limit_s) as limit:
                while True:
                    pieces = self._streamed(method, arguments)
                    try:
                        async for piece in pieces:
                            limit.reschedule(None)
                            yield piece
                        return
                    except _CopyGone:
                        if limit.when() is None:
                            raise EngineError(
                                f"{self.name}: a copy of its engines ended amid a piece"
                            ) from None
                        self.figures.asked_again += 1
                        await asyncio.sleep(_AGAIN_S)
                    finally:
                        await pieces.aclose()
        except TimeoutError as error:
            raise EngineError(f"{self.name}: no copy of its engines answered within {limit_s:g} s") from error

    async def _once(self, method: str, arguments: tuple[Any, ...]) -> Any:
        response = getattr(self._handle, method).remote(*arguments)
        try:
            answer = await response
        except Exception as error:
            raise self._told(error) from error
        except asyncio.CancelledError:
            _give_up(response)
            raise
        return self._opened(answer)

    async def _streamed(self, method: str, arguments: tuple[Any, ...]) -> AsyncGenerator[Any, None]:
        response = getattr(self._handle.options(stream=True), method).remote(*arguments)
        ended = False
        try:
            async for answer in response:
                yield self._opened(answer)
            ended = True
        except EngineError:
            raise
        except Exception as error:
            raise self._told(error) from error
        finally:
            if not ended:
                _give_up(response)

    def _opened(self, answer: tuple[Any, CopyFigures]) -> Any:
        """What was answered, without what the copy tells of itself. Raises what it failed with."""
        value, copy = answer
        self.figures.heard(copy)
        if isinstance(value, EngineFailure):
            raise value.error()
        return value

    def _told(self, error: Exception) -> Exception:
        """What one of Ray's errors means. Its words are left out: they may quote what was asked."""
        from ray.exceptions import RayActorError, TaskCancelledError
        from ray.serve.exceptions import BackPressureError, ReplicaUnavailableError

        if isinstance(error, BackPressureError):
            return EngineOverloaded(f"{self.name} on Ray", _RETRY_AFTER_S)
        # one that is ended by Ray Serve cancels what it has; whoever asked here has not
        if isinstance(error, RayActorError | ReplicaUnavailableError | TaskCancelledError):
            return _CopyGone()
        log.error("a copy of the engines failed", part=self.name, error=type(error).__name__)
        return EngineError(f"{self.name}: its engines failed ({type(error).__name__})")


class _CopyGone(Exception):
    """The copy that was asked is not there any more."""


def _give_up(response: Any) -> None:
    """Nobody waits any more."""
    with suppress(Exception):  # whatever Ray says to that
        response.cancel()
