from __future__ import annotations

import httpx
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from pydantic import SecretStr
from sqlalchemy import Connection

from config.settings import Settings
from config.voice import VoiceSettings
from foundation.database import connect
from tests.postgresql import postgresql
from voice_service.http.app import create_app
from voice_service.storage.database import migrate
from voice_service.storage.tables import metadata
from voice_service.wiring import VoiceServices, opened


def differences(connection: Connection) -> list[object]:
    """What the tables of the service are and the database has not, or has otherwise."""

    def ours(name: str | None, kind: str, parents: object) -> bool:
        return kind != "table" or ((name or "").startswith("voice_") and name != "voice_alembic_version")

    options = {"compare_type": True, "include_name": ours}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))


async def test_migrations_make_the_tables_of_the_schema(services: VoiceServices) -> None:
    """In SQLite, and a second time without harm."""
    await migrate(services.engine)
    async with services.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_postgresql_has_the_same_tables() -> None:
    """And may be asked while it is there."""
    async with postgresql() as url:
        engine = connect(url)
        await migrate(engine)
        async with engine.connect() as connection:
            assert await connection.run_sync(differences) == []
        await engine.dispose()


async def test_health_says_what_answers(client: httpx.AsyncClient) -> None:
    """The service answers where no speech service is there, and says so."""
    for path in ("/health", "/api/v1/health"):
        answer = await client.get(path)
        assert answer.status_code == 200
        away = dict.fromkeys(("recognition", "speech", "translation"), "unreachable")
        parts = {"database": "ok", **away}
        assert answer.json() == {"status": "ok", "service": "voice", "parts": parts}


async def test_a_database_that_is_gone_is_said(settings: Settings) -> None:
    """Health fails, and requests are told why they fail."""
    async with postgresql() as url:
        voice = VoiceSettings(database_url=SecretStr(url.render_as_string(hide_password=False)))
        async with opened(Settings(development=True, voice=voice)) as services:
            transport = httpx.ASGITransport(create_app(services))
            async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
                assert (await client.get("/health")).status_code == 200
            await services.engine.dispose()
            lost = services
    transport = httpx.ASGITransport(create_app(lost))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        answer = await client.get("/health")
    assert (answer.status_code, answer.json()["parts"]["database"]) == (503, "unreachable")
