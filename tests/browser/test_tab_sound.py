"""The sound of a shared tab is interpreted: a real browser captures it, a real worker with real engines hears it."""

from __future__ import annotations

from pathlib import Path

import aiohttp
import pytest
from playwright.async_api import BrowserContext, Playwright, Route, expect

from tests.browser.likeness import talk
from tests.browser.people import person
from tests.browser.real import real_stack
from tests.browser.rooms import Rooms

pytestmark = [pytest.mark.browser, pytest.mark.engines, pytest.mark.timeout(400)]

PATIENCE_MS = 120_000
SENTENCES = 6
TITLE = "A reading"
_READING = f"<!doctype html><title>{TITLE}</title><audio src='/talk.wav' loop controls autoplay></audio>"


async def _open_reading(context: BrowserContext, voice: Path) -> None:
    """Another tab of the same browser, in which somebody reads."""

    async def answer(route: Route) -> None:
        if route.request.url.endswith(".wav"):
            await route.fulfill(path=voice, content_type="audio/wav")
        else:
            await route.fulfill(body=_READING, content_type="text/html")

    await context.route("http://reading.test/**", answer)
    reading = await context.new_page()
    await reading.goto("http://reading.test/")
    await reading.wait_for_function("document.querySelector('audio').currentTime > 0.5")


async def test_what_is_read_in_a_shared_tab_is_captioned_and_translated(
    playwright: Playwright, tmp_path: Path, web: Path, livekit: Path
) -> None:
    """Not before its owner wishes so; then in the name of their screen, for who reads another language as well."""
    voice = talk(tmp_path / "talk.wav", SENTENCES, pause_s=0.8)
    async with (
        real_stack(livekit, tmp_path, web=web) as stack,
        aiohttp.ClientSession(stack.auth_url) as http,
        person(playwright, shared_tab=TITLE) as emma,
        person(playwright) as ana,
    ):
        rooms = Rooms(http)
        meeting = await rooms.create(guests="listener")
        await rooms.engage(meeting)
        await _open_reading(emma.page.context, voice)
        await emma.join(meeting.organiser_link, "Emma")
        await ana.join(meeting.guest_link, "Ana")
        await ana.hear("es")
        await emma.page.locator(".tool-share").click()
        wish = emma.page.locator(".strip-action[data-screen] [role=combobox]")
        await wish.wait_for(timeout=PATIENCE_MS)
        await expect(ana.page.locator(".stage-screen video")).to_be_visible(timeout=PATIENCE_MS)
        await expect(ana.page.locator(".passage")).to_have_count(0)

        await emma.choose(wish, "en")
        screen = f"{await emma.identity()}#screen"
        said = ana.page.locator(f'.passage[data-speaker="{screen}"] .passage-text[data-language="es"]')
        await expect(said.nth(1)).to_be_visible(timeout=PATIENCE_MS)
        await expect(ana.page.locator(".passage").first).to_contain_text("Emma’s screen")
        assert [emma.errors, ana.errors] == [[], []]
