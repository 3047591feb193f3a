"""How soon the extension begins, and what its path costs beside a room's: `python -m tests.extension.delays`.

The whole product on this machine and Chromium with the extension. The same words are said in a tab that is interpreted,
then at the microphone of a plain participant, each in a private room with an interpreter of its own.
Figures are of this machine and of what else it does meanwhile: nothing is asserted.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final, get_args

from playwright.async_api import async_playwright

from config.settings import Profile
from stack import webapp
from stack.livekit_server import obtain
from tests.browser.likeness import talk
from tests.browser.real import real_stack
from tests.browser.servers import ROOT
from tests.extension.browsing import new_code, visitor
from tests.extension.conftest import build_extension
from tests.extension.meeting import pages
from tests.extension.plain import plain_participant
from tests.extension.reached import Reached
from tests.extension.watching import PHASES, Watched

SENTENCES: Final = 2


async def measure(extension: Path, profile: Profile, rounds: int) -> None:
    """Prints both tables."""
    async with AsyncExitStack() as held:
        directory = Path(held.enter_context(tempfile.TemporaryDirectory()))
        words = talk(directory / "talk.wav", SENTENCES, pause_s=0.8)
        running = real_stack(await obtain(), directory, web=ROOT / "web" / "dist", profile=profile)
        stack = await held.enter_async_context(running)
        address = str(stack.auth_url)
        elsewhere = await held.enter_async_context(pages(words))
        playwright = await held.enter_async_context(async_playwright())
        somebody = await held.enter_async_context(visitor(playwright, extension, directory / "profile"))
        await somebody.pair(address, await new_code(address))
        await somebody.keep(hear="es", theirs="en", mine="es")
        page = await somebody.context.new_page()
        await page.goto(f"{elsewhere.url}/plays")
        watched = Watched(somebody, page)
        _print_phases([await watched.beginning() for _ in range(rounds)])
        await watched.begin_rounds()
        tab = [await watched.round() for _ in range(rounds)]
        await watched.stop()
        async with plain_participant(address, stack.settings.livekit, words) as plain:
            room = [await plain.round() for _ in range(rounds)]
        _print_delays(room, tab)


def _print_phases(beginnings: list[dict[str, float]]) -> None:
    """Seconds since the click: the first beginning by itself, as nothing is warm then, and the median of the others."""
    print(f"{'since the click, s':20}{'first':>8}{'others':>8}")
    first, *others = beginnings
    for name in PHASES:
        print(f"{name:20}{first[name]:8.2f}{_median([each[name] for each in others]):8.2f}")


def _print_delays(room: list[Reached], tab: list[Reached]) -> None:
    print(f"\n{'since the words, s':20}{'room':>8}{'tab':>8}{'more':>8}")
    for name in ("caption", "voice"):
        plain, extension = (_median([getattr(each, name) for each in path]) for path in (room, tab))
        print(f"{name:20}{plain:8.2f}{extension:8.2f}{extension - plain:8.2f}")


def _median(values: list[float]) -> float:
    return statistics.median(values) if values else float("nan")


def main() -> None:
    """Reads the arguments and measures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--profile", choices=get_args(Profile), default="embedded", help="which engines")
    parser.add_argument("--rounds", type=int, default=5, help="so often each thing is measured")
    chosen = parser.parse_args()
    assert webapp.ensure(ROOT / "web", print)
    asyncio.run(measure(build_extension(), chosen.profile, chosen.rounds))


if __name__ == "__main__":
    main()
