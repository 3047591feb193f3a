from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import URL, Connection
from sqlalchemy.ext.asyncio import AsyncEngine

from auth_service.database import connect, database_url, migrate, transaction
from auth_service.engagements import Engagements
from auth_service.errors import StorageError
from auth_service.policy import Role
from auth_service.records import Engagement, Invitation, Room, Session, Wish
from auth_service.schema import metadata
from auth_service.storage import RoomExists, Storage
from config.settings import SettingsError

NOW = 1_800_000_000.25


async def _run(*command: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *command,
        user="nobody" if os.geteuid() == 0 else None,  # PostgreSQL refuses to run as root
        cwd="/",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await process.communicate()
    assert process.returncode == 0, said.decode()


def _newest() -> Path:
    """Where the newest PostgreSQL of this machine has its programs."""
    return max(Path("/usr/lib/postgresql").iterdir(), key=lambda path: int(path.name)) / "bin"


@contextlib.asynccontextmanager
async def postgresql() -> AsyncIterator[URL]:
    """A cluster of its own on a socket of its own, without a port."""
    newest = _newest()
    directory = Path(tempfile.mkdtemp(prefix="hive-pg-"))
    data = directory / "data"
    try:
        if os.geteuid() == 0:
            shutil.chown(directory, "nobody")
        await _run(
            str(newest / "initdb"), "-D", str(data), "-U", "hive", "-A", "trust", "--no-sync", "-E", "UTF8"
        )
        options = f"-c listen_addresses='' -c unix_socket_directories='{directory}' -c fsync=off"
        control = [str(newest / "pg_ctl"), "-D", str(data), "-w", "-l", str(directory / "log")]
        await _run(*control, "-o", options, "start")
        try:
            yield database_url(f"postgresql://hive@/postgres?host={directory}")
        finally:
            await _run(*control, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(directory)


@pytest.fixture(params=["sqlite", "postgresql"])
async def engine(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    async with contextlib.AsyncExitStack() as stack:
        if request.param == "sqlite":
            url = database_url(f"sqlite:///{tmp_path}/rooms.sqlite3")
        else:
            url = await stack.enter_async_context(postgresql())
        engine = connect(url)
        stack.push_async_callback(engine.dispose)
        yield engine


def _differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, metadata))


async def test_both_databases_keep_what_they_are_given(engine: AsyncEngine) -> None:
    """Migrations, several at once and again, make the tables of the schema; values come back as they were; of those
    who want the last use one gets it; the same wish changes nothing."""
    await asyncio.gather(migrate(engine), migrate(engine))
    await migrate(engine)
    async with engine.connect() as connection:
        assert await connection.run_sync(_differences) == []

    storage, engagements = Storage(engine), Engagements(engine)
    await storage.ping()
    room = Room("board", "Réunion 会議", ("es", "fr"), "auto", NOW)
    invitation = Invitation("0" * 24, "board", Role.SPEAKER, NOW, NOW + 100, 1)
    await storage.add_room(room, [invitation])
    with pytest.raises(RoomExists):
        await storage.add_room(room, [])
    assert await storage.invitation(invitation.id) == (invitation, room)

    sessions = [
        Session(
            f"{n}",
            f"speaker-{n}",
            "board",
            invitation.id,
            Role.SPEAKER,
            "Ana",
            {"language": "es"},
            NOW,
            NOW + 50,
        )
        for n in range(8)
    ]
    won = await asyncio.gather(*(storage.use_invitation(invitation.id, session, NOW) for session in sessions))
    (winner,) = [session for session, got in zip(sessions, won, strict=True) if got]
    assert await storage.session(winner.fingerprint) == winner
    assert await storage.revoke("board", invitation.id, NOW + 1, end_sessions=True) == [winner.identity]
    assert await storage.ended_sessions(NOW) == {"board": {winner.identity}}

    wish = Wish(("es",), ("fr",), {"entries": []})
    await asyncio.gather(*(engagements.wish("board", wish, NOW) for _ in range(5)))
    assert await engagements.get("board") == Engagement("board", True, wish, 1, 0, NOW)
    claims = await asyncio.gather(*(engagements.claim("board", f"s{n}", NOW, NOW + 10) for n in range(5)))
    assert len([claim for claim in claims if claim]) == 1
    assert await engagements.to_look_at(NOW + 1) == ["board"]
    assert (await engagements.dismiss("board", NOW), await engagements.dismiss("board", NOW)) == (True, False)

    assert await storage.purge(NOW + 51, NOW + 200) == 1
    assert (await storage.room("board"), await engagements.get("board")) == (None, None)


async def test_a_database_that_is_away_is_named_without_its_secrets(tmp_path: Path) -> None:
    """The failure is ours, and tells neither the address nor the password."""
    engine = connect(database_url("postgresql://hive:very-secret@127.0.0.1:1/rooms"))
    with pytest.raises(StorageError) as caught:
        await migrate(engine)
    await engine.dispose()
    assert "very-secret" not in str(caught.value)


@pytest.mark.parametrize("url", ["mysql://localhost/rooms", "not a url"])
def test_other_databases_are_refused(url: str) -> None:
    """Only SQLite and PostgreSQL are supported, and the refusal does not repeat the URL."""
    with pytest.raises(SettingsError, match=r"auth\.database_url") as caught:
        database_url(url)
    assert url not in str(caught.value)


async def test_a_transaction_that_fails_leaves_nothing(tmp_path: Path) -> None:
    """What was written before an error is not there afterwards."""
    engine = connect(database_url(f"sqlite:///{tmp_path}/rooms.sqlite3"))
    await migrate(engine)
    storage = Storage(engine)
    twice = Invitation("0" * 24, "board", Role.SPEAKER, NOW, NOW + 100, 1)
    with pytest.raises(StorageError):
        await storage.add_room(Room("board", "", None, "en", NOW), [twice, twice])
    assert await storage.room("board") is None
    async with transaction(engine):
        pass
    await engine.dispose()
