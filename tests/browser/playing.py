"""Which tracks a page plays at which moment, taken from its Web Audio graph."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from playwright.async_api import Page

from tests.browser.people import Person

# Notes for everything that the page begins to play when that was, and each 20 ms whether it is loud.
TAP = """
(() => {
  const create = AudioContext.prototype.createMediaStreamSource;
  window.playing = { began: [], loud: [] };
  AudioContext.prototype.createMediaStreamSource = function (stream) {
    const source = create.call(this, stream);
    const analyser = this.createAnalyser();
    analyser.fftSize = 1024;
    source.connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    const number = window.playing.began.push(Date.now() / 1000) - 1;
    const timer = window.setInterval(() => {
      if (stream.getAudioTracks()[0].readyState === "ended") window.clearInterval(timer);
      analyser.getFloatTimeDomainData(samples);
      const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
      if (power > 1e-5) window.playing.loud.push([Date.now() / 1000, number]);
    }, 20);
    return source;
  };
})();
"""

_CHANGE = """(language) => {
  const choice = document.querySelector(`[role=option][data-code="${language}"]`);
  const at = Date.now() / 1000;
  choice.click();
  return at;
}"""


@dataclass(frozen=True, slots=True)
class Taken:
    """What is played in place of something else. Unix times."""

    began_at_s: float
    """When the page had its track."""
    heard_at_s: float
    """Its first sound."""
    last_at_s: float
    """The last sound of what was played before."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A change of language on a page with `TAP` in it."""

    page: Page
    at_s: float
    """Unix time."""
    before: int
    """How many things the page had begun to play until then; the last of them was the translation."""

    async def taken(self, limit_s: float) -> Taken:
        """Raises AssertionError where nothing new is heard in time."""
        while time.time() < self.at_s + limit_s:
            began = await self.page.evaluate("playing.began")
            loud = await self._loud(self.before)
            if len(began) > self.before and loud:
                await asyncio.sleep(max(0.0, self.at_s + 1.5 - time.time()))
                old = await self._loud(self.before - 1)
                return Taken(began[self.before], loud[0], old[-1] if old else self.at_s)
            await asyncio.sleep(0.05)
        raise AssertionError(f"nothing new was heard within {limit_s:g} s")

    async def _loud(self, number: int) -> list[float]:
        notes: list[tuple[float, int]] = await self.page.evaluate("playing.loud")
        return [at_s for at_s, played in notes if played == number and at_s >= self.at_s]


async def change(page: Page, language: str) -> Changed:
    """Chooses the language to hear, as a person does."""
    somebody = Person(page, [])
    await somebody.open_languages()
    await somebody.list_of(page.locator("#hear"))
    before = len(await page.evaluate("playing.began"))
    return Changed(page, float(await page.evaluate(_CHANGE, language)), before)
