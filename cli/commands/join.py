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
    parser.add_argument(
        "--identity", metavar="NAME", help="its identity in the room; the same one again replaces the first"
    )


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Runs until the room ends or a signal comes."""
    from cli import exits
    from config.exposure import refuse_published
    from pipeline.engines.protocols import EngineError, EngineMissing
    from protocol.control import Configure
    from worker.join import JoinError, join

    refuse_published("livekit.api_secret", settings.livekit.api_secret.get_secret_value(), settings)
    configure = Configure(languages=arguments.languages) if arguments.languages else None
    try:
        end = exits.run(join(arguments.room, settings, identity=arguments.identity, configure=configure))
    except EngineMissing as error:
        return exits.fail(str(error), exits.MISSING)
    except (EngineError, JoinError) as error:
        return exits.fail(str(error))
    print(f"the interpreter has left {arguments.room}: {end.value}")
    return exits.OK
