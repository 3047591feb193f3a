"""The voice service in front of speech services of all three kinds, on sockets of their own."""

from __future__ import annotations

import io
import wave
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import httpx
import numpy as np
from fastapi import FastAPI
from sqlalchemy import insert, update

from config.settings import Settings
from foundation.database import transaction
from pipeline.engines.protocols import Synthesizer, Translator
from speech_service.limits import serving as serving_app
from speech_service.mt import mt_app
from speech_service.tts import tts_app
from tests.auth_service.conftest import WallClock
from tests.fakes.speaker_service import ScriptedSpeakers
from tests.speech_service.serving import listening
from voice_service.accounts.keys import fingerprint, new_key
from voice_service.http.app import create_app
from voice_service.storage.tables import keys, tenants
from voice_service.wiring import VoiceServices, opened

TRANSLATE = "/api/v1/voice/translate"
TRANSCRIBE = "/api/v1/voice/transcribe"


@dataclass(slots=True)
class Api:
    """A service and how to ask it."""

    services: VoiceServices
    client: httpx.AsyncClient
    """Without a key."""
    clock: WallClock

    async def tenant(self, name: str, **choices: bool) -> dict[str, str]:
        """Headers with a key of a new tenant that has chosen so."""
        shown = new_key()
        async with transaction(self.services.engine) as connection:
            await connection.execute(
                insert(tenants).values(id=name, name=name, plan="pro", created_at=1.0, **choices)
            )
            await connection.execute(
                insert(keys).values(
                    id=f"k-{name}", tenant=name, fingerprint=fingerprint(shown), name="k", created_at=1.0
                )
            )
        return {"authorization": f"Bearer {shown}"}

    async def choose(self, tenant: str, **choices: bool) -> None:
        async with transaction(self.services.engine) as connection:
            await connection.execute(update(tenants).where(tenants.c.id == tenant).values(**choices))

    async def send(
        self, headers: Mapping[str, str], sound: bytes, target: str = "es", **options: Any
    ) -> httpx.Response:
        """A recording as a bare body."""
        query = {"target_language": target, **options}
        return await self.client.post(
            TRANSLATE, params=query, content=sound, headers={**headers, "content-type": "audio/wav"}
        )

    async def sent(
        self, headers: Mapping[str, str], sound: bytes, target: str = "es", **options: Any
    ) -> dict[str, Any]:
        """The answer to a recording that is taken."""
        answer = await self.send(headers, sound, target, **options)
        assert answer.status_code == 200, answer.text
        tree: dict[str, Any] = answer.json()
        return tree


@asynccontextmanager
async def messaging(
    settings: Settings,
    recognition: FastAPI,
    translator: Translator,
    synthesizer: Synthesizer,
    clock: WallClock | None = None,
    *,
    speakers: ScriptedSpeakers | None = None,
    **voice: Any,
) -> AsyncIterator[Api]:
    """The service, once all speech services are there.

    Args:
        speakers: measure voices in the place of what the speech service has itself.
    """
    clock = clock or WallClock()
    async with AsyncExitStack() as stack:
        speech = tts_app(synthesizer, settings)
        if speakers is not None:
            speech = speakers.before(speech)
        apps = (recognition, mt_app(translator, settings), speech)
        stt, mt, tts = [await stack.enter_async_context(listening(app, settings.services, 0)) for app in apps]
        wanted = replace(settings.voice, **voice)
        where = replace(settings.services, stt_url=stt, mt_url=mt, tts_url=tts)
        services = await stack.enter_async_context(
            opened(replace(settings, voice=wanted, services=where), clock)
        )
        await services.engines.ready(10)
        transport = httpx.ASGITransport(create_app(services))
        client = httpx.AsyncClient(transport=transport, base_url="http://localhost", timeout=300)
        yield Api(services, await stack.enter_async_context(client), clock)


def refusal(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of a problem."""
    return answer.status_code, answer.json()["code"]


def wav(seconds: float, rate_hz: int = 16_000, hertz: float = 220.0) -> bytes:
    """A file with a tone that pauses now and then, as speech does."""
    moments = np.arange(int(seconds * rate_hz)) / rate_hz
    heard = (moments % 0.5 < 0.4) | (moments > seconds - 0.1)
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setparams((1, 2, rate_hz, 0, "NONE", ""))
        sound.writeframes((np.sin(2 * np.pi * hertz * moments) * heard * 8000).astype("<i2").tobytes())
    return file.getvalue()


@asynccontextmanager
async def over_http(api: Api) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the same service on a real connection."""
    app = create_app(api.services)
    async with (
        serving_app(app, Settings().services, 0) as server,
        httpx.AsyncClient(base_url=server.url, timeout=60) as client,
    ):
        yield client
