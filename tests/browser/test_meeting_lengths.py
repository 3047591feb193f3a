"""What a meeting's length costs: nothing moves the text, and what is kept stays small.

Every caption, message and visitor of the time is there; only the pauses between them are left out.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from livekit import api, rtc
from playwright.async_api import Playwright, expect

from tests.browser.interpreter import ScriptedInterpreter, interpreting, tone
from tests.browser.people import PHONE, Person, person
from tests.browser.rooms import Rooms
from tests.browser.servers import API_KEY, API_SECRET, MediaServer

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

MOST_SHIFT = 0.05
"""Of four minutes, all of it together: browsers call a page good up to 0.1 in its worst five seconds."""
MOST_GROWTH_MB = 4.0
"""Of an hour; about half of it is the transcript itself, in two languages with times and names."""

CLAUSE_S = 3
WORDS = "Last year we opened four new stations in the north and three hundred people found work there".split()
PALABRAS = "El año pasado abrimos cuatro estaciones nuevas en el norte y allí encontraron trabajo trescientos".split()

# Sums up what moved without anybody touching the page.
_WATCH = """() => {
  window.moved = { shift: 0, what: [] };
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if (entry.hadRecentInput) continue;
      window.moved.shift += entry.value;
      window.moved.what.push(...entry.sources.map(({ node }) => node?.className ?? node?.parentElement?.className));
    }
  }).observe({ type: "layout-shift" });
}"""


@asynccontextmanager
async def visitor(media: MediaServer, room_name: str, identity: str) -> AsyncIterator[rtc.Room]:
    """Somebody in the room by another program than the page."""
    token = (
        api.AccessToken(API_KEY, API_SECRET)
        .with_identity(identity)
        .with_name(identity.title())
        .with_grants(api.VideoGrants(room_join=True, room=room_name, can_publish_data=True))
        .to_jwt()
    )
    room = rtc.Room()
    await room.connect(media.url, token, rtc.RoomOptions(auto_subscribe=False))
    try:
        yield room
    finally:
        await room.disconnect()


async def clause(
    interpreter: ScriptedInterpreter,
    speaker: str,
    number: int,
    drafts: tuple[int, ...],
    *,
    pause_s: float = 0,
) -> None:
    """What is sent of one clause in two languages: so many words of it as drafts, then all of it.

    Two of three stand in one paragraph with what was said before.

    Args:
        pause_s: behind each draft, so that it is drawn: what is not drawn cannot move.
    """
    text, texto = (_of(words, number) for words in (WORDS, PALABRAS))
    at_ms = number * CLAUSE_S * 1000 + (number // 3) * 4000
    segment = f"{speaker}/{number}-1"
    times = {"segment": segment, "start_ms": at_ms, "end_ms": at_ms + 2800}
    for words in drafts:
        draft = " ".join(texto.split()[:words])
        settled = len(" ".join(texto.split()[: words // 2]))
        await interpreter.caption(speaker, draft, language="es", final=False, committed=settled, **times)  # type: ignore[arg-type]
        await asyncio.sleep(pause_s)
    await interpreter.caption(speaker, text, language="en", **times)  # type: ignore[arg-type]
    await interpreter.caption(speaker, texto, language="es", **times)  # type: ignore[arg-type]


def _of(words: list[str], number: int) -> str:
    """As many and others each time."""
    first = number % len(words)
    return f"{number} {' '.join(words[first:] + words[:first])[: 40 + number * 7 % 60].strip()}."


async def test_four_minutes_of_talk_move_nothing(
    playwright: Playwright, media: MediaServer, rooms: Rooms
) -> None:
    """Drafts, two speakers, a voice, its delay, what is missing, people who come and go: all that happens by itself."""
    meeting = await rooms.create()
    await rooms.engage(meeting)
    async with interpreting(media, meeting.room) as interpreter, person(playwright, size=PHONE) as ana:
        await ana.join(meeting.guest_link, "Ana")
        await ana.hear("es")
        await interpreter.opened("es")
        await clause(interpreter, "luc", 0, (3,))
        await expect(ana.page.locator(".passage-text").first).to_be_visible()
        await ana.page.locator("body").evaluate("() => document.activeElement.blur()")
        await ana.page.wait_for_timeout(600)  # until then a shift counts as the reader's own doing
        await ana.page.evaluate(_WATCH)

        for number in range(1, 240 // CLAUSE_S):
            await clause(interpreter, ("luc", "mia")[number // 7 % 2], number, (2, 5, 4, 8), pause_s=0.04)
            await _meanwhile(interpreter, media, meeting.room, number)
        last = ana.page.locator(".clause", has_text=f"{240 // CLAUSE_S - 1} ")
        await expect(last.first).to_be_visible()

        moved: dict[str, Any] = await ana.page.evaluate("() => window.moved")
        assert moved["shift"] <= MOST_SHIFT, moved
        assert ana.errors == []


async def _meanwhile(interpreter: ScriptedInterpreter, media: MediaServer, room: str, number: int) -> None:
    if number % 4 == 0:
        await interpreter.measure("es", 2.0 + number % 5)
    if number % 10 == 0:
        await interpreter.say("es", tone(1000, 0.3))
    if number % 20 == 5:
        await interpreter.report({"code": "no_voice", "language": "es"})
    if number % 20 == 10:
        await interpreter.report()
    if number % 20 == 15:
        async with visitor(media, room, f"guest-{number}"):
            pass


async def test_an_hour_leaves_little_behind(playwright: Playwright, media: MediaServer, rooms: Rooms) -> None:
    """1200 clauses in two languages, 120 messages and 30 people who come and go; measured with all garbage gone."""
    meeting = await rooms.create(chat=True)
    await rooms.engage(meeting)
    async with interpreting(media, meeting.room) as interpreter, person(playwright) as ana:
        await ana.join(meeting.guest_link, "Ana")
        await ana.hear("es")
        await interpreter.opened("es")
        minute = 60 // CLAUSE_S
        for number in range(minute):
            await clause(interpreter, f"speaker-{number % 5}", number, (4,))
        await _arrived(ana, minute - 1)
        before_mb = await _heap_mb(ana)

        for number in range(minute, 61 * minute):
            await clause(interpreter, f"speaker-{number % 5}", number, (4,))
            if number % (2 * minute) == 0:
                await _visit(media, meeting.room, f"guest-{number}")
                await _arrived(ana, number)  # what comes faster than it is drawn is refused
        await _arrived(ana, 61 * minute - 1)
        grown_mb = await _heap_mb(ana) - before_mb

        assert grown_mb <= MOST_GROWTH_MB, f"{grown_mb:.1f} MB on top of {before_mb:.1f}"
        assert ana.errors == []


async def _visit(media: MediaServer, room: str, identity: str) -> None:
    """Somebody comes, writes four messages and goes."""
    async with visitor(media, room, identity) as guest:
        for number in range(4):
            await guest.local_participant.send_text(f"Message {number} of {identity}", topic="lk.chat")


async def _arrived(who: Person, number: int) -> None:
    await expect(who.page.locator(".clause", has_text=f"{number} ").last).to_be_visible()


async def _heap_mb(who: Person) -> float:
    session = await who.page.context.new_cdp_session(who.page)
    try:
        for _ in range(3):  # what only the last pass lets go of
            await session.send("HeapProfiler.collectGarbage")
            await asyncio.sleep(0.2)
        usage = await session.send("Runtime.getHeapUsage")
        return float(usage["usedSize"]) / 1e6
    finally:
        await session.detach()
