"""Which languages the page offers, and what becomes of those whose language is not among them."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Playwright, expect

from tests.browser.interpreter import interpreting
from tests.browser.people import Person, person
from tests.browser.rooms import Rooms
from tests.browser.servers import MediaServer

pytestmark = pytest.mark.browser


async def test_whose_language_is_not_offered_reads_the_originals_and_is_told(
    playwright: Playwright, media: MediaServer, rooms: Rooms
) -> None:
    """At the door and in the meeting; also whoever asks for their language all the same."""
    await rooms.announce("en", "es", "fr")
    meeting = await rooms.create(languages=("en", "es"))
    await rooms.engage(meeting)
    async with (
        interpreting(media, meeting.room, ("en", "es")) as interpreter,
        person(playwright, locale="de") as otto,
    ):
        told = otto.page.get_by_text("Untertitel im Original, weil Deutsch hier nicht angeboten wird")
        await otto.page.goto(meeting.guest_link)
        await expect(told).to_be_visible()
        choices = await otto.list_of(otto.page.get_by_label("Ich lese"))
        await expect(choices).to_have_text(["EnglishEnglisch", "EspañolSpanisch"])
        await expect(otto.page.locator('[role=option][data-code="ar"]')).to_have_text(
            "العربيةArabischwird hier nicht übersetzt"
        )

        await otto.join(meeting.guest_link, "Otto")
        await expect(told).to_be_visible()
        await interpreter.met(await otto.identity())
        await interpreter.caption("emma", "Good morning.", language="en")
        line = otto.page.locator(".passage-text")
        await expect(line).to_have_text("Good morning.")
        await expect(line).to_have_attribute("data-kind", "original")

        await otto.open_panel("settings")
        await otto.page.get_by_label("Untertitel zeigen").select_option("translation")
        await expect(line.locator(".passage-note")).to_have_text(
            "nicht übersetzt: Deutsch wird hier nicht angeboten"
        )
        assert otto.errors == []


async def test_the_organiser_offers_any_language_of_the_interpreter_at_any_time(
    playwright: Playwright, media: MediaServer, rooms: Rooms
) -> None:
    """Spanish, then French, at once after each other; then Spanish is taken away, and can be added again."""
    meeting = await rooms.create(languages=None)
    await rooms.engage(meeting)
    async with (
        interpreting(media, meeting.room, ("en", "es", "fr", "pt")),
        person(playwright) as emma,
    ):
        await emma.join(meeting.organiser_link, "Emma")
        await emma.open_panel("organise")
        await emma.page.locator('[data-interpreter="present"]').wait_for()
        add = emma.page.get_by_role("combobox", name="Add a language")
        tags = emma.page.locator(".picker .tag")
        await _can_be_heard(emma, ["off", "en", "fr", "pt", "es"])

        await emma.choose(add, "es")
        await emma.choose(add, "fr")
        await expect(tags).to_have_text([re.compile("French"), re.compile("Spanish")])
        await _can_be_heard(emma, ["off", "fr", "es"])
        await expect(await emma.list_of(add)).to_have_text(["English", "PortuguêsPortuguese"])

        await emma.page.get_by_label("Remove Spanish").click()
        await expect(tags).to_have_text([re.compile("French")])
        await _can_be_heard(emma, ["off", "fr"])
        await expect(await emma.list_of(add)).to_have_text(
            ["English", "PortuguêsPortuguese", "EspañolSpanish"]
        )
        assert emma.errors == []


async def _can_be_heard(somebody: Person, codes: list[str]) -> None:
    """What the sheet offers to hear, in the order of its list."""
    await somebody.open_languages()
    choices = await somebody.list_of(somebody.page.locator("#hear"))
    await expect(choices).to_have_count(len(codes))
    found = [await choice.get_attribute("data-code") for choice in await choices.all()]
    await somebody.page.keyboard.press("Escape")
    await somebody.page.keyboard.press("Escape")
    assert found == codes
