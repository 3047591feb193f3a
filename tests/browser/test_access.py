"""Everybody can use the page: by keyboard, by screen reader, in their own script, on a phone."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Playwright, expect

from tests.browser.axe import barriers
from tests.browser.interpreter import interpreting
from tests.browser.people import DESKTOP, PHONE, Person, person
from tests.browser.rooms import Rooms
from tests.browser.servers import MediaServer, Service

pytestmark = pytest.mark.browser

PANELS = ("people", "settings", "transcript", "organise", "diagnostics")


@pytest.mark.parametrize(("size", "theme"), [(DESKTOP, "light"), (PHONE, "dark"), (DESKTOP, "contrast")])
async def test_no_view_has_a_barrier(
    playwright: Playwright,
    servers: tuple[MediaServer, Service],
    rooms: Rooms,
    size: tuple[int, int],
    theme: str,
) -> None:
    """axe finds nothing on any view, in any of the colour schemes, on a desktop and on a phone."""
    media, service = servers
    meeting = await rooms.create()
    await rooms.engage(meeting)
    found: dict[str, list[str]] = {}
    async with interpreting(media, meeting.room) as interpreter, person(playwright, size=size) as emma:
        page = emma.page
        await page.goto(service.url)
        await page.evaluate(f"localStorage.setItem('hive.preferences', JSON.stringify({{theme: '{theme}'}}))")
        await page.goto(service.url)
        await page.locator("h1").wait_for()
        found["start"] = await barriers(page)
        await page.get_by_label("Name of the meeting").fill("Planning")
        await page.get_by_role("button", name="Create meeting").click()
        await page.locator(".before").wait_for()
        await page.goto(service.url)
        await page.get_by_role("button", name="Links: Planning").click()
        await page.get_by_label("Link for guests").wait_for()
        found["links"] = await barriers(page)
        await page.goto(meeting.organiser_link)
        await page.locator("h1").wait_for()
        found["before"] = await barriers(page)
        await emma.join(meeting.organiser_link, "Emma")
        await emma.hear("es")
        await interpreter.opened("es")
        segment = await interpreter.caption("ana", "Buenos días.", language="es")
        await interpreter.caption("ana", "y el sur", language="es", segment=f"{segment}x", final=False)
        await page.locator(".passage").last.wait_for()
        found["link"] = await _a_new_link(emma)
        found["voices"] = await _the_voices(emma)
        found["glossary"] = await _the_glossary(emma)
        await emma.open_languages()
        found["sheet"] = await barriers(page)
        await emma.list_of(page.locator("#hear"))
        found["list"] = await barriers(page)
        await page.keyboard.press("Escape")
        await page.keyboard.press("Escape")
        for panel in PANELS:
            await emma.open_panel(panel)
            found[panel] = await barriers(page)
        await page.locator(".panel > header button").click()
        found["room"] = await barriers(page)
        await page.locator("body").press("?")
        found["keys"] = await barriers(page)
        await page.keyboard.press("Escape")
        await page.locator(".tool-leave").click()
        found["leave"] = await barriers(page)
        await page.get_by_role("dialog").get_by_role("button", name="Leave").click()
        await page.locator(".after").wait_for()
        found["after"] = await barriers(page)
        await page.goto(meeting.captions_link.replace("#", "?lang=es#"))
        await page.locator(".screen").wait_for()
        found["captions, waiting"] = await barriers(page)
        async with asyncio.timeout(15):
            while not await page.locator(".passage").count():
                await interpreter.caption("ana", "Buenos días.", language="es")
                await asyncio.sleep(0.3)
        found["captions"] = await barriers(page)

    assert [f"{view}: {problem}" for view, problems in found.items() for problem in problems] == []


async def _a_new_link(organiser: Person) -> list[str]:
    """The organiser's panel with a link that was just made, and the list of all."""
    page = organiser.page
    await organiser.open_panel("organise")
    await page.get_by_role("button", name="Create link").click()
    await page.locator(".links .link-list li").nth(3).wait_for()
    await page.locator(".links .copy-field").first.wait_for()
    return await barriers(page)


