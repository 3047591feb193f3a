from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import insert

from config.settings import Models, Services, Settings
from config.voice import VoiceSettings
from foundation.database import transaction
from tests.auth_service.conftest import WallClock
from voice_service.accounts.keys import fingerprint, new_key
from voice_service.http.app import create_app
from voice_service.storage.tables import keys, tenants
from voice_service.wiring import VoiceServices, opened


@pytest.fixture
def clock() -> WallClock:
    return WallClock()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Of a service that reaches no speech service, as nobody listens on port 9, and has no model, whatever is here."""
    voice = VoiceSettings(
        database_url=SecretStr(f"sqlite:///{tmp_path}/voice.sqlite3"),
        directory=tmp_path / "voice",
    )
    nobody = "http://127.0.0.1:9"
    services = Services(stt_url=nobody, mt_url=nobody, tts_url=nobody)
    return Settings(
        development=True, voice=voice, services=services, models=Models(directory=tmp_path / "models")
    )


@pytest.fixture
async def services(settings: Settings, clock: WallClock) -> AsyncIterator[VoiceServices]:
    async with opened(settings, clock) as container:
        yield container


@pytest.fixture
async def client(services: VoiceServices) -> AsyncIterator[httpx.AsyncClient]:
    """Asks without a key."""
    transport = httpx.ASGITransport(create_app(services))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        yield client


@pytest.fixture
async def key(services: VoiceServices, clock: WallClock) -> str:
    """Of a tenant "acme" on the plan "pro"."""
    shown = new_key()
    async with transaction(services.engine) as connection:
        await connection.execute(insert(tenants).values(id="t1", name="acme", plan="pro", created_at=clock()))
        await connection.execute(
            insert(keys).values(
                id="k1", tenant="t1", fingerprint=fingerprint(shown), name="first", created_at=clock()
            )
        )
    return shown
