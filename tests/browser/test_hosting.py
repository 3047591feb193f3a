"""What organisers do to others in the room."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Playwright, expect

from tests.browser.people import Person, person
from tests.browser.rooms import Rooms

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


async def choose(who: Person, name: str, item: str) -> None:
    """Chooses something in somebody's menu, by keyboard alone."""
    await who.open_panel("people")
    button = who.page.get_by_role("button", name=f"Actions for {name}")
    await button.focus()
    await button.press("ArrowDown")
    await who.page.get_by_role("menuitem", name=item, exact=True).press("Enter")
    await expect(who.page.get_by_role("menu")).to_have_count(0)


async def test_an_organiser_mutes_makes_others_organisers_takes_it_back_and_ends_the_meeting(
    playwright: Playwright, rooms: Rooms, voice: Path
) -> None:
    """The other's page knows it at once and says it in its own language; a reload changes nothing of it."""
    meeting = await rooms.create()
    async with (
        person(playwright) as emma,
        person(playwright, voice=voice, locale="de", size=(320, 640)) as ana,
    ):
        await emma.join(meeting.organiser_link, "Emma")
        await ana.join(meeting.guest_link, "Ana")
        microphone = ana.page.locator(".tool-mic")
        await expect(microphone).to_have_attribute("data-microphone", "on")
        told = ana.page.locator("[data-host]")

        await choose(emma, "Ana", "Mute")
        await expect(told).to_contain_text("Emma hat Ihr Mikrofon stummgeschaltet.")
        await expect(microphone).to_have_attribute("data-microphone", "off")
        anas_row = emma.page.locator(".person:not(:has(.you))")
        await expect(anas_row.locator(".person-muted")).to_be_visible()
        await told.get_by_role("button", name="Mikrofon an").click()
        await expect(microphone).to_have_attribute("data-microphone", "on")
        await expect(told).to_have_count(0)
        await expect(anas_row.locator(".person-muted")).to_have_count(0)
        await emma.page.get_by_role("button", name="Mute everyone else").click()
        await expect(emma.page.get_by_text("1 microphone was muted.")).to_be_visible()
        await expect(told).to_contain_text("stummgeschaltet")

        await choose(emma, "Ana", "Make organiser")
        await expect(told).to_contain_text("Emma hat Ihnen die Leitung gegeben.")
        await expect(anas_row).to_contain_text("organiser")
        await ana.open_panel("organise")
        await ana.page.locator(".door input").first.click()
        await expect(ana.page.locator(".door input").first).to_be_checked()
        await ana.page.reload()
        await ana.page.locator(".room").wait_for()
        assert await microphone.get_attribute("data-microphone") == "off"
        await ana.open_panel("organise")
        await expect(ana.page.locator(".door input").first).to_be_checked()

        await choose(emma, "Ana", "Take back organiser rights")
        await expect(told).to_contain_text("nicht mehr zur Leitung")
        await expect(ana.page.locator('[data-panel="organise"]')).to_have_count(0)

        # Where the rights go while the page asks something, the answer is no.
        assert [error for error in ana.errors if "401" not in error] == []
        await emma.page.locator(".tool-leave").click()
        dialog = emma.page.get_by_role("dialog")
        await dialog.get_by_role("button", name="End the meeting for everyone").click()
        await expect(dialog).to_contain_text("Everybody is disconnected")
        await dialog.get_by_role("button", name="End the meeting for everyone").click()
        await expect(ana.page.locator('[data-reason="closed"]')).to_be_visible()
        assert emma.errors == []
