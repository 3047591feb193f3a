from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import stat
import tarfile
import time
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web
from pydantic import SecretStr

from config.settings import Settings
from foundation.migrations import upgrade
from tests.filled_tables import held
from tests.upkeep.conftest import filled, installation, run, value
from upkeep import backup
from upkeep.databases import databases, version_of
from upkeep.manifest import BackupError
from upkeep.restore import RestoreWishes, restore

pytestmark = pytest.mark.shared
REPLACE = RestoreWishes(replace=True)


class Said(list[str]):
    def __call__(self, line: str) -> None:
        self.append(line)


async def rows(settings: Settings) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = {}
    for database in databases(settings):
        engine = database.engine()
        async with engine.connect() as connection:
            found |= await connection.run_sync(held)
        await engine.dispose()
    return found


def files(directory: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(directory)): path.read_bytes()
        for path in sorted(directory.rglob("*"))
        if path.is_file() and "sqlite3" not in path.name
    }


async def emptied(settings: Settings) -> None:
    """As if the disk were lost."""
    for database in databases(settings):
        if database.file is None:
            await run(database, "DROP SCHEMA public CASCADE", "CREATE SCHEMA public")
            return
        for path in database.file.parent.glob(f"{database.file.name}*"):
            path.unlink()


async def test_what_comes_back_is_what_was_kept(settings: Settings, tmp_path: Path) -> None:
    """Rows of every table of both services, and files; not those that belong to nobody. Numbers that the database gives
    go on, nobody else may read anything, and nothing lies about."""
    await filled(settings)
    before, said = await rows(settings), Said()
    path = await backup.make(settings, tmp_path / "backups" / "one.tar", said)
    manifest, _ = backup.check(path)
    assert (stat.S_IMODE(path.stat().st_mode), manifest.has_secrets) == (0o600, False)
    assert list(path.parent.iterdir()) == [path]
    await emptied(settings)
    for tree in (settings.recording.directory, settings.voice.directory / "objects"):
        for file in [path for path in tree.rglob("*") if path.is_file()]:
            file.unlink()

    await restore(settings, path, RestoreWishes(), said)

    assert await rows(settings) == before
    assert files(tmp_path / "one") == {
        "recordings/kept/x/part/es.ogg": b"hola" * 1000,
        "voice/objects/x": b"hello" * 1000,
    }
    auth, voice = databases(settings)
    await run(voice, "INSERT INTO voice_audit (at, who, what, about) VALUES (2, 'y', 'y', 'y')")
    assert await value(voice, "SELECT id FROM voice_audit WHERE who = 'y'") == 2
    for database in (auth, voice):
        if database.file is not None:
            names = {each.name for each in database.file.parent.iterdir()} - {"objects"}
            assert {name.partition("-")[0] for name in names} == {database.file.name}
            assert stat.S_IMODE(database.file.stat().st_mode) == 0o600


async def test_an_older_backup_is_brought_up_to_date(settings: Settings, tmp_path: Path) -> None:
    """A backup of tables of an older version comes into a newer program; one of a newer program is refused."""
    await filled(settings, "0003")
    path = await backup.make(settings, tmp_path / "old.tar", Said())
    assert [kept.schema for kept in backup.check(path)[0].databases] == ["0003", "0003"]
    await emptied(settings)

    await restore(settings, path, RestoreWishes(), Said())

    assert [await version_of(each) for each in databases(settings)] == [
        each.migrations.newest for each in databases(settings)
    ]
    assert await value(databases(settings)[0], "SELECT name FROM rooms") == "x"

    newer = tmp_path / "newer.tar"
    rewrite(path, newer, lambda text: text.replace(b'"schema": "0003"', b'"schema": "9999"'))
    with pytest.raises(BackupError, match=r"the backup is of a newer program: .* version 9999"):
        await restore(settings, newer, REPLACE, Said())


