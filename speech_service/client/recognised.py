"""Which languages the recognition service understands, as it says itself under /languages."""

from __future__ import annotations

import asyncio

import aiohttp
import structlog
from pydantic import TypeAdapter, ValidationError

from config.settings import Services
from foundation.supervision import keep_running
from foundation.tasks import Tasks
from speech_service.client.connection import BROKEN, get_json, new_backoff, new_session, reason_of
from speech_service.wire import WireError

log = structlog.get_logger(__name__)

ASK_EVERY_S = 60.0
"""A service that has answered is asked again so often: it may have been started anew with another engine."""


class RemoteRecognised:
    """Asks the recognition service until it answers, and now and then after that."""

    def __init__(self, services: Services, *, ask_every_s: float = ASK_EVERY_S) -> None:
        self._services, self._ask_every_s = services, ask_every_s
        self._url = f"{services.stt_url.rstrip('/')}/languages"
        self._said: tuple[str, ...] | None = None
        self._tasks: Tasks | None = None

    def start(self) -> None:
        """Begins to ask. Starting twice is fine."""
        if self._tasks is None:
            self._tasks = Tasks()
            following = keep_running(self._run, name="languages of recognition")
            self._tasks.start(following, name="languages of recognition")

    async def close(self) -> None:
        """Asks no more."""
        tasks, self._tasks = self._tasks, None
        if tasks is not None:
            await tasks.close()

    def now(self) -> tuple[str, ...] | None:
        """As it was last said, sorted; None while it is not known."""
        return self._said

    async def _run(self) -> None:
        backoff = new_backoff()
        async with new_session(self._services) as session:
            while True:
                wait_s = self._ask_every_s
                try:
                    self._said = await self._ask(session)
                    backoff = new_backoff()
                except BROKEN as error:
                    wait_s = backoff.after(0.0)
                    log.debug("languages not asked", reason=reason_of(error), retry_s=wait_s)
                await asyncio.sleep(wait_s)

    async def _ask(self, session: aiohttp.ClientSession) -> tuple[str, ...]:
        tree = await get_json(session, self._url)
        try:
            return tuple(sorted(_CODES.validate_python(tree["languages"])))
        except (KeyError, TypeError, ValidationError) as error:
            raise WireError("the list of languages cannot be read") from error


_CODES = TypeAdapter(list[str])
