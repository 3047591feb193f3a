"""In the web clients of others the translated voice takes the place of the microphone."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Page, Playwright, expect

from tests.browser.interpreter import interpreting, tone
from tests.browser.servers import MediaServer
from tests.extension.browsing import CALL, Visitor, calling, granted, received, visitor
from tests.extension.conftest import OWN_HZ, written
from tests.extension.installation import CODE, Installation
from tests.extension.meeting import certificate, pages

pytestmark = [
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(240),
]

SAID_HZ = 1130
"""No multiple of what this person hums."""


async def test_the_other_end_hears_the_translation_while_the_button_is_held(
    playwright: Playwright,
    extension: Path,
    hive: Installation,
    media: MediaServer,
    own: Path,
    tmp_path: Path,
) -> None:
    """Else it hears the person's own voice; at each moment the page says which of the two."""
    talk = written(tmp_path / "talk.wav", tone(440, 1))
    async with pages(talk, tls=certificate(tmp_path)) as elsewhere:
        hosts = f"MAP meet.google.com:443 127.0.0.1:{elsewhere.port}"
        folder = granted(extension, tmp_path / "granted")
        async with visitor(playwright, folder, tmp_path / "profile", voice=own, hosts=hosts) as somebody:
            await somebody.pair(hive.url, CODE)
            await somebody.keep(hear="es", theirs="en", mine="es", microphone=True, speak="push")
            async with calling(somebody) as (here, there):
                await _speaks(somebody, hive, media, here, there)


async def test_where_the_microphone_cannot_be_replaced_that_is_said(
    playwright: Playwright,
    extension: Path,
    hive: Installation,
    own: Path,
    tmp_path: Path,
) -> None:
    """On another site, and in Meet while nobody has allowed it there."""
    talk = written(tmp_path / "talk.wav", tone(440, 1))
    async with pages(talk, tls=certificate(tmp_path)) as elsewhere:
        hosts = f"MAP meet.google.com:443 127.0.0.1:{elsewhere.port}"
        async with visitor(playwright, extension, tmp_path / "profile", voice=own, hosts=hosts) as somebody:
            await somebody.pair(hive.url, CODE)
            await somebody.keep(theirs="en", mine="es", microphone=True, speak="always")
            page = await somebody.context.new_page()
            await page.goto(CALL)
            await somebody.start(page)
            await hive.room()
            others = page.locator("hive-captions .others")
            await expect(others).to_contain_text("In this page HIVE cannot replace the microphone")
            await expect(others).to_contain_text("the others hear your own voice")


async def _speaks(somebody: Visitor, hive: Installation, media: MediaServer, here: Page, there: Page) -> None:
    assert (await received(there, 2)).level_db(OWN_HZ) > -40

    await somebody.start(here)
    room = await hive.room()
    async with interpreting(media, room, ("en", "es")) as interpreter:
        others = here.locator("hive-captions .others")
        await expect(others).to_have_text("The others hear your own voice.")
        await interpreter.opened("en")
        await interpreter.wished("translator.push", "off")
        assert (await received(there, 2)).level_db(OWN_HZ) > -40

        hold = here.locator("hive-captions .hold")
        await hold.hover()
        await here.mouse.down()
        await interpreter.wished("translator.push", "on")
        await expect(others).to_have_text("The others hear the translation of your voice.")
        saying = asyncio.create_task(interpreter.say("en", tone(SAID_HZ, 5)))
        await asyncio.sleep(2)
        translated = await received(there, 2)
        await here.mouse.up()
        await saying
        assert translated.has_tone(SAID_HZ)
        assert translated.level_db(OWN_HZ) < -50

        # On a busy machine the translation may arrive in pieces: one's own voice is heard between them too.
        async with asyncio.timeout(30):
            while (again := await received(there, 2)).has_tone(SAID_HZ):
                pass
        assert again.level_db(OWN_HZ) > -40
        await expect(others).to_have_text("The others hear your own voice.")

        assert await here.evaluate("call.microphone.label !== ''")
        await here.locator("hive-captions .stop").click()
        await expect(here.locator("hive-captions")).to_have_count(0)
        assert (await received(there, 2)).level_db(OWN_HZ) > -40
