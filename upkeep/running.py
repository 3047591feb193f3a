"""Whether services of this installation are at work: what they read and write may not be changed beneath them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import aiohttp

from config.settings import Settings
from upkeep.manifest import BackupError

_ANSWER_S: Final = 2.0
_ALL: Final = frozenset({"", "0.0.0.0", "::"})  # noqa: S104  # addresses to listen on, and none to ask


async def refuse_running(settings: Settings, services: Sequence[str]) -> None:
    """Raises BackupError where one of the services answers on its port of this machine."""
    places = {
        "auth": (settings.auth.host, settings.auth.port),
        "voice": (settings.voice.host, settings.voice.port),
    }
    for service in services:
        host, port = places[service]
        if await _answers(f"http://{'127.0.0.1' if host in _ALL else host}:{port}/health"):
            raise BackupError(
                f"the service {service} is running on port {port}: stop it first, wherever it runs"
            )


async def _answers(url: str) -> bool:
    try:
        limit = aiohttp.ClientTimeout(total=_ANSWER_S)
        async with aiohttp.ClientSession(timeout=limit) as session, session.get(url) as answer:
            return (await answer.json()).get("service") is not None
    except (aiohttp.ClientError, TimeoutError, ValueError, AttributeError):
        return False
