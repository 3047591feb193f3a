"""Makes a bare machine ready: Debian packages, livekit-server, web app, models for the tests.

Run as `python -m stack.prepare PURPOSE`. The virtual environment is there already by then;
`scripts/bootstrap.sh` makes it.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from pathlib import Path

from config.reading import load
from config.settings import SettingsError
from stack import catalogue, debian, livekit_server, provision, webapp
from stack.errors import StackError
from stack.model import Model
from stack.models import ModelStore

ROOT = Path(__file__).resolve().parent.parent
MISSING = 3
"""Exit status: something is missing that we may not or could not install."""


def say(line: str) -> None:
    """One line about progress, for the person who waits."""
    print(f"hive: {line}", file=sys.stderr, flush=True)


def prepare(purpose: str) -> None:
    """Installs what is missing.

    Args:
        purpose: "demo" for the demo, "up" for the web app as well, "dev" for the tests as well,
            with real weights where they can be had.

    Raises:
        StackError: something could not be had; the message says what to do.
    """
    began = time.monotonic()
    debian.ensure(debian.ENGINES + (debian.TESTS if purpose == "dev" else ()), say)
    asyncio.run(livekit_server.obtain(report=say))
    if purpose != "demo":
        webapp.ensure(ROOT / "web", say)
    if purpose == "dev":
        asyncio.run(weights())
    if time.monotonic() - began > 2:
        say(f"everything is here after {time.monotonic() - began:.0f} s")


async def weights() -> None:
    """Real weights for the tests, where somebody can hand them over; without them the tests that need them skip."""
    settings = load()

    async def fetch(store: ModelStore, model: Model) -> None:
        await store.fetch(model, say=say)

    await provision.provide(settings, map(catalogue.find, provision.FOR_TESTS), fetch, say)


def main() -> int:
    """Exit status 0, or 3 when something is missing."""
    parser = argparse.ArgumentParser(prog="python -m stack.prepare", description="Makes this machine ready.")
    parser.add_argument(
        "purpose", choices=("demo", "up", "dev"), help="demo; up: the web app as well; dev: the tests as well"
    )
    purpose = parser.parse_args().purpose
    try:
        prepare(purpose)
    except (StackError, SettingsError) as error:
        print(f"hive: error: {error}", file=sys.stderr)
        return MISSING
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
