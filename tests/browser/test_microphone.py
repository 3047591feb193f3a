"""At the microphone: its menu, what is done to its sound, and what the page notices about it."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.async_api import Page, Playwright, expect

from tests.browser.interpreter import interpreting
from tests.browser.people import Heard, Person, person
from tests.browser.rooms import Rooms
from tests.browser.servers import MediaServer

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

SPEECH = Path(__file__).parents[1] / "data" / "speech"

# Every microphone that the page opens; the browser shows its sign of recording while one of them is live.
_CAPTURES = """
(() => {
  const media = navigator.mediaDevices;
  const ask = media.getUserMedia.bind(media);
  window.captures = [];
  media.getUserMedia = async (wish) => {
    const stream = await ask(wish);
    window.captures.push(...stream.getAudioTracks());
    return stream;
  };
  const list = media.enumerateDevices.bind(media);
  window.unplugged = "";
  media.enumerateDevices = async () => (await list()).filter(({ label }) => label !== window.unplugged);
})();
"""
_LIVE = "() => window.captures.filter((track) => track.readyState === 'live')"

# A loudspeaker beside a microphone: what the page plays comes back into it, later and quieter.
_LOUDSPEAKER = """
(() => {
  const connect = AudioNode.prototype.connect;
  let room = null;
  AudioNode.prototype.connect = function (target, ...rest) {
    if (target instanceof AudioDestinationNode && this instanceof GainNode && !room) {
      room = target.context.createMediaStreamDestination();
      const air = target.context.createDelay();
      air.delayTime.value = 0.12;
      const walls = target.context.createGain();
      walls.gain.value = 0.2;
      connect.call(this, air);
      connect.call(air, walls);
      connect.call(walls, room);
    }
    return connect.call(this, target, ...rest);
  };
  navigator.mediaDevices.getUserMedia = async () =>
    (room ?? new AudioContext().createMediaStreamDestination()).stream.clone();
})();
"""


def _spoken(*names: str) -> NDArray[np.int16]:
    """Sentences of `tests/data/speech` one after another, shape (samples,), 48 kHz."""
    convert = ["-ar", "48000", "-ac", "1", "-f", "s16le", "-"]
    raw = b"".join(
        subprocess.run(
            ["ffmpeg", "-loglevel", "error", "-i", str(SPEECH / f"{name}.flac"), *convert],
            check=True,
            capture_output=True,
        ).stdout
        for name in names
    )
    return np.frombuffer(raw, np.int16)


@pytest.fixture(scope="module")
def beside_a_fan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sentences with pauses between them, and a fan all the time."""
    pause = np.zeros(2 * 48_000, np.int16)
    clean = np.concatenate([pause, _spoken("rms-report"), pause, _spoken("rms-things")]).astype(np.float64)
    white = np.random.default_rng(0).normal(0, 1, len(clean))
    fan = np.zeros(len(clean))
    for at in range(1, len(clean)):
        fan[at] = 0.98 * fan[at - 1] + white[at]
    fan *= 32_768 * 10 ** (-34 / 20) / np.std(fan)
    path = tmp_path_factory.mktemp("fan") / "fan.wav"
    write = ["ffmpeg", "-loglevel", "error", "-y", "-f", "s16le", "-ar", "48000", "-ac", "1", "-i", "-"]
    sound = np.clip(clean + fan, -32_768, 32_767).astype(np.int16)
    subprocess.run([*write, str(path)], input=sound.tobytes(), check=True)
    return path


