"""Chromium with the extension in it, used as a person does: the button, its window, the captions over a page."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import numpy as np
from playwright.async_api import BrowserContext, Page, Playwright

from tests.browser.people import (
    BEGIN_LISTENING,
    CHROMIUM,
    EAVESDROP,
    END_LISTENING,
    PATIENCE_MS,
    Heard,
)
from tests.extension.devtools import DevTools, devtools

OFFSCREEN = "/offscreen.html"
POPUP = "/popup.html"
CALL = "https://meet.google.com/calls"
"""Where a call is held that takes itself for Meet."""

_TRIES = 6
_PLAY_WHAT_COMES = """() => {
  const context = new AudioContext();
  context.createMediaStreamSource(window.call.heard).connect(context.destination);
}"""


@dataclass(slots=True)
class Visitor:
    """Somebody whose browser has the extension."""

    context: BrowserContext
    tools: DevTools
    identifier: str
    """Of the extension."""

    def page_of(self, name: str) -> str:
        """The address of one of the extension's own pages."""
        return f"chrome-extension://{self.identifier}/{name}"

    async def options(self) -> Page:
        """The settings, in a tab of their own."""
        page = await self.context.new_page()
        await page.goto(self.page_of("options.html"))
        await page.locator("main").wait_for()
        return page

    async def keep(self, **settings: object) -> None:
        """Chooses, before any call."""
        worker = self.context.service_workers[0]
        await worker.evaluate(
            """async (change) => {
              const { settings } = await chrome.storage.local.get("settings");
              await chrome.storage.local.set({ settings: { ...settings, ...change } });
            }""",
            settings,
        )

    async def pair(self, address: str, code: str) -> None:
        """Connects with an installation, on the page of the settings."""
        page = await self.options()
        await page.locator(".pairing input").nth(0).fill(address)
        await page.locator(".pairing input").nth(1).fill(code)
        await page.locator(".pairing button").click()
        await page.locator(".pairing").wait_for(state="detached")
        await page.close()

    async def click(self, page: Page) -> None:
        """Clicks the extension's button in a tab: its window opens."""
        await page.bring_to_front()
        await self.tools.call("Extensions.triggerAction", id=self.identifier, targetId=await self._tab(page))
        await self.tools.evaluate(POPUP, _until("main"))

    async def press(self, selector: str) -> None:
        """Clicks something in the window under the button."""
        await self.tools.evaluate(POPUP, _until(f"{selector}:not(:disabled)", "found.click()"))

    async def start(self, page: Page) -> None:
        """Has a tab interpreted; it is listened to what is heard of it from the beginning."""
        await self.tap()
        await self.begin(page)

    async def begin(self, page: Page) -> None:
        """Has a tab interpreted."""
        await self.click(page)
        await self.press(".start .button-main")

    async def show_again(self, page: Page) -> None:
        """Puts the captions over a page anew, as after it was loaded."""
        await self.context.service_workers[0].evaluate(
            """async (url) => {
              const tab = (await chrome.tabs.query({})).find((each) => each.url === url || each.title === "A talk");
              await chrome.scripting.executeScript({ target: { tabId: tab.id }, files: ["overlay.js"] });
            }""",
            page.url,
        )

    async def microphone(self, setting: str) -> None:
        """What the browser answers the extension that asks for the microphone: "granted" or "denied"."""
        await self.tools.call(
            "Browser.setPermission",
            permission={"name": "microphone"},
            setting=setting,
            origin=f"chrome-extension://{self.identifier}",
        )

    async def tap(self) -> None:
        """Opens the offscreen document as the extension does, and listens to all that it will play."""
        await self.context.service_workers[0].evaluate(
            """async () => {
              if (await chrome.offscreen.hasDocument()) return;
              const reasons = ["USER_MEDIA", "WEB_RTC"];
              const justification = "a test listens";
              await chrome.offscreen.createDocument({ url: "offscreen.html", reasons, justification });
            }"""
        )
        if not await self.tools.evaluate(OFFSCREEN, "window.tapped === true"):
            await self.tools.evaluate(OFFSCREEN, f"window.tapped = true; {EAVESDROP}")

    async def listen(self, seconds: float) -> Heard:
        """What this person hears for a while."""
        await self.tools.evaluate(OFFSCREEN, f"({BEGIN_LISTENING})()")
        await asyncio.sleep(seconds)
        return _sound(await self.tools.evaluate(OFFSCREEN, f"({END_LISTENING})()"))

    async def hears(self, hz: float) -> Heard:
        """Listens until a tone is heard as a whole: a busy machine tears it now and then."""
        for _ in range(_TRIES):
            heard = await self.listen(2)
            if heard.has_tone(hz):
                return heard
        raise AssertionError(f"{hz:g} Hz is not to be heard")

    async def _tab(self, page: Page) -> str:
        """The target that is the tab of a page; each has an address of its own."""
        return next(
            str(each["targetId"])
            for each in await self.tools.targets()
            if each["type"] == "tab" and each["url"] == page.url
        )


