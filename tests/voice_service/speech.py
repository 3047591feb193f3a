"""The voice service in front of speech services that really speak, on sockets of their own."""

from __future__ import annotations

import asyncio
import io
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import numpy as np
from pydantic import SecretStr
from sqlalchemy import insert

from config.settings import Settings
from foundation.database import transaction
from pipeline.audio import Pcm
from pipeline.engines.protocols import Synthesizer
from pipeline.engines.synthesis.chain import SynthesizerChain
from speech_service.tts import tts_app
from tests.auth_service.conftest import WallClock
from tests.speech_service.serving import listening
from voice_service.accounts.keys import fingerprint, new_key
from voice_service.http.app import create_app
from voice_service.serve import serve_services
from voice_service.storage.tables import keys, tenants
from voice_service.wiring import VoiceServices, opened


@asynccontextmanager
async def speaking(settings: Settings, *engines: Synthesizer) -> AsyncIterator[VoiceServices]:
    """What `opened` makes, connected to a service in which these engines speak as one chain."""
    app = tts_app(SynthesizerChain(engines), settings)
    async with listening(app, settings.services, 0) as url:
        where = replace(settings.services, tts_url=url)
        async with opened(replace(settings, services=where), WallClock()) as services:
            await services.engines.synthesizer.connect(10)
            yield services


async def key_of(services: VoiceServices) -> str:
    """A key of a tenant of its own."""
    shown = new_key()
    async with transaction(services.engine) as connection:
        await connection.execute(insert(tenants).values(id="t1", name="acme", plan="pro", created_at=1.0))
        row = {
            "id": "k1",
            "tenant": "t1",
            "fingerprint": fingerprint(shown),
            "name": "first",
            "created_at": 1.0,
        }
        await connection.execute(insert(keys).values(**row))
    return shown


@asynccontextmanager
async def asking(services: VoiceServices) -> AsyncIterator[httpx.AsyncClient]:
    """A client with a key."""
    headers = {"authorization": f"Bearer {await key_of(services)}"}
    transport = httpx.ASGITransport(create_app(services))
    async with httpx.AsyncClient(
        transport=transport, base_url="http://localhost", headers=headers, timeout=120
    ) as client:
        yield client


@asynccontextmanager
async def served(services: VoiceServices) -> AsyncIterator[str]:
    """The URL of the service on a socket; `voice.port` is 0."""
    port: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    serving = asyncio.create_task(serve_services(services, port.set_result))
    try:
        async with asyncio.timeout(20):
            number = await port
        yield f"http://127.0.0.1:{number}"
    finally:
        serving.cancel()
        await asyncio.wait({serving})


def settings_in(directory: Path) -> Settings:
    """Settings of a service whose data lie in a directory."""
    settings = Settings(development=True)
    voice = replace(
        settings.voice,
        port=0,
        directory=directory / "voice",
        database_url=SecretStr(f"sqlite:///{directory / 'voice.sqlite3'}"),
    )
    services = replace(settings.services, mt_url="http://127.0.0.1:9")
    return replace(settings, voice=voice, services=services)


def read_wav(data: bytes) -> tuple[int, Pcm]:
    """Rate and samples of a WAV file with 16-bit mono sound, read by the standard library."""
    with wave.open(io.BytesIO(data)) as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        return file.getframerate(), np.frombuffer(file.readframes(file.getnframes()), np.int16)