def _levels_db(heard: Heard) -> tuple[float, float]:
    """How loud its pauses and its words are: the quiet and the loud pieces of a tenth of a second."""
    piece = heard.rate_hz // 10
    pieces = heard.sound[: len(heard.sound) // piece * piece].reshape(-1, piece)
    levels = 10 * np.log10(np.mean(np.square(pieces), axis=1) + 1e-9)
    return float(np.percentile(levels, 12)), float(np.percentile(levels, 90))


async def _until(page: Page, condition: str) -> None:
    await page.wait_for_function(condition)


async def _one_open(page: Page, like: str) -> None:
    """Returns once the page holds one microphone open, and it is as the JavaScript function says."""
    await _until(
        page, f"() => {{ const live = ({_LIVE})(); return live.length === 1 && live.every({like}); }}"
    )


async def _live(page: Page) -> int:
    return int(await page.evaluate(f"() => ({_LIVE})().length"))


async def _listened(listener: Person, holds: Callable[[float, float], bool]) -> tuple[float, float]:
    """Levels of what is heard, once they are as they should be: changes take a moment, and sound comes late."""
    for _ in range(4):
        levels = _levels_db(await listener.listen(9))
        if holds(*levels):
            break
    return levels


async def test_noise_is_taken_out_where_that_is_chosen_and_devices_are_followed(
    playwright: Playwright, rooms: Rooms, beside_a_fan: Path
) -> None:
    """Also while somebody speaks; suppression that fails says so; a device that is unplugged is replaced."""
    meeting = await rooms.create()
    async with (
        person(playwright, voice=beside_a_fan) as emma,
        person(playwright) as ana,
    ):
        await emma.page.add_init_script(_CAPTURES)
        await emma.join(meeting.guest_link, "Emma")
        await ana.join(meeting.guest_link, "Ana")
        await expect(emma.page.locator(".tool-mic")).to_have_attribute("data-microphone", "on")
        await _until(
            emma.page,
            "() => new DOMMatrix(getComputedStyle(document.querySelector('.tool-level')).transform).a > 0.2",
        )
        await emma.page.locator(".tool-mic-menu").click()
        menu = emma.page.locator(".mic-menu-sheet")
        await menu.get_by_role("switch", name="Adjust the microphone").set_checked(False)
        await menu.get_by_role("radio", name="Off").check(force=True)
        await _one_open(emma.page, "(track) => !track.getSettings().noiseSuppression")
        assert await _live(emma.page) == 1
        noisy = await _listened(ana, lambda pauses, _: pauses > -45)

        await emma.page.route("**/rnnoise-*.wasm", lambda route: route.abort())
        await menu.get_by_role("radio", name="Strong").check(force=True)
        word = emma.page.locator(".mic-word")
        await expect(word).to_have_attribute("data-word", "filterFailed")
        await _one_open(emma.page, "(track) => track.getSettings().noiseSuppression")
        await word.get_by_role("button", name="Close").click()
        await emma.page.unroute("**/rnnoise-*.wasm")
        await menu.get_by_role("radio", name="Off").check(force=True)
        async with emma.page.expect_response("**/rnnoise-*.wasm") as sent:
            await menu.get_by_role("radio", name="Strong").check(force=True)
        assert (await sent.value).headers["content-type"] == "application/wasm"
        quiet = await _listened(ana, lambda pauses, words: pauses < noisy[0] - 12 and words > noisy[1] - 6)
        assert quiet[0] < noisy[0] - 12
        assert abs(quiet[1] - noisy[1]) < 6
        assert await word.count() == 0

        devices = menu.get_by_label("Microphone", exact=True)
        await devices.select_option(label="Fake Audio Input 2")
        await _one_open(emma.page, "(track) => track.label === 'Fake Audio Input 2'")
        unplug = """(name) => {
          window.unplugged = name;
          navigator.mediaDevices.dispatchEvent(new Event("devicechange"));
        }"""
        await emma.page.evaluate(unplug, "Fake Audio Input 2")
        await expect(word).to_contain_text("“Fake Audio Input 2” was unplugged. “Fake")
        await _one_open(emma.page, "(track) => track.label !== 'Fake Audio Input 2'")
        await emma.page.evaluate(unplug, "")
        await expect(word).to_contain_text("“Fake Audio Input 2” is back")
        await _one_open(emma.page, "(track) => track.label === 'Fake Audio Input 2'")
        assert await _live(emma.page) == 1
        await devices.press("Escape")
        await expect(menu).to_be_hidden()

        await emma.page.locator(".tool-mic").click()
        await _until(emma.page, f"() => ({_LIVE})().length === 0")
        await emma.page.locator(".tool-mic-menu").click()
        await menu.get_by_role("switch", name="Notice when I speak").set_checked(True)
        await _until(emma.page, f"() => ({_LIVE})().length === 1")
        await expect(word).to_have_attribute("data-word", "mutedSpeech", timeout=25_000)
        await emma.page.locator(".tool-mic").click()
        await expect(emma.page.locator(".tool-mic")).to_have_attribute("data-microphone", "on")
        await expect(word).to_have_count(0)
        again = await _listened(ana, lambda _, words: words > noisy[1] - 6)

        assert again[1] > noisy[1] - 6
        assert await _live(emma.page) == 1
        assert [error for error in emma.errors if "rnnoise" not in error and "ERR_FAILED" not in error] == []
        assert ana.errors == []


async def test_who_hears_the_translation_in_their_microphone_is_told_once(
    playwright: Playwright, media: MediaServer, rooms: Rooms
) -> None:
    """By measurement: the voice that the loudspeaker plays is in what the microphone sends."""
    meeting = await rooms.create()
    await rooms.engage(meeting)
    async with interpreting(media, meeting.room) as interpreter, person(playwright) as bob:
        await bob.page.add_init_script(_LOUDSPEAKER)
        await bob.join(meeting.guest_link, "Bob")
        await bob.hear("es")
        await interpreter.opened("es")
        await expect(bob.page.locator(".tool-mic")).to_have_attribute("data-microphone", "on")
        word = bob.page.locator(".mic-word")
        voice = _spoken("rms-report", "rms-things", "awb-people", "rms-budget", "awb-quarter")
        talking = asyncio.create_task(interpreter.say("es", voice))
        await expect(word).to_have_attribute("data-word", "echo")
        await expect(word).to_contain_text("Use headphones")
        await talking
        await word.get_by_role("button", name="Close").click()
        await interpreter.say("es", _spoken("rms-report", "rms-things"))

        assert await word.count() == 0
        assert bob.errors == []
