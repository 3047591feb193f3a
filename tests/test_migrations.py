"""Both services' tables forward and back, a version at a time, with something in each table, in both databases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import URL, text
from sqlalchemy.ext.asyncio import AsyncEngine

from auth_service.storage.database import MIGRATIONS as AUTH
from auth_service.storage.database import migrate as auth_migrate
from foundation.database import StorageError, connect, database_url
from foundation.migrations import EMPTY, Migrations, UnknownVersion, downgrade, upgrade, version
from tests.filled_tables import fill, held
from tests.postgresql import cluster, emptied
from voice_service.storage.database import MIGRATIONS as VOICE

SERVICES = (AUTH, VOICE)


pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def server() -> Iterator[URL]:
    with cluster() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
async def engine(request: pytest.FixtureRequest, tmp_path: Path, server: URL) -> AsyncIterator[AsyncEngine]:
    url = database_url(f"sqlite:///{tmp_path}/one.sqlite3", "url", "")
    if request.param == "postgresql":
        url = server
        await emptied(url)
    engine = connect(url)
    yield engine
    await engine.dispose()


def versions(migrations: Migrations) -> list[str]:
    """From the first on."""
    return [script.revision for script in migrations._directory.walk_revisions()][::-1]


async def inspect(engine: AsyncEngine) -> dict[str, dict[str, object]]:
    async with engine.connect() as connection:
        return await connection.run_sync(held)


async def test_each_version_goes_forward_and_back_with_what_is_in_it(engine: AsyncEngine) -> None:
    """Up a step at a time with a row in every table, and down again: what both versions know stays as it was, in every
    table, and what is left at the end is nothing. Both services share the database."""
    before: dict[tuple[str, str], dict[str, dict[str, object]]] = {}
    for migrations in SERVICES:
        for name in versions(migrations):
            await upgrade(engine, migrations, name)
            async with engine.begin() as connection:
                await connection.run_sync(fill)
            assert await version(engine, migrations) == name
            before[migrations.scripts, name] = await inspect(engine)

    for migrations in reversed(SERVICES):
        known = [EMPTY, *versions(migrations)]
        for older, newer in reversed(list(pairwise(known))):
            await downgrade(engine, migrations, older)
            assert await version(engine, migrations) == older
            if older != EMPTY:
                then, now = before[migrations.scripts, older], await inspect(engine)
                assert {name: set(row) for name, row in now.items()} == {
                    name: set(row) for name, row in then.items()
                }, newer
                assert now == then
    assert await inspect(engine) == {}

    for migrations in SERVICES:
        await upgrade(engine, migrations)
        assert await version(engine, migrations) == migrations.newest


@pytest.mark.parametrize("migrations", SERVICES, ids=lambda each: each.scripts)
def test_every_step_back_says_what_is_lost(migrations: Migrations) -> None:
    """In a sentence that the command shows before it does anything."""
    told = migrations.losses(migrations.newest, EMPTY)
    assert [line[:6] for line in told] == [f"{name}: " for name in reversed(versions(migrations))]
    assert all(len(line) > 12 and "None" not in line for line in told)
    assert migrations.losses("0003", "0001") == told[-3:-1]
    with pytest.raises(ValueError, match="0002 is not older than 0001"):
        migrations.losses("0001", "0002")


async def test_a_program_touches_nothing_of_a_newer_version(engine: AsyncEngine) -> None:
    """It says which version it met, which it knows, and what to do; the tables are as before."""
    await upgrade(engine, AUTH)
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        await connection.run_sync(fill)
    before = await inspect(engine)

    for work in (auth_migrate(engine), downgrade(engine, AUTH, EMPTY)):
        with pytest.raises(UnknownVersion, match=rf"version 9999, .* up to {AUTH.newest}: start"):
            await work

    assert (await version(engine, AUTH), await inspect(engine)) == ("9999", before)
    with pytest.raises(UnknownVersion):
        await downgrade(engine, VOICE, "0099")


async def test_a_step_that_fails_leaves_the_version_before(engine: AsyncEngine) -> None:
    """Half of a version is never there: a table in the way makes the whole step undone."""
    await upgrade(engine, AUTH, "0009")
    async with engine.begin() as connection:
        await connection.execute(
            text("CREATE TABLE devices (id INTEGER)")
        )  # what 0010 is to make, after another change
    with pytest.raises(StorageError):
        await upgrade(engine, AUTH)
    assert await version(engine, AUTH) == "0009"
    async with engine.begin() as connection:
        await connection.execute(text("DROP TABLE devices"))
    await asyncio.gather(upgrade(engine, AUTH), upgrade(engine, AUTH))
    assert await version(engine, AUTH) == AUTH.newest