async def test_what_is_there_is_not_touched_unasked(settings: Settings, tmp_path: Path) -> None:
    """Neither where something is in a database, nor while a service answers, nor where the backup is damaged, nor where
    the log cannot be read."""
    await filled(settings)
    path = await backup.make(settings, tmp_path / "one.tar", Said())
    before = await rows(settings), files(tmp_path / "one")
    with pytest.raises(BackupError, match=r"there is something in .* already"):
        await restore(settings, path, RestoreWishes(), Said())
    with pytest.raises(BackupError, match="cannot read the log"):
        await restore(settings, path, RestoreWishes(replace=True, erased=tmp_path / "none"), Said())
    damaged = tmp_path / "damaged.tar"
    damaged.write_bytes(path.read_bytes().replace(b"hola", b"halo", 1))
    with pytest.raises(BackupError, match=r"recordings/.*/es\.ogg in the backup is damaged"):
        await restore(settings, damaged, REPLACE, Said())

    async def health(request: web.Request) -> web.Response:
        return web.json_response({"status": "ok", "service": "voice"})

    app = web.Application()
    app.router.add_get("/health", health)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", settings.voice.port).start()
    with pytest.raises(BackupError, match="the service voice is running"):
        await restore(settings, path, REPLACE, Said())
    await runner.cleanup()

    assert (await rows(settings), files(tmp_path / "one")) == before


async def test_what_was_erased_since_stays_erased(settings: Settings, tmp_path: Path) -> None:
    """Rows that are gone do not come back, with what belongs to them and its files; what was withdrawn stays withdrawn,
    and an erased room blank; what was lost otherwise comes back where that is wished."""
    await filled(settings)
    auth, voice = databases(settings)
    await run(auth, "UPDATE rooms SET erased_at = NULL, closed_at = NULL")
    await run(voice, "UPDATE voice_keys SET withdrawn_at = NULL")
    path = await backup.make(settings, tmp_path / "one.tar", Said())
    await run(
        auth,
        "UPDATE rooms SET title = '', erased_at = 5, closed_at = 4",
        "UPDATE sessions SET name = ''",
        "DELETE FROM recordings",
        "DELETE FROM devices",
    )
    await run(
        voice,
        "UPDATE voice_keys SET withdrawn_at = 7",
        "DELETE FROM voice_messages",
        "DELETE FROM voice_objects",
    )
    said = Said()

    await restore(settings, path, REPLACE, said)

    assert await value(auth, "SELECT title || ':' || erased_at || ':' || closed_at FROM rooms") in (
        ":5.0:4.0",
        ":5:4",
    )
    assert await value(auth, "SELECT count(*) FROM recordings") == 0
    assert await value(auth, "SELECT count(*) FROM devices") == 0
    assert await value(auth, "SELECT name FROM sessions") == ""
    assert await value(voice, "SELECT withdrawn_at FROM voice_keys") == 7
    assert await value(voice, "SELECT count(*) FROM voice_messages") == 0
    assert files(tmp_path / "one") == {}
    assert sum("do not come back" in line for line in said) == 2

    await restore(settings, path, replace(REPLACE, bring_back_erased=True), Said())
    assert await value(auth, "SELECT title FROM rooms") == "x"
    assert await value(voice, "SELECT count(*) FROM voice_messages") == 1
    assert len(files(tmp_path / "one")) == 2


async def test_a_log_tells_what_was_erased(settings: Settings, tmp_path: Path) -> None:
    """Where what was there is lost: what lines of the log name goes, with all that belongs to it; lines from before the
    backup and other lines are passed over."""
    await filled(settings)
    auth, voice = databases(settings)
    path = await backup.make(settings, tmp_path / "one.tar", Said())
    log = tmp_path / "auth.log"
    told = {"event": "erased", "level": "info", "timestamp": "2199-01-01T00:00:00Z"}
    log.write_text(
        "nothing of ours\n"
        + json.dumps({"event": "room was interpreted", "room": "erased"})
        + "\nauth-1  | "
        + json.dumps(told | {"kind": "room", "id": "x"})
        + "\n"
        + json.dumps(told | {"kind": "profile", "id": "x", "timestamp": "2001-01-01T00:00:00Z"})
        + "\n"
        + json.dumps(told | {"kind": "message", "id": "unknown"})
    )
    await emptied(settings)

    await restore(settings, path, RestoreWishes(erased=log), Said())

    assert await value(auth, "SELECT count(*) FROM rooms") == 0
    assert await value(auth, "SELECT count(*) FROM sessions") == 0
    assert await value(auth, "SELECT count(*) FROM devices") == 1
    assert await value(voice, "SELECT count(*) FROM voice_profiles") == 1
    assert set(files(tmp_path / "one")) == {"voice/objects/x"}


