"""Puts a backup back: everything is checked and made ready beside its place before anything there is changed."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from alembic import command
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from config.settings import Settings
from foundation.database import StorageError, reading, transaction
from foundation.migrations import PATIENCE_S, UnknownVersion, change_within
from upkeep import archive, places
from upkeep.archive import Reader
from upkeep.databases import Database, databases, is_used
from upkeep.dumping import bring_up_to_date, copy, fold, load_postgresql
from upkeep.erasures import Logged, Present
from upkeep.manifest import ArchivedDatabase, BackupError, Manifest
from upkeep.places import Tell, Tree
from upkeep.running import refuse_running

_STAGED: Final = ".hive-restoring-"
_ASIDE: Final = ".hive-replaced-"


@dataclass(frozen=True, slots=True)
class RestoreWishes:
    """How it is to be done."""

    only: str | None = None
    replace: bool = False
    """Where something is there already."""
    bring_back_erased: bool = False
    """Also what the present databases do not have any more."""
    erased: Path | None = None
    """A log that tells what was erased."""
    settings_file: Path | None = None


@dataclass(frozen=True, slots=True)
class _Target:
    """One database, and what takes its place."""

    database: Database
    kept: ArchivedDatabase
    is_used: bool
    trees: tuple[Tree, ...]


async def restore(settings: Settings, path: Path, wishes: RestoreWishes, say: Tell) -> Manifest:
    """Puts back the databases and files of the services that the backup holds.

    Raises BackupError, StorageError, SettingsError, OSError. Each database is changed as a whole, its files with it.
    """
    with archive.reading(path) as reader:
        targets = await _targets(settings, reader.manifest, wishes)
        logged = Logged.read(wishes.erased, reader.manifest.made_at) if wishes.erased else Logged()
        await refuse_running(settings, [target.database.service for target in targets])
        say(f"checking {path}")
        reader.check()
        try:
            for target in targets:
                await _restore(target, reader, wishes, logged, say)
        finally:
            for target in targets:
                _clear(target)
        _restore_secrets(reader, wishes, say)
        return reader.manifest


async def _targets(settings: Settings, manifest: Manifest, wishes: RestoreWishes) -> list[_Target]:
    """Raises BackupError for what may not be put there."""
    kept = {database.service: database for database in manifest.databases}
    found = []
    for database in databases(settings, wishes.only):
        if database.service in kept:
            service = database.service
            _check_fits(database, kept[service])
            used = await _is_used(database, wishes)
            found.append(_Target(database, kept[service], used, places.trees(settings, service)))
    if not found:
        raise BackupError("the backup holds nothing of what is asked for")
    return found


def _check_fits(database: Database, kept: ArchivedDatabase) -> None:
    kind = database.url.get_backend_name()
    if kept.kind != kind:
        raise BackupError(
            f"the backup's {database.service} database is of {kept.kind}, and the settings name one of {kind}"
        )
    try:
        database.migrations.check(kept.schema)
    except UnknownVersion as error:
        raise BackupError(f"the backup is of a newer program: in it {error}") from error


async def _is_used(database: Database, wishes: RestoreWishes) -> bool:
    try:
        used = await is_used(database)
    except StorageError as error:
        if not wishes.replace or isinstance(error, UnknownVersion) or database.file is None:
            raise
        return True
    if used and not wishes.replace:
        raise BackupError(
            f"there is something in {database.place} already, and nothing was touched: --replace takes its place"
        )
    return used


async def _restore(target: _Target, reader: Reader, wishes: RestoreWishes, logged: Logged, say: Tell) -> None:
    """One service: files are staged, then the database, then all takes its place."""
    for tree in target.trees:
        _stage_tree(tree, reader)
    say(f"{target.database.service}: {target.database.place}, from version {target.kept.schema} on")
    finishing = _Finishing(target, logged, say)
    if target.database.file is None:
        await _load(target, reader, wishes, finishing)
    else:
        await _stage_file(target, target.database.file, reader, wishes, finishing)
    for tree in target.trees:
        files = _put_tree(tree, finishing.known[tree.name])
        say(f"{tree.name}: {files} to {tree.directory}")
    if target.database.file is not None:
        _put_database(target.database.file)


class _Finishing:
    """What is done to tables that have come, before anybody sees them."""

    def __init__(self, target: _Target, logged: Logged, say: Tell) -> None:
        self._target, self._logged, self._say = target, logged, say
        self.present: Present | None = None
        self.known: dict[str, Collection[str]] = {}
        """Of each tree the names that belong to somebody."""

    async def remember(self, connection: AsyncConnection) -> None:
        self.present = Present(self._target.database)
        await self.present.remember(connection)

    async def finish(self, connection: AsyncConnection) -> None:
        service = self._target.database.service
        gone = await self._logged.apply(connection, self._target.database)
        if self.present is not None:
            gone += await self.present.apply(connection)
        if gone:
            self._say(f"{service}: {gone} rows of what was erased or ended since do not come back")
        for tree in self._target.trees:
            self.known[tree.name] = {str(row[0]) for row in await connection.execute(text(tree.query))}


async def _load(target: _Target, reader: Reader, wishes: RestoreWishes, finishing: _Finishing) -> None:
    database = target.database

    async def begun(connection: AsyncConnection) -> None:
        if target.is_used and not wishes.bring_back_erased:
            up = partial(command.upgrade, revision="head")
            await change_within(connection, database.migrations, up)
            await finishing.remember(connection)

    with tempfile.TemporaryDirectory(prefix="hive-restoring-") as scratch:
        for table in target.kept.tables:
            reader.extract(f"databases/{database.service}/{table.name}", Path(scratch) / table.name)
        await load_postgresql(database, target.kept, Path(scratch), begun, finishing.finish)


async def _stage_file(
    target: _Target, file: Path, reader: Reader, wishes: RestoreWishes, finishing: _Finishing
) -> None:
    database, staged = target.database, _beside(_STAGED, file)
    if target.is_used and not wishes.bring_back_erased:
        await _remember_file(target, file, finishing)
    reader.extract(f"databases/{database.service}/{database.service}.sqlite3", staged)
    await bring_up_to_date(database, staged)
    engine = database.engine_at(staged)
    try:
        async with transaction(engine, patience_s=PATIENCE_S) as connection:
            await finishing.finish(connection)
    finally:
        await engine.dispose()
    fold(staged)


async def _remember_file(target: _Target, file: Path, finishing: _Finishing) -> None:
    """From a copy, which is brought up to date: the file itself stays as it is until another takes its place."""
    database, aside = target.database, _beside(_ASIDE, file)
    try:
        copy(file, aside)
        await bring_up_to_date(database, aside)
        engine = database.engine_at(aside)
        try:
            async with reading(engine) as connection:
                await finishing.remember(connection)
        finally:
            await engine.dispose()
    except (sqlite3.Error, StorageError, BackupError) as error:
        raise BackupError(
            f"{file} cannot be read, so nobody knows what was erased since. --bring-back-erased goes on without that"
        ) from error


# --- files ------------------------------------------------------------------------------------------------


def _beside(prefix: str, path: Path) -> Path:
    return path.with_name(prefix + path.name)


def _stage_tree(tree: Tree, reader: Reader) -> None:
    staged = _beside(_STAGED, tree.directory)
    shutil.rmtree(staged, ignore_errors=True)
    for name in reader.names(tree.name):
        reader.extract(f"{tree.name}/{name}", staged / name)


def _put_tree(tree: Tree, known: Collection[str]) -> str:
    """Puts files into place that belong to somebody; how many, in words."""
    staged, aside = _beside(_STAGED, tree.directory), _beside(_ASIDE, tree.directory)
    staged.mkdir(parents=True, exist_ok=True, mode=0o700)
    for path in staged.iterdir():
        if path.name not in known:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    files = sum(1 for path in staged.rglob("*") if path.is_file())
    shutil.rmtree(aside, ignore_errors=True)
    if tree.directory.exists():
        tree.directory.rename(aside)
    staged.rename(tree.directory)
    shutil.rmtree(aside, ignore_errors=True)
    return f"{files} files"


def _put_database(file: Path) -> None:
    """The journal of the one before goes first: it would be read into the new one."""
    for name in (f"{file.name}-wal", f"{file.name}-shm"):
        file.with_name(name).unlink(missing_ok=True)
    _beside(_STAGED, file).replace(file)


def _clear(target: _Target) -> None:
    """Nothing is left of what was made ready and not used."""
    for tree in target.trees:
        shutil.rmtree(_beside(_STAGED, tree.directory), ignore_errors=True)
    if (file := target.database.file) is not None:
        for prefix in (_STAGED, _ASIDE):
            for end in ("", "-wal", "-shm"):
                file.with_name(f"{prefix}{file.name}{end}").unlink(missing_ok=True)


def _restore_secrets(reader: Reader, wishes: RestoreWishes, say: Tell) -> None:
    for secret in places.secret_files(wishes.settings_file):
        data = reader.text(secret.name)
        if data is None or (secret.path.exists() and secret.path.read_bytes() == data):
            continue
        if secret.path.exists() and not wishes.replace:
            say(f"{secret.path} is another one and stays as it is; --replace takes the backup's")
            continue
        staged = _beside(_STAGED, secret.path.absolute())
        staged.unlink(missing_ok=True)
        reader.extract(secret.name, staged)
        staged.replace(secret.path)
        say(f"secrets: {secret.path}")
