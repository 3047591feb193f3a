"""Pictures of every view, for people to look at: `python -m tests.browser.screenshots FOLDER [LOOK …]`.

Real media server, real service, real browser; an interpreter that follows a script.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from playwright.async_api import Page, Playwright, async_playwright, expect

from stack.livekit_server import obtain
from stack.ports import free_port
from tests.browser.interpreter import ScriptedInterpreter, interpreting, tone
from tests.browser.people import DESKTOP, PHONE, Person, person
from tests.browser.rooms import Meeting, Rooms
from tests.browser.servers import ROOT, MediaServer, Service, auth_service, livekit_server

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


@dataclass(frozen=True, slots=True)
class Album:
    """Where the pictures of one look go."""

    page: Page
    folder: Path

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)

    async def picture(self, name: str, *, whole: bool = False, of: Page | None = None) -> None:
        page = of or self.page
        await page.wait_for_timeout(400)  # what moves has arrived
        await page.screenshot(path=self.folder / f"{name}.png", full_page=whole)


async def entrance(album: Album, service: str, meeting: Meeting) -> None:
    """What is seen before anybody is in a meeting."""
    page = album.page
    await album.picture("start", whole=True)
    await page.locator("button[type=submit]").click()
    await page.locator(".before").wait_for()
    await page.goto(service)
    await page.locator("[data-meeting] button").first.click()
    await page.locator(".created").wait_for()
    await album.picture("links", whole=True)
    await page.goto(f"{service}/nowhere")
    await page.locator("main a").first.wait_for()
    await album.picture("nowhere")
    await page.goto(f"{meeting.guest_link[:-6]}AAAAAA")
    await page.locator(".notice").wait_for()
    await album.picture("wrong-link")


async def alone(album: Album, meeting: Meeting) -> None:
    """The organiser's way in, and a room with nobody else in it."""
    page = album.page
    await page.goto(meeting.organiser_link)
    await page.locator("#name").fill("Ana García")
    await album.picture("door", whole=True)
    await page.locator("button[type=submit]").click()
    await page.locator(".room").wait_for(timeout=20_000)
    await album.picture("alone")
    await page.locator(".step").first.click()
    await page.locator("dialog").wait_for()
    await album.picture("invite")
    await page.keyboard.press("Escape")


async def together(album: Album, interpreter: ScriptedInterpreter, emma: Person, speaker: str) -> None:
    """Somebody speaks, writes and shows their screen."""
    page, visitor = album.page, Person(album.page, [])
    await talk(interpreter, speaker)
    speaking = asyncio.create_task(interpreter.say("es", tone(1000, 3)))
    await album.picture("room")
    await page.locator(".lag .pill").click()
    await album.picture("delay")
    await page.locator(".lag .pill").click()
    await speaking
    await emma.page.locator(".tool-share").click()
    await page.locator(".stage-screen video").wait_for(timeout=20_000)
    await page.wait_for_timeout(1500)
    await album.picture("screen")
    over = page.locator(".scene-tools button").first
    await over.click()
    await album.picture("screen-captions-over")
    await over.click()
    await emma.page.locator(".tile-stop").click()
    await page.locator(".stage-screen").wait_for(state="detached")
    await emma.open_panel("chat")
    for words in ("The figures are in the shared folder.", "Shall we take a break at eleven?"):
        await emma.page.locator(".chat textarea").fill(words)
        await emma.page.keyboard.press("Enter")
    await visitor.open_panel("chat")
    await page.locator(".chat-message").nth(1).wait_for(timeout=20_000)
    await page.locator(".chat textarea").fill("Sí, a las once.")
    await page.keyboard.press("Enter")
    await album.picture("chat")
    await page.locator(".panel > header button").click()


