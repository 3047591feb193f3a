"""`hive voice`: the API for voice messages and speech alone."""

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
        "voice",
        run,
        summary="the public API: voice messages, text to speech, voices",
        description=(
            "Serves the API on port 8000 (settings' section `voice`); the engines are the speech service's\n"
            "(`hive speech`). Where there is no account yet and nobody but this machine can ask, it makes a\n"
            "tenant `local` and prints its key, once. `hive accounts` makes others."
        ),
        examples="  hive voice\n  HIVE_VOICE__PORT=9000 hive voice",
    )


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Runs until a signal comes."""
    from cli import exits
    from foundation.database import StorageError
    from stack.keys import with_own_keys
    from voice_service.__main__ import show
    from voice_service.serve import serve

    try:
        exits.run(serve(with_own_keys(settings), show=show))
    except StorageError as error:
        return exits.fail(str(error))
    except OSError as error:
        return exits.fail(f"cannot listen: {error.strerror or error}")
    return exits.OK
