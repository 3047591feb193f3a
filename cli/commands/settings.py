"""`hive settings`: what can be set, and what holds here."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from cli.commands.base import Subparsers, command

if TYPE_CHECKING:
    from config.settings import Settings


def add(commands: Subparsers, common: argparse.ArgumentParser) -> None:
    """Describes the command."""
    parser = command(
        commands,
        common,
        "settings",
        run,
        summary="what holds here, and every key with its meaning",
        description=(
            "Prints the settings that hold here, from defaults, hive.toml and variables, without secrets.\n"
            "With --sample a commented file with every key, its meaning, unit and default."
        ),
        examples="  hive settings\n  hive settings --sample >hive.toml",
    )
    parser.add_argument("--sample", action="store_true", help="print a commented hive.toml instead")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Prints one line a key."""
    from cli import exits
    from config.sample import sample, written

    print(sample() if arguments.sample else written(settings), end="")
    return exits.OK
