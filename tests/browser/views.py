"""The way through every view of the page, for those who take pictures of them and those who look for what is cut."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Protocol

from playwright.async_api import Page, Playwright, expect

from tests.browser.interpreter import ScriptedInterpreter, interpreting, tone
from tests.browser.people import DESKTOP, PHONE, Person, person
from tests.browser.rooms import Meeting, Rooms
from tests.browser.servers import MediaServer, Service

SMALL = (320, 640)
LOOKS = {
    "desktop": (DESKTOP, "light", "en"),
    "dark": (DESKTOP, "dark", "de"),
    "phone": (PHONE, "light", "fr"),
    "small": (SMALL, "light", "es"),
    "arabic": (PHONE, "dark", "ar"),
    "contrast": (DESKTOP, "contrast", "pt"),
    "japanese": (DESKTOP, "light", "ja"),
    "chinese": (PHONE, "light", "zh"),
    "hindi": (PHONE, "light", "hi"),
    "italian": (SMALL, "dark", "it"),
}
PANELS = ("people", "settings", "transcript", "organise", "diagnostics")
TALK = (
    ("Good morning everyone.", "Buenos días a todos."),
    ("Let us begin with the report of last week.", "Empecemos con el informe de la semana pasada."),
    ("Sales went up by twelve percent in the north,", "Las ventas subieron un doce por ciento en el norte,"),
)

# The page lets people go without a question: what was said is kept.
_NOTHING_TO_LOSE = "() => window.dispatchEvent(new Event('beforeunload', { cancelable: true }))"


class Album(Protocol):
    """Whoever is shown the views of one look."""

    @property
    def page(self) -> Page:
        """The visitor's, whose views they are but for those that say otherwise."""
        ...

    async def view(self, name: str, *, whole: bool = False, of: Page | None = None) -> None:
        """A view is on the page.

        Args:
            whole: it goes on below the window.
            of: another page than the visitor's.
        """
        ...


async def entrance(album: Album, service: str, meeting: Meeting) -> None:
    """What is seen before anybody is in a meeting."""
    page = album.page
    await album.view("start", whole=True)
    await page.locator("button[type=submit]").click()
    await page.locator(".before").wait_for()
    await page.goto(service)
    await page.locator("[data-meeting] button").first.click()
    await page.locator(".created").wait_for()
    await album.view("links", whole=True)
    await page.goto(f"{service}/pair")
    await page.locator(".pairing .button-main").click()
    await page.locator(".pairing-code input").last.wait_for()
    await album.view("pair", whole=True)
    await page.goto(f"{service}/nowhere")
    await page.locator("main a").first.wait_for()
    await album.view("nowhere")
    await page.goto(f"{meeting.guest_link[:-6]}AAAAAA")
    await page.locator(".notice").wait_for()
    await album.view("wrong-link")


async def alone(album: Album, meeting: Meeting) -> None:
    """The organiser's way in, and a room with nobody else in it."""
    page = album.page
    await page.goto(meeting.organiser_link)
    await page.locator("#name").fill("Ana García")
    await album.view("door", whole=True)
    await page.locator("button[type=submit]").click()
    await page.locator(".room").wait_for()
    await album.view("alone")
    await page.locator(".step").first.click()
    await page.locator("dialog").wait_for()
    await album.view("invite")
    await page.keyboard.press("Escape")


async def together(album: Album, interpreter: ScriptedInterpreter, emma: Person, speaker: str) -> None:
    """Somebody speaks, writes and shows their screen."""
    page, visitor = album.page, Person(album.page, [])
    await talk(interpreter, speaker)
    speaking = asyncio.create_task(interpreter.say("es", tone(1000, 3)))
    await album.view("room")
    await page.locator(".lag .pill").click()
    await album.view("delay")
    await page.locator(".lag .pill").click()
    await speaking
    await emma.page.locator(".tool-share").click()
    await page.locator(".stage-screen video").wait_for()
    await page.wait_for_timeout(1500)
    await album.view("screen")
    over = page.locator(".scene-tools button").first
    await over.click()
    await album.view("screen-captions-over")
    await over.click()
    await emma.page.locator(".tile-stop").click()
    await page.locator(".stage-screen").wait_for(state="detached")
    await emma.open_panel("chat")
    for words in ("The figures are in the shared folder.", "Shall we take a break at eleven?"):
        await emma.page.locator(".chat textarea").fill(words)
        await emma.page.keyboard.press("Enter")
    await visitor.open_panel("chat")
    await page.locator(".chat-message").nth(1).wait_for()
    await page.locator(".chat textarea").fill("Sí, a las once.")
    await page.keyboard.press("Enter")
    await album.view("chat")
    await page.locator(".panel > header button").click()