async def test_one_service_alone(small: Settings, tmp_path: Path) -> None:
    """As its container sees it: the other's data is neither in the backup nor changed."""
    path = await backup.make(small, tmp_path / "auth.tar", Said(), only="auth")
    assert backup.check(path)[0].services == ("auth",)
    auth, voice = databases(small)
    await run(auth, "UPDATE rooms SET title = 'changed'")
    await run(voice, "UPDATE voice_tenants SET name = 'changed'")

    await restore(small, path, RestoreWishes(only="auth", replace=True), Said())

    assert await value(auth, "SELECT title FROM rooms") == "x"
    assert await value(voice, "SELECT name FROM voice_tenants") == "changed"
    with pytest.raises(BackupError, match="holds nothing of what is asked for"):
        await restore(small, path, RestoreWishes(only="voice", replace=True), Said())


def rewrite(path: Path, to: Path, change: object) -> None:
    """A copy with another manifest."""
    import io

    with tarfile.open(path) as old, tarfile.open(to, "w") as new:
        for member in old.getmembers():
            source = old.extractfile(member)
            assert source is not None
            data = source.read()
            if member.name == "manifest.json":
                data = change(data)  # type: ignore[operator]
                member.size = len(data)
            new.addfile(member, io.BytesIO(data))


@pytest.fixture
async def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """An installation with SQLite."""
    monkeypatch.setenv("HIVE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("HIVE_CONFIG", str(tmp_path / "hive.toml"))
    monkeypatch.chdir(tmp_path)
    settings = installation(tmp_path / "one")
    await filled(settings)
    return settings


async def test_a_backup_is_whole_while_services_write(small: Settings, tmp_path: Path) -> None:
    """The copy of a database that is written to all the time is one that was there at one moment."""
    auth, _ = databases(small)
    engine = auth.engine()
    written = 0

    async def write() -> None:
        nonlocal written
        from sqlalchemy import text

        while True:
            async with engine.begin() as connection:
                for table, column in (("rooms", "title"), ("invitations", "name")):
                    await connection.execute(text(f"UPDATE {table} SET {column} = :n"), {"n": str(written)})
            written += 1

    writer = asyncio.create_task(write())
    try:
        while written < 3:
            await asyncio.sleep(0)
        path = await backup.make(small, tmp_path / "busy.tar", Said())
    finally:
        writer.cancel()
        await asyncio.wait([writer])
        await engine.dispose()

    await restore(small, path, replace(REPLACE, bring_back_erased=True), Said())
    titles = await value(auth, "SELECT title FROM rooms"), await value(auth, "SELECT name FROM invitations")
    assert titles[0] == titles[1]


async def test_half_a_backup_has_no_name(
    small: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What fails on the way leaves nothing, what is there already is not overwritten, and a file that was cut off is
    no backup."""
    place = tmp_path / "backups"
    place.mkdir()

    def full(self: object, name: str, path: Path) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("upkeep.archive.Writer.add", full)
        with pytest.raises(OSError, match="No space"):
            await backup.make(small, place, Said())
    assert list(place.iterdir()) == []

    path = await backup.make(small, place, Said())
    assert path.name.startswith("hive-")
    with pytest.raises(BackupError, match="is there already"):
        await backup.make(small, path, Said())
    cut = tmp_path / "cut.tar"
    cut.write_bytes(path.read_bytes()[:-9000])
    (tmp_path / "other.tar").write_bytes(b"no archive" * 1000)
    for wrong in (cut, tmp_path / "other.tar", tmp_path / "none.tar"):
        with pytest.raises(BackupError):
            backup.check(wrong)
    os.utime(path, (time.time() - 3 * 86400, time.time() - 3 * 86400))
    assert backup.forget(place, 7, time.time()) == []
    assert backup.forget(place, 2, time.time()) == [path]


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "objects/../../x", "objects/./x"])
async def test_a_backup_that_leads_out_of_itself_is_refused(
    small: Settings, tmp_path: Path, name: str
) -> None:
    """Before anything of it is written."""
    path = await backup.make(small, tmp_path / "one.tar", Said())
    rewrite(path, tmp_path / "evil.tar", lambda text: text.replace(b'"objects/x"', json.dumps(name).encode()))
    with pytest.raises(BackupError, match="may not be in it"):
        await restore(small, tmp_path / "evil.tar", REPLACE, Said())


async def test_keys_come_with_a_backup_only_where_that_is_asked(small: Settings, tmp_path: Path) -> None:
    """Then they are put back where none are; others are left unless they are to be replaced."""
    keys, written = tmp_path / "cache" / "keys.json", tmp_path / "hive.toml"
    keys.parent.mkdir()
    keys.write_text("the keys")
    written.write_text("# settings")
    plain = await backup.make(small, tmp_path / "plain.tar", Said())
    assert b"the keys" not in plain.read_bytes()
    path = await backup.make(small, tmp_path / "all.tar", Said(), with_secrets=True)
    assert backup.check(path)[0].has_secrets
    keys.unlink()
    written.write_text("# others")

    with pytest.raises(BackupError):
        await restore(small, path, RestoreWishes(), Said())
    assert not keys.exists()
    await emptied(small)
    said = Said()
    await restore(small, path, RestoreWishes(), said)
    assert (keys.read_text(), written.read_text()) == ("the keys", "# others")
    assert stat.S_IMODE(keys.stat().st_mode) == 0o600
    assert any("stays as it is" in line for line in said)
    await restore(small, path, REPLACE, Said())
    assert written.read_text() == "# settings"


async def test_a_database_that_cannot_be_read_is_said(small: Settings, tmp_path: Path) -> None:
    """Nothing comes back unnoticed: what was erased since is unknown then, and somebody has to say that they know."""
    path = await backup.make(small, tmp_path / "one.tar", Said())
    auth, _ = databases(small)
    assert auth.file is not None
    auth.file.write_bytes(b"no database" * 100)
    with pytest.raises(BackupError, match="nobody knows what was erased since"):
        await restore(small, path, REPLACE, Said())
    await restore(small, path, replace(REPLACE, bring_back_erased=True), Said())
    assert await value(auth, "SELECT name FROM rooms") == "x"


async def test_a_bucket_is_named_and_not_copied(small: Settings, tmp_path: Path) -> None:
    """Whoever reads the backup knows that sound lies elsewhere; no key of it is told."""
    bucket = SecretStr("s3://sounds/hive?key=hidden")
    said = Said()
    path = await backup.make(
        replace(small, voice=replace(small.voice, objects_url=bucket)), tmp_path / "b.tar", said
    )
    manifest, _ = backup.check(path)
    (words,) = manifest.elsewhere
    assert "s3://sounds/hive" in words
    assert "hidden" not in words
    assert not any(file.name.startswith("objects/") for file in manifest.files)


async def test_other_kinds_of_databases_do_not_mix(small: Settings, tmp_path: Path) -> None:
    """A backup of SQLite is not for PostgreSQL; nobody is asked for it before that is said."""
    path = await backup.make(small, tmp_path / "one.tar", Said())
    url = SecretStr("postgresql://nobody@127.0.0.1:9/none")
    other = replace(small, auth=replace(small.auth, database_url=url))
    with pytest.raises(BackupError, match="is of sqlite, and the settings name one of postgresql"):
        await restore(other, path, REPLACE, Said())


async def test_an_upgraded_program_replaces_tables_of_an_older_version(
    small: Settings, tmp_path: Path
) -> None:
    """What was erased is read from them all the same, and they are not changed for it if something fails."""
    auth, voice = databases(small)
    path = await backup.make(small, tmp_path / "one.tar", Said(), only="auth")
    assert auth.file is not None
    auth.file.unlink()
    engine = auth.engine()
    await upgrade(engine, auth.migrations, "0009")
    await engine.dispose()
    with sqlite3.connect(auth.file) as connection:
        connection.execute(
            "INSERT INTO rooms (name, title, source_language, created_at) VALUES ('other', '', 'en', 1)"
        )
    connection.close()
    said = Said()
    await restore(small, path, REPLACE, said)
    assert await value(auth, "SELECT count(*) FROM rooms") == 0
    assert (await version_of(auth), await version_of(voice)) == (
        auth.migrations.newest,
        voice.migrations.newest,
    )
