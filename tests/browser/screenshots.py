"""Pictures of every view, for people to look at: `python -m tests.browser.screenshots FOLDER [LOOK …]`.

Real media server, real service, real browser; an interpreter that follows a script.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import aiohttp
from playwright.async_api import Page, async_playwright

from stack.livekit_server import obtain
from stack.ports import free_port
from tests.browser.rooms import Rooms
from tests.browser.servers import ROOT, auth_service, livekit_server
from tests.browser.views import LOOKS, TALK, look


@dataclass(frozen=True, slots=True)
class Pictures:
    """Where the pictures of one look go."""

    page: Page
    folder: Path

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)

    async def view(self, name: str, *, whole: bool = False, of: Page | None = None) -> None:
        page = of or self.page
        await page.wait_for_timeout(400)  # what moves has arrived
        await page.screenshot(path=self.folder / f"{name}.png", full_page=whole)


def spoken(folder: Path) -> Path:
    """Half a minute of somebody talking: 48 kHz, mono."""
    raw, path = folder / "raw.wav", folder / "talk.wav"
    words = " ".join(f"{english}" for english, _ in TALK * 4)
    subprocess.run(["espeak-ng", "-v", "en", "-s", "150", "-w", str(raw), words], check=True)
    subprocess.run(
        ["ffmpeg", "-loglevel", "error", "-y", "-i", str(raw), "-ar", "48000", "-ac", "1", str(path)],
        check=True,
    )
    return path


async def main(folder: Path, names: list[str]) -> None:
    binary = await obtain()
    port = free_port()
    with (
        tempfile.TemporaryDirectory() as name,
        livekit_server(binary, Path(name), webhook_port=port) as media,
        auth_service(Path(name), media, port=port, web=ROOT / "web" / "dist") as service,
    ):
        voice = spoken(Path(name))
        async with async_playwright() as playwright, aiohttp.ClientSession(service.url) as http:
            for chosen in names or LOOKS:
                album = partial(Pictures, folder=folder / chosen)
                await look(playwright, Rooms(http), service, media, chosen, voice, album)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2:]))
