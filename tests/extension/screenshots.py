"""Pictures of the extension, for its page and for the stores: `python -m tests.extension.screenshots FOLDER`.

Real media server and browser; an interpreter that follows a script.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Page, Playwright, async_playwright

from stack.livekit_server import obtain
from stack.ports import free_port
from tests.browser.interpreter import ScriptedInterpreter, interpreting, tone
from tests.browser.servers import ROOT, MediaServer, livekit_server
from tests.extension.browsing import see, visitor
from tests.extension.conftest import TAB_HZ, written
from tests.extension.installation import CODE, installation
from tests.extension.meeting import Pages, pages

LOOKS = (("en", "light"), ("de", "dark"), ("ar", "dark"))
TALK = (
    ("Good morning everyone.", "Buenos días a todos."),
    ("Let us begin with the report of last week.", "Empecemos con el informe de la semana pasada."),
)
TRIES = 30
WINDOW = {"width": 380, "height": 680}
"""As wide as the window under the button, and so high that nothing has to be scrolled."""


async def take(
    playwright: Playwright, media: MediaServer, elsewhere: Pages, profile: Path, folder: Path
) -> None:
    """The settings, the button's window and the captions of one call, in all looks."""
    async with (
        installation(media.url) as hive,
        visitor(playwright, ROOT / "extension" / "dist", profile) as somebody,
    ):
        settings = await somebody.options()
        for look in LOOKS:
            await _picture(settings, look, folder / f"{look[0]}-pairing.png")
        await somebody.pair(hive.url, CODE)
        await somebody.keep(hear="es", theirs="en", mine="es", read="both")
        for look in LOOKS:
            await _picture(settings, look, folder / f"{look[0]}-settings.png")
        page = await somebody.context.new_page()
        await page.goto(f"{elsewhere.url}/plays")
        await somebody.start(page)
        room = await hive.room()
        async with interpreting(media, room, ("en", "es", "fr")) as interpreter:
            await interpreter.opened("es")
            await interpreter.measure("es", 2.5)
            await _write(interpreter, f"tab-{room}", page)
            window = await somebody.context.new_page()
            await window.set_viewport_size(WINDOW)  # type: ignore[arg-type]  # width and height
            tab = await somebody.context.service_workers[0].evaluate(
                "async () => (await chrome.tabs.query({})).find(({ title }) => title === 'A talk').id"
            )
            await window.goto(f"{somebody.page_of('popup.html')}?tab={tab}")
            for look in LOOKS:
                await _picture(window, look, folder / f"{look[0]}-button.png")
                await see(page, look)
                await somebody.show_again(page)
                await page.locator("hive-captions .line-text").last.wait_for()
                await page.wait_for_timeout(500)
                await page.screenshot(path=folder / f"{look[0]}-captions.png")


async def _picture(page: Page, look: tuple[str, str], path: Path) -> None:
    """One of the extension's own pages, whole."""
    await see(page, look)
    await page.reload()
    await page.locator("main").wait_for()
    await page.wait_for_timeout(500)
    await page.screenshot(path=path, full_page=True)


async def _write(interpreter: ScriptedInterpreter, speaker: str, page: Page) -> None:
    """Writes the talk until it stands on the page: on a busy machine what is said may come before a listener can."""
    lines = page.locator("hive-captions .line-text")
    segments = [""] * len(TALK)
    for _ in range(TRIES):
        for number, (said, heard) in enumerate(TALK):
            segments[number] = await interpreter.caption(
                speaker, said, language="en", segment=segments[number]
            )
            await interpreter.caption(speaker, heard, language="es", segment=segments[number])
        await page.wait_for_timeout(1000)
        if await lines.count() == 2 * len(TALK):
            return
    raise AssertionError("what is said does not come to stand on the page")


async def main(folder: Path) -> None:
    """Takes all of them."""
    with tempfile.TemporaryDirectory() as made:
        directory = Path(made)
        with livekit_server(await obtain(), directory, webhook_port=free_port()) as media:
            async with (
                pages(written(directory / "tab.wav", tone(TAB_HZ, 10))) as elsewhere,
                async_playwright() as playwright,
            ):
                await take(playwright, media, elsewhere, directory / "profile", folder)


if __name__ == "__main__":
    chosen = Path(sys.argv[1])
    chosen.mkdir(parents=True, exist_ok=True)
    asyncio.run(main(chosen))