async def _the_glossary(organiser: Person) -> list[str]:
    """The glossary's dialog with two terms."""
    page = organiser.page
    await organiser.open_panel("organise")
    await page.get_by_role("button", name="Edit glossary").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Add").click()
    await dialog.get_by_label("Term", exact=True).first.fill("HIVE")
    found = await barriers(page)
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await page.locator(".panel > header button").click()  # what lay below the dialog is still there
    return found


async def _the_voices(organiser: Person) -> list[str]:
    """What the machine keeps up with, and the voices by language."""
    page = organiser.page
    await organiser.open_panel("organise")
    await page.locator("[data-capacity]").wait_for()
    await page.locator(".voices summary").click()
    await page.locator(".voices select").first.wait_for()
    return await barriers(page)


async def test_a_meeting_is_complete_by_keyboard(
    playwright: Playwright, media: MediaServer, rooms: Rooms
) -> None:
    """Without a pointer: join, choose a language, open and close a panel, leave."""
    meeting = await rooms.create(guests="listener")
    await rooms.engage(meeting)
    async with interpreting(media, meeting.room), person(playwright) as ana:
        page = ana.page
        await page.goto(meeting.guest_link)
        await page.get_by_label("Your name").focus()
        await page.keyboard.type("Ana")
        await page.keyboard.press("Enter")
        await page.locator(".room").wait_for()
        await page.keyboard.press("l")
        await expect(page.locator("#hear")).to_be_focused()
        await page.keyboard.type("Spa")
        await page.keyboard.press("Enter")
        await expect(page.locator(".chip")).to_have_attribute("data-language", "es")
        await page.keyboard.press("Escape")
        await expect(page.locator(".chip")).to_be_focused()
        await page.keyboard.press("d")
        await expect(page.locator("#panel-title")).to_have_text("Connection")
        await page.locator(".panel > header button").focus()
        await page.keyboard.press("Escape")
        await expect(page.locator(".tool-more")).to_be_focused()
        await page.locator(".tool-leave").focus()
        await page.keyboard.press("Enter")
        await page.keyboard.press("Tab")
        await page.get_by_role("dialog").get_by_role("button", name="Leave").press("Enter")
        await expect(page.locator("h1")).to_be_focused()
        assert ana.errors == []


async def test_a_screen_reader_is_told_finished_sentences_only(
    playwright: Playwright, media: MediaServer, rooms: Rooms
) -> None:
    """Drafts are not announced; finished sentences are gathered into one announcement.

    Nobody who hears a translated voice is read to as well, unless they ask for it.
    """
    meeting = await rooms.create()
    await rooms.engage(meeting)
    async with interpreting(media, meeting.room) as interpreter, person(playwright) as ana:
        await ana.join(meeting.guest_link, "Ana")
        await ana.hear("es")
        await interpreter.opened("es")
        spoken = ana.page.locator(".captions [aria-live=polite]")
        await expect(spoken).to_have_count(0)
        await ana.open_panel("settings")
        await ana.page.get_by_role("switch", name="Read finished sentences").click()
        await expect(spoken).to_have_count(1)
        await interpreter.caption("emma", "Uno.", language="es")
        await interpreter.caption("emma", "Dos.", language="es")
        await interpreter.caption("emma", "y tres", language="es", final=False)
        await expect(spoken).to_have_text("emma: Uno.\nemma: Dos.", timeout=8_000, use_inner_text=False)


@pytest.mark.parametrize(
    ("locale", "direction", "join"), [("ar", "rtl", "انضمام"), ("hi", "ltr", "शामिल हों")]
)
async def test_the_page_speaks_the_visitors_language(
    playwright: Playwright, rooms: Rooms, locale: str, direction: str, join: str
) -> None:
    """The browser's language decides, with its direction; nothing runs over the edge of a phone."""
    meeting = await rooms.create()
    async with person(playwright, locale=locale, size=PHONE) as visitor:
        page = visitor.page
        await page.goto(meeting.guest_link)
        await expect(page.locator("button[type=submit]")).to_contain_text(join)
        assert await page.evaluate("document.documentElement.dir") == direction
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert await barriers(page) == []
