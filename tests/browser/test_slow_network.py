"""A bad network, as somebody on it sees the page: words at once, a way in, a way out, and captions in their order."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from playwright.async_api import Playwright, expect

from stack.ports import free_port
from tests.browser.bad_network import LossyNetwork, lossy_network, slow_network
from tests.browser.interpreter import interpreting, tone
from tests.browser.people import PHONE, person
from tests.browser.rooms import Rooms
from tests.browser.servers import MediaServer, auth_service, coturn, livekit_server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

CAPTIONS = 24

# What the page says, noted each time that it changes; "" is a blank page.
_NOTE = """(() => {
  window.said = [];
  const look = () => {
    const words = document.body?.innerText.trim().slice(0, 80) ?? "";
    if (document.body && window.said.at(-1) !== words) window.said.push(words);
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})()"""


async def test_a_slow_network_shows_words_at_once_and_joining_can_be_given_up(
    playwright: Playwright, rooms: Rooms
) -> None:
    """400 kbit/s and 400 ms: never a blank page once there was one, a door that can be used, progress, a way out."""
    meeting = await rooms.create()
    async with person(playwright, size=PHONE, locale="es") as ana:
        page = ana.page
        await page.add_init_script(_NOTE)
        join, cancel = page.locator("button[type=submit]"), page.get_by_role("button", name="Cancelar")
        problems = page.locator(".notice-problem")
        async with slow_network(page, kbit_s=400, latency_ms=400):
            await page.goto(meeting.guest_link, wait_until="commit")
            await page.get_by_label("Su nombre").fill("Ana")
            said: list[str] = await page.evaluate("window.said")
            first = next(at for at, words in enumerate(said) if words)
            assert "" not in said[first:], said
        async with slow_network(page, kbit_s=400, latency_ms=4000):
            await join.click()
            await expect(join).to_have_text("Entrando…")
            await expect(page.locator(".before-join progress")).to_be_visible()
            await cancel.click()
            await expect(join).to_be_enabled()
            await expect(problems).to_have_count(0)

        await page.reload()  # whoever gave up is not taken in by that
        await join.click()
        await page.locator(".room").wait_for()
        assert ana.errors == []


@contextlib.asynccontextmanager
async def _behind_a_lossy_network(
    directory: Path, web: Path, livekit: Path
) -> AsyncIterator[tuple[LossyNetwork, MediaServer, str]]:
    """A media server, and a service that sends whoever goes by the relay through the bad stretch before it."""
    secret, relay_port, near_port, port = (
        "a-shared-secret-of-the-browser-tests",
        *(free_port() for _ in "abc"),
    )
    turn = {"HIVE_TURN__HOST": "127.0.0.1", "HIVE_TURN__SECRET": secret, "HIVE_TURN__PORT": str(near_port)}
    with (
        coturn(directory, port=relay_port, secret=secret),
        livekit_server(livekit, directory, webhook_port=port) as media,
        auth_service(directory, media, port=port, web=web, settings=turn) as service,
    ):
        async with lossy_network(near_port, relay_port) as network:
            yield network, media, service.url


async def test_captions_that_come_late_stay_in_order_and_the_connection_is_told(
    playwright: Playwright, tmp_path: Path, web: Path, livekit: Path
) -> None:
    """A third of all packets is lost, others overtake each other, then nothing passes: no line is missing."""
    async with (
        _behind_a_lossy_network(tmp_path, web, livekit) as (network, media, url),
        aiohttp.ClientSession(url) as http,
        person(playwright, size=PHONE, locale="es") as ana,
    ):
        rooms, page = Rooms(http), ana.page
        meeting = await rooms.create(guests="listener")
        await rooms.engage(meeting)
        async with interpreting(media, meeting.room) as interpreter:
            await page.goto(meeting.guest_link)
            await page.evaluate("localStorage.setItem('hive.preferences', JSON.stringify({relayOnly: true}))")
            await ana.join(meeting.guest_link, "Ana")
            await ana.hear("es")
            await interpreter.opened("es")
            network.loss, network.delay_s = 0.3, 0.4
            speaking = asyncio.create_task(interpreter.say("es", tone(1000, 60)))
            lines = [f"Frase número {number}." for number in range(CAPTIONS)]
            for line in lines:
                await interpreter.caption("luc", line, language="es")
            await expect(page.locator(".passage-text")).to_have_text(lines)

            weak = page.locator(".troubles").get_by_text("Su conexión es mala.")
            await expect(weak).to_be_visible()
            await expect(page.locator(".strip .quality")).to_have_attribute("aria-label", "Conexión: mala")
            network.loss = 1.0
            banner = page.locator(".banner")
            await expect(banner).to_have_attribute("data-connection", "reconnecting")
            network.loss, network.delay_s = 0.0, 0.0
            await expect(banner).to_have_attribute("data-connection", "restored")
            await interpreter.caption("luc", "Otra vez.", language="es")
            await expect(page.locator(".passage-text")).to_have_text([*lines, "Otra vez."])
            speaking.cancel()
            await asyncio.wait([speaking])
