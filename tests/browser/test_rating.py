"""In a meeting: whether a caption and the voice are good, in the sheet of languages; the operator sees it counted."""

from __future__ import annotations

import os
from typing import Any

import aiohttp
import pytest
from playwright.async_api import Playwright, expect

from tests.browser.axe import barriers
from tests.browser.interpreter import interpreting
from tests.browser.people import person
from tests.browser.rooms import Rooms
from tests.browser.servers import MediaServer, Service

pytestmark = pytest.mark.browser

SHOTS = os.environ.get("SCREENSHOTS_OF_TESTS", "")


async def _rated(service: Service) -> dict[str, Any]:
    headers = {"authorization": f"Bearer {service.operator_key}"}
    async with (
        aiohttp.ClientSession() as http,
        http.get(f"{service.url}/api/v1/feedback", headers=headers) as answer,
    ):
        assert answer.status == 200
        tree: dict[str, Any] = await answer.json()
        return tree


async def test_a_caption_and_a_voice_are_rated_without_leaving_the_meeting(
    playwright: Playwright, media: MediaServer, rooms: Rooms, servers: tuple[MediaServer, Service]
) -> None:
    """On a small dark screen: one press each; words go only where they are ticked, names never."""
    meeting = await rooms.create()
    await rooms.engage(meeting)
    async with (
        interpreting(media, meeting.room) as interpreter,
        person(playwright, size=(320, 640), color_scheme="dark") as ana,
    ):
        page = ana.page
        await ana.join(meeting.guest_link, "Anastasia")
        await ana.hear("es")
        await interpreter.opened("es")
        segment = await interpreter.caption(
            "emma", "We have new rooms.", language="en", start_ms=0, end_ms=900
        )
        await interpreter.caption(
            "emma", "Tenemos nuevas bromas.", language="es", segment=segment, start_ms=0, end_ms=900
        )
        await expect(page.locator(".captions .passage-text").first).to_contain_text("bromas")

        await ana.open_languages()
        caption = page.get_by_role("group", name="A caption")
        await expect(page.get_by_label("A caption", exact=True).locator("option").first).to_have_text(
            "Tenemos nuevas bromas."
        )
        await caption.get_by_role("button", name="Not good").click()
        await expect(page.get_by_text("Thank you. It is counted without your name.")).to_be_visible()
        await page.get_by_role("checkbox", name="Send these words to the operator too").check()
        await page.get_by_label("What is wrong?").select_option("wrong_translation")
        await page.get_by_role("button", name="Send", exact=True).click()
        voice = page.get_by_role("group", name="The voice")
        await voice.get_by_role("button", name="Good", exact=True).click()
        await expect(voice.get_by_role("button", name="Good", exact=True)).to_have_attribute(
            "aria-pressed", "true"
        )
        await expect(page.get_by_text("Thank you. It is counted without your name.")).to_have_count(2)
        if SHOTS:
            await page.screenshot(path=f"{SHOTS}/rating-320.png")
        assert await barriers(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert ana.errors == []

    found = await _rated(servers[1])
    assert [(pair["about"], pair["good"], pair["bad"]) for pair in found["languages"]] == [
        ("caption", 0, 1), ("voice", 1, 0),
    ]  # fmt: skip
    (said,) = found["latest"]
    assert (said["reason"], said["words"]) == (
        "wrong_translation", "We have new rooms. → Tenemos nuevas bromas.",
    )  # fmt: skip
    assert "Anastasia" not in str(found)
