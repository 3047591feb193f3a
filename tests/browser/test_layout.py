"""Where things stand: nothing moves the text, and every window has room for what matters."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from playwright.async_api import Page, Playwright, WebSocketRoute, expect

from tests.browser.interpreter import ScriptedInterpreter, interpreting, tone
from tests.browser.people import PHONE, Person, person
from tests.browser.rooms import Rooms
from tests.browser.servers import MediaServer

pytestmark = pytest.mark.browser

MOST_SHIFT = 0.05

# Sums up what moved without anybody touching the page, and notes every height of the captions' area.
_WATCH = """() => {
  window.moved = { shift: 0, what: [], heights: [] };
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if (entry.hadRecentInput) continue;
      window.moved.shift += entry.value;
      window.moved.what.push(...entry.sources.map(({ node }) => node?.className ?? node?.parentElement?.className));
    }
  }).observe({ type: "layout-shift" });
  new ResizeObserver(([entry]) => {
    const height = Math.round(entry.contentRect.height);
    if (!window.moved.heights.includes(height)) window.moved.heights.push(height);
  }).observe(document.querySelector(".captions"));
}"""


async def test_nothing_moves_the_text(
    playwright: Playwright, media: MediaServer, rooms: Rooms, voice: Any
) -> None:
    """Troubles, waits, lags, drafts and an interruption come and go on a phone; the captions stay where they are.

    Only who has just stopped speaking is told that others still listen.
    """
    meeting = await rooms.create()
    await rooms.engage(meeting)
    async with (
        asyncio.timeout(60),
        interpreting(media, meeting.room) as interpreter,
        person(playwright, size=PHONE) as ana,
        person(playwright, size=PHONE, voice=voice) as emma,
    ):
        sockets: list[WebSocketRoute] = []

        def through(socket: WebSocketRoute) -> None:
            sockets.append(socket)
            socket.connect_to_server()

        await ana.page.route_web_socket("**/rtc**", through)
        await ana.join(meeting.guest_link, "Ana")
        await emma.join(meeting.guest_link, "Emma")
        await ana.hear("es")
        await interpreter.opened("es")
        await interpreter.caption("luc", "Buenos días a todos.", language="es")
        await expect(ana.page.locator(".passage-text")).to_have_count(1)
        await ana.page.locator("body").evaluate("() => document.activeElement.blur()")
        await asyncio.gather(*(one.page.evaluate(_WATCH) for one in (ana, emma)))

        await _a_lively_moment(interpreter, ana, "Primero", "no_voice", "There is no voice for Spanish")
        await _a_lively_moment(
            interpreter, ana, "Segundo", "channel_failed", "The voice for Spanish broke off"
        )

        await sockets[-1].close(code=3000, reason="cut")
        banner = ana.page.locator(".banner")
        await expect(banner).to_have_attribute("data-connection", "reconnecting")
        await expect(banner).to_have_attribute("data-connection", "restored")

        talking = asyncio.create_task(interpreter.say("es", tone(1000, 4)))
        await emma.page.locator(".tool-mic").click()
        wait = emma.page.locator(".wait")
        await expect(wait).to_have_attribute("data-waiting", "1")
        waits_of_ana = await ana.page.locator('.wait:not([data-waiting="0"])').count()
        ringed = await emma.page.locator('.tool-mic[data-waiting="true"]').count()
        await talking
        await expect(wait).to_have_attribute("data-waiting", "0")

        moved = [await one.page.evaluate("() => window.moved") for one in (ana, emma)]
        assert [len(one["heights"]) for one in moved] == [1, 1], moved
        assert all(one["shift"] <= MOST_SHIFT for one in moved), moved
        assert (waits_of_ana, ringed) == (0, 1)
        assert [ana.errors, emma.errors] == [[], []]


async def _a_lively_moment(
    interpreter: ScriptedInterpreter, listener: Person, word: str, report: str, told: str
) -> None:
    """A trouble, a voice, a growing lag and a draft that becomes final, one on top of the other."""
    page = listener.page
    await interpreter.report({"code": report, "language": "es"})
    await expect(page.locator(".troubles", has_text=told)).to_be_visible()
    words = f"{word} vamos a empezar con el informe de la última semana y luego"
    segment = await interpreter.caption("luc", words, language="es", final=False, committed=len(word))
    await expect(page.locator(".tentative")).to_be_visible()
    await interpreter.measure("es", 3.9)
    await interpreter.say("es", tone(1000, 0.4))
    await interpreter.measure("es", 5.6)
    await interpreter.caption("luc", f"{words} hablamos de ello.", language="es", segment=segment)
    await expect(page.locator(".tentative")).to_have_count(0)
    await interpreter.report()
    await expect(page.locator(".troubles", has_text=told)).to_have_count(0)


LONG_TITLE = "Quarterly budget review of the northern and southern branches"
LONG_NAME = "Maximiliana Featherstonehaugh-Cholmondeley the Younger"

# What is refused is told at the button; no prompt of a browser can be answered in a test.
_REFUSE = """() => {
  const refuse = () => Promise.reject(new DOMException("refused", "NotAllowedError"));
  navigator.mediaDevices.getUserMedia = refuse;
  navigator.mediaDevices.getDisplayMedia = refuse;
}"""

_JOIN_IN_SIGHT = """() => {
  const { top, bottom } = document.querySelector("button[type=submit]").getBoundingClientRect();
  return top >= 0 && bottom <= innerHeight;
}"""

_FACTS = """() => {
  const box = (selector) => document.querySelector(selector)?.getBoundingClientRect();
  const inside = (selector) => {
    const { left, right, top, bottom, width } = box(selector) ?? {};
    return width > 0 && left >= 0 && top >= 0 && right <= innerWidth + 0.5 && bottom <= innerHeight + 0.5;
  };
  const title = document.querySelector(".room-head h1");
  const tools = [...document.querySelectorAll(".toolbar .tool:not(.more-menu .tool), .toolbar .chip")]
    .map((tool) => tool.getBoundingClientRect()).filter(({ width }) => width > 0);
  return {
    overflows: document.documentElement.scrollWidth > innerWidth,
    leave: inside(".tool-leave"),
    mic: inside(".tool-mic"),
    hear: inside(".chip"),
    titleShare: title.clientWidth / innerWidth,
    captionsShare: box(".captions").height / innerHeight,
    toolRows: Math.max(...tools.map(({ top }) => top)) - Math.min(...tools.map(({ bottom }) => bottom)) > 0 ? 2 : 1,
    toolsInside: tools.every(({ left, right }) => left >= 0 && right <= innerWidth + 0.5),
  };
}"""


async def _doors_without_a_way_in(page: Page) -> list[str]:
    below = []
    for width, height in ((1366, 650), (390, 700), (1024, 768)):
        await page.set_viewport_size({"width": width, "height": height})
        if not await page.evaluate(_JOIN_IN_SIGHT):
            below.append(f"{width}: joining is below the fold")
    return below


async def _facts(page: Page, width: int, height: int) -> dict[str, Any]:
    await page.set_viewport_size({"width": width, "height": height})
    facts: dict[str, Any] = await page.evaluate(_FACTS)
    return facts


async def test_every_window_has_room_for_what_matters(
    playwright: Playwright, media: MediaServer, rooms: Rooms
) -> None:
    """320 pixels, a phone on its side, 1024 pixels and a page from right to left."""
    meeting = await rooms.create(title=LONG_TITLE)
    await rooms.engage(meeting)
    wrong: list[object] = []
    async with (
        interpreting(media, meeting.room) as interpreter,
        person(playwright, size=(1024, 768)) as emma,
        person(playwright, size=PHONE, locale="ar") as ana,
    ):
        await emma.page.goto(meeting.organiser_link)
        await emma.page.locator("button[type=submit]").wait_for()
        wrong += await _doors_without_a_way_in(emma.page)
        await emma.page.evaluate(
            "localStorage.setItem('hive.preferences', JSON.stringify({pushToTranslate: true}))"
        )
        await emma.join(meeting.organiser_link, LONG_NAME)
        page = emma.page
        if not await page.evaluate("document.activeElement.matches('h1')"):
            wrong.append("the focus is lost on joining")
        await emma.hear("es")
        await interpreter.opened("es")
        await interpreter.measure("es", 4.4)
        pill = page.locator(".lag .pill")
        await pill.wait_for()
        if (await pill.inner_text()).strip() != "4 s":
            wrong.append("the delay takes the title's room")

        facts = await _facts(page, 1024, 768)
        if facts["overflows"] or facts["toolRows"] > 1 or not facts["toolsInside"]:
            wrong.append(("1024", facts))
        facts = await _facts(page, 844, 390)
        if (
            facts["overflows"]
            or facts["toolRows"] > 1
            or facts["captionsShare"] < 0.6
            or not facts["leave"]
            or not facts["toolsInside"]
        ):
            wrong.append(("on its side", facts))
        facts = await _facts(page, 320, 640)
        enough = facts["leave"] and facts["mic"] and facts["hear"] and facts["toolsInside"]
        if (
            facts["overflows"]
            or facts["toolRows"] > 1
            or not enough
            or facts["titleShare"] < 0.6
            or facts["captionsShare"] < 0.45
        ):
            wrong.append(("320", facts))
        await emma.open_panel("settings")
        if (await _facts(page, 320, 640))["overflows"]:
            wrong.append("320: the settings overflow")
        await page.locator(".panel > header button").click()
        await expect(page.locator(".tool-more")).to_be_focused()

        await page.evaluate(_REFUSE)
        await page.locator(".tool-mic").click()
        told = page.get_by_role("alert").filter(has_text="does not allow the microphone")
        await expect(told).to_be_in_viewport(ratio=1)
        await expect(page.locator('.tool-mic[data-microphone="failed"] .tool-doubt')).to_have_text("?")
        await page.set_viewport_size({"width": 1024, "height": 768})
        await page.locator(".tool-share").click()
        told = page.get_by_role("alert").filter(has_text="not shared")
        await expect(told).to_be_in_viewport(ratio=1)

        await ana.page.goto(meeting.guest_link)
        await ana.page.locator("#name").fill("Ana")
        await ana.page.locator("button[type=submit]").click()
        await ana.page.locator(".room").wait_for()
        if (
            await ana.page.locator(".room-head h1").evaluate("(h1) => getComputedStyle(h1).direction")
            != "ltr"
        ):
            wrong.append("a Latin title loses its beginning from right to left")
        await ana.open_panel("people")
        name = ana.page.locator(".person-name", has_text="Maximiliana").locator("bdi")
        if await name.evaluate(
            "(name) => [getComputedStyle(name).direction, name.scrollWidth > name.clientWidth]"
        ) != [
            "ltr",
            True,
        ]:
            wrong.append("a long Latin name is not cut at its end")
        await ana.open_panel("settings")
        size = ana.page.locator(".stepper output bdi")
        if (
            await size.count() != 1
            or await size.evaluate("(size) => getComputedStyle(size).direction") != "ltr"
        ):
            wrong.append("the size is written from right to left")
        if await ana.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wrong.append("the Arabic page overflows")
        assert wrong == []
        assert ana.errors == []
