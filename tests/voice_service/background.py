"""The whole service on a port of its own in a thread of its own, for tests that are not asynchronous themselves."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

from pydantic import SecretStr

from config.settings import Settings
from config.voice import VoiceSettings
from foundation.tasks import Tasks
from pipeline.engines.protocols import Synthesizer
from speech_service.limits import serving
from tests.fakes.engines import ToneSynthesizer
from tests.fakes.recognition_service import ScriptedRecognition
from tests.fakes.service_engines import EchoTranslator
from tests.fakes.speaker_service import ScriptedSpeakers
from tests.voice_service.accounts import accounts, bearer
from tests.voice_service.messaging import Api, messaging
from voice_service.accounts.records import AccountRole
from voice_service.http.app import create_app

T = TypeVar("T")
PATIENCE_S = 30.0


class Background:
    """A service with engines that are quick, its jobs done, and an operator of the tenant "acme"."""

    def __init__(self, directory: Path, *, synthesizer: Synthesizer | None = None, **voice: Any) -> None:
        """`voice`: settings beside those that tests always need."""
        self._directory, self._voice = directory, voice
        self._synthesizer = synthesizer or ToneSynthesizer({"es": 440.0})
        self._up = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()))
        self.api: Api
        self.headers: dict[str, str]
        """With the operator's key."""
        self.url: str

    def wait_for(self, work: Coroutine[Any, Any, T]) -> T:
        """Does something where the service runs."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE_S)

    def key(self, tenant: str, plan: str = "pro") -> dict[str, str]:
        """Headers with a key of a new tenant."""

        async def made() -> str:
            here = accounts(self.api.services)
            await here.add_tenant(tenant, plan)
            return await here.new_key(tenant, "first")

        return bearer(self.wait_for(made()))

    async def _run(self) -> None:
        voice = VoiceSettings(
            database_url=SecretStr(f"sqlite:///{self._directory}/voice.sqlite3"),
            directory=self._directory / "voice",
            **self._voice,
        )
        wanted = Settings(development=True, voice=voice)
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        recognition = ScriptedRecognition("Good morning.").app()
        tasks = Tasks()
        speakers = ScriptedSpeakers({"es": "es-2"})
        async with (
            messaging(
                wanted, recognition, EchoTranslator(), self._synthesizer, speakers=speakers
            ) as self.api,
            serving(create_app(self.api.services), wanted.services, 0) as server,
        ):
            tasks.start(self.api.services.jobs.runner.run(), name="jobs")
            try:
                self.headers = bearer(await self._operator())
                self.url = server.url
                self._up.set()
                await self._end.wait()
            finally:
                await tasks.close()

    async def _operator(self) -> str:
        here = accounts(self.api.services)
        await here.add_tenant("acme", "enterprise")
        await here.choose("acme", {"keeps_messages": True, "remembers_messages": True})
        person = await here.add_person("acme", "Ana", AccountRole.OPERATOR)
        return await here.new_key("acme", "Ana's", person)

    def __enter__(self) -> Background:
        self._thread.start()
        assert self._up.wait(PATIENCE_S)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join()
