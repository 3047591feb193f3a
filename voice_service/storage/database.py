"""Which database the service keeps its accounts and messages in, and their migrations."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Final

from sqlalchemy import URL
from sqlalchemy.ext.asyncio import AsyncEngine

from foundation import database, migrations
from foundation.migrations import Migrations

MIGRATIONS: Final = Migrations("voice_service.storage:migrations", "voice_alembic_version")


def database_url(setting: str) -> URL:
    """Reads `voice.database_url`; empty is a SQLite file below the cache directory. Raises SettingsError."""
    return database.database_url(setting, "voice.database_url", "voice/voice.sqlite3")


async def migrate(engine: AsyncEngine) -> None:
    """Brings the tables up to date. Raises StorageError, UnknownVersion among them."""
    await migrations.upgrade(engine, MIGRATIONS)


@contextlib.asynccontextmanager
async def opened(setting: str) -> AsyncIterator[AsyncEngine]:
    """The database that `voice.database_url` names, with its tables up to date. Raises SettingsError, StorageError."""
    engine = database.connect(database_url(setting))
    try:
        await migrate(engine)
        yield engine
    finally:
        await engine.dispose()
