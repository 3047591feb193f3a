from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, delete
from sqlalchemy.ext.asyncio import AsyncEngine

from auth_service.policy import Role
from auth_service.storage.assignments import Assignments
from auth_service.storage.database import database_url, migrate
from auth_service.storage.devices import OPERATOR, Devices
from auth_service.storage.records import Assignment, Device, Invitation, Room, Session
from auth_service.storage.retention import Kept, Retention
from auth_service.storage.rooms import RoomExists, Storage
from auth_service.storage.tables import metadata
from config.settings import SettingsError
from foundation.database import StorageError, connect, reading, transaction
from protocol.control import Wish
from tests.postgresql import postgresql

NOW = 1_800_000_000.25


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

    storage, assignments = Storage(engine), Assignments(engine)
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
    assert await storage.ended_sessions() == {"board": {winner.identity}}

    wish = Wish(("es",), ("fr",), {"entries": []})
    await asyncio.gather(*(assignments.wish("board", wish, NOW) for _ in range(5)))
    assert await assignments.get("board") == Assignment("board", True, wish, 1, 0, NOW)
    claims = await asyncio.gather(*(assignments.claim("board", f"s{n}", NOW) for n in range(5)))
    (claimed,) = [claim for claim in claims if claim]
    assert claimed.claim is not None
    assert await assignments.claim("board", "late", NOW, abandoned=("s9", NOW)) is None
    assert await assignments.claim("board", "late", NOW + 0.1, abandoned=claimed.claim) is not None
    await assignments.release("board", claimed.claim[0])
    assert await assignments.claim("board", "later", NOW + 0.2) is None
    await assignments.release("board", "late")
    assert await assignments.claim("board", "later", NOW + 0.3) is not None
    assert await assignments.to_look_at() == {"board": None}
    assert (await assignments.dismiss("board", NOW), await assignments.dismiss("board", NOW)) == (True, False)
    assert await assignments.to_look_at() == {"board": NOW}
    await assignments.settle({"board": NOW - 1})
    assert await assignments.to_look_at() == {"board": NOW}
    await assignments.settle({"board": NOW})
    assert await assignments.to_look_at() == {}

    assert (
        await Retention(storage.engine, Kept(names_s=0, rooms_s=0, recordings_s=0, tokens_s=0)).purge(
            NOW + 200
        )
        == 1
    )
    assert (await storage.room("board"), await assignments.get("board")) == (None, None)


async def test_both_databases_give_a_code_to_one_device(engine: AsyncEngine) -> None:
    """Of many who redeem it at once; what is withdrawn stays so, and its name is gone."""
    await migrate(engine)
    devices = Devices(engine)
    await devices.add_code("c" * 64, OPERATOR, NOW, NOW + 600)

    async def redeem(number: int) -> Device | None:
        return await devices.redeem(
            "c" * 64, device=f"{number:024}", token=f"{number:064}", name="Ana", now=NOW, ends_at=NOW + 50
        )

    (device,) = [found for found in await asyncio.gather(*map(redeem, range(8))) if found]
    assert await devices.by_token(f"{int(device.id):064}") == device
    assert await devices.of(None, NOW) == await devices.of(OPERATOR, NOW) == [device]
    await devices.use(device.id, NOW + 10, NOW + 60)
    await devices.withdraw(device.id, NOW + 20)
    await devices.withdraw(device.id, NOW + 30)
    await devices.use(device.id, NOW + 40, NOW + 90)
    assert await devices.get(device.id) == replace(
        device, name="", used_at=NOW + 10, ends_at=NOW + 60, withdrawn_at=NOW + 20
    )
    assert await devices.of(None, NOW + 20) == []


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


async def test_only_its_owner_reads_the_database(tmp_path: Path) -> None:
    """The file, what SQLite puts beside it and a directory made for it are the owner's alone, whatever the umask; a
    file that others could read is closed to them, a directory that was there is left as it is."""
    there = tmp_path / "there"
    there.mkdir(mode=0o755)
    (there / "open.sqlite3").touch(mode=0o644)
    modes: dict[str, int] = {}
    before = os.umask(0)
    try:
        for file in (tmp_path / "made" / "rooms.sqlite3", there / "open.sqlite3"):
            engine = connect(database_url(f"sqlite:///{file}"))
            await migrate(engine)
            async with transaction(engine):
                modes |= {path.name: path.stat().st_mode & 0o777 for path in file.parent.iterdir()}
            modes[file.parent.name] = file.parent.stat().st_mode & 0o777
            await engine.dispose()
    finally:
        os.umask(before)
    assert (modes.pop("made"), modes.pop("there")) == (0o700, 0o755)
    assert {"rooms.sqlite3", "rooms.sqlite3-wal", "open.sqlite3"} <= set(modes)
    assert set(modes.values()) == {0o600}


async def test_reads_wait_for_no_writer(tmp_path: Path) -> None:
    """While somebody writes, everything that only reads still answers."""
    engine = connect(database_url(f"sqlite:///{tmp_path}/rooms.sqlite3"))
    await migrate(engine)
    storage, assignments = Storage(engine), Assignments(engine)
    async with asyncio.timeout(5), transaction(engine):  # a writer waits 10 s for another
        await storage.ping()
        assert await storage.room("board") is None
        assert await storage.invitation("0" * 24) is None
        assert await storage.invitations("board") == []
        assert await storage.session("x") is None
        assert await storage.ended_sessions(None) == {}
        assert await assignments.get("board") is None
        assert await assignments.to_look_at() == {}
    await engine.dispose()


async def test_what_reads_cannot_write(engine: AsyncEngine) -> None:
    """The database itself keeps a transaction that was begun for reading from changing anything."""
    await migrate(engine)
    with pytest.raises(StorageError):
        async with reading(engine) as connection:
            await connection.execute(delete(metadata.tables["rooms"]))
