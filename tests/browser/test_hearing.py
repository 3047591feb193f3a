"""Hearing beyond one language: a second one, single people in another way, and their volume."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Locator, Playwright, expect

from tests.browser.interpreter import interpreting, tone
from tests.browser.people import SILENT_DB, Heard, Person, person
from tests.browser.rooms import Rooms
from tests.browser.servers import MediaServer

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

SPANISH_HZ, FRENCH_HZ = 1000, 1700


async def _hears(listener: Person, *tones: float) -> Heard:
    """What is heard once it is these tones and none of the others.

    Raises:
        AssertionError: it was not within 20 s.
    """
    heard = await listener.listen(0.4)
    for _ in range(40):
        if {hz for hz in (SPANISH_HZ, FRENCH_HZ) if heard.has_tone(hz)} == set(tones):
            return heard
        heard = await listener.listen(0.4)
    raise AssertionError(f"heard other tones than {tones}")


@asynccontextmanager
async def _tasks() -> AsyncIterator[Callable[[Coroutine[Any, Any, None]], None]]:
    """Starts what goes on until the block ends."""
    running: list[asyncio.Task[None]] = []
    try:
        yield lambda work: running.append(asyncio.create_task(work))
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def _original_gain(listener: Person, gain: str) -> None:
    await expect(listener.page.locator(".room")).to_have_attribute("data-original-gain", gain)


async def _set_volume(person_sound: Locator, percent: int) -> None:
    await person_sound.locator("input[type=range]").evaluate(
        """(slider, value) => {
            Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(slider, value);
            slider.dispatchEvent(new Event("input", { bubbles: true }));
        }""",
        str(percent),
    )


async def test_each_person_is_heard_as_the_listener_chose(
    playwright: Playwright, media: MediaServer, rooms: Rooms, voice: Path
) -> None:
    """One speaker in the original, in another language, less loud; a second language; all of it outlives a reload."""
    meeting = await rooms.create()
    await rooms.engage(meeting)
    async with (
        interpreting(media, meeting.room, ("en", "es", "fr")) as interpreter,
        _tasks() as start,
        person(playwright, voice=voice) as emma,
        person(playwright) as ana,
    ):
        await emma.join(meeting.guest_link, "Emma")
        await ana.join(meeting.guest_link, "Ana")
        await ana.hear("es")
        await interpreter.opened("es")
        speaker = await emma.identity()
        await ana.open_languages()
        one = ana.page.locator(f'.person-sound[data-person="{speaker}"]')
        chosen = one.locator("[role=combobox]")
        await expect(chosen).to_have_attribute("data-value", "")
        start(interpreter.say("es", tone(SPANISH_HZ, 200)))
        await interpreter.begins("es", speaker)
        await _hears(ana, SPANISH_HZ)  # as everybody else

        # In the original: her translation is not heard, and she is not turned down; somebody else's is.
        await ana.choose(chosen, "original")
        await interpreter.wished("translator.overrides", json.dumps({speaker: "original"}).replace(" ", ""))
        in_the_original = await _hears(ana)
        await _original_gain(ana, "1")
        await interpreter.begins("es", "somebody-else")
        await _hears(ana, SPANISH_HZ)

        # In a language of her own, on a channel that is open for nobody else.
        await ana.choose(chosen, "fr")
        await interpreter.opened("fr")
        start(interpreter.say("fr", tone(FRENCH_HZ, 200)))
        await interpreter.begins("fr", speaker)
        await _hears(ana, FRENCH_HZ, SPANISH_HZ)
        await interpreter.begins("es", speaker)
        await _hears(ana, FRENCH_HZ)

        # Not at all, also after a reload.
        await _set_volume(one, 0)
        await _hears(ana)
        await ana.page.reload()
        await ana.page.locator(".room").wait_for()
        await ana.open_languages()
        await expect(chosen).to_have_attribute("data-value", "fr")
        await expect(one.locator("input[type=range]")).to_have_value("0")
        await _set_volume(one, 100)
        await interpreter.begins("fr", speaker)
        await interpreter.begins("es", speaker)
        await _hears(ana, FRENCH_HZ)

        understood = ana.page.get_by_role("combobox", name="I also understand")
        # As everybody again, but understood: who she hears is heard in the original, and she knows it.
        await ana.choose(chosen, "")
        await ana.choose(understood, "en")
        await interpreter.wished("translator.understands", "en")
        await _hears(ana)
        audience = emma.page.locator(".audience li")
        await emma.open_panel("people")
        await expect(audience).to_have_text(["Ana reads you in Spanish"])
        await ana.choose(understood, "")
        await expect(audience).to_have_text(["Ana hears you in Spanish"])
        await _hears(ana, SPANISH_HZ)

        # How the others shall hear her is hers to say.
        await emma.open_languages()
        await emma.page.get_by_label("My voice in translation").select_option("low")
        await interpreter.wished("translator.voice", "low")

        assert in_the_original.loudness_db() > SILENT_DB
        assert [emma.errors, ana.errors] == [[], []]
