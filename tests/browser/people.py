"""People with browsers: what they do on the page, and what reaches their ears."""

from __future__ import annotations

import asyncio
import base64
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray
from playwright.async_api import Browser, BrowserContext, Locator, Page, Playwright

CHROMIUM = "/usr/bin/chromium"
DESKTOP = (1280, 800)
PHONE = (390, 844)
PATIENCE_MS: Final = 60_000
"""For whatever must come: three connections are made, and a machine may do much else meanwhile."""

# Copies whatever the page sends to the loudspeaker, so that a test can listen to it.
EAVESDROP = """
(() => {
  const connect = AudioNode.prototype.connect;
  AudioNode.prototype.connect = function (target, ...rest) {
    if (target instanceof AudioDestinationNode && !target.context.eavesdropper) {
      const context = target.context;
      const tap = context.createScriptProcessor(4096, 1, 1);
      context.eavesdropper = tap;
      window.heard = { rate: context.sampleRate, pieces: [], gains: [], on: false };
      tap.onaudioprocess = ({ inputBuffer }) => {
        if (!window.heard.on) return;
        window.heard.pieces.push(inputBuffer.getChannelData(0).slice());
        window.heard.gains.push(Number(document.querySelector(".room")?.dataset.originalGain ?? 1));
      };
      connect.call(tap, target);
    }
    if (target instanceof AudioDestinationNode && this !== target.context.eavesdropper) {
      connect.call(this, target.context.eavesdropper);
    }
    return connect.call(this, target, ...rest);
  };
})();
"""

BEGIN_LISTENING = "() => { window.heard.pieces = []; window.heard.gains = []; window.heard.on = true; }"
END_LISTENING = """() => {
  window.heard.on = false;
  const all = new Float32Array(window.heard.pieces.reduce((n, piece) => n + piece.length, 0));
  let at = 0;
  for (const piece of window.heard.pieces) { all.set(piece, at); at += piece.length; }
  const bytes = new Uint8Array(all.buffer);
  let text = "";
  for (let i = 0; i < bytes.length; i += 32768) text += String.fromCharCode(...bytes.subarray(i, i + 32768));
  return { rate: window.heard.rate, sound: btoa(text), gains: window.heard.gains };
}"""


PIECE = 4096
"""Samples."""
SETTLING = 4
"""So many pieces behind a fall of the gain may still sound louder: the sound fades, and is handed over later."""
SILENT_DB = -50
STANDS_OUT_DB = 15
_BESIDE_HZ = (-120, -100, -80, -60, -45, 45, 60, 80, 100, 120)


@dataclass(frozen=True, slots=True)
class Heard:
    """What came out of a page's loudspeaker."""

    sound: NDArray[np.float32]
    """Shape (samples,), full scale 1."""
    rate_hz: int
    gains: tuple[float, ...] = ()
    """How loud the originals were to be at the end of each `PIECE`, 0…1."""

    def ducked(self, below: float) -> Heard:
        """Only the stretches for which the originals had already been turned down below a gain."""
        low = [gain < below for gain in self.gains]
        settled = [all(low[max(0, at - SETTLING) : at + 1]) and at >= SETTLING for at in range(len(low))]
        pieces = [
            self.sound[at * PIECE : (at + 1) * PIECE] for at, is_settled in enumerate(settled) if is_settled
        ]
        return Heard(np.concatenate([np.zeros(0, np.float32), *pieces]), self.rate_hz)

    @property
    def length_s(self) -> float:
        return len(self.sound) / self.rate_hz

    def level_db(self, hz: float) -> float:
        """How loud the sound is at a frequency, in dB relative to full scale."""
        if not len(self.sound):
            return -120.0
        at = np.arange(len(self.sound)) / self.rate_hz
        window = np.hanning(len(self.sound))
        amplitude = abs(np.mean(self.sound * window * np.exp(-2j * np.pi * hz * at))) / np.mean(window)
        return float(20 * np.log10(2 * amplitude + 1e-9))

    def has_tone(self, hz: float) -> bool:
        """Whether a steady tone is in it: above silence, and far above what lies beside it, which speech never is."""
        beside = max(self.level_db(hz + apart) for apart in _BESIDE_HZ)
        return self.level_db(hz) > max(SILENT_DB, beside + STANDS_OUT_DB)

    def loudness_db(self) -> float:
        return float(10 * np.log10(np.mean(np.square(self.sound)) + 1e-12)) if len(self.sound) else -120.0


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody at a page."""

    page: Page
    errors: list[str]
    """What the page complained of in its console."""

    async def join(self, link: str, name: str) -> None:
        """Goes through the form in front of the meeting as it is, with a name."""
        if (
            self.page.url == link
        ):  # a link differs in its fragment alone, for which no browser loads a page anew
            await self.page.reload()
        else:
            await self.page.goto(link)
        await self.page.locator("#name").fill(name)
        await self.page.locator("button[type=submit]").click()
        await self.page.locator(".room").wait_for()

    async def hear(self, language: str) -> None:
        """Chooses the language to hear; a code or "off"."""
        await self.open_languages()
        await self.choose(self.page.locator("#hear"), language)
        await self.page.keyboard.press("Escape")
        await self.page.locator(".sheet").wait_for(state="detached")

    async def open_languages(self) -> None:
        """Opens the sheet of languages, unless it is open: its button would close it then."""
        await self.page.locator(".chip").wait_for()
        if not await self.page.locator(".sheet").count():
            await self.page.locator(".chip").click()
        await self.page.locator(".sheet").wait_for()

    async def choose(self, field: Locator, language: str) -> None:
        """Chooses in a list of languages; a code, or "auto" or "off" where there is such."""
        await self.list_of(field)
        await self.page.locator(f'[role=option][data-code="{language}"]').click()
        await self.page.locator("[role=listbox]").wait_for(state="detached")

    async def list_of(self, field: Locator) -> Locator:
        """Opens the list that belongs to a field; those that can be chosen."""
        if not await field.is_visible():  # at the door the languages are folded into one line
            await field.locator("xpath=ancestor::details[1]/summary").click()
        await field.click()
        await self.page.locator("[role=listbox]").wait_for()
        return self.page.locator('[role=option][aria-disabled="false"]')

    async def open_panel(self, name: str) -> None:
        """Opens a panel, unless it is open: its button would close it then, even while its content still loads."""
        if await self.page.locator(".room").get_attribute("data-panel") != name:
            tool = self.page.locator(f'.tool[data-panel="{name}"]')
            if (
                not await tool.is_visible()
            ):  # in a narrow window it is in the menu, and an open panel lies over that
                if await self.page.locator(".panel").count():
                    await self.page.locator(".panel > header button").click()
                await self.page.locator(".tool-more").click()
            await tool.click()
        await self.page.locator(f'.room[data-panel="{name}"] .panel').wait_for()

    async def listen(self, seconds: float) -> Heard:
        """Listens to the page's loudspeaker for a while."""
        await self.page.evaluate(BEGIN_LISTENING)
        await asyncio.sleep(seconds)
        took = await self.page.evaluate(END_LISTENING)
        sound = np.frombuffer(base64.b64decode(took["sound"]), dtype=np.float32)
        return Heard(sound, int(took["rate"]), tuple(took["gains"]))

    async def identity(self) -> str:
        """As the list of people says it; the panel that was open stays open."""
        before = await self.page.locator(".room").get_attribute("data-panel")
        await self.open_panel("people")
        identity = str(await self.page.locator(".person:has(.you)").get_attribute("data-identity"))
        if before == "none":
            await self.page.locator(".panel > header button").click()
        elif before != "people":
            await self.open_panel(str(before))
        return identity


