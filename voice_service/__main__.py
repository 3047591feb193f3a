"""`python -m voice_service`: reads the settings and serves until SIGINT or SIGTERM."""

from __future__ import annotations

import argparse
import asyncio
import sys

from config import logging
from config.reading import load
from config.settings import SettingsError
from foundation.database import StorageError
from foundation.signals import until_signal
from foundation.tracing.spans import trace_id
from voice_service.serve import serve


def main() -> int:
    """Returns the exit status: 0 after a signal, 2 where settings, database or port cannot be used."""
    parser = argparse.ArgumentParser(
        prog="voice_service",
        description="Serves the API for voice messages and speech. Where there is no account yet, and nobody but this "
        "machine can ask, makes one and prints its key.",
    )
    parser.add_argument(
        "--no-first-key", action="store_true", help="for whoever keeps what is printed: make and print no key"
    )
    arguments = parser.parse_args()
    try:
        settings = load()
        logging.configure(settings.logging, service="hive-voice", trace_id=trace_id)
        asyncio.run(until_signal(serve(settings, show=None if arguments.no_first_key else show)))
    except (SettingsError, StorageError, OSError) as error:
        print(f"voice_service: {error}", file=sys.stderr)
        return 2
    return 0


def show(text: str) -> None:
    """On standard output, at once."""
    print(text, flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
