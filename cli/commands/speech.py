"""`hive speech`: the engines over HTTP and WebSocket."""

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
        "speech",
        run,
        summary="the speech service: recognition, translation, synthesis",
        description=(
            "Serves recognition (port 8001), translation (8002) and synthesis (8003) to workers, all three in one\n"
            "process or each in its own. Addresses come from the settings' section `services`."
        ),
        examples="  hive speech\n  hive speech mt tts\n  hive speech stt --profile gpu",
    )
    parser.add_argument(
        "services",
        nargs="*",
        metavar="SERVICE",
        choices=("stt", "mt", "tts", []),
        help="stt, mt, tts; default: all",
    )


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Runs until a signal comes."""
    from cli import exits
    from speech_service import serve

    exits.run(serve.serve(settings, tuple(arguments.services) or ("stt", "mt", "tts")))
    return exits.OK
