"""Who reloads comes back as who they were; links and what was said are not lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Page, Playwright, expect

from tests.browser.interpreter import interpreting
from tests.browser.people import Person, person
from tests.browser.rooms import Rooms
from tests.browser.servers import MediaServer, Service

pytestmark = pytest.mark.browser

PATIENCE_MS = 20_000


async def _is_inside(page: Page, microphone: str) -> None:
    """In the room again without a click, the microphone as it was."""
    await expect(page.locator(".room")).to_be_visible(timeout=PATIENCE_MS)
    await expect(page.locator(f'.tool-mic[data-microphone="{microphone}"]')).to_be_visible(timeout=PATIENCE_MS)


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
            await expect(page.locator("#hear")).to_have_value("fr")
            await expect(page.locator(".passage")).to_contain_text("Bonjour.")
            await ana.open_panel("people")
            assert await ana.identity() == me
            await expect(page.locator(".person")).to_have_count(1, timeout=PATIENCE_MS)

        tab = await page.context.new_page()
        await tab.goto(link)
        await tab.get_by_role("button", name="Move it here").click()
        await _is_inside(tab, "off")
        await expect(page.locator('[data-reason="elsewhere"]')).to_be_visible(timeout=PATIENCE_MS)
        assert await Person(tab, []).identity() == me

        await tab.locator(".tool-leave").click()
        await tab.get_by_role("dialog").get_by_role("button", name="Leave").click()
        await expect(tab.locator(".after")).to_contain_text("You have left")
        await tab.reload()
        await expect(tab.get_by_role("alert")).to_contain_text("used as often as it may be")
        assert ana.errors == []
