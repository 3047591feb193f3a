"""Somebody alone reads themself, a person takes a language over from the machine, turns are kept apart: the worker's
own interpreter, with engines that speak tones, between real pages."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.async_api import Playwright, expect
from pydantic import SecretStr

from config.settings import Clauses, LiveKit, Recognition, Settings
from tests.browser.people import person
from tests.browser.rooms import Rooms
from tests.browser.servers import API_KEY, API_SECRET, MediaServer
from tests.fakes.engines import ToneSynthesizer
from tests.fakes.meeting import EchoTranslator, LoudnessHearing
from tests.live.guests import TONES_HZ, Guest, until
from worker.join import join
from worker.room_engines import RoomEngines

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def reach(media: MediaServer) -> LiveKit:
    return LiveKit(url=media.url, api_key=API_KEY, api_secret=SecretStr(API_SECRET))


@asynccontextmanager
async def machine(media: MediaServer, room: str, *, recognised: tuple[str, ...] = ()) -> AsyncIterator[None]:
    """The interpreter of `worker.room`, which hears loudness and speaks tones.

    Args:
        recognised: the only languages that it knows; () leaves that open.
    """
    settings = replace(
        Settings(profile="embedded", development=True),
        livekit=reach(media),
        recognition=Recognition(min_silence_s=0.3),
        clauses=Clauses(max_age_s=1.0),
    )
    engines = RoomEngines(
        LoudnessHearing(),
        EchoTranslator(*TONES_HZ),
        ToneSynthesizer(TONES_HZ, seconds_per_character=0.05),
        source_language="en",
        profile="embedded",
        capacity=lambda: None,
        recognised=lambda: recognised,
    )
    work = asyncio.create_task(join(room, settings, engines=engines, identity=f"agent-{room}"))
    try:
        yield
    finally:
        work.cancel()
        await asyncio.wait({work}, timeout=20)


async def test_who_is_alone_reads_what_they_say_and_another_language_too(
    playwright: Playwright, media: MediaServer, rooms: Rooms, voice: Path
) -> None:
    """Nobody else is there to read it: so everybody tries it first."""
    meeting = await rooms.create(languages=("en", "es"))
    await rooms.engage(meeting)
    async with machine(media, meeting.room, recognised=("en",)), person(playwright, voice=voice) as emma:
        await emma.join(meeting.organiser_link, "Emma")
        page, me = emma.page, await emma.identity()
        line = page.locator(f'.passage[data-speaker="{me}"] .passage-text')
        await expect(line.first).to_have_attribute("data-language", "en")
        await expect(line.first).to_contain_text("one")
        await emma.hear("es")
        spanish = page.locator(f'.passage[data-speaker="{me}"] .passage-text[data-language="es"]')
        await expect(spanish.first).to_be_visible()
        assert emma.errors == []


async def test_a_person_takes_over_a_language_and_turns_are_kept_apart(
    playwright: Playwright, media: MediaServer, rooms: Rooms, voice: Path
) -> None:
    """The organiser gives the right; listeners hear the person, read who it is, and have the machine back after."""
    meeting = await rooms.create(languages=("en", "es", "fr"))
    await rooms.engage(meeting)
    at = (meeting.room, reach(media))
    async with (
        machine(media, meeting.room),
        person(playwright, voice=voice) as bea,
        Guest("emma", *at, translator_speak="en") as emma,
        Guest("ines", *at, translator_speak="fr", translator_interpret="fr") as ines,
        Guest("carl", *at, translator_listen="es") as carl,
        Guest("dora", *at, translator_listen="fr") as dora,
    ):
        await bea.join(meeting.organiser_link, "Bea")
        await emma.open_microphone((2.0, 0.4))
        await ines.open_microphone((2.0, 0.1))
        await bea.hear("fr")
        await until(lambda: dora.hears() == {"fr"}, "the machine speaks French", 30)
        told = bea.page.locator("[data-interprets]")
        await expect(told).to_have_count(0)  # her claim alone changes nothing

        await bea.open_panel("organise")
        await bea.page.locator('[data-interpreter="present"]').wait_for()
        await bea.page.get_by_text("Interpreters in person").click()
        rights = bea.page.locator("details.booth-rights[open]")
        await rights.get_by_label("ines").select_option("fr")
        await expect(told).to_have_text("ines interprets into French; captions come from the machine.")
        silent = time.monotonic() + 1
        room = bea.page.locator(".room")
        await expect(room).to_have_attribute("data-translation-speaking", "true")
        await expect(room).not_to_have_attribute("data-original-gain", "1")
        await asyncio.sleep(3)
        assert dora.hears(silent) == set(), "what Bea hears is no machine"

        await ines.wish(translator_interpret="")
        back = time.monotonic()
        await until(lambda: dora.hears(back) == {"fr"}, "the machine is back", 30)
        await expect(told).to_have_count(0)

        console = bea.page.locator("[data-booth]")
        await rights.get_by_label("Bea").select_option("es")
        await until(lambda: carl.hears() == {"es"}, "Carl hears the machine", 30)
        await console.get_by_role("button", name="Take over Spanish").click()
        await expect(console).to_have_attribute("data-booth", "es")
        hers = time.monotonic() + 1
        await asyncio.sleep(3)
        assert carl.hears(hers) == set(), "the machine is silent where she interprets"
        await console.get_by_role("button", name="Give back").click()
        again = time.monotonic()
        await until(lambda: carl.hears(again) == {"es"}, "Carl hears the machine again", 30)

        turns = bea.page.get_by_role("switch", name="Turn by turn")
        await turns.check()
        turn = bea.page.locator("[data-turn]")
        await expect(turn).to_have_text(re.compile("turn|floor|speaks for"))
        await turns.uncheck()
        await expect(turn).to_have_count(0)
        assert bea.errors == []
