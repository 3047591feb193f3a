"""When what happens in a browser whose tab is interpreted, read from outside: the extension has nothing for it."""

from __future__ import annotations

import time
from typing import Any, Final

from playwright.async_api import Page, Worker

from tests.extension.browsing import OFFSCREEN, POPUP, Visitor
from tests.extension.reached import LOUD, Reached, Spell

PHASES: Final = ("document", "captured", "room asked", "room given", "joined", "interpreter", "caption")
"""What follows a click, in this order."""
LIMIT_S: Final = 60.0

_CLOSE = "async () => { if (await chrome.offscreen.hasDocument()) await chrome.offscreen.closeDocument(); }"

# Runs in the service worker, whose timers keep their time: it sees the call as the button's window does.
_MOMENTS = """() => {
  const moments = (self.moments = {});
  const note = (name) => (moments[name] ??= Date.now());
  const onStatus = ({ status }) => status === "active" && note("captured");
  chrome.tabCapture.onStatusChanged.addListener(onStatus);
  const connect = () => {
    const port = chrome.runtime.connect({ name: "viewer" });
    port.onMessage.addListener(({ type, state, lines }) => {
      if (type === "lines" && lines.length > 0) note("caption");
      if (type !== "state") return;
      if (state.phase === "running") note("joined");
      if (state.interpreter === "present") note("interpreter");
    });
    port.onDisconnect.addListener(() => {
      void chrome.runtime.lastError;
      if (self.moments === moments && !moments.caption) setTimeout(connect, 5);
      else chrome.tabCapture.onStatusChanged.removeListener(onStatus);
    });
  };
  connect();
}"""

_BEGIN = """(async () => {
  for (let tries = 0; tries < 400; tries += 1) {
    const button = document.querySelector(".start .button-main:not(:disabled)");
    if (button) { const at = Date.now(); button.click(); return at; }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(document.body.innerText);
})()"""

_ASKED = """(() => {
  const rooms = performance.getEntriesByType("resource").filter(({ name }) => name.endsWith("/pairing/rooms"));
  const [first] = rooms.map((each) => [each.startTime, each.responseEnd].map((at) => performance.timeOrigin + at));
  return [performance.timeOrigin, ...(first ?? [])];
})()"""

# Notes when a sound that does not come from a tab is loud, before anything turns it up or down.
_LISTEN = f"""(() => {{
  if (window.loud) return;
  window.loud = [];
  const native = AudioContext.prototype.createMediaStreamSource;
  AudioContext.prototype.createMediaStreamSource = function (stream) {{
    const source = native.call(this, stream);
    if (stream.getAudioTracks()[0].getSettings().deviceId?.startsWith("web-contents")) return source;
    const analyser = new AnalyserNode(this, {{ fftSize: 1024 }});
    const piece = new Float32Array(1024);
    source.connect(analyser);
    setInterval(() => {{
      analyser.getFloatTimeDomainData(piece);
      if (Math.hypot(...piece) / 32 > {LOUD}) window.loud.push(Date.now());
    }}, 20);
    return source;
  }};
}})()"""

_READ = """() => {
  window.read = [];
  let before = "";
  setInterval(() => {
    const inside = document.querySelector("hive-captions")?.shadowRoot;
    const lines = [...(inside?.querySelectorAll(".line-text[data-kind=translation]") ?? [])];
    const now = lines.map(({ textContent }) => textContent).join(" ");
    if (now !== before && now !== "") window.read.push(Date.now());
    before = now;
  }, 20);
}"""

_SAY = """async () => {
  const audio = document.querySelector("audio");
  audio.loop = false;
  audio.currentTime = 0;
  await audio.play();
  while (audio.currentTime === 0) await new Promise((resolve) => setTimeout(resolve, 2));
  return Date.now() - audio.currentTime * 1000;
}"""


class Watched:
    """A tab that is interpreted by somebody who is paired."""

    def __init__(self, somebody: Visitor, page: Page) -> None:
        self._somebody, self._page = somebody, page

    @property
    def _worker(self) -> Worker:
        return self._somebody.context.service_workers[0]

    async def beginning(self) -> dict[str, float]:
        """Begins with nothing of the extension running but its service worker, and stops once something is read:
        for each of `PHASES` the seconds since the click."""
        await self._worker.evaluate(_CLOSE)
        await self._page.evaluate("() => document.querySelector('audio').play()")
        await self._worker.evaluate(_MOMENTS)
        clicked = await self._click()
        await self._until_captions()
        moments: dict[str, float] = await self._worker.evaluate("() => self.moments")
        moments |= dict(zip(PHASES[:1] + PHASES[2:4], await self._ask(_ASKED), strict=False))
        await self._somebody.tools.evaluate(
            OFFSCREEN, "chrome.runtime.sendMessage({ to: 'background', type: 'stop' })"
        )
        await self._page.locator("hive-captions").wait_for(state="detached")
        return {name: (moments[name] - clicked) / 1000 for name in PHASES}

    async def stop(self) -> None:
        """Ends the call."""
        await self._page.locator("hive-captions .stop").click()
        await self._page.locator("hive-captions").wait_for(state="detached")

    async def begin_rounds(self) -> None:
        """Has the tab interpreted, and notes when something of it is heard or read."""
        await self._page.evaluate("() => document.querySelector('audio').pause()")
        await self._somebody.tap()
        await self._ask(_LISTEN)
        await self._page.evaluate(_READ)
        await self._click()
        await (
            self._page.locator("hive-captions .lag").filter(has_text="elay").wait_for(timeout=LIMIT_S * 1000)
        )

    async def round(self) -> Reached:
        """Has the tab say the words once."""
        began = await self._page.evaluate(_SAY)
        return await Spell(began / 1000, time.time, self._captions, self._voice).reached()

    async def _captions(self) -> list[float]:
        return [at / 1000 for at in await self._page.evaluate("window.read")]

    async def _voice(self) -> list[float]:
        return [at / 1000 for at in await self._ask("window.loud")]

    async def _click(self) -> float:
        await self._somebody.click(self._page)
        return float(await self._somebody.tools.evaluate(POPUP, _BEGIN))

    async def _ask(self, script: str) -> Any:
        return await self._somebody.tools.evaluate(OFFSCREEN, script)

    async def _until_captions(self) -> None:
        lines = self._page.locator("hive-captions .line-text[data-kind=translation]")
        await lines.first.wait_for(timeout=LIMIT_S * 1000)
