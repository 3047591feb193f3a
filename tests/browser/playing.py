"""Which tracks a page plays at which moment, taken from its Web Audio graph."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from playwright.async_api import Page

# Notes for every track that the page plays when it came, and each 20 ms whether it is loud.
TAP = """
(() => {
  // A receiver is used again for other tracks: only its newest stream says which one it carries.
  const sids = new Map();
  const describe = RTCPeerConnection.prototype.setRemoteDescription;
  RTCPeerConnection.prototype.setRemoteDescription = function (...rest) {
    if (!this.watched) {
      this.watched = true;
      this.addEventListener("track", ({ track, streams }) => sids.set(track.id, streams[0]?.id.split("|")[1]));
    }
    return describe.apply(this, rest);
  };
  const create = AudioContext.prototype.createMediaStreamSource;
  window.playing = { began: [], loud: [] };
  AudioContext.prototype.createMediaStreamSource = function (stream) {
    const source = create.call(this, stream);
    const analyser = this.createAnalyser();
    analyser.fftSize = 1024;
    source.connect(analyser);
    const track = stream.getAudioTracks()[0];
    const id = sids.get(track.id) ?? track.id;
    const samples = new Float32Array(analyser.fftSize);
    window.playing.began.push([Date.now() / 1000, id]);
    const timer = window.setInterval(() => {
      if (track.readyState === "ended") clearInterval(timer);
      analyser.getFloatTimeDomainData(samples);
      const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
      if (power > 1e-5) window.playing.loud.push([Date.now() / 1000, id]);
    }, 20);
    return source;
  };
})();
"""

_CHANGE = """(language) => {
  const select = document.querySelector("#hear");
  const set = Object.getOwnPropertyDescriptor(HTMLSelectElement.prototype, "value").set;
  set.call(select, language);
  const at = Date.now() / 1000;
  select.dispatchEvent(new Event("change", { bubbles: true }));
  return at;
}"""


@dataclass(frozen=True, slots=True)
class Taken:
    """A channel that is played."""

    there_s: float
    """After the change, when the page had its track."""
    heard_s: float
    """Unix time of its first sound."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A change of language on a page."""

    page: Page
    at_s: float
    """Unix time."""

    async def first(self, sid: str, limit_s: float) -> Taken:
        """Raises AssertionError where the track is not heard in time."""
        while time.time() < self.at_s + limit_s:
            began, loud = await self._noted("began", sid), await self._noted("loud", sid)
            if began and loud:
                return Taken(began[0] - self.at_s, loud[0])
            await asyncio.sleep(0.05)
        raise AssertionError(
            f"{sid} was not heard within {limit_s:g} s: {await self.page.evaluate('playing.began')}"
        )

    async def last(self, sid: str) -> float:
        """How long after the change the track was heard for the last time; 0 if never."""
        await asyncio.sleep(max(0.0, self.at_s + 1.5 - time.time()))
        loud = await self._noted("loud", sid)
        return loud[-1] - self.at_s if loud else 0.0

    async def _noted(self, what: str, sid: str) -> list[float]:
        notes: list[tuple[float, str]] = await self.page.evaluate(f"playing.{what}")
        return [at_s for at_s, track in notes if track == sid and at_s >= self.at_s]


@dataclass(frozen=True, slots=True)
class Playing:
    """A page with `TAP` in it."""

    page: Page

    async def change(self, language: str) -> Changed:
        """Chooses the language to hear as a person does."""
        return Changed(self.page, float(await self.page.evaluate(_CHANGE, language)))
