"""Pictures of every view, for people to look at: `python -m tests.browser.screenshots FOLDER`.

Real media server, real service, real browser; an interpreter that follows a script.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

import aiohttp
from playwright.async_api import Page, async_playwright

from stack.livekit_server import obtain
from stack.ports import free_port
from tests.browser.interpreter import ScriptedInterpreter, interpreting, tone
from tests.browser.people import DESKTOP, PHONE, Person, person
from tests.browser.rooms import Meeting, Rooms
from tests.browser.servers import ROOT, MediaServer, auth_service, livekit_server

LOOKS = (
    ("desktop-light", DESKTOP, "light", "en"),
    ("desktop-dark", DESKTOP, "dark", "en"),
    ("desktop-contrast", DESKTOP, "contrast", "de"),
    ("phone-light", PHONE, "light", "fr"),
    ("phone-dark-arabic", PHONE, "dark", "ar"),
    ("phone-light-chinese", PHONE, "light", "zh"),
    ("desktop-light-japanese", DESKTOP, "light", "ja"),
    ("phone-light-hindi", PHONE, "light", "hi"),
)
PANELS = ("people", "settings", "transcript", "organise", "diagnostics")
TALK = (
    ("Good morning everyone.", "Buenos días a todos."),
    ("Let us begin with the report of last week.", "Empecemos con el informe de la semana pasada."),
    ("Sales went up by twelve percent in the north,", "Las ventas subieron un doce por ciento en el norte,"),
)


async def visit(
    page: Page, folder: Path, service: str, meeting: Meeting, media: MediaServer, theme: str, emma: Person
) -> None:
    """Goes through all views in their order and takes a picture of each; Emma is the other one in the room."""

    async def picture(name: str, *, whole: bool = False) -> None:
        await page.wait_for_timeout(400)  # what moves has arrived
        await page.screenshot(path=folder / f"{name}.png", full_page=whole)

    await page.goto(service)
    await page.evaluate(f"localStorage.setItem('hive.preferences', JSON.stringify({{theme: '{theme}'}}))")
    await page.goto(service)
    await picture("1-start")
    await page.locator("button[type=submit]").click()
    await page.locator(".before").wait_for()
    await page.goto(service)
    await page.locator("[data-meeting] button").first.click()
    await page.locator(".created").wait_for()
    await picture("2-links")
    await page.goto(meeting.organiser_link)
    await page.locator("#name").fill("Ana García")
    await picture("3-before", whole=True)
    await page.locator("button[type=submit]").click()
    await page.locator(".room").wait_for(timeout=20_000)
    async with interpreting(media, meeting.room) as interpreter:
        visitor = Person(page, [])
        await visitor.hear("es")
        await interpreter.opened("es")
        await emma.join(meeting.guest_link, "Emma Lindqvist")
        speaker = await emma.identity()
        await emma.page.locator(".tool-camera").first.click()
        await interpreter.met(speaker)
        await talk(interpreter, speaker)
        speaking = asyncio.create_task(interpreter.say("es", tone(1000, 3)))
        await picture("4-room")
        await page.locator(".pill").click()
        await picture("5-delay")
        await page.locator(".pill").click()
        await speaking
        await visitor.open_languages()
        await picture("6-languages")
        await visitor.list_of(page.locator("#hear"))
        await picture("6-list")
        await page.keyboard.press("Escape")
        await page.keyboard.press("Escape")
        for panel in PANELS:
            await visitor.open_panel(panel)
            await picture(f"6-{panel}")
            await page.locator(".panel > header button").click()
        await page.locator("body").press("?")
        await picture("7-keys")
        await page.keyboard.press("Escape")
        await page.locator(".tool-leave").click()
        await page.locator("dialog .button-danger").click()
        await page.locator(".after").wait_for()
        await picture("8-after", whole=True)
        await page.goto(meeting.captions_link.replace("#", "?lang=es#"))
        for _ in range(4):
            await page.wait_for_timeout(700)
            await talk(interpreter, speaker)
        await picture("9-captions")


async def talk(interpreter: ScriptedInterpreter, speaker: str) -> None:
    for english, spanish in TALK:
        segment = await interpreter.caption(speaker, english, language="en")
        await interpreter.caption(speaker, spanish, language="es", segment=segment)
    await interpreter.caption(speaker, "y el sur está muy cerca", language="es", final=False, committed=9)
    await interpreter.measure("es", 2.4)


async def main(folder: Path) -> None:
    binary = await obtain()
    port = free_port()
    with (
        tempfile.TemporaryDirectory() as name,
        livekit_server(binary, Path(name), webhook_port=port) as media,
        auth_service(Path(name), media, port=port, web=ROOT / "web" / "dist") as service,
    ):
        async with async_playwright() as playwright, aiohttp.ClientSession(service.url) as http:
            for look, size, theme, locale in LOOKS:
                rooms = Rooms(http)
                meeting = await rooms.create()
                await rooms.engage(meeting)
                target = folder / look
                target.mkdir(parents=True, exist_ok=True)
                async with (
                    person(playwright, size=size, locale=locale) as visitor,
                    person(playwright) as emma,
                ):
                    await visit(visitor.page, target, service.url, meeting, media, theme, emma)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
