"""`hive worker`: interprets rooms as the media server assigns them."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from cli.commands.base import Subparsers, command

if TYPE_CHECKING:
    from config.settings import Settings


def add(commands: Subparsers, common: argparse.ArgumentParser) -> None:
    """Describes the command."""
    command(
        commands,
        common,
        "worker",
        run,
        summary="interprets rooms as the media server assigns them",
        description=(
            "Registers with the media server under the agent name of the settings and runs one process for each room\n"
            "that an interpreter is dispatched to. The first SIGTERM lets running rooms finish, a second one\n"
            "ends at once."
        ),
        examples="  hive worker\n  HIVE_LIVEKIT__URL=wss://rtc.example.org hive worker --log-format json",
    )


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Runs until a signal comes."""
    from cli import exits
    from worker import host

    try:
        host.run(settings)
    except OSError as error:
        return exits.fail(f"cannot listen: {error.strerror or error}")
    return exits.OK
