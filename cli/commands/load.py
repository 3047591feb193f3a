"""`hive load`: rooms full of people against a stack, with the promises as verdict."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from cli.commands.base import Subparsers, command, languages, positive

if TYPE_CHECKING:
    from config.settings import Settings

_DESCRIPTION = """\
Puts people into rooms: they speak real readings with pauses, others listen in their languages and read along.
What they see and hear is measured and judged by the promises: the first translated sound within 450 ms of a
clause (95 %), captions within 250 ms (95 %), less than 5 % of the shown words changed; and that nothing is
lost and no lag grows. Without --url a stack of its own is started on this machine, which ends with it."""


def add(commands: Subparsers, common: argparse.ArgumentParser) -> None:
    """Describes the command."""
    parser = command(
        commands,
        common,
        "load",
        run,
        own_level="error",
        summary="fills rooms with people, and judges what they see and hear",
        description=_DESCRIPTION,
        examples=(
            "  hive load                                        one room, one speaker, one language, a minute\n"
            "  hive load --rooms 2 --speakers 4 --languages es,fr --for 120\n"
            "  hive load --url http://127.0.0.1:8004            a stack that runs, e.g. of `hive up`\n"
            "  hive load --sweep docs/capacity/cpu.json --budget 1200\n"
            "  hive load --endure 3600 --languages es,fr"
        ),
    )
    _size(parser)
    _where(parser)
    way = parser.add_mutually_exclusive_group()
    way.add_argument(
        "--sweep",
        type=Path,
        metavar="FILE",
        help="measures curves: more speakers, languages and rooms until it no longer keeps up; what FILE has "
        "already is not measured again",
    )
    way.add_argument(
        "--endure",
        type=positive,
        metavar="SECONDS",
        help="talks, joins, leaves, kills and network cuts for so long, on a stack of its own; judges memory too",
    )
    parser.add_argument(
        "--budget",
        type=positive,
        default=1200,
        metavar="S",
        help="a sweep begins nothing that would end later (default: 1200)",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="also writes everything as JSON")
    parser.add_argument("--out", type=Path, metavar="DIR", help="also writes JSON, Markdown and plots there")


def _size(parser: argparse.ArgumentParser) -> None:
    size = parser.add_argument_group("how much")
    size.add_argument("--rooms", type=positive, default=1, metavar="N", help="default: 1")
    size.add_argument("--speakers", type=positive, default=1, metavar="N", help="in each (default: 1)")
    size.add_argument(
        "--at-once",
        type=positive,
        default=None,
        metavar="N",
        help="so many speak at the same time, the others wait for their turn (default: all)",
    )
    size.add_argument(
        "--languages",
        type=languages,
        default=None,
        metavar="CODES",
        help="a listener for each in every room (default: es; of a sweep all that it goes through)",
    )
    size.add_argument(
        "--for",
        dest="seconds",
        type=positive,
        default=None,
        metavar="SECONDS",
        help="how long people speak (default: 60, of a sweep's points 40)",
    )
    size.add_argument(
        "--ramp", type=float, default=2.0, metavar="S", help="between two rooms' beginnings (default: 2)"
    )


def _where(parser: argparse.ArgumentParser) -> None:
    where = parser.add_argument_group("where")
    where.add_argument(
        "--url",
        metavar="URL",
        help="of a token service; its operator's key is taken from the settings (HIVE_AUTH__OPERATOR_KEY)",
    )
    where.add_argument(
        "--i-operate-this",
        action="store_true",
        help="the URL may lead to another machine: a load may keep others from meeting there",
    )


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Loads and judges: 0 if all holds, else 1."""
    from bench.rooms.command import load
    from bench.rooms.doors import DoorError
    from bench.rooms.running import CannotLoad
    from bench.rooms.target import AnothersMachine
    from cli import exits, fetching
    from demo.talk import TalkError

    if arguments.url is None:
        exits.run(fetching.provide(settings))
    try:
        return exits.run(load(arguments, settings))
    except (AnothersMachine, ValueError) as error:
        return exits.fail(str(error), exits.USAGE)
    except (CannotLoad, DoorError, TalkError, OSError) as error:
        return exits.fail(str(error) or type(error).__name__)
