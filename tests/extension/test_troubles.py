"""What is the matter is said: no pairing, no server, a server that goes, a tab that is closed, pages out of reach."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from livekit import api
from playwright.async_api import Page, Playwright, expect

from stack.ports import free_port
from tests.browser.interpreter import interpreting
from tests.browser.servers import API_KEY, API_SECRET, MediaServer, livekit_server
from tests.extension.browsing import OFFSCREEN, POPUP, Visitor, visitor
from tests.extension.conftest import TAB_HZ
from tests.extension.installation import CODE, Installation, installation
from tests.extension.meeting import Pages

pytestmark = [
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(240),
]


# Four minutes go by: none but the call looks at this clock.
_LATER = (
    "(() => { const now = performance.now.bind(performance); performance.now = () => now() + 240_000; })()"
)


async def _says(somebody: Visitor, words: str, selector: str = ".trouble") -> None:
    """Returns once the window under the button says so."""
    script = f"""(async () => {{
      for (let tries = 0; tries < 400; tries += 1) {{
        const found = [...document.querySelectorAll({selector!r})].map((each) => each.textContent);
        if (found.some((text) => text.includes({words!r}))) return;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }}
      throw new Error(document.body.innerText);
    }})()"""
    await somebody.tools.evaluate(POPUP, script)


@asynccontextmanager
async def _at(somebody: Visitor, address: str) -> AsyncIterator[Page]:
    page = await somebody.context.new_page()
    await page.goto(address)
    yield page


async def test_pairing_says_what_is_wrong(
    playwright: Playwright, extension: Path, hive: Installation, tmp_path: Path
) -> None:
    """A name that is none, an address that anybody on the way can read, no server, a wrong code; then a right one."""
    async with visitor(playwright, extension, tmp_path / "profile") as somebody:
        page = await somebody.options()
        address, code = page.locator(".pairing input").nth(0), page.locator(".pairing input").nth(1)
        trouble, connect = page.locator(".pairing .trouble"), page.locator(".pairing button")
        await code.fill("AAAA-AAAA")
        for typed, words in (
            ("not an address", "not the address"),
            ("http://hive.example.org", "https"),
            (f"http://127.0.0.1:{free_port()}", "does not answer"),
            (hive.url, "wrong, used or expired"),
        ):
            await address.fill(typed)
            await connect.click()
            await expect(trouble).to_contain_text(words)
        await code.fill(CODE.lower().replace("-", " "))
        await connect.click()
        await expect(page.get_by_text(f"Connected to {hive.url}")).to_be_visible()

        await page.get_by_role("button", name="Withdraw").click()
        await expect(page.locator(".pairing")).to_be_visible()
        assert hive.withdrawn


async def test_a_page_that_refuses_captions_has_them_under_the_button(
    playwright: Playwright, extension: Path, hive: Installation, media: MediaServer, tmp_path: Path
) -> None:
    """No extension can put anything on a page of the browser itself: it is said, and the captions are there."""
    async with visitor(playwright, extension, tmp_path / "profile") as somebody:
        await somebody.pair(hive.url, CODE)
        await somebody.keep(hear="es", theirs="en")
        async with _at(somebody, "chrome://version") as page:
            await somebody.click(page)
            await somebody.press(".start .button-main")
            await _says(somebody, "lets no extension show anything", ".told")
            room = await hive.room()
            async with interpreting(media, room, ("en", "es")) as interpreter:
                await interpreter.wished("translator.captions", "es,original")
                await _says(somebody, "Delay not measured yet", ".hint")
                await interpreter.caption(f"tab-{room}", "Buenos días.", language="es")
                await _says(somebody, "Buenos días.", ".line-text")


async def test_no_server_is_said(
    playwright: Playwright, extension: Path, media: MediaServer, elsewhere: Pages, tmp_path: Path
) -> None:
    """The tab is heard as before."""
    async with visitor(playwright, extension, tmp_path / "profile") as somebody:
        async with installation(media.url) as hive:
            await somebody.pair(hive.url, CODE)
        async with _at(somebody, f"{elsewhere.url}/plays") as page:
            await somebody.start(page)
            await _says(somebody, "does not answer")
            await expect(page.locator("hive-captions")).to_contain_text("does not answer")


async def test_a_media_server_that_goes_is_come_back_to(
    playwright: Playwright, extension: Path, livekit: Path, elsewhere: Pages, tmp_path: Path
) -> None:
    """While it is away the page says so; then everybody is in a room again, the same or another one."""
    port = free_port()
    async with AsyncExitStack() as held:
        somebody = await held.enter_async_context(visitor(playwright, extension, tmp_path / "profile"))
        page = await held.enter_async_context(_at(somebody, f"{elsewhere.url}/plays"))
        hive = await held.enter_async_context(installation(f"ws://127.0.0.1:{port}"))
        signs = page.locator("hive-captions .signs")
        await somebody.pair(hive.url, CODE)
        with livekit_server(livekit, tmp_path, webhook_port=free_port(), port=port):
            await somebody.start(page)
            await hive.room()
            await expect(signs).to_contain_text("on its way")
        await expect(signs).to_contain_text("interrupted", timeout=60_000)
        with livekit_server(livekit, tmp_path, webhook_port=free_port(), port=port) as media:
            await expect(signs).not_to_contain_text("interrupted", timeout=60_000)
            room = hive.rooms[-1]
            async with interpreting(media, room, ("en",)) as interpreter:
                await interpreter.met(f"listener-{room}")


async def test_an_installation_that_does_not_come_back_ends_the_call(
    playwright: Playwright, extension: Path, media: MediaServer, elsewhere: Pages, tmp_path: Path
) -> None:
    """The original is heard meanwhile; after three minutes it is said that interpreting has ended."""
    async with visitor(playwright, extension, tmp_path / "profile") as somebody:
        async with installation(media.url) as hive, _at(somebody, f"{elsewhere.url}/plays") as page:
            await somebody.pair(hive.url, CODE)
            await somebody.start(page)
            room = await hive.room()
            await expect(page.locator("hive-captions .signs")).to_contain_text("on its way")
        async with api.LiveKitAPI(media.url.replace("ws", "http", 1), API_KEY, API_SECRET) as admin:
            await admin.room.delete_room(api.DeleteRoomRequest(room=room))
        await expect(page.locator("hive-captions .signs")).to_contain_text("interrupted")
        await somebody.hears(TAB_HZ)
        await somebody.tools.evaluate(OFFSCREEN, _LATER)
        await expect(page.locator("hive-captions")).to_contain_text("did not come back")


async def test_a_call_that_is_stopped_while_it_begins_leaves_no_room(
    playwright: Playwright, extension: Path, hive: Installation, elsewhere: Pages, tmp_path: Path
) -> None:
    """The room that is given afterwards is ended as well."""
    async with visitor(playwright, extension, tmp_path / "profile") as somebody:
        await somebody.pair(hive.url, CODE)
        async with _at(somebody, f"{elsewhere.url}/plays") as page:
            hive.answers.clear()
            await somebody.start(page)
            await hive.asked.wait()
            await page.locator("hive-captions .stop").click()
            await expect(page.locator("hive-captions")).to_have_count(0)
            hive.answers.set()
            await hive.ended(await hive.room())


@pytest.mark.parametrize("has_one", [True, False])
async def test_a_microphone_that_cannot_be_had_is_said(
    playwright: Playwright,
    extension: Path,
    hive: Installation,
    elsewhere: Pages,
    own: Path,
    tmp_path: Path,
    has_one: bool,
) -> None:
    """Under the button and over the page, whether it is forbidden or there is none; the tab is interpreted all the
    same."""
    words = "does not let HIVE use the microphone" if has_one else "No microphone was found"
    voice = own if has_one else None
    async with visitor(playwright, extension, tmp_path / "profile", voice=voice) as somebody:
        await somebody.pair(hive.url, CODE)
        await somebody.keep(hear="es", theirs="en", mine="es", microphone=True)
        await somebody.microphone("denied" if has_one else "granted")
        async with _at(somebody, f"{elsewhere.url}/plays") as page:
            await somebody.start(page)
            await hive.room()
            await expect(page.locator("hive-captions .signs")).to_contain_text(words)
            await expect(page.locator("hive-captions .signs")).to_contain_text("on its way")
            await _says(somebody, words)


async def test_a_closed_tab_ends_the_call(
    playwright: Playwright, extension: Path, hive: Installation, elsewhere: Pages, tmp_path: Path
) -> None:
    """Whoever clicks the button in another tab reads why."""
    async with visitor(playwright, extension, tmp_path / "profile") as somebody:
        await somebody.pair(hive.url, CODE)
        async with _at(somebody, f"{elsewhere.url}/plays") as page:
            await somebody.start(page)
            await expect(page.locator("hive-captions .frame")).to_be_visible()
            await hive.room()
            await page.close()
        await hive.ended(*hive.rooms)
        async with _at(somebody, f"{elsewhere.url}/plays") as other:
            await somebody.click(other)
            await _says(somebody, "The tab was closed")


async def test_one_tab_at_a_time_is_interpreted(
    playwright: Playwright, extension: Path, hive: Installation, elsewhere: Pages, tmp_path: Path
) -> None:
    """The second one says so, and takes over where that is wanted; the first one is left as it was."""
    async with visitor(playwright, extension, tmp_path / "profile") as somebody:
        await somebody.pair(hive.url, CODE)
        async with (
            _at(somebody, f"{elsewhere.url}/plays") as first,
            _at(somebody, f"{elsewhere.url}/plays?second") as second,
        ):
            await somebody.start(first)
            await hive.room()
            await expect(first.locator("hive-captions .frame")).to_be_visible()
            await somebody.click(second)
            await _says(somebody, "Another tab is interpreted: A talk", ".told")
            await somebody.press(".start .button-main")
            await hive.room(2)
            await expect(second.locator("hive-captions .frame")).to_be_visible()
            await expect(first.locator("hive-captions")).to_have_count(0)
            await hive.ended(hive.rooms[0])


async def test_who_is_withdrawn_in_mid_call_is_told(
    playwright: Playwright,
    extension: Path,
    hive: Installation,
    media: MediaServer,
    elsewhere: Pages,
    tmp_path: Path,
) -> None:
    """As its room is closed it asks for another one, and is refused: the page says why, the token is forgotten."""
    async with visitor(playwright, extension, tmp_path / "profile") as somebody:
        await somebody.pair(hive.url, CODE)
        async with _at(somebody, f"{elsewhere.url}/plays") as page:
            await somebody.start(page)
            room = await hive.room()
            await expect(page.locator("hive-captions .signs")).to_contain_text("on its way")
            hive.withdrawn = True
            async with api.LiveKitAPI(media.url.replace("ws", "http", 1), API_KEY, API_SECRET) as admin:
                await admin.room.delete_room(api.DeleteRoomRequest(room=room))
            await expect(page.locator("hive-captions")).to_contain_text("was withdrawn")
            await expect((await somebody.options()).locator(".pairing")).to_be_visible()
