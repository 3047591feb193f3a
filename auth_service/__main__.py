"""`python -m auth_service`: reads the settings and serves until SIGINT or SIGTERM."""

from __future__ import annotations

import asyncio
import signal
import sys

from auth_service.errors import StorageError
from auth_service.serve import serve
from config import logging
from config.reading import load
from config.settings import Settings, SettingsError


async def run(settings: Settings) -> None:
    """Serves until a signal comes, then returns once all has ended. Raises what serving raised."""
    serving = asyncio.create_task(serve(settings), name="serve")
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, serving.cancel)
    await asyncio.wait([serving])
    if not serving.cancelled() and (error := serving.exception()):
        raise error


def main() -> int:
    """Returns the exit status: 0 after a signal, 2 where settings, database or port cannot be used."""
    try:
        settings = load()
        logging.configure(settings.logging)
        asyncio.run(run(settings))
    except (SettingsError, StorageError, OSError) as error:
        print(f"auth_service: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
