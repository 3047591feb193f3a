"""`hive doctor`: what is here, what is missing, and what to do about it."""

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
        "doctor",
        run,
        own_level="error",
        summary="says what is here, what is missing and what to do",
        description=(
            "Examines engines, language pairs and their routes, models, livekit-server, ports and GPU.\n"
            "Exit status 0 if the chosen profile can run here, else 3."
        ),
        examples="  hive doctor\n  hive doctor --profile cpu\n  hive doctor --json | python3 -m json.tool",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object for programs")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Examines and prints."""
    from cli import exits
    from cli.doctor_table import show
    from stack.doctor import examine

    examination = exits.run(examine(settings))
    if arguments.json:
        print(examination.as_json())
    else:
        show(examination)
    return exits.OK if examination.can_run else exits.MISSING
