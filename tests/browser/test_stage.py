"""The stage: people in tiles, cameras, shared screens, and where the captions stand."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, Playwright, expect

from tests.browser.axe import barriers
from tests.browser.interpreter import ScriptedInterpreter, interpreting, tone
from tests.browser.people import PHONE, Person, person
from tests.browser.rooms import Rooms
from tests.browser.servers import MediaServer

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

LIMIT_MS = 20_000

_WATCH_CAPTIONS = """() => {
  window.heights = [];
  new ResizeObserver(([entry]) => {
    const height = Math.round(entry.contentRect.height);
    if (!window.heights.includes(height)) window.heights.push(height);
  }).observe(document.querySelector(".captions"));
}"""

_PLAYS = "(video) => video.videoWidth > 0 && !video.paused && video.currentTime > 0"

_OVERLAP = """() => {
  const box = (selector) => document.querySelector(selector).getBoundingClientRect();
  const [picture, captions] = [box(".stage figure"), box(".captions")];
  return captions.top > picture.top && captions.bottom <= picture.bottom && captions.height < picture.height / 2;
}"""

_OVERFLOWS = "document.documentElement.scrollWidth > innerWidth"


async def _plays(video: Locator) -> None:
    async with asyncio.timeout(LIMIT_MS / 1000):
        await video.wait_for(timeout=LIMIT_MS)
        while not await video.evaluate(_PLAYS):
            await asyncio.sleep(0.1)


def _tile(page: Page, name: str) -> Locator:
    return page.locator(".tile", has_text=name)


async def _people_are_seen(emma: Person, ana: Person) -> None:
    """In the order in which they came, oneself first; a camera that starts moves nothing."""
    for somebody, names in ((emma, ["Emma", "Ana"]), (ana, ["Ana", "Emma"])):
        await expect(somebody.page.locator(".tile-name bdi")).to_have_text(names, timeout=LIMIT_MS)
    await expect(_tile(ana.page, "Emma").locator(".tile-tag")).to_have_text("EN → FR", timeout=LIMIT_MS)
    await expect(_tile(ana.page, "Ana").locator(".tile-tag")).to_have_attribute(
        "aria-label", "speaks English · hears Spanish"
    )
    await ana.page.evaluate(_WATCH_CAPTIONS)
    await emma.page.locator(".tool-camera").click()
    await expect(emma.page.locator('.tool-camera[data-camera="on"]')).to_be_visible(timeout=LIMIT_MS)
    await _plays(_tile(emma.page, "Emma").locator('video[data-mirrored="true"]'))
    await _plays(_tile(ana.page, "Emma").locator('video[data-mirrored="false"]'))
    assert await ana.page.evaluate("window.heights.length") == 1


async def _the_speaker_has_a_ring(interpreter: ScriptedInterpreter, emma: Person, ana: Person) -> None:
    """While they speak, and with a count once they have stopped and others still listen."""
    seen, own = _tile(ana.page, "Emma"), _tile(emma.page, "Emma")
    await expect(seen).to_have_attribute("data-speaking", "true", timeout=LIMIT_MS)
    talking = asyncio.create_task(interpreter.say("es", tone(1000, 8)))
    await emma.page.locator(".tool-mic").click()
    await expect(own).to_have_attribute("data-waiting", "1", timeout=LIMIT_MS)
    await expect(seen).to_have_attribute("data-waiting", re.compile("[12]"), timeout=LIMIT_MS)
    await expect(seen.locator(".tile-wait")).to_have_attribute("aria-label", re.compile("still listening"))
    await expect(seen.locator(".tile-muted")).to_be_visible()
    await talking
    await expect(seen).to_have_attribute("data-waiting", "0", timeout=LIMIT_MS)


async def _a_screen_is_shared(emma: Person, ana: Person) -> None:
    """Seen large by the others and small by who shares it; pinned, whole, and below the captions on wish."""
    page = ana.page
    await emma.page.locator(".tool-share").click()
    await expect(emma.page.locator(".tile-share")).to_contain_text("You are sharing", timeout=LIMIT_MS)
    await _plays(page.locator(".stage-screen video"))
    if await page.evaluate(_OVERFLOWS):
        raise AssertionError("a shared screen overflows the phone")
    await page.get_by_role("button", name="Captions over the picture").click()
    assert await page.evaluate(_OVERLAP)
    assert await barriers(page) == []
    await page.get_by_role("button", name="Full screen", exact=True).click()
    await expect(page.locator('.scene[data-full="true"] .tiles')).to_be_hidden(timeout=LIMIT_MS)
    await expect(page.locator(".scene .passage-text")).to_be_in_viewport()
    await page.get_by_role("button", name="Leave full screen").click()
    await expect(page.locator('.scene[data-full="false"]')).to_be_visible(timeout=LIMIT_MS)

    await page.get_by_role("button", name="Pin Ana").click()
    await expect(page.locator(".stage figcaption")).to_have_text("Ana")
    await expect(page.locator(".stage-screen")).to_have_count(0)
    await page.locator(".stage").get_by_role("button", name="Unpin Ana").click()
    await _plays(page.locator(".stage-screen video"))
    await emma.page.locator(".tile-stop").click()
    await expect(page.locator(".stage")).to_have_count(0, timeout=LIMIT_MS)
    await expect(emma.page.locator(".tile-share")).to_have_count(0)
    for width, height in ((320, 640), (844, 390)):
        await page.set_viewport_size({"width": width, "height": height})
        assert not await page.evaluate(_OVERFLOWS)


async def _what_was_chosen_is_kept(emma: Person, ana: Person) -> None:
    """A reload comes back with the camera that was on, and with the captions where they were."""
    await asyncio.gather(emma.page.reload(), ana.page.reload())
    await _plays(_tile(emma.page, "Emma").locator("video"))
    await expect(ana.page.locator('.scene[data-place="over"]')).to_be_visible(timeout=LIMIT_MS)
    await _plays(_tile(ana.page, "Emma").locator("video"))


async def _captions_pop_out(emma: Person) -> None:
    """Into a window that looks like the page, and goes with the room."""
    async with emma.page.context.expect_page() as opening:
        await emma.page.get_by_role("button", name="Captions in their own window").click()
    window = await opening.value
    await expect(window.locator(".captions .passage-text")).to_have_text("Bonjour.", timeout=LIMIT_MS)
    await expect(emma.page.locator(".captions")).to_have_count(0)
    look = "(text) => getComputedStyle(text).fontSize"
    assert await window.locator(".passage-text").evaluate(look) == "21.6px"
    await emma.page.get_by_role("button", name="Bring them back").click()
    await expect(emma.page.locator(".captions .passage-text")).to_have_text("Bonjour.")
    async with emma.page.context.expect_page() as opening:
        await emma.page.get_by_role("button", name="Captions in their own window").click()
    window = await opening.value
    async with window.expect_event("close", timeout=LIMIT_MS):
        await emma.page.locator(".tool-leave").click()
        await emma.page.locator("dialog .button-danger").click()
    await emma.page.locator(".after").wait_for()


async def test_people_are_seen_and_captions_stand_where_the_reader_wants_them(
    playwright: Playwright, media: MediaServer, rooms: Rooms, voice: Path
) -> None:
    """Tiles with languages, rings and cameras; a shared screen, pinned and whole; captions below, over, popped out."""
    meeting = await rooms.create()
    await rooms.engage(meeting)
    async with (
        interpreting(media, meeting.room) as interpreter,
        person(playwright, voice=voice) as emma,
        person(playwright, size=PHONE) as ana,
    ):
        await emma.join(meeting.guest_link, "Emma")
        await ana.join(meeting.guest_link, "Ana")
        await emma.hear("fr")
        await ana.hear("es")
        await interpreter.opened("es", "fr")
        await interpreter.caption("luc", "Buenos días.", language="es")
        await interpreter.caption("luc", "Bonjour.", language="fr")
        await _people_are_seen(emma, ana)

        await _the_speaker_has_a_ring(interpreter, emma, ana)
        await _a_screen_is_shared(emma, ana)
        await _what_was_chosen_is_kept(emma, ana)
        await _captions_pop_out(emma)
        assert [emma.errors, ana.errors] == [[], []]
