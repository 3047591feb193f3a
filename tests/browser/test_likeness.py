"""A speaker is heard in a computed voice that resembles theirs: their consent, and what everybody sees of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Page, Playwright, expect

from protocol.likeness import Likeness, LikenessState, Similarity
from tests.browser.axe import barriers
from tests.browser.interpreter import interpreting
from tests.browser.people import PHONE, person
from tests.browser.rooms import Rooms
from tests.browser.servers import MediaServer

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

FOUND = Likeness(LikenessState.FOUND, voices={"es": Similarity(0.61, 0.74)})
WISH = "translator.likeness"


async def _picture(page: Page, folder: Path, name: str) -> None:
    await page.screenshot(path=folder / f"{name}.png")


async def test_a_speaker_switches_it_on_for_this_meeting_and_everybody_sees_it(
    playwright: Playwright, media: MediaServer, rooms: Rooms, tmp_path: Path
) -> None:
    """With what they agree to beside the switch; it outlives a reload, and goes when it is taken back or forbidden."""
    meeting = await rooms.create()
    await rooms.engage(meeting)
    async with (
        interpreting(media, meeting.room, ("en", "es", "fr")) as interpreter,
        person(playwright) as emma,
        person(playwright, size=PHONE) as ana,
        person(playwright) as otto,
    ):
        await emma.join(meeting.guest_link, "Emma")
        await ana.join(meeting.guest_link, "Ana")
        speaker = await emma.identity()
        await emma.open_languages()
        await expect(emma.page.get_by_label("My voice in translation")).to_be_visible()
        switch = emma.page.get_by_role("switch", name="Let others hear me in a voice like mine")
        await expect(switch).to_have_count(0)  # nobody here can find such voices

        await interpreter.liken({})
        await expect(switch).not_to_be_checked()
        await expect(emma.page.get_by_text("Your voice is not cloned.")).to_be_visible()
        await switch.check()
        await interpreter.wished(WISH, "on")
        await interpreter.liken({speaker: Likeness(LikenessState.GATHERING, speech_s=7)})
        await expect(emma.page.get_by_text("7 of about 12 seconds")).to_be_visible()
        await switch.scroll_into_view_if_needed()
        await _picture(emma.page, tmp_path, "consent")
        assert await barriers(emma.page) == []

        # Everybody knows: in the strip, at the picture and in the list, in words.
        await interpreter.liken({speaker: FOUND})
        await expect(emma.page.get_by_text("Spanish: similarity to your voice 0.61 → 0.74")).to_be_visible()
        said = ana.page.get_by_text("Emma is heard in a computed voice that resembles theirs.")
        await expect(said).to_be_visible()
        tile = ana.page.locator(f'.tile[data-identity="{speaker}"]')
        mark = tile.get_by_role("img", name="heard in a computed voice that resembles theirs")
        await expect(mark).to_be_visible()
        await ana.open_panel("people")
        await expect(ana.page.locator(f'.person[data-identity="{speaker}"] .person-likened')).to_be_visible()
        await _picture(ana.page, tmp_path, "people")
        await _picture(emma.page, tmp_path, "found")
        assert await barriers(ana.page) == []

        # It is wished again after a reload, and in no other tab or meeting.
        await emma.page.reload()
        await emma.page.locator(".room").wait_for()
        await interpreter.wished(WISH, "on")
        await emma.open_languages()
        await expect(switch).to_be_checked()
        await otto.join(meeting.organiser_link, "Otto")
        await otto.open_languages()
        await expect(otto.page.get_by_role("switch", name="a voice like mine")).not_to_be_checked()

        # An organiser forbids it: nobody is offered it, and nobody is marked.
        await otto.page.keyboard.press("Escape")
        await otto.open_panel("organise")
        await otto.page.get_by_role(
            "switch", name="Speakers may be heard in a voice that resembles"
        ).uncheck()
        await expect(mark).to_have_count(0)
        await interpreter.report({"code": "likeness_forbidden", "speaker": speaker})
        await expect(emma.page.get_by_text("The organiser does not allow voices").first).to_be_visible()
        await switch.click()
        await expect(switch).to_have_count(0)
        assert [emma.errors, ana.errors, otto.errors] == [[], [], []]
    print("pictures in", tmp_path)
