"""Tells the token service what this worker can do, so that people know it before an interpreter is in their room.

What an engine can do that runs inside the rooms' own processes is not known here: those interpreters alone say it.
Which profile they have is known.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import aiohttp
import structlog
from livekit import api

from config.settings import LiveKit, Settings
from foundation.supervision import keep_running
from foundation.tasks import Tasks
from pipeline.engines.choice import chosen
from protocol.abilities import Abilities
from speech_service.client import RemoteSynthesizer, RemoteTranslator, SpeechCopies, languages
from worker.room_engines import abilities, not_known, reachable

log = structlog.get_logger(__name__)

LOOK_EVERY_S = 2.0
TELL_EVERY_S = 30.0
"""Also where nothing has changed: workers that say nothing any more are not counted on."""
TELL_LIMIT_S = 5.0
_SIGNATURE_S = 60.0


@asynccontextmanager
async def announcing(settings: Settings) -> AsyncIterator[None]:
    """Tells it meanwhile, where the settings say whom."""
    tasks = Tasks()
    if settings.services.auth_url:
        work = keep_running(Announcer(settings).run, name="announcing")
        tasks.start(work, name="announcing")
    try:
        yield
    finally:
        await tasks.close()


class Announcer:
    """Looks what the services can do, and tells what is new and, now and then, what is not."""

    def __init__(
        self, settings: Settings, *, look_every_s: float = LOOK_EVERY_S, tell_every_s: float = TELL_EVERY_S
    ) -> None:
        self._settings, self._look_every_s, self._tell_every_s = settings, look_every_s, tell_every_s
        self._worker = secrets.token_hex(8)
        self._failing = False

    async def run(self) -> None:
        """Runs until cancelled."""
        async with AsyncExitStack() as stack:
            profile = (await asyncio.to_thread(chosen, self._settings)).profile
            able = await self._looking(stack)
            timeout = aiohttp.ClientTimeout(total=TELL_LIMIT_S)
            session = await stack.enter_async_context(aiohttp.ClientSession(timeout=timeout))
            told, told_s = Abilities(), float("-inf")
            while True:
                now = able()
                due = now != told or time.monotonic() - told_s >= self._tell_every_s
                if (
                    due
                    and (now != Abilities() or not self._awaited)
                    and await self._tell(session, now, profile)
                ):
                    told, told_s = now, time.monotonic()
                await asyncio.sleep(self._look_every_s)

    @property
    def _awaited(self) -> bool:
        """Whether services will say what they can do, once they are there."""
        services = self._settings.services
        return bool(services.stt_url or services.mt_url)

    async def _looking(self, stack: AsyncExitStack) -> Callable[[], Abilities]:
        """Connects to the services; returns what tells what they can do at a moment."""
        services, rooms = self._settings.services, self._settings.rooms
        copies = SpeechCopies.of(services)
        recognised: Callable[[], tuple[str, ...]] = not_known
        translator: RemoteTranslator | None = None
        synthesizer: RemoteSynthesizer | None = None
        likened: Callable[[], tuple[str, ...]] = not_known
        if copies.hearing:
            remote = languages.recognised(services, copies.hearing)
            remote.start()
            stack.push_async_callback(remote.close)
            recognised = remote.now
        if copies.translation:
            translator = await stack.enter_async_context(RemoteTranslator(services, copies.translation))
        if copies.speech:
            synthesizer = await stack.enter_async_context(RemoteSynthesizer(services, copies.speech))
            offer = languages.likened(services, copies.speech)
            offer.start()
            stack.push_async_callback(offer.close)
            likened = offer.now

        def able() -> Abilities:
            if translator is None:
                return Abilities(recognised() or None)
            read = reachable(translator, rooms.source_language, None)
            found = abilities(recognised(), read, synthesizer, likened())
            limited = reachable(translator, rooms.source_language, rooms.languages or None)
            return replace(found, offered=limited or None)

        return able

    async def _tell(self, session: aiohttp.ClientSession, able: Abilities, profile: str) -> bool:
        """Whether the token service has taken it."""
        try:
            services, livekit = self._settings.services, self._settings.livekit
            status = await tell(session, services.auth_url, livekit, self._worker, able, profile)
        except (aiohttp.ClientError, TimeoutError) as error:
            return self._failed(type(error).__name__)
        if status != 204:
            return self._failed(f"status {status}")
        if self._failing:
            self._failing = False
            log.info("abilities told again")
        return True

    def _failed(self, reason: str) -> bool:
        """Says it once: pages offer languages then that nobody may be able to do."""
        if not self._failing:
            self._failing = True
            log.warning("abilities not told", url=self._settings.services.auth_url, reason=reason)
        return False


async def tell(
    session: aiohttp.ClientSession,
    auth_url: str,
    livekit: LiveKit,
    worker: str,
    able: Abilities,
    profile: str = "",
) -> int:
    """Tells it once, signed as the media server signs its webhooks; returns the answer's status.

    Args:
        auth_url: empty where the session has it.
        profile: "embedded", "cpu" or "gpu"; empty where it is not known.

    Raises:
        aiohttp.ClientError, TimeoutError: there is no answer.
    """
    said = {"worker": worker, "abilities": able.message()} | ({"profile": profile} if profile else {})
    body = json.dumps(said).encode()
    async with session.post(
        f"{auth_url.rstrip('/')}/api/v1/workers",
        data=body,
        headers={"Authorization": f"Bearer {signature(livekit, body)}"},
    ) as answer:
        return answer.status


def signature(livekit: LiveKit, body: bytes) -> str:
    """A token over what is said to the token service, as the media server signs its webhooks."""
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    token = api.AccessToken(livekit.api_key, livekit.api_secret.get_secret_value())
    return token.with_sha256(digest).with_ttl(timedelta(seconds=_SIGNATURE_S)).to_jwt()
