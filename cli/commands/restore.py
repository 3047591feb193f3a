"""`hive restore`: a backup in the place of what is here, or into an empty installation."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING

from cli.commands.backup import say
from cli.commands.base import Subparsers, command

if TYPE_CHECKING:
    from config.settings import Settings
    from upkeep.manifest import Manifest
    from upkeep.restore import RestoreWishes


def add(commands: Subparsers, common: argparse.ArgumentParser) -> None:
    """Describes the command."""
    parser = command(
        commands,
        common,
        "restore",
        run,
        own_level="warning",
        summary="puts a backup back, here or on another machine",
        description=(
            "Checks the whole backup, makes everything ready beside its place, brings tables of an older version up\n"
            "to date, and then changes places. The services must not run meanwhile. Where something is there already\n"
            "it is replaced only with --replace; what was erased, withdrawn or ended since the backup then stays so.\n"
            "Where what was there is lost, the services' logs (JSON) tell what was erased: --erased."
        ),
        examples=(
            "  hive restore /srv/backups/hive-20260102T030405Z.tar\n"
            "  hive restore BACKUP.tar --erased auth.log        on a new machine\n"
            "  hive restore BACKUP.tar --replace --only auth"
        ),
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="what `hive backup` made")
    parser.add_argument("--only", choices=("auth", "voice"), help="what one service keeps")
    parser.add_argument("--replace", action="store_true", help="in place of what is there")
    parser.add_argument(
        "--erased", type=Path, metavar="LOG", help="does not bring back what this log says was erased"
    )
    parser.add_argument(
        "--bring-back-erased", action="store_true", help="also what the databases here do not have any more"
    )


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Does one thing and ends."""
    from cli import exits
    from foundation.database import StorageError
    from upkeep.manifest import BackupError
    from upkeep.restore import RestoreWishes, restore

    wishes = RestoreWishes(
        only=arguments.only,
        replace=arguments.replace,
        bring_back_erased=arguments.bring_back_erased,
        erased=arguments.erased,
        settings_file=arguments.config,
    )
    try:
        manifest = exits.run(restore(settings, arguments.file, wishes, say))
    except (BackupError, StorageError) as error:
        return exits.fail(str(error))
    except OSError as error:
        return exits.fail(f"{error.filename or arguments.file}: {error.strerror}")
    _tell(manifest, wishes)
    return exits.OK


def _tell(manifest: Manifest, wishes: RestoreWishes) -> None:
    made = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(manifest.made_at))
    print(f"everything is as it was on {made}; start the services")
    if wishes.bring_back_erased or not (wishes.replace or wishes.erased):
        say(
            "what people have had erased after that is here again as far as nobody has told: look for `erased` in the "
            "services' logs since then (--erased reads them), and erase it again"
        )
    for words in manifest.elsewhere:
        say(f"not in the backup: {words}")