async def tools(album: Album) -> None:
    """Sheets, menus, panels and dialogs of a room."""
    page, visitor = album.page, Person(album.page, [])
    await visitor.open_languages()
    await album.picture("languages")
    await visitor.list_of(page.locator("#hear"))
    await album.picture("language-list")
    await page.keyboard.press("Escape")
    await page.keyboard.press("Escape")
    await page.locator(".tool-more").click()
    await album.picture("more")
    await page.keyboard.press("Escape")
    for panel in PANELS:
        await visitor.open_panel(panel)
        await album.picture(panel)
        if panel == "organise":
            await page.locator(".voices summary").click()
            await page.locator(".voices").scroll_into_view_if_needed()
            await album.picture("organise-below")
            await page.locator(".organise .actions button:not(.button-danger)").last.click()
            await page.locator("dialog").wait_for()
            await album.picture("glossary")
            await page.locator("dialog [aria-expanded]:not([role=combobox])").click()
            await page.locator("dialog textarea").fill("HIVE,HIVE,jaiv\n,nada\nboard meeting,junta")
            await album.picture("glossary-table")
            await page.keyboard.press("Escape")
        await page.locator(".panel > header button").click()
    await page.locator("body").press("?")
    await album.picture("keys")
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
    await album.picture("captions-window", of=window)
    await album.picture("captions-elsewhere")
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
    await guest.page.locator(".lobby, .room, .notice-problem").first.wait_for(timeout=20_000)
    await album.picture("lobby", of=guest.page)
    await page.locator("[data-waiter]").wait_for(timeout=20_000)
    await album.picture("waiting")
    await waiting_room.click()  # the screens for captions shall not wait
    await expect(waiting_room).not_to_be_checked()
    await page.locator(".panel > header button").click()


async def leaving(album: Album) -> None:
    page = album.page
    await page.locator(".tool-leave").click()
    await album.picture("leave")
    await page.locator("dialog .button-danger").click()
    await page.locator(".after").wait_for()
    await album.picture("ended", whole=True)


async def screens(album: Album, interpreter: ScriptedInterpreter, speaker: str, meeting: Meeting) -> None:
    """Captions alone: for a window and for a projector."""
    page = album.page
    for name, options in (("captions-page", "?lang=es"), ("projector", "?lang=es&transparent=1")):
        await page.goto("about:blank")
        await page.goto(meeting.captions_link.replace("#", f"{options}#"))
        while not await page.locator(".passage-text").count():
            await page.wait_for_timeout(700)
            await talk(interpreter, speaker)
        await album.picture(name)


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
    folder: Path,
    voice: Path,
) -> None:
    """Goes through all views in their order; Emma is the other one in the room."""
    size, theme, locale = LOOKS[name]
    meeting = await rooms.create(chat=True)
    await rooms.engage(meeting)
    async with AsyncExitStack() as stack:
        visitor = await stack.enter_async_context(person(playwright, size=size, locale=locale))
        emma = await stack.enter_async_context(person(playwright, voice=voice))
        guest = await stack.enter_async_context(person(playwright, size=size, locale=locale))
        album = Album(visitor.page, folder)
        for page in (visitor.page, guest.page):
            await page.goto(service.url)
            await page.evaluate(
                f"localStorage.setItem('hive.preferences', JSON.stringify({{theme: '{theme}'}}))"
            )
            await page.goto(service.url)
        await entrance(album, service.url, meeting)
        await alone(album, meeting)
        interpreter = await stack.enter_async_context(interpreting(media, meeting.room))
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
        await leaving(album)
        await screens(album, interpreter, speaker, meeting)


def spoken(folder: Path) -> Path:
    """Half a minute of somebody talking: 48 kHz, mono."""
    raw, path = folder / "raw.wav", folder / "talk.wav"
    words = " ".join(f"{english}" for english, _ in TALK * 4)
    subprocess.run(["espeak-ng", "-v", "en", "-s", "150", "-w", str(raw), words], check=True)
    subprocess.run(
        ["ffmpeg", "-loglevel", "error", "-y", "-i", str(raw), "-ar", "48000", "-ac", "1", str(path)],
        check=True,
    )
    return path


async def main(folder: Path, names: list[str]) -> None:
    binary = await obtain()
    port = free_port()
    with (
        tempfile.TemporaryDirectory() as name,
        livekit_server(binary, Path(name), webhook_port=port) as media,
        auth_service(Path(name), media, port=port, web=ROOT / "web" / "dist") as service,
    ):
        voice = spoken(Path(name))
        async with async_playwright() as playwright, aiohttp.ClientSession(service.url) as http:
            for chosen in names or LOOKS:
                await look(playwright, Rooms(http), service, media, chosen, folder / chosen, voice)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2:]))
