"""`hive join`: interprets one room without dispatch."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from cli.commands.base import Subparsers, command, languages

if TYPE_CHECKING:
    from config.settings import Settings


def add(commands: Subparsers, common: argparse.ArgumentParser) -> None:
    """Describes the command."""
    parser = command(
        commands,
        common,
        "join",
        run,
        summary="interprets one room, without waiting to be assigned",
        description=(
            "Joins a room as the interpreter in this process, for one meeting or for trying things out.\n"
            "Ends when the room does, or with Ctrl-C."
        ),
        examples=(
            "  hive join standup\n"
            "  hive join standup --languages es,fr\n"
            "  HIVE_SERVICES__STT_URL= hive join standup     recognises in this process"
        ),
    )
    parser.add_argument("room", metavar="ROOM", help="name of the room")
    parser.add_argument(
        "--languages", type=languages, metavar="CODES", help="languages that listeners may ask for"
    )


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Runs until the room ends or a signal comes."""
    from dataclasses import replace

    from cli import exits
    from worker import join

    if arguments.languages:
        settings = replace(settings, rooms=replace(settings.rooms, languages=arguments.languages))
    exits.run(join.join(settings, arguments.room))
    return exits.OK
