"""`hive watch`: asks every part whether it is well, and says where one is not."""

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
        "watch",
        run,
        summary="asks every part whether it is well, and says where one is not",
        description=(
            "Asks the parts that the settings name, or those in `watch.parts`, again and again; logs where one is not\n"
            "well any more and where it is again, tells it to `watch.webhook_url`, and shows it to Prometheus on\n"
            "`watch.port`. It ends and starts nothing: `hive up`, and in containers their own health checks, do."
        ),
        examples="  hive watch\n  HIVE_WATCH__PARTS=worker=http://worker:8081/ hive watch --log-format json",
    )


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Runs until a signal comes."""
    from cli import exits
    from stack.monitor import serve

    try:
        exits.run(serve(settings))
    except OSError as error:
        return exits.fail(f"cannot listen: {error.strerror or error}")
    return exits.OK
