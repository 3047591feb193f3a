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
            "Starts a real LiveKit room on this machine, lets people speak in it, and shows how others hear and read\n"
            "them in their own languages. Ends by itself with a table of latencies and a report; exit status 0 only\n"
            "if every listener heard their language and no other, nothing was lost, at least 95 % of the words were\n"
            "spoken in each language and the lag did not grow; 1 if not, 2 if it could not be held.\n\n"
            "With a recogniser that knows Spanish a Spanish and two English speakers meet, else two English ones."
        ),
        examples=(
            "  hive demo\n"
            "  hive demo --hear en,fr\n"
            "  hive demo --talk lecture.mp3 --speaks en --out ~/lecture\n"
            "  HIVE_SPEECH__MAX_SPEED=1.1 hive demo"
        ),
    )
    parser.add_argument(
        "--talk", type=Path, metavar="FILE", help="a recording to interpret instead of the built-in meeting"
    )
    parser.add_argument(
        "--speaks", type=language, default="en", metavar="CODE", help="its language (default: en)"
    )
    parser.add_argument(
        "--text", type=Path, metavar="FILE", help="what is said in it, so that what was not heard shows"
    )
    parser.add_argument(
        "--hear",
        type=languages,
        metavar="CODES",
        help="a listener for each of these languages, e.g. en,fr (default: those that the meeting is made for)",
    )
    parser.add_argument(
        "--repeat", type=positive, default=1, metavar="N", help="hold the meeting N times in a row"
    )
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="where the results go (default: out/demo-TIME)"
    )


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Runs the meeting."""
    from cli import exits, fetching

    if arguments.talk is not None and not arguments.talk.is_file():
        return exits.fail(f"there is no recording {arguments.talk}", exits.USAGE)
    if arguments.text is not None and not arguments.text.is_file():
        return exits.fail(f"there is no text {arguments.text}", exits.USAGE)
    from rich.console import Console

    from demo.main import DemoOptions
    from demo.main import run as hold_meeting

    options = DemoOptions(
        talk=arguments.talk,
        speaks=arguments.speaks,
        text=arguments.text.read_text(encoding="utf-8") if arguments.text else "",
        hear=arguments.hear,
        out=arguments.out,
        repeat=arguments.repeat,
    )
    # The meeting's own view is in the terminal; the parts log to files.
    exits.run(fetching.provide(settings))
    return exits.run(hold_meeting(options, settings, Console()))
