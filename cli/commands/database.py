"""`hive database`: of which version the tables of the services are, forward and back."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from cli.commands.base import Subparsers, command

if TYPE_CHECKING:
    from config.settings import Settings
    from upkeep.databases import Database


def add(commands: Subparsers, common: argparse.ArgumentParser) -> None:
    """Describes the command."""
    parser = command(
        commands,
        common,
        "database",
        run,
        own_level="warning",
        summary="the versions of the databases' tables: which they are, forward, back",
        description=(
            "Services bring their tables up to date when they start; `upgrade` is for whoever wants it done before.\n"
            "A program touches nothing of a version that is newer than it: to go back to an older program, take the\n"
            "tables back with the newer one first, after a backup. What a step back loses is said."
        ),
        examples=(
            "  hive database status\n"
            "  hive database upgrade\n"
            "  hive database downgrade auth 0010            says what would be lost\n"
            "  hive database downgrade auth 0010 --yes"
        ),
    )
    parser.add_argument("what", choices=("status", "upgrade", "downgrade"))
    parser.add_argument("service", nargs="?", choices=("auth", "voice"), help="one service alone")
    parser.add_argument("version", nargs="?", help="for downgrade: as status shows them; base for no tables")
    parser.add_argument("--yes", action="store_true", help="for downgrade: do it")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Does one thing and ends."""
    from cli import exits
    from foundation.database import StorageError

    if (arguments.what == "downgrade") != (arguments.version is not None):
        return exits.fail("a service and a version are for `downgrade`, which needs both", exits.USAGE)
    try:
        return exits.run(_act(arguments, settings))
    except (StorageError, ValueError) as error:
        return exits.fail(str(error))


async def _act(arguments: argparse.Namespace, settings: Settings) -> int:
    from upkeep.databases import databases

    done = 0
    for database in databases(settings, arguments.service):
        if arguments.what == "downgrade":
            done = max(done, await _downgrade(database, arguments.version, agreed=arguments.yes))
        elif arguments.what == "upgrade":
            await _upgrade(database)
        else:
            await _show(database)
    return done


async def _show(database: Database) -> None:
    from foundation.migrations import EMPTY, UnknownVersion
    from upkeep.databases import version_of

    found, newest = await version_of(database), database.migrations.newest
    words = "up to date" if found == newest else f"the next start brings it to {newest}"
    if found == EMPTY:
        words = "empty; the first start makes its tables"
    try:
        database.migrations.check(found)
    except UnknownVersion:
        words = f"newer than this program, which knows {newest}: its services do not start here"
    print(f"{database.service:6} {found:5} {words}   {database.place}")


async def _upgrade(database: Database) -> None:
    from foundation.migrations import upgrade

    engine = database.engine()
    try:
        await upgrade(engine, database.migrations)
    finally:
        await engine.dispose()
    await _show(database)


async def _downgrade(database: Database, target: str, *, agreed: bool) -> int:
    from cli import exits
    from foundation.migrations import downgrade
    from upkeep.databases import version_of

    for line in database.migrations.losses(await version_of(database), target):
        print(f"  back from {line}", file=sys.stderr)
    if not agreed:
        return exits.fail("nothing was changed: stop the service, make a backup, and say --yes", exits.USAGE)
    engine = database.engine()
    try:
        await downgrade(engine, database.migrations, target)
    finally:
        await engine.dispose()
    await _show(database)
    return exits.OK
