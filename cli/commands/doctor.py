"""`hive doctor`: what is here, what is missing, and what to do about it."""

from __future__ import annotations

import argparse
import sys
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
            "Tells for each role what is chosen, why, and what better would need.\n"
            "Exit status 0 if recognition, translation and speech can run here, else 3."
        ),
        examples=(
            "  hive doctor\n  hive doctor --measure\n  hive doctor --profile cpu\n"
            "  hive doctor --json | python3 -m json.tool"
        ),
    )
    parser.add_argument(
        "--measure",
        action="store_true",
        help="time the engines on this machine, some seconds, and keep the figures for the next start",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object for programs")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Examines and prints."""
    from cli import exits
    from cli.doctor_table import show
    from stack.doctor import examine

    def say(line: str) -> None:
        print(f"measuring {line}", file=sys.stderr)

    examination = exits.run(examine(settings, measuring=arguments.measure, say=say))
    if arguments.json:
        print(examination.as_json())
    else:
        show(examination)
    return exits.OK if examination.can_run else exits.MISSING