@asynccontextmanager
async def calling(somebody: Visitor) -> AsyncIterator[tuple[Page, Page]]:
    """A call between two tabs, this person's and the other end, until the block ends."""
    await somebody.context.add_init_script(EAVESDROP)
    there, here = await somebody.context.new_page(), await somebody.context.new_page()
    await there.goto(f"{CALL}#second")
    await here.goto(f"{CALL}#first")
    await here.mouse.click(5, 300)
    await there.evaluate("join()")
    await here.evaluate("join()")
    await there.wait_for_function("window.call.heard")
    await there.evaluate(_PLAY_WHAT_COMES)
    yield here, there


async def received(page: Page, seconds: float) -> Heard:
    """What the other end of a call hears for a while."""
    await page.evaluate(BEGIN_LISTENING)
    await asyncio.sleep(seconds)
    return _sound(await page.evaluate(END_LISTENING))


def _sound(took: dict[str, Any]) -> Heard:
    return Heard(np.frombuffer(base64.b64decode(took["sound"]), dtype=np.float32), int(took["rate"]))


def _until(selector: str, then: str = "") -> str:
    """A script that waits for an element, and does something with it as `found`."""
    return f"""(async () => {{
      for (let tries = 0; tries < 200; tries += 1) {{
        const found = document.querySelector({json.dumps(selector)});
        if (found) {{ {then}; return true; }}
        await new Promise((resolve) => setTimeout(resolve, 50));
      }}
      throw new Error({json.dumps(f"no {selector}")} + ": " + document.body.innerText);
    }})()"""


async def see(page: Page, look: tuple[str, str]) -> None:
    """Has a page believe that the browser is in a language, and the system light or dark.

    Args:
        look: a language, "light" or "dark"; from the next loading on.
    """
    language, scheme = look
    devtools = await page.context.new_cdp_session(page)
    agent = await page.evaluate("navigator.userAgent")
    await devtools.send("Emulation.setUserAgentOverride", {"userAgent": agent, "acceptLanguage": language})
    await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # "light" or "dark"


async def new_code(address: str) -> str:
    """A pairing code of an installation, as anybody may make one where rooms are open."""
    async with aiohttp.ClientSession(address) as http, http.post("/api/v1/pairing/codes") as answer:
        assert answer.status == 201
        return str((await answer.json())["code"])


def granted(built: Path, folder: Path) -> Path:
    """A copy of the extension that may replace the microphone: nobody could click the browser's question."""
    shutil.copytree(built, folder)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["host_permissions"] = manifest.pop("optional_host_permissions")
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder


@asynccontextmanager
async def visitor(
    playwright: Playwright,
    extension: Path,
    profile: Path,
    *,
    voice: Path | None = None,
    hosts: str = "",
    locale: str = "en",
    scheme: str = "light",
) -> AsyncIterator[Visitor]:
    """A fresh browser with an extension that lies in a folder.

    Args:
        voice: a WAV file that is the microphone, over and over; None: there is none.
        hosts: whom the browser takes for whom, e.g. `MAP meet.google.com 127.0.0.1:8443`.
    """
    flags = [
        "--no-sandbox",
        "--disable-dev-shm-usage",
        "--remote-debugging-port=0",
        "--enable-unsafe-extension-debugging",
        f"--disable-extensions-except={extension}",
        f"--load-extension={extension}",
        "--autoplay-policy=no-user-gesture-required",
        f"--lang={locale}",
        *([f"--host-resolver-rules={hosts}", "--ignore-certificate-errors"] if hosts else []),
        *(
            ["--use-fake-device-for-media-stream", f"--use-file-for-fake-audio-capture={voice}"]
            if voice
            else []
        ),
    ]
    context = await playwright.chromium.launch_persistent_context(
        profile,
        executable_path=CHROMIUM,
        args=[*flags, "--headless=new"],
        headless=False,
        ignore_default_args=["--disable-extensions", "--mute-audio"],
        locale=locale,
        color_scheme=scheme,  # type: ignore[arg-type]  # "light" or "dark"
        ignore_https_errors=bool(hosts),
        env={**os.environ, "LANGUAGE": locale},
    )
    context.set_default_timeout(PATIENCE_MS)
    try:
        if voice:  # a browser that answers every question by itself finds no sound of tabs
            await context.grant_permissions(["microphone"])
        running = context.service_workers
        worker = running[0] if running else await context.wait_for_event("serviceworker", timeout=90_000)
        async with devtools(profile) as tools:
            yield Visitor(context, tools, worker.url.split("/")[2])
    finally:
        await context.close()
