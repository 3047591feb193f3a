"""Ray Serve's handle without Ray: one copy in this process, what is said to it and by it pickled as on the way."""

from __future__ import annotations

import pickle
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from config import logging
from config.settings import Settings
from pipeline.engines.placed import recognizer, replicas
from pipeline.engines.placed.asking import PlacedRole

FINGERPRINT = "of the test"


async def copy_of(role: str, settings: Settings, patch: pytest.MonkeyPatch) -> PlacedRole:
    """The way to a copy with the engines that the settings mean."""

    async def nobody() -> None:
        """No copies hear beside it."""

    patch.setattr(replicas, "_replica_name", lambda: "a")
    patch.setattr(recognizer, "beside", nobody)
    patch.setattr(logging, "configure", lambda settings: None)  # the process is the test's
    replica = replicas.REPLICAS[role](settings, FINGERPRINT)
    await replica.reconfigure({})
    return PlacedRole(role, _Handle(replica))


class _Handle:
    def __init__(self, replica: Any) -> None:
        self._replica = replica

    def options(self, *, stream: bool) -> _Handle:
        return self

    def __getattr__(self, method: str) -> _Method:
        return _Method(getattr(self._replica, method))


class _Method:
    def __init__(self, method: Callable[..., Any]) -> None:
        self._method = method

    def remote(self, *arguments: Any) -> _Response:
        return _Response(self._method(*_sent(arguments)))


class _Response:
    def __init__(self, work: Any) -> None:
        self._work = work

    def __await__(self) -> Any:
        return self._answer().__await__()

    async def __aiter__(self) -> AsyncIterator[Any]:
        async for piece in self._work:
            yield _sent(piece)

    def cancel(self) -> None:
        """Nothing here goes on by itself."""

    async def _answer(self) -> Any:
        return _sent(await self._work)


def _sent(value: Any) -> Any:
    return pickle.loads(pickle.dumps(value))
