"""A meeting in real browsers over the real media server and service, with an interpreter that follows a script."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest
from playwright.async_api import Playwright, expect

from tests.browser.interpreter import interpreting, tone
from tests.browser.people import DESKTOP, PHONE, SILENT_DB, Person, person
from tests.browser.rooms import Rooms
from tests.browser.servers import MediaServer

pytestmark = pytest.mark.browser

SPANISH_HZ, FRENCH_HZ = 1000, 1700


async def _heard_within(listener: Person, hz: float, *, limit_s: float) -> float:
    """How long it takes until a tone is heard."""
    began = time.monotonic()
    while time.monotonic() - began < limit_s:
        if (await listener.listen(0.15)).has_tone(hz):
            break
    return time.monotonic() - began


async def test_each_listener_hears_and_reads_their_own_language(
    playwright: Playwright, media: MediaServer, rooms: Rooms, voice: Path
) -> None:
    """A speaker and two listeners: each listener hears and reads one language, the original ducked below it."""
    meeting = await rooms.create()
    await rooms.engage(meeting)
    async with (
        interpreting(media, meeting.room) as interpreter,
        person(playwright, voice=voice) as emma,
        person(playwright) as ana,
        person(playwright, size=PHONE) as luc,
    ):
        await emma.join(meeting.guest_link, "Emma")
        await ana.join(meeting.guest_link, "Ana")
        await luc.join(meeting.guest_link, "Luc")
        await ana.hear("es")
        await luc.hear("fr")
        await interpreter.opened("es", "fr")
        speaker = await emma.identity()

        segment = await interpreter.caption(speaker, "Good morning.", language="en")
        await interpreter.caption(speaker, "Buenos días.", language="es", segment=segment)
        await interpreter.caption(speaker, "Bonjour.", language="fr", segment=segment)
        for somebody, words in ((emma, "Good morning."), (ana, "Buenos días."), (luc, "Bonjour.")):
            captions = somebody.page.locator(f'.passage[data-speaker="{speaker}"]')
            await expect(captions).to_contain_text(words)
            await expect(captions).to_contain_text("Emma")
            assert await captions.locator(".passage-text").count() == 1

        before = await ana.listen(1.5)
        speaking = asyncio.create_task(interpreter.say("es", tone(SPANISH_HZ, 5)))
        await expect(ana.page.locator(".room")).to_have_attribute("data-translation-speaking", "true")
        at_ana, at_luc = await asyncio.gather(ana.listen(1.5), luc.listen(1.5))
        ducked = float(await ana.page.locator(".room").get_attribute("data-original-gain") or 1)
        undisturbed = await luc.page.locator(".room").get_attribute("data-original-gain")
        await emma.page.locator(".tool-mic").click()
        await expect(emma.page.locator(".wait")).to_have_attribute("data-waiting", "2")
        assert await ana.page.locator(".wait").get_attribute("data-waiting") == "0"
        await speaking
        await expect(ana.page.locator(".room")).to_have_attribute("data-original-gain", "1")

        assert before.loudness_db() > SILENT_DB  # the original in full while nothing is translated
        assert at_ana.has_tone(SPANISH_HZ)
        assert not at_luc.has_tone(SPANISH_HZ)
        assert ducked < 0.1
        assert undisturbed == "1"
        assert [emma.errors, ana.errors, luc.errors] == [[], [], []]


async def test_another_language_is_heard_at_once_and_back_again(
    playwright: Playwright, media: MediaServer, rooms: Rooms
) -> None:
    """A listener changes to French and back to Spanish without rejoining; each change is heard, and nothing else."""
    meeting = await rooms.create(guests="listener")
    await rooms.engage(meeting)
    async with interpreting(media, meeting.room) as interpreter, person(playwright) as ana:
        await ana.join(meeting.guest_link, "Ana")
        await ana.hear("fr")
        await interpreter.opened("fr")
        await ana.hear("es")
        await interpreter.opened("es")
        talking = [
            asyncio.create_task(interpreter.say(language, tone(hz, 14)))
            for language, hz in (("es", SPANISH_HZ), ("fr", FRENCH_HZ))
        ]
        took = [await _heard_within(ana, SPANISH_HZ, limit_s=4)]
        for language, hz, other in (("fr", FRENCH_HZ, SPANISH_HZ), ("es", SPANISH_HZ, FRENCH_HZ)):
            await ana.hear(language)
            took.append(await _heard_within(ana, hz, limit_s=4))
            heard = await ana.listen(0.5)
            assert heard.has_tone(hz)
            assert not heard.has_tone(other)
        await ana.hear("off")
        await asyncio.sleep(0.5)
        assert not (await ana.listen(0.4)).has_tone(SPANISH_HZ)
        for task in talking:
            task.cancel()
        await asyncio.wait(talking)

        print("heard after", [f"{each:.2f} s" for each in took[1:]])
        assert ana.errors == []


async def test_captions_tell_what_may_change_and_calm_ones_leave_it_out(
    playwright: Playwright, media: MediaServer, rooms: Rooms
) -> None:
    """Tentative words are marked; in calm mode they are not shown; a missing translation says why."""
    meeting = await rooms.create()
    await rooms.engage(meeting)
    async with interpreting(media, meeting.room) as interpreter, person(playwright) as ana:
        await ana.join(meeting.guest_link, "Ana")
        await ana.hear("es")
        await interpreter.opened("es")
        lines = ana.page.locator(".passage-text")

        segment = await interpreter.caption("emma", "Buenos dias", language="es", final=False, committed=7)
        await expect(lines.locator(".committed")).to_have_text("Buenos ")
        await expect(lines.locator(".tentative")).to_have_text("dias")
        await ana.page.locator("body").press("k")
        await expect(lines.locator(".tentative")).to_have_count(0)
        await interpreter.caption("emma", "Buenos días.", language="es", segment=segment)
        await expect(lines).to_have_text("Buenos días.")
        await interpreter.caption("emma", "Hello", language="es", note="unavailable", source_language="es")
        await expect(ana.page.locator(".passage-note")).to_have_text(
            "not translated: nobody here translates between these languages"
        )
        assert ana.errors == []


async def test_the_newest_line_stays_in_sight(
    playwright: Playwright, media: MediaServer, rooms: Rooms
) -> None:
    """Also when the captions get less room; a reader who scrolled back is left where they are."""
    meeting = await rooms.create()
    await rooms.engage(meeting)
    async with interpreting(media, meeting.room) as interpreter, person(playwright) as ana:
        await ana.join(meeting.guest_link, "Ana")
        await ana.hear("es")
        await interpreter.opened("es")
        lines = ana.page.locator(".passage-text")
        for number in range(20):
            await interpreter.caption("emma", f"Línea {number}.", language="es")
        await expect(lines).to_have_count(20)
        await expect(lines.last).to_be_in_viewport(ratio=1)
        for height in (420, 900, 500):
            await ana.page.set_viewport_size({"width": DESKTOP[0], "height": height})
            await expect(lines.last).to_be_in_viewport(ratio=1)

        await ana.page.locator(".captions-scroll").evaluate("pane => { pane.scrollTop = 0; }")
        await expect(ana.page.locator(".captions-latest")).to_be_visible()
        await ana.page.set_viewport_size({"width": DESKTOP[0], "height": 450})
        await interpreter.caption("emma", "La última.", language="es")
        await expect(lines.first).to_be_in_viewport(ratio=1)
        await ana.page.locator(".captions-latest").click()
        await expect(lines.last).to_be_in_viewport(ratio=1)
        assert ana.errors == []


async def test_what_was_said_can_be_taken_along(
    playwright: Playwright, media: MediaServer, rooms: Rooms, tmp_path: Path
) -> None:
    """After the meeting the transcript and the recording of what was heard can be saved."""
    meeting = await rooms.create()
    await rooms.engage(meeting)
    async with interpreting(media, meeting.room) as interpreter, person(playwright) as ana:
        await ana.join(meeting.guest_link, "Ana")
        await ana.hear("es")
        await interpreter.opened("es")
        await ana.open_panel("transcript")
        await ana.page.get_by_role("button", name="Start recording").click()
        await interpreter.caption("emma", "Buenos días.", language="es", start_ms=0, end_ms=1500)
        await interpreter.say("es", tone(SPANISH_HZ, 1))
        await ana.page.locator(".tool-leave").click()
        await ana.page.get_by_role("dialog").get_by_role("button", name="Leave").click()
        await expect(ana.page.locator("h1")).to_have_text("You have left the meeting")

        async with ana.page.expect_download() as saved:
            await ana.page.get_by_role("button", name="Download").click()
        await (await saved.value).save_as(tmp_path / "words.vtt")
        async with ana.page.expect_download() as saved:
            await ana.page.get_by_role("button", name="Save recording").click()
        await (await saved.value).save_as(tmp_path / "heard.webm")

        assert (tmp_path / "words.vtt").read_text() == (
            "WEBVTT - Board meeting\n\n1\n00:00:00.000 --> 00:00:01.500\n<v emma>Buenos días.</v>\n"
            "(Translations were made by a machine and may be wrong.)\n"
        )
        assert (tmp_path / "heard.webm").read_bytes()[:4] == b"\x1a\x45\xdf\xa3"
        assert ana.errors == []


async def test_a_screen_shows_captions_alone(
    playwright: Playwright, media: MediaServer, rooms: Rooms
) -> None:
    """The captions page joins by itself, shows what is asked for on a transparent page, and publishes nothing."""
    meeting = await rooms.create()
    await rooms.engage(meeting)
    async with interpreting(media, meeting.room) as interpreter, person(playwright) as screen:
        await screen.page.goto(meeting.captions_link.replace("#", "?lang=es&transparent=1#"))
        await expect(screen.page.locator(".screen")).to_be_visible()
        async with asyncio.timeout(15):
            while not await screen.page.locator(".passage").count():
                await interpreter.caption("emma", "Buenos días.", language="es")
                await asyncio.sleep(0.5)

        await expect(screen.page.locator(".passage-text").last).to_have_text("Buenos días.")
        background = await screen.page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert background == "rgba(0, 0, 0, 0)"
        assert screen.errors == []
