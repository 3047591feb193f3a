"""Whoever may not invite an interpreter asks those who may."""

from __future__ import annotations

import pytest
from playwright.async_api import Playwright, expect

from tests.browser.axe import barriers
from tests.browser.interpreter import interpreting
from tests.browser.people import PHONE, person
from tests.browser.rooms import Rooms
from tests.browser.servers import MediaServer

pytestmark = pytest.mark.browser

LIMIT_MS = 20_000


async def test_a_guest_asks_for_an_interpreter_and_an_organiser_invites_it_with_one_click(
    playwright: Playwright, media: MediaServer, rooms: Rooms
) -> None:
    """Told to the organiser alone, in their language, also where they come later; nothing is asked once it is there."""
    meeting = await rooms.create()
    async with (
        person(playwright, size=PHONE) as bob,
        person(playwright) as eve,
        person(playwright, locale="es") as ana,
    ):
        await bob.join(meeting.guest_link, "Bob")
        await eve.join(meeting.guest_link, "Eve")
        ask = bob.page.get_by_role("button", name="Ask the organiser for an interpreter")
        await ask.click()
        await expect(ask).to_be_disabled()
        await expect(bob.page.get_by_text("The organiser sees your request.")).to_be_visible()
        assert await barriers(bob.page) == []

        await ana.join(meeting.organiser_link, "Ana")
        wanted = ana.page.locator("[data-wanted]")
        await expect(wanted).to_contain_text("1 persona pide el intérprete", timeout=LIMIT_MS)
        await eve.page.get_by_role("button", name="Ask the organiser for an interpreter").click()
        await expect(wanted).to_contain_text("2 personas piden el intérprete", timeout=LIMIT_MS)
        assert await eve.page.locator("[data-wanted]").count() == 0
        assert await barriers(ana.page) == []

        await wanted.get_by_role("button", name="Invitar al intérprete").click()
        await expect(wanted).to_have_count(0, timeout=LIMIT_MS)
        async with interpreting(media, meeting.room):
            await expect(ask).to_have_count(0, timeout=LIMIT_MS)
        assert [one.errors for one in (ana, bob, eve)] == [[], [], []]
