"""`hive backup`: all that an installation keeps, as one file."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from cli.commands.base import Subparsers, command

if TYPE_CHECKING:
    from config.settings import Settings

CHECK = "check"


def add(commands: Subparsers, common: argparse.ArgumentParser) -> None:
    """Describes the command."""
    parser = command(
        commands,
        common,
        "backup",
        run,
        own_level="warning",
        summary="all that this installation keeps, as one file; and whether a backup is whole",
        description=(
            "Writes databases, recordings, sound of the voice API and the settings into one tar file, while the\n"
            "services run. The file has its name once it is whole. It holds what people have said and their voices:\n"
            "encrypt it, and let it end when you promise that data ends. Keys are in it with --secrets alone; without\n"
            "them links that were given out work only where auth.secret is the same. Models are not in it: they are\n"
            "fetched again."
        ),
        examples=(
            "  hive backup /srv/backups                     hive-20260102T030405Z.tar in it\n"
            "  hive backup /srv/backups --keep-days 14      and removes older ones there\n"
            "  hive backup check /srv/backups/hive-20260102T030405Z.tar\n"
            "  hive backup all.tar --secrets && age -r KEY -o all.tar.age all.tar && rm all.tar"
        ),
    )
    parser.add_argument(
        "target", nargs="+", metavar="DIRECTORY|FILE", help="where to; or `check FILE`: reads one as a whole"
    )
    parser.add_argument("--only", choices=("auth", "voice"), help="what one service keeps")
    parser.add_argument("--secrets", action="store_true", help="also keys, hive.toml and .env, as they are")
    parser.add_argument(
        "--keep-days", type=float, metavar="N", help="remove older backups of that directory afterwards"
    )


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Does one thing and ends."""
    from cli import exits
    from foundation.database import StorageError
    from upkeep.manifest import BackupError

    targets = arguments.target
    if len(targets) > 2 or (len(targets) == 2 and targets[0] != CHECK):
        return exits.fail("one directory or file; or check FILE", exits.USAGE)
    try:
        if len(targets) == 2:
            return _check(Path(targets[1]))
        exits.run(_make(arguments, settings))
    except (BackupError, StorageError) as error:
        return exits.fail(str(error))
    except OSError as error:
        return exits.fail(f"{error.filename or targets[-1]}: {error.strerror}")
    return exits.OK


async def _make(arguments: argparse.Namespace, settings: Settings) -> None:
    from upkeep import backup

    target = Path(arguments.target[0])
    path = await backup.make(
        settings,
        target,
        say,
        only=arguments.only,
        with_secrets=arguments.secrets,
        secrets_of=arguments.config,
    )
    if arguments.secrets:
        say("whoever reads this file can sign links and read everything: keep it as you keep the keys")
    if arguments.keep_days is not None and target != path:
        for old in backup.forget(target, arguments.keep_days, time.time()):
            say(f"removed {old}")
    print(path)


def _check(path: Path) -> int:
    from cli import exits
    from upkeep import backup

    manifest, size = backup.check(path)
    made = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(manifest.made_at))
    print(f"whole: {len(manifest.files)} files, {size >> 10} KB, made {made} by version {manifest.version}")
    for kept in manifest.databases:
        print(f"  {kept.service:6} {kept.kind}, tables of version {kept.schema}")
    print(f"  keys   {'are in it' if manifest.has_secrets else 'are not in it'}")
    for words in manifest.elsewhere:
        print(f"  not in it: {words}")
    return exits.OK


def say(line: str) -> None:
    """One line about progress."""
    print(f"hive: {line}", file=sys.stderr, flush=True)
