"""Every view, in small windows and from right to left: no line is cut, nothing too wide, and axe finds no barrier."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from playwright.async_api import Page, Playwright

from tests.browser.axe import barriers
from tests.browser.cut import cut_lines
from tests.browser.rooms import Rooms
from tests.browser.servers import MediaServer, Service
from tests.browser.views import SMALL, look

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

ON_ITS_SIDE = (844, 390)

_MENUS = ("more", "hand", "microphone")
# What lies behind a transparent page is somebody's picture; what an open menu half covers is no target meanwhile.
_BUT = {"projector": "color-contrast", **dict.fromkeys(_MENUS, "target-size")}

# Two frames: what follows a window's size has done so.
_DRAWN = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


@dataclass(frozen=True, slots=True)
class Faults:
    """What is wrong with the views of one look."""

    page: Page
    found: list[str]

    async def view(self, name: str, *, whole: bool = False, of: Page | None = None) -> None:
        page = of or self.page
        await page.wait_for_timeout(400)  # what moves has arrived
        self.found.extend(f"{name}: {problem}" for problem in await barriers(page, but=_BUT.get(name, "")))
        size = page.viewport_size
        if size is None:  # a window of its own, as large as the page has made it
            self.found.extend(f"{name}: {problem}" for problem in await cut_lines(page))
            return
        for width, height in (SMALL, ON_ITS_SIDE):
            await page.set_viewport_size({"width": width, "height": height})
            await page.evaluate(_DRAWN)
            self.found.extend(f"{name}, {width}: {problem}" for problem in await cut_lines(page))
        await page.set_viewport_size(size)
        await page.evaluate(_DRAWN)


@pytest.mark.parametrize("name", ["small", "arabic"])
async def test_no_view_cuts_a_line_or_has_a_barrier(
    playwright: Playwright,
    servers: tuple[MediaServer, Service],
    rooms: Rooms,
    voice: Path,
    name: str,
) -> None:
    """From the start page to what is left of a meeting, at 320 pixels and on its side."""
    media, service = servers
    found: list[str] = []
    await look(playwright, rooms, service, media, name, voice, partial(Faults, found=found))
    assert not found, "\n".join(found)
