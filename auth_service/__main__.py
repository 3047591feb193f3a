"""`python -m auth_service`: reads the settings and serves until SIGINT or SIGTERM."""

from __future__ import annotations

import asyncio
import sys

from auth_service.serve import serve
from config import logging
from config.reading import load
from config.settings import SettingsError
from foundation.database import StorageError
from foundation.signals import until_signal
from foundation.tracing.spans import trace_id


def main() -> int:
    """Returns the exit status: 0 after a signal, 2 where settings, database or port cannot be used."""
    try:
        settings = load()
        logging.configure(settings.logging, service="hive-auth", trace_id=trace_id)
        asyncio.run(until_signal(serve(settings)))
    except (SettingsError, StorageError, OSError) as error:
        print(f"auth_service: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
