from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import URL, text

from config.settings import Auth, RecordingSettings, Settings
from config.voice import VoiceSettings
from foundation.migrations import upgrade
from stack.ports import free_port
from tests.filled_tables import fill
from tests.postgresql import cluster, emptied
from upkeep.databases import Database, databases


def installation(directory: Path, auth: str = "", voice: str = "") -> Settings:
    """Settings of one that keeps all in a directory, or its databases where the URLs say."""
    directory.mkdir(exist_ok=True)
    return Settings(
        development=True,
        auth=Auth(
            port=free_port(), database_url=SecretStr(auth or f"sqlite:///{directory}/auth/rooms.sqlite3")
        ),
        voice=VoiceSettings(
            port=free_port(),
            database_url=SecretStr(voice or f"sqlite:///{directory}/voice/voice.sqlite3"),
            directory=directory / "voice",
        ),
        recording=RecordingSettings(directory=directory / "recordings"),
    )


async def filled(settings: Settings, version: str = "head") -> None:
    """Every table has a row, and each tree a file for it, and one of nobody."""
    for database in databases(settings):
        engine = database.engine()
        await upgrade(engine, database.migrations, version)
        async with engine.begin() as connection:
            await connection.run_sync(fill)
        await engine.dispose()
    for name in ("x", "nobodys"):
        part = settings.recording.directory / "kept" / name / "part"
        part.mkdir(parents=True)
        (part / "es.ogg").write_bytes(b"hola" * 1000)
        objects = settings.voice.directory / "objects"
        objects.mkdir(parents=True, exist_ok=True)
        (objects / name).write_bytes(b"hello" * 1000)


async def run(database: Database, *statements: str) -> None:
    """Changes what is there."""
    engine = database.engine()
    async with engine.begin() as connection:
        for statement in statements:
            await connection.execute(text(statement))
    await engine.dispose()


async def value(database: Database, query: str) -> object:
    engine = database.engine()
    async with engine.connect() as connection:
        found: object = await connection.scalar(text(query))
    await engine.dispose()
    return found


@pytest.fixture(scope="module")
def server() -> Iterator[URL]:
    with cluster() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
async def settings(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: URL
) -> Settings:
    """Of an installation that has not begun; its PostgreSQL holds the tables of both services."""
    monkeypatch.setenv("HIVE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("HIVE_CONFIG", str(tmp_path / "hive.toml"))
    monkeypatch.chdir(tmp_path)
    if request.param == "sqlite":
        return installation(tmp_path / "one")
    await emptied(server)
    shown = server.render_as_string(hide_password=False)
    return installation(tmp_path / "one", shown, shown)
