"""The bar of the meeting: languages behind one button, what is rare in a menu, and an organiser's first steps."""

from __future__ import annotations

import pytest
from playwright.async_api import Playwright, expect

from tests.browser.axe import barriers
from tests.browser.interpreter import interpreting
from tests.browser.people import PHONE, person
from tests.browser.rooms import Rooms
from tests.browser.servers import MediaServer

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


_BOX = """(selector) => {
  const { top, bottom, height } = document.querySelector(selector).getBoundingClientRect();
  return { top, bottom, height };
}"""


async def test_languages_are_found_by_any_name_while_the_captions_stay_in_sight(
    playwright: Playwright, media: MediaServer, rooms: Rooms
) -> None:
    """On a phone, from right to left: half a sheet, a list that is searched, and the newest line above it."""
    meeting = await rooms.create(languages=None)
    await rooms.engage(meeting)
    async with (
        interpreting(media, meeting.room, ("en", "es", "fr")) as interpreter,
        person(playwright, size=PHONE, locale="ar") as ana,
    ):
        page = ana.page
        await ana.join(meeting.guest_link, "Ana")
        assert await page.locator(".panel").count() == 0
        await ana.hear("es")
        await interpreter.opened("es")
        for number in range(12):
            await interpreter.caption("emma", f"Línea {number} de las doce.", language="es")
        await expect(page.locator(".passage-text").last).to_contain_text("Línea 11")

        await ana.open_languages()
        sheet = await page.evaluate(_BOX, ".sheet")
        assert abs(sheet["height"] - PHONE[1] / 2) < 2
        newest = page.locator(".clause").last
        await expect(newest).to_be_in_viewport(ratio=1)
        assert (await page.evaluate(_BOX, ".captions"))["bottom"] <= sheet["top"]
        assert await barriers(page) == []

        hear = page.locator("#hear")
        choices = await ana.list_of(hear)
        first = page.locator(".languages [role=group]").nth(1).locator("[role=option]")
        await expect(first).to_have_text(["Españolالإسبانية"])  # what was used last
        await expect(page.locator('[role=option][data-code="de"]')).to_contain_text("لا تُترجَم هنا")
        await page.locator('[role=option][data-code="de"]').click(force=True)
        await expect(page.locator("[role=listbox]")).to_be_visible()  # what is not here is not chosen
        for words in ("franc", "الفرنسية", "French", "fr"):
            await hear.fill(words)
            await expect(choices).to_have_text(["Françaisالفرنسية"])
        assert await barriers(page) == []
        await page.keyboard.press("Enter")
        await expect(page.locator(".chip")).to_have_attribute("data-language", "fr")
        await interpreter.opened("fr")
        await page.keyboard.press("Escape")
        await expect(page.locator(".chip")).to_be_focused()
        await expect(page.locator(".chip-name")).to_have_text("Français")
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert ana.errors == []


async def test_an_organiser_takes_three_steps_and_keys_say_what_they_did(
    playwright: Playwright, media: MediaServer, rooms: Rooms
) -> None:
    """Nothing is open but the steps, which are ticked and kept; what keys do is told where it moves nothing."""
    meeting = await rooms.create()
    async with person(playwright, size=(1024, 768)) as emma:
        page = emma.page
        done = page.locator('.steps [data-done="true"]')
        await emma.join(meeting.organiser_link, "Emma")
        await expect(page.locator(".steps li")).to_have_text(["1Invite people", "2Interpreter on", "3Try it"])
        assert await page.locator(".panel").count() == 0
        await expect(page.locator('[data-step="try"] button')).to_be_disabled()
        await page.locator('[data-step="interpreter"] button').click()
        await expect(page.locator('[data-step="interpreter"] button')).to_be_disabled()
        await page.locator('[data-step="invite"] button').click()
        await expect(page.get_by_role("dialog").get_by_label("Link for guests")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(done).to_have_text(["Invite people (done)"])

        async with interpreting(media, meeting.room, ("en", "es")) as interpreter:
            await expect(done).to_have_count(2)
            await page.reload()
            await expect(done).to_have_count(2)
            await page.locator('[data-step="try"] button').click()
            await interpreter.published("sample")
            await emma.hear("es")
            await interpreter.opened("es")
            await interpreter.caption(await emma.identity(), "No preguntes", language="es")
            await expect(done).to_have_count(3)
            await page.get_by_role("button", name="Stop the sample").click()

            told = page.locator(".strip-told")
            before = await page.evaluate(_BOX, ".captions")
            for key, words in (
                ("c", "Captions: Both"),
                ("c", "Captions: Original"),
                ("+", "Size 4 of 6"),
                ("k", "Steady captions: on"),
                (",", "Balance: 80% towards the translation"),
                ("t", "Push to translate is off. It is in the settings."),
            ):
                await page.locator("body").press(key)
                await expect(told).to_have_text(words)
            assert await page.evaluate(_BOX, ".captions") == before
            await expect(told).to_have_attribute("data-told", "false")

            await page.locator(".tool-more").click()
            await expect(page.locator(".more-menu button")).to_have_text(
                ["Settings", "Transcript", "Organise", "Connection", "Keyboard"]
            )
            assert await barriers(page) == []
            await page.keyboard.press("ArrowDown")
            await page.keyboard.press("ArrowDown")
            await page.keyboard.press("Enter")
            await expect(page.locator("#panel-title")).to_have_text("Transcript")
            await page.locator(".panel > header button").click()
            await page.locator(".steps > button").click()
            await page.reload()
            await expect(page.locator(".chip")).to_have_attribute("data-language", "es")
            await expect(page.locator(".steps")).to_have_count(0)
            assert emma.errors == []
