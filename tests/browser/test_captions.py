"""Captions read as paragraphs, what is left of them after a change of language, and what can be saved."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Page, Playwright, expect

from tests.browser.interpreter import interpreting
from tests.browser.people import Person, person
from tests.browser.rooms import Rooms
from tests.browser.servers import MediaServer

pytestmark = pytest.mark.browser


async def _save(ana: Person, which: str, kind: str) -> str:
    """Downloads the transcript; `which` is the value of the choice."""
    panel = ana.page.locator(".save")
    await panel.get_by_label("Languages").select_option(which)
    await panel.get_by_label("Format").select_option(kind)
    async with ana.page.expect_download() as saved:
        await panel.get_by_role("button", name="Download").click()
    return await asyncio.to_thread(Path(await (await saved.value).path()).read_text)


async def _choices(page: Page) -> list[str]:
    values: list[str] = await page.locator(".save select").first.evaluate(
        "select => [...select.options].map(option => option.value)"
    )
    return values


async def test_clauses_flow_into_paragraphs_that_are_saved_as_they_are_read(
    playwright: Playwright, media: MediaServer, rooms: Rooms
) -> None:
    """One name and time each, also in files, which have what was spoken; another language keeps what was read."""
    meeting = await rooms.create()
    await rooms.engage(meeting)
    async with interpreting(media, meeting.room) as interpreter, person(playwright) as ana:
        await ana.join(meeting.guest_link, "Ana")
        await ana.hear("es")
        await interpreter.opened("es")
        await ana.open_panel("transcript")

        async def say(words: str, spanish: str, start_ms: int, end_ms: int, *, speaker: str = "emma") -> None:
            segment = await interpreter.caption(
                speaker, words, language="en", start_ms=start_ms, end_ms=end_ms
            )
            await interpreter.caption(
                speaker, spanish, language="es", segment=segment, start_ms=start_ms, end_ms=end_ms
            )

        await say("We have new rooms", "Tenemos salas nuevas", 1000, 2500)
        await say("and many students.", "y muchos alumnos.", 2600, 4100)
        await say("Yes.", "Sí.", 4000, 4400, speaker="bob")
        await say("Let us go on.", "Sigamos.", 8000, 9000)
        texts = ana.page.locator(".captions .passage-text")
        await expect(texts).to_have_text(["Tenemos salas nuevas y muchos alumnos.", "Sí.", "Sigamos."])
        entries = ana.page.locator(".transcript li")
        await expect(entries).to_have_count(3)
        await expect(entries.first.locator("time")).to_have_count(1)

        assert await _choices(ana.page) == ["aligned", "original", "en", "es"]
        spoken = await _save(ana, "original", "srt")
        assert spoken == (
            "1\n00:00:00,000 --> 00:00:03,000\nemma: We have new rooms and many students.\n\n"
            "2\n00:00:03,000 --> 00:00:03,500\nbob: Yes.\n\n"
            "3\n00:00:07,000 --> 00:00:08,000\nemma: Let us go on.\n"
        )
        read = await _save(ana, "es", "txt")
        assert "[00:00:00] emma: Tenemos salas nuevas y muchos alumnos.\n" in read
        assert "\nTranslations were made by a machine and may be wrong.\n\n" in read

        await ana.hear("fr")
        await interpreter.opened("fr")
        await interpreter.caption("emma", "Allons-y.", language="fr", start_ms=9500, end_ms=10_000)
        await expect(texts).to_have_text(
            ["Tenemos salas nuevas y muchos alumnos.", "Sí.", "Sigamos.", "Allons-y."]
        )
        assert await texts.evaluate_all("all => all.map(one => one.lang)") == ["es", "es", "es", "fr"]
        assert await ana.page.locator(".captions [data-former]").count() == 3
        assert ana.errors == []