async def tools(album: Album) -> None:
    """Sheets, menus, panels and dialogs of a room."""
    page, visitor = album.page, Person(album.page, [])
    await visitor.open_languages()
    await album.view("languages")
    await visitor.list_of(page.locator("#hear"))
    await album.view("language-list")
    await page.keyboard.press("Escape")
    await page.keyboard.press("Escape")
    await page.locator(".tool-more").click()
    await album.view("more")
    hand = page.locator(".tool-hand")
    if await page.locator(".more-menu .tool-hand").count() == 0:
        await page.keyboard.press("Escape")
    while not await hand.is_visible():  # what was looked at before has closed the menu
        if await page.locator(".tool-more").get_attribute("aria-expanded") == "false":
            await page.locator(".tool-more").click()
        await page.wait_for_timeout(100)
    await hand.click()
    await page.locator(".hand-menu button").first.wait_for()
    await album.view("hand")
    await page.keyboard.press("Escape")
    if await page.locator(".more-menu").is_visible():
        await page.keyboard.press("Escape")
    await page.locator(".tool-mic-menu").click()
    await album.view("microphone")
    await page.keyboard.press("Escape")
    for panel in PANELS:
        await visitor.open_panel(panel)
        await album.view(panel)
        if panel == "organise":
            await page.locator(".voices summary").click()
            await page.locator(".voices").scroll_into_view_if_needed()
            await album.view("organise-below")
            await page.locator(".organise .actions button:not(.button-danger)").last.click()
            await page.locator("dialog").wait_for()
            await album.view("glossary")
            await page.locator("dialog [aria-expanded]:not([role=combobox])").click()
            await page.locator("dialog textarea").fill("HIVE,HIVE,jaiv\n,nada\nboard meeting,junta")
            await album.view("glossary-table")
            await page.keyboard.press("Escape")
        await page.locator(".panel > header button").click()
    await page.locator("body").press("?")
    await album.view("keys")
    await page.keyboard.press("Escape")


async def popped_out(album: Album) -> None:
    """Only where the browser has room for a second window."""
    page = album.page
    button = page.locator(".scene-tools button").nth(1)
    if not await button.is_visible():
        return
    async with page.context.expect_page() as opening:
        await button.click()
    window = await opening.value
    await album.view("captions-window", of=window)
    await album.view("captions-elsewhere")
    await window.close()


async def lobby(album: Album, guest: Person, meeting: Meeting) -> None:
    """Who waits, as they see it and as the organiser does."""
    page, visitor = album.page, Person(album.page, [])
    await visitor.open_panel("organise")
    waiting_room = page.locator("section.door").first.locator("input").last
    await waiting_room.click()
    await expect(waiting_room).to_be_checked()
    await guest.page.goto(meeting.guest_link)
    await guest.page.locator("#name").fill("Luc Martin")
    await guest.page.locator("button[type=submit]").click()
    await guest.page.locator(".lobby, .room, .notice-problem").first.wait_for()
    await album.view("lobby", of=guest.page)
    await page.locator("[data-waiter]").wait_for()
    await album.view("waiting")
    await waiting_room.click()  # the screens for captions shall not wait
    await expect(waiting_room).not_to_be_checked()
    await page.locator(".panel > header button").click()


async def leaving(album: Album, service: str) -> None:
    """Out of the meeting, and what this device keeps of it."""
    page = album.page
    await page.locator(".tool-leave").click()
    await album.view("leave")
    await page.locator("dialog .button-danger").click()
    await page.locator(".after").wait_for()
    await album.view("ended", whole=True)
    await page.locator(".keep input").click()
    await page.wait_for_function(_NOTHING_TO_LOSE)
    await page.goto(service)
    await page.locator("[data-transcript] button").first.click()
    await page.locator(".transcript").wait_for()
    await album.view("kept", whole=True)


async def screens(album: Album, interpreter: ScriptedInterpreter, speaker: str, meeting: Meeting) -> None:
    """Captions alone: for a window and for a projector."""
    page = album.page
    for name, options in (("captions-page", "?lang=es"), ("projector", "?lang=es&transparent=1")):
        await page.goto("about:blank")
        await page.goto(meeting.captions_link.replace("#", f"{options}#"))
        while not await page.locator(".passage-text").count():
            await page.wait_for_timeout(700)
            await talk(interpreter, speaker)
        await album.view(name)


async def talk(interpreter: ScriptedInterpreter, speaker: str) -> None:
    for english, spanish in TALK:
        segment = await interpreter.caption(speaker, english, language="en")
        await interpreter.caption(speaker, spanish, language="es", segment=segment)
    await interpreter.caption(speaker, "y el sur está muy cerca", language="es", final=False, committed=9)
    await interpreter.measure("es", 2.4)


async def look(
    playwright: Playwright,
    rooms: Rooms,
    service: Service,
    media: MediaServer,
    name: str,
    voice: Path,
    album_of: Callable[[Page], Album],
) -> None:
    """Goes through all views in their order; Emma is the other one in the room.

    Args:
        name: one of `LOOKS`.
        voice: what Emma says.
    """
    size, theme, locale = LOOKS[name]
    meeting = await rooms.create(chat=True)
    await rooms.engage(meeting)
    async with AsyncExitStack() as stack:
        visitor = await stack.enter_async_context(person(playwright, size=size, locale=locale))
        emma = await stack.enter_async_context(person(playwright, voice=voice))
        guest = await stack.enter_async_context(person(playwright, size=size, locale=locale))
        album = album_of(visitor.page)
        for page in (visitor.page, guest.page):
            await page.goto(service.url)
            await page.evaluate(
                f"localStorage.setItem('hive.preferences', JSON.stringify({{theme: '{theme}'}}))"
            )
            await page.goto(service.url)
        await entrance(album, service.url, meeting)
        await alone(album, meeting)
        interpreter = await stack.enter_async_context(interpreting(media, meeting.room, ("en", "es", "fr")))
        await visitor.hear("es")
        await interpreter.opened("es")
        await emma.join(meeting.guest_link, "Emma Lindqvist")
        speaker = await emma.identity()
        await emma.page.locator(".tool-camera").first.click()
        await interpreter.met(speaker)
        await together(album, interpreter, emma, speaker)
        await tools(album)
        await popped_out(album)
        await lobby(album, guest, meeting)
        await leaving(album, service.url)
        await screens(album, interpreter, speaker, meeting)
