"""What the machines of the services keep up with, as they say themselves under /performance."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from typing import Any

import aiohttp
import structlog
from pydantic import TypeAdapter, ValidationError

from config.settings import Services
from foundation.supervision import keep_running
from foundation.tasks import Tasks
from pipeline.capacity import Capacity
from speech_service.client.connection import BROKEN, get_json, new_backoff, new_session, reason_of
from speech_service.wire import WireError

log = structlog.get_logger(__name__)

ASK_EVERY_S = 60.0
"""A service that has answered is asked again so often: it may have been started anew on another machine."""

MOST_SPEAKERS = 1000
"""A longer list of languages is no answer."""


def together(hearing: Capacity | None, speaking: Capacity | None) -> Capacity | None:
    """What fits where one machine recognises and another, or the same, speaks; None where one of them is not known."""
    if hearing is None or speaking is None:
        return None
    known = len(speaking.languages)
    languages = tuple(speaking.languages[min(count, known) - 1] for count in range(1, hearing.speakers + 1))
    return replace(hearing, languages=languages, places=speaking.places, sentences=())


def read_capacity(performance: Any) -> Capacity | None:
    """What a service's answer says; None where the machine was not measured.

    Raises:
        WireError: it cannot be read.
    """
    machine = performance.get("machine") if isinstance(performance, dict) else None
    said = machine.get("capacity") if isinstance(machine, dict) else None
    if said is None:
        return None
    try:
        capacity = _CAPACITY.validate_python(said)
    except ValidationError as error:
        raise WireError("the capacity cannot be read") from error
    if capacity.speakers < 1 or not 1 <= len(capacity.languages) <= MOST_SPEAKERS:
        raise WireError("the capacity cannot be read")
    return capacity


class RemoteCapacity:
    """Asks the recognition and the synthesis service until they answer, and now and then after that.

    Args:
        own: of this process's machine, where one of the two runs in it.
    """

    def __init__(
        self, services: Services, own: Capacity | None = None, *, ask_every_s: float = ASK_EVERY_S
    ) -> None:
        self._services, self._own, self._ask_every_s = services, own, ask_every_s
        self._said: dict[str, Capacity | None] = {}
        self._tasks: Tasks | None = None

    def start(self) -> None:
        """Begins to ask. Starting twice is fine."""
        if self._tasks is None:
            self._tasks = Tasks()
            self._tasks.start(self._run(), name="capacity of the services")

    async def close(self) -> None:
        """Asks no more."""
        tasks, self._tasks = self._tasks, None
        if tasks is not None:
            await tasks.close()

    def now(self) -> Capacity | None:
        """What fits at once as it was last said; None while it is not known."""
        return together(self._of(self._services.stt_url), self._of(self._services.tts_url))

    def _of(self, url: str) -> Capacity | None:
        return self._said.get(url) if url else self._own

    async def _run(self) -> None:
        urls = {url for url in (self._services.stt_url, self._services.tts_url) if url}
        async with new_session(self._services) as session, asyncio.TaskGroup() as group:
            for url in sorted(urls):
                following = keep_running(partial(self._follow, session, url), name="capacity of a service")
                group.create_task(following, name=f"capacity of {url}")

    async def _follow(self, session: aiohttp.ClientSession, url: str) -> None:
        backoff = new_backoff()
        while True:
            wait_s = self._ask_every_s
            try:
                self._said[url] = read_capacity(await get_json(session, f"{url.rstrip('/')}/performance"))
                backoff = new_backoff()
            except WireError as error:
                self._said[url] = None  # it is there, and does not say
                log.info("service does not tell its capacity", url=url, reason=str(error))
            except BROKEN as error:
                wait_s = backoff.after(0.0)
                log.debug("capacity not asked", url=url, reason=reason_of(error), retry_s=wait_s)
            await asyncio.sleep(wait_s)


_CAPACITY = TypeAdapter(Capacity)
