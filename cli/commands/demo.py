"""`hive demo`: a scripted meeting, interpreted live."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from cli.commands.base import Subparsers, command, language, languages, positive

if TYPE_CHECKING:
    from config.settings import Settings


def add(commands: Subparsers, common: argparse.ArgumentParser) -> None:
    """Describes the command."""
    parser = command(
        commands,
        common,
        "demo",
        run,
        own_level="error",
        summary="a scripted meeting, interpreted live in this terminal",
        description=(
            "Starts a real LiveKit room on this machine, lets somebody give a talk in it, and shows how others hear "
            "and read\nit in Spanish, French and English. Ends by itself with a table of latencies and a report; "
            "exit status 0 only if\nevery listener heard their language and no other, and nothing was lost; "
            "1 if not, 2 if it could not be held."
        ),
        examples=(
            "  hive demo\n"
            "  hive demo --talk lecture.mp3 --speaks en --out ~/lecture\n"
            "  HIVE_SPEECH__MAX_SPEED=1.1 hive demo"
        ),
    )
    parser.add_argument(
        "--talk", type=Path, metavar="FILE", help="a recording to interpret instead of the built-in talk"
    )
    parser.add_argument(
        "--speaks", type=language, default="en", metavar="CODE", help="its language (default: en)"
    )
    parser.add_argument(
        "--hear",
        type=languages,
        default=("es", "fr"),
        metavar="CODES",
        help="a listener for each of these languages (default: es,fr)",
    )
    parser.add_argument(
        "--repeat", type=positive, default=1, metavar="N", help="give the talk N times in a row"
    )
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="where the results go (default: out/demo-TIME)"
    )


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Runs the meeting."""
    from cli import exits, fetching

    if arguments.talk is not None and not arguments.talk.is_file():
        return exits.fail(f"there is no recording {arguments.talk}", exits.USAGE)
    from rich.console import Console

    from demo.main import DemoOptions
    from demo.main import run as hold_meeting

    targets = tuple(code for code in arguments.hear if code != arguments.speaks)
    options = DemoOptions(
        talk=arguments.talk,
        speaks=arguments.speaks,
        targets=targets,
        out=arguments.out,
        repeat=arguments.repeat,
    )
    # The meeting's own view is in the terminal; the parts log to files.
    exits.run(fetching.provide(settings))
    return exits.run(hold_meeting(options, settings, Console()))
