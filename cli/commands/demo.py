"""`hive demo`: a scripted meeting, interpreted live."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from cli.commands.base import Subparsers, command, language

if TYPE_CHECKING:
    from config.settings import Settings


def add(commands: Subparsers, common: argparse.ArgumentParser) -> None:
    """Describes the command."""
    parser = command(
        commands,
        common,
        "demo",
        run,
        summary="a scripted meeting, interpreted live in this terminal",
        description=(
            "Starts a real LiveKit room on this machine, lets somebody give a talk in it, and shows how others hear "
            "and read\nit in Spanish, French and English. Ends by itself with a table of latencies and a report; "
            "exit status 0 only if\nevery listener heard their language and no other, and nothing was lost."
        ),
        examples=(
            "  hive demo\n"
            "  hive demo --talk lecture.mp3 --speaks en --out ~/lecture\n"
            "  HIVE_SPEECH__MAX_SPEED=1.1 hive demo"
        ),
    )
    parser.add_argument("--talk", type=Path, metavar="FILE", help="a recording to interpret instead of the built-in talk")
    parser.add_argument("--speaks", type=language, default="en", metavar="CODE", help="its language (default: en)")
    parser.add_argument("--out", type=Path, metavar="DIR", help="where the results go (default: out/demo-TIME)")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Runs the meeting."""
    from demo.main import run as run_demo

    raise SystemExit(run_demo)