@asynccontextmanager
async def person(
    playwright: Playwright,
    *,
    voice: Path | None = None,
    size: tuple[int, int] = DESKTOP,
    locale: str = "en",
    shared_tab: str = "",
    **context_options: object,
) -> AsyncIterator[Person]:
    """Gives one person a browser that nobody else has at the time, as fresh as a private window.

    Args:
        voice: a WAV file that is their microphone, over and over; None: they have none.
        shared_tab: title of the tab that they choose whenever they share something; "": a test picture is shared.
    """
    async with _browser(playwright, _Kind(voice, shared_tab)) as browser:
        context: BrowserContext = await browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            locale=locale,
            device_scale_factor=1,
            **context_options,  # type: ignore[arg-type]  # as Playwright documents them
        )
        context.set_default_timeout(PATIENCE_MS)
        try:
            await context.add_init_script(EAVESDROP)
            page = await context.new_page()
            errors: list[str] = []
            page.on(
                "console",
                lambda message: (
                    errors.append(message.text) if _is_error(message.type, message.text) else None
                ),
            )
            page.on("pageerror", lambda error: errors.append(str(error)))
            yield Person(page, errors)
        finally:
            await context.close()


_TORN: Final = re.compile(
    r"DataChannel error on (lossy|reliable): User-Initiated Abort"
    r"|publisher data channel '\w+' closed unexpectedly"
)
"""What livekit-client writes where the server takes a connection away (somebody is removed, moved to another tab, or
the meeting ends) and the browser hears of the channels' end before the word for it: which comes first is chance."""


def _is_error(kind: str, text: str) -> bool:
    return kind == "error" and _TORN.match(text) is None


@dataclass(frozen=True, slots=True)
class _Kind:
    """What cannot be changed once a browser has been started."""

    voice: Path | None
    shared_tab: str


_idle: WeakKeyDictionary[Playwright, dict[_Kind, list[Browser]]] = WeakKeyDictionary()
"""Those of a Playwright end with it."""


@asynccontextmanager
async def _browser(playwright: Playwright, kind: _Kind) -> AsyncIterator[Browser]:
    """One that was used before where there is one: to start it takes longer than most of what people do."""
    idle = _idle.setdefault(playwright, {}).setdefault(kind, [])
    browser = idle.pop() if idle else await _started(playwright, kind)
    try:
        yield browser
    finally:
        if browser.is_connected():
            idle.append(browser)


async def _started(playwright: Playwright, kind: _Kind) -> Browser:
    flags = [
        "--no-sandbox",
        "--autoplay-policy=no-user-gesture-required",
        # A browser that answers by itself whether it may capture captures no tab.
        f"--auto-select-tab-capture-source-by-title={kind.shared_tab}"
        if kind.shared_tab
        else "--use-fake-ui-for-media-stream",
        "--disable-dev-shm-usage",
    ]
    if kind.voice:
        flags += ["--use-fake-device-for-media-stream", f"--use-file-for-fake-audio-capture={kind.voice}"]
    # Playwright mutes its browsers, and what is muted is not captured from a tab either.
    muted = ["--mute-audio"] if kind.shared_tab else None
    return await playwright.chromium.launch(executable_path=CHROMIUM, args=flags, ignore_default_args=muted)
