"""The versions of a service's tables: forward to what this program knows, and back where somebody asks for it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from foundation.database import StorageError, reading, transaction

EMPTY: Final = "base"
"""The version of a database that has no tables."""
PATIENCE_S: Final = 600.0
"""How long tables with much in them may take to be changed."""
_LOCK: Final = 0x48495645
"""Of PostgreSQL's advisory locks: several services that start at once migrate one after the other."""


class UnknownVersion(StorageError):
    """The tables are of a version that this program does not know, e.g. of a newer one; nothing was touched."""


@dataclass(frozen=True, slots=True)
class Migrations:
    """Those of one service. Services may share a database; each keeps its version in a table of its own."""

    scripts: str
    """Where they lie, e.g. `auth_service.storage:migrations`."""
    version_table: str

    @property
    def newest(self) -> str:
        """The version that this program works with."""
        return self._directory.get_current_head() or EMPTY

    def check(self, version: str) -> None:
        """Raises UnknownVersion for one that this program does not know."""
        known = {EMPTY, *(script.revision for script in self._directory.walk_revisions())}
        if version not in known:
            raise UnknownVersion(
                f"the tables are of version {version}, and this program knows those up to {self.newest}: start the "
                "program that made them, or let that one take them back (hive database downgrade)"
            )

    def losses(self, version: str, target: str) -> list[str]:
        """What going back from `version` to an older one loses, in a sentence for each step. Raises UnknownVersion,
        and ValueError where `target` is not older."""
        self.check(version)
        self.check(target)
        steps = list(_down(self._directory, version, target))
        if version == target or (steps[-1].down_revision or EMPTY) != target:
            raise ValueError(f"{target} is not older than {version}")
        return [f"{step.revision}: {inspect.getdoc(step.module.downgrade)}" for step in steps]

    @property
    def _directory(self) -> ScriptDirectory:
        return ScriptDirectory.from_config(self.config())

    def config(self, connection: Connection | None = None) -> Config:
        """What alembic and the service's `env.py` are given."""
        config = Config()
        config.set_main_option("script_location", self.scripts)
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        config.attributes["version_table"] = self.version_table
        return config


def _down(directory: ScriptDirectory, version: str, target: str) -> Iterable[Script]:
    for script in directory.walk_revisions(head=version if version != EMPTY else "base"):
        if script.revision == target:
            return
        yield script


async def version(engine: AsyncEngine, migrations: Migrations) -> str:
    """Of which version the tables are, `base` where there are none. Raises StorageError."""
    async with reading(engine) as connection:
        return await connection.run_sync(partial(_version, migrations=migrations))


def _version(connection: Connection, migrations: Migrations) -> str:
    context = MigrationContext.configure(connection, opts={"version_table": migrations.version_table})
    return context.get_current_revision() or EMPTY


async def upgrade(engine: AsyncEngine, migrations: Migrations, target: str = "head") -> None:
    """Brings the tables up to date, or to a version. Raises StorageError, UnknownVersion."""
    await _change(engine, migrations, partial(command.upgrade, revision=target))


async def downgrade(engine: AsyncEngine, migrations: Migrations, target: str) -> None:
    """Takes the tables back to an older version, with what is lost by that. Raises StorageError, UnknownVersion."""
    migrations.check(target)
    await _change(engine, migrations, partial(command.downgrade, revision=target))


async def _change(engine: AsyncEngine, migrations: Migrations, step: Callable[[Config], None]) -> None:
    async with transaction(engine, patience_s=PATIENCE_S) as connection:
        await change_within(connection, migrations, step)


async def change_within(
    connection: AsyncConnection, migrations: Migrations, step: Callable[[Config], None]
) -> None:
    """One step in a transaction that is open already. Raises UnknownVersion."""
    if connection.dialect.name == "postgresql":
        await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})

    def run(inner: Connection) -> None:
        migrations.check(_version(inner, migrations))
        step(migrations.config(inner))

    await connection.run_sync(run)
