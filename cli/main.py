"""Reads the command line, sets up settings and logging, runs the command, turns errors into one line each."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from cli import exits
from cli.commands import (
    accounts,
    backup,
    bench,
    database,
    demo,
    doctor,
    engines,
    init,
    join,
    load,
    models,
    pair,
    restore,
    settings,
    speech,
    up,
    voice,
    watch,
    worker,
)
from cli.commands.base import Subparsers

if TYPE_CHECKING:  # what a command does not need is not imported for it
    from config.settings import Settings

DESCRIPTION = """\
A self-hosted interpreter for LiveKit rooms: everybody hears and reads the meeting in their own language."""

EPILOG = f"""\
examples:
  hive demo                        a scripted meeting, interpreted live in this terminal
  hive init                        settings and secrets of your own
  hive up --room demo              starts everything and prints links for a room
  hive doctor                      what is here, what is missing, what to do

Settings come from hive.toml and from HIVE_SECTION__KEY variables, e.g. HIVE_SPEECH__MAX_SPEED=1.2.

{exits.STATUSES}"""


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    # Without defaults, since these options may stand before and after an action, e.g. of `hive models`.
    common = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    group = common.add_argument_group("settings")
    group.add_argument("--config", type=Path, metavar="FILE", help="settings file instead of hive.toml")
    group.add_argument("--profile", choices=("auto", "embedded", "cpu", "gpu"), help="which engines to use")
    group.add_argument("--log-level", choices=("debug", "info", "warning", "error"), help="how much to log")
    group.add_argument("--log-format", choices=("auto", "text", "json"), help="how to log, on standard error")
    top = argparse.ArgumentParser(
        prog="hive",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.set_defaults(config=None, profile=None, log_level=None, log_format=None, own_level=None)
    top.add_argument("--version", action=_Version, help="which version this is")
    commands: Subparsers = top.add_subparsers(
        title="commands", metavar="COMMAND", required=True, dest="command"
    )
    for module in (
        demo, init, up, worker, speech, voice, watch, accounts, pair, join, doctor, models, engines, settings, database,
        backup, restore, bench, load,
    ):  # fmt: skip
        module.add(commands, common)
    return top


class _Version(argparse.Action):
    """Reads it when it is asked for, and not with each command."""

    def __init__(self, option_strings: Sequence[str], dest: str, help: str) -> None:  # noqa: A002  # argparse's
        super().__init__(option_strings, dest=argparse.SUPPRESS, nargs=0, help=help)

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: object,
        option_string: str | None = None,
    ) -> NoReturn:
        """Prints it, and ends."""
        from config.version import version

        print(f"hive {version()}")
        parser.exit()


def main(argv: Sequence[str] | None = None) -> int:
    """Runs `hive` and returns its exit status."""
    arguments = parser().parse_args(argv)
    try:
        return _run(arguments)
    except KeyboardInterrupt:
        return exits.INTERRUPTED
    except exits.Terminated:
        return exits.TERMINATED
    except BrokenPipeError:  # the reader of our output, e.g. `head`, had enough
        sys.stderr.close()
        return exits.FAILED


def _run(arguments: argparse.Namespace) -> int:
    from config import logging as log_setup
    from config.reading import load
    from config.settings import SettingsError

    try:
        settings = _as_asked(arguments, load(arguments.config))
    except SettingsError as error:
        return exits.fail(str(error), exits.USAGE)
    # Commands that have a view of their own keep the terminal for it; the parts they start log as they are told.
    own_level = arguments.log_level or arguments.own_level or settings.logging.level
    log_setup.configure(replace(settings.logging, level=own_level), service=f"hive-{arguments.command}")
    return _status_of(arguments, settings)


def _as_asked(arguments: argparse.Namespace, settings: Settings) -> Settings:
    """The settings with what the command line says instead."""
    logging = replace(
        settings.logging,
        level=arguments.log_level or settings.logging.level,
        format=arguments.log_format or settings.logging.format,
    )
    return replace(settings, profile=arguments.profile or settings.profile, logging=logging)


def _status_of(arguments: argparse.Namespace, settings: Settings) -> int:
    from config.settings import SettingsError
    from stack.errors import Missing, PartFailed, StackError

    try:
        return int(arguments.run(arguments, settings))
    except SettingsError as error:
        return exits.fail(str(error), exits.USAGE)
    except Missing as error:
        return exits.fail(str(error), exits.MISSING)
    except PartFailed as error:
        if error.tail:
            print(error.tail, file=sys.stderr)
        return exits.fail(str(error))
    except StackError as error:
        return exits.fail(str(error))
