"""Who reloads comes back as who they were; links and what was said are not lost."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.async_api import Page, Playwright, expect

from tests.browser.interpreter import interpreting
from tests.browser.people import Person, person
from tests.browser.rooms import Rooms
from tests.browser.servers import MediaServer, Service

pytestmark = pytest.mark.browser


async def _is_inside(page: Page, microphone: str) -> None:
    """In the room again without a click, the microphone as it was."""
    await expect(page.locator(".room")).to_be_visible()
    await expect(page.locator(f'.tool-mic[data-microphone="{microphone}"]')).to_be_visible()


async def test_whoever_reloads_is_back_as_who_they_were(
    playwright: Playwright, servers: tuple[MediaServer, Service], rooms: Rooms, voice: Path
) -> None:
    """By a link for one use: the same identity, language, microphone and words, by F5 and by Back and Forward."""
    media, service = servers
    meeting = await rooms.create()
    await rooms.engage(meeting)
    link = (await rooms.invite(meeting, "speaker", uses=1))["link"]
    async with interpreting(media, meeting.room) as interpreter, person(playwright, voice=voice) as ana:
        page = ana.page
        await ana.join(link, "Ana")
        await ana.open_panel("people")
        await ana.hear("fr")
        await _is_inside(page, "on")
        me = await ana.identity()
        await interpreter.opened("fr")
        await interpreter.caption("emma", "Bonjour.", language="fr")
        await expect(page.locator(".passage")).to_contain_text("Bonjour.")
        await page.reload()
        await _is_inside(page, "on")
        await page.locator(".tool-mic").click()
        await _is_inside(page, "off")

        for back in (page.reload, page.go_back):
            if back == page.go_back:
                await page.goto(service.url)
            await back()
            await _is_inside(page, "off")
            await expect(page.locator(".chip")).to_have_attribute("data-language", "fr")
            await expect(page.locator(".passage")).to_contain_text("Bonjour.")
            await ana.open_panel("people")
            assert await ana.identity() == me
            await expect(page.locator(".person")).to_have_count(1)

        tab = await page.context.new_page()
        await tab.goto(link)
        await tab.get_by_role("button", name="Move it here").click()
        await _is_inside(tab, "off")
        await expect(page.locator('[data-reason="elsewhere"]')).to_be_visible()
        assert await Person(tab, []).identity() == me

        await tab.locator(".tool-leave").click()
        await tab.get_by_role("dialog").get_by_role("button", name="Leave").click()
        await expect(tab.locator(".after")).to_contain_text("You have left")
        await tab.reload()
        await expect(tab.get_by_role("alert")).to_contain_text("used as often as it may be")
        assert ana.errors == []


async def test_links_are_not_lost_and_a_recording_is_not_lost_unasked(
    playwright: Playwright, servers: tuple[MediaServer, Service]
) -> None:
    """On the start page, in the room's header and in the organiser's panel; a page that records asks before it goes."""
    async with person(playwright) as emma:
        page = emma.page
        await page.goto(servers[1].url)
        await page.get_by_label("Name of the meeting").fill("Planning")
        await page.get_by_role("button", name="Create meeting").click()
        await page.locator(".before").wait_for()
        await page.go_back()
        guest_link = page.get_by_label("Link for guests")
        await page.get_by_role("button", name="Links: Planning").click()
        guests = await guest_link.input_value()
        own = await page.get_by_label("Your own link").input_value()
        await page.reload()
        await expect(guest_link).to_have_value(guests)
        await page.go_back()
        await page.get_by_role("button", name="Links: Planning").click()
        await expect(guest_link).to_have_value(guests)

        await emma.join(own, "Emma")
        await page.locator(".room-invite").click()
        await expect(page.get_by_role("dialog").get_by_label("Link for guests")).to_have_value(guests)
        await page.keyboard.press("Escape")
        await emma.open_panel("organise")
        await page.get_by_label("Name, to tell it from others").fill("Press")
        await page.get_by_role("button", name="Create link").click()
        press = page.locator("[data-link-state]", has_text="Press")
        await expect(press.get_by_label("Link: Press")).to_have_value(re.compile("/join#"))
        await press.get_by_role("button", name="Turn off link").click()
        await expect(press).to_have_attribute("data-link-state", "valid")
        await page.get_by_role("dialog").get_by_role("button", name="Turn off link").click()
        await expect(press).to_have_attribute("data-link-state", "revoked")

        await emma.open_panel("transcript")
        await page.get_by_role("button", name="Start recording").click()
        await expect(page.locator(".room-head .recording-clock")).to_contain_text("00:0")
        async with page.expect_event("dialog") as asked:
            await page.close(run_before_unload=True)
        question = await asked.value
        assert question.type == "beforeunload"
        await question.dismiss()
        await expect(page.locator(".room-head .recording-clock")).to_be_visible()
        assert emma.errors == []
