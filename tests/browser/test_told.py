"""What people are told of the interpreter: that it goes and comes, what it lacks, and who hears them."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Playwright, Route, expect

from tests.browser.interpreter import interpreting
from tests.browser.people import person
from tests.browser.rooms import Rooms
from tests.browser.servers import ROOT, MediaServer

pytestmark = pytest.mark.browser

LIMIT_MS = 20_000
MOST_BYTES = 300_000


async def _refuse(route: Route) -> None:
    await route.abort()


async def test_everybody_is_told_at_once_when_the_interpreter_goes_and_when_it_is_back(
    playwright: Playwright, media: MediaServer, rooms: Rooms
) -> None:
    """In the reader's language; half a line is closed; the organiser's panel follows the room, not the service."""
    meeting = await rooms.create()
    await rooms.engage(meeting)
    async with person(playwright) as olga, person(playwright, locale="es") as ana:
        async with interpreting(media, meeting.room) as interpreter:
            await olga.join(meeting.organiser_link, "Olga")
            await olga.open_panel("organise")
            state = olga.page.locator(".organise-state")
            await expect(state).to_have_text("The interpreter is here.", timeout=LIMIT_MS)
            await ana.page.goto(meeting.guest_link)
            await ana.page.locator("#name").fill("Ana")
            await ana.page.locator("button[type=submit]").click()
            await ana.hear("es")
            await interpreter.opened("es")
            await interpreter.caption(
                await ana.identity(), "Buenos dias", language="es", final=False, committed=7
            )
            await expect(ana.page.locator(".passage-text .tentative")).to_have_text("dias")
            await olga.page.route("**/interpreter", _refuse)

        told = ana.page.locator(".troubles[data-about=interpreter]")
        await expect(told).to_contain_text("El intérprete se ha ido", timeout=LIMIT_MS)
        await expect(ana.page.locator(".passage-text")).to_have_text("Buenos ")
        await expect(state).not_to_have_text("The interpreter is here.", timeout=LIMIT_MS)
        async with interpreting(media, meeting.room):
            await expect(told).to_contain_text("El intérprete ha vuelto", timeout=LIMIT_MS)
            await expect(told).not_to_contain_text("se ha ido")
            await expect(state).to_have_text("The interpreter is here.", timeout=LIMIT_MS)


async def test_reports_reach_whom_they_concern_and_only_those_count_as_heard_who_are(
    playwright: Playwright, media: MediaServer, rooms: Rooms, voice: Path
) -> None:
    """A speaker of a language that is not recognised is told so, is marked for the others, and has no followers."""
    meeting = await rooms.create()
    await rooms.engage(meeting)
    async with (
        interpreting(media, meeting.room, ("en", "es")) as interpreter,
        person(playwright, voice=voice) as omar,
        person(playwright) as ana,
    ):
        await omar.page.goto(meeting.guest_link)
        await omar.page.evaluate("localStorage.setItem('hive.preferences', JSON.stringify({speak: 'ar'}))")
        await omar.join(meeting.guest_link, "Omar")
        await ana.join(meeting.guest_link, "Ana")
        await ana.hear("es")
        await interpreter.opened("es")
        await omar.open_panel("settings")
        speak = omar.page.get_by_role("combobox", name="I speak")
        await interpreter.report(
            {"code": "unrecognised", "speaker": await ana.identity(), "language": "x<b>"},
            {"code": "no_voice", "language": "es"},
            {"code": "one that came later"},
        )

        not_understood = "You are not understood: Arabic is not recognised here."
        told = omar.page.locator(".troubles[data-about=interpreter]")
        await expect(told).to_have_text(not_understood, timeout=LIMIT_MS)
        await expect(omar.page.locator(".speak-unheard")).to_have_text(not_understood)
        await expect(ana.page.locator(".troubles[data-about=interpreter]")).to_have_text(
            "There is no voice for Spanish at the moment. Captions have everything.", timeout=LIMIT_MS
        )
        await ana.open_panel("people")
        await expect(ana.page.locator(".person", has_text="Omar").locator(".person-unheard")).to_be_visible()
        await expect(ana.page.locator(".person:has(.you) .person-unheard")).to_have_count(0)
        await expect(ana.page.locator(".audience")).to_have_attribute("data-audience", "0")
        await omar.open_panel("people")
        await expect(omar.page.locator(".audience")).to_have_attribute("data-audience", "0")

        await omar.open_panel("settings")
        await omar.choose(speak, "en")
        await expect(told).to_be_empty()
        await omar.open_panel("people")
        await expect(omar.page.locator(".audience li")).to_have_text(
            ["Ana hears you in Spanish"], timeout=LIMIT_MS
        )
        await omar.page.locator(".tool-mic").click()
        await expect(omar.page.locator(".audience")).to_have_attribute("data-audience", "0", timeout=LIMIT_MS)
        assert omar.errors == []


async def test_somebody_alone_can_have_a_sample_interpreted(
    playwright: Playwright, media: MediaServer, rooms: Rooms
) -> None:
    """It is fetched on a click, goes into the room as their sound, and can be stopped."""
    meeting = await rooms.create()
    await rooms.engage(meeting)
    async with (
        interpreting(media, meeting.room, ("en", "es")) as interpreter,
        person(playwright) as olga,
    ):
        fetched: list[str] = []
        olga.page.on("request", lambda request: fetched.append(request.url))
        await olga.join(meeting.organiser_link, "Olga")
        offer = olga.page.get_by_role("button", name="Hear a sample")
        await expect(offer).to_be_visible(timeout=LIMIT_MS)
        assert not [url for url in fetched if url.endswith(".flac")]
        await offer.click()
        await interpreter.published("sample")
        await olga.open_panel("people")
        await interpreter.caption(await olga.identity(), "Ask not", language="en")
        await olga.page.get_by_role("button", name="Stop the sample").click()
        await interpreter.published("sample", there=False)
        assert [url for url in fetched if url.endswith(".flac")]
        assert (ROOT / "web/src/sounds/sample.flac").stat().st_size < MOST_BYTES
        assert olga.errors == []
