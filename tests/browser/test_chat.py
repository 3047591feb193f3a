"""What people write and show each other in a meeting: chat, hands, reactions, requests to who speaks."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from livekit import api, rtc
from playwright.async_api import Locator, Playwright, expect

from tests.browser.axe import barriers
from tests.browser.interpreter import interpreting
from tests.browser.people import Person, person
from tests.browser.rooms import Rooms
from tests.browser.servers import API_KEY, API_SECRET, MediaServer
from tests.fakes.translators import WordTranslator

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

LIMIT_MS = 20_000

WORDS = {
    ("en", "es"): {"Good": "Buenos", "morning,": "días,", "see": "mira"},
    ("es", "en"): {"¿Qué": "What", "tal?": "goes?"},
    ("en", "fr"): {},
    ("es", "fr"): {},
}


@asynccontextmanager
async def other_client(media: MediaServer, room_name: str) -> AsyncIterator[rtc.Room]:
    """Somebody in the room by another program than the page."""
    token = (
        api.AccessToken(API_KEY, API_SECRET)
        .with_identity("dan")
        .with_grants(api.VideoGrants(room_join=True, room=room_name))
        .to_jwt()
    )
    room = rtc.Room()
    await room.connect(media.url, token, rtc.RoomOptions(auto_subscribe=False))
    try:
        yield room
    finally:
        await room.disconnect()


async def _write(who: Person, text: str) -> None:
    await who.open_panel("chat")
    await who.page.locator(".chat textarea").fill(text)
    await who.page.keyboard.press("Enter")
    await expect(who.page.locator(".chat textarea")).to_have_value("", timeout=LIMIT_MS)


def _message(who: Person, text: str) -> Locator:
    return who.page.locator(".chat-message", has_text=text)


async def test_each_reads_the_chat_in_their_own_language_whatever_client_they_write_with(
    playwright: Playwright, media: MediaServer, rooms: Rooms
) -> None:
    """Unread messages are counted, the original is one press away, commands concern their writer alone, a reload loses
    nothing, and an organiser keeps guests from writing at once."""
    meeting = await rooms.create(chat=True)
    await rooms.engage(meeting)
    async with (
        interpreting(media, meeting.room, ("en", "es", "fr")) as interpreter,
        interpreter.translating_chat(WordTranslator("words", WORDS)),
        person(playwright) as olga,
        person(playwright, locale="es") as ana,
        other_client(media, meeting.room) as dan,
    ):
        for who, link, name, speak in (
            (olga, meeting.organiser_link, "Olga", "en"),
            (ana, meeting.guest_link, "Ana", "es"),
        ):
            await who.page.goto(link)
            await who.page.evaluate(
                f"localStorage.setItem('hive.preferences', JSON.stringify({{speak: '{speak}', listen: '{speak}', "
                f"read: {{mode: 'translation', language: '{speak}'}}}}))"
            )
            await who.join(link, name)
        for who in (olga, ana):
            await who.open_panel("people")
            await interpreter.met(await who.identity())

        await _write(olga, "Good morning, see https://example.org/Good.")
        badge = ana.page.locator(".tool-chat")
        await expect(badge).to_have_attribute("data-unread", "1", timeout=LIMIT_MS)
        await ana.open_panel("chat")
        greeting = _message(ana, "Olga")
        await expect(greeting.locator(".chat-text")).to_have_text(
            "Buenos días, mira https://example.org/Good.", timeout=LIMIT_MS
        )
        await expect(greeting.locator("a")).to_have_attribute("href", "https://example.org/Good")
        await expect(greeting.locator("a")).to_have_attribute("rel", "noopener noreferrer nofollow ugc")
        await greeting.get_by_role("button", name="Ver el original").click()
        await expect(greeting.locator(".chat-text")).to_have_text(
            "Good morning, see https://example.org/Good."
        )
        await expect(badge).to_have_attribute("data-unread", "0")
        assert await barriers(ana.page) == []

        await _write(ana, "¿Qué tal?")
        await expect(_message(olga, "Ana").locator(".chat-text")).to_have_text("What goes?", timeout=LIMIT_MS)
        await _write(ana, "/translate fr")
        await expect(_message(ana, "Solo lo ve usted")).to_contain_text("francés")
        await dan.local_participant.send_text("/translate fr", topic="lk.chat")
        await dan.local_participant.send_text("hello from afar", topic="lk.chat")
        old = {"id": "old-1", "timestamp": 1, "message": "and from long ago"}
        await dan.local_participant.publish_data(json.dumps(old), topic="lk-chat-topic")
        for who in (olga, ana):
            await expect(_message(who, "hello from afar").locator(".passage-name")).to_have_text(
                "dan", timeout=LIMIT_MS
            )
            await expect(_message(who, "and from long ago")).to_have_count(1, timeout=LIMIT_MS)
        await expect(_message(olga, "/translate")).to_have_count(0)
        await expect(_message(olga, "Only you")).to_have_count(0)

        await olga.page.reload()
        await olga.page.locator(".room").wait_for(timeout=LIMIT_MS)
        await olga.open_panel("chat")
        await expect(_message(olga, "Ana").locator(".chat-text")).to_have_text("What goes?", timeout=LIMIT_MS)
        await expect(olga.page.locator(".chat-message")).to_have_count(4)

        await olga.open_panel("organise")
        allowed = olga.page.get_by_role("switch", name="Guests may write in the chat")
        await allowed.click()
        await expect(ana.page.locator("[data-chat=closed]")).to_be_visible(timeout=LIMIT_MS)
        await expect(ana.page.locator(".chat textarea")).to_be_disabled()
        await allowed.click()
        await expect(ana.page.locator(".chat textarea")).to_be_enabled(timeout=LIMIT_MS)
        assert [*olga.errors, *ana.errors] == []


async def test_hands_reactions_and_requests_need_no_right_to_send_data(
    playwright: Playwright, media: MediaServer, rooms: Rooms, voice: Path
) -> None:
    """A hand is seen by all and lowered by an organiser; a reaction passes; who speaks is asked in their own language;
    the captions stay where they are."""
    meeting = await rooms.create()
    async with person(playwright, voice=voice) as olga, person(playwright, locale="es") as ana:
        await olga.join(meeting.organiser_link, "Olga")
        await ana.join(meeting.guest_link, "Ana")
        await olga.open_panel("people")
        hers = olga.page.locator(".person", has_text="Ana")
        await expect(hers).to_be_visible(timeout=LIMIT_MS)
        captions = olga.page.locator(".captions")
        place = await captions.bounding_box()

        menu, hand = ana.page.locator(".hand-menu"), ana.page.locator(".tool-hand")
        await hand.click()
        await menu.get_by_role("button", name="Levantar la mano").click()
        await expect(hers.locator(".hand-mark")).to_have_attribute("data-place", "1", timeout=LIMIT_MS)
        await expect(hand).to_have_attribute("data-raised", "true")
        await hers.get_by_role("button", name="Lower the hand of Ana").click()
        await expect(hand).to_have_attribute("data-raised", "false", timeout=LIMIT_MS)
        await expect(hers.locator(".hand-mark")).to_have_count(0)

        await hand.click()
        assert await barriers(ana.page) == []
        await menu.get_by_role("button", name="Aplauso").click()
        await expect(olga.page.locator(".reactions li")).to_have_text("👏 Ana", timeout=LIMIT_MS)
        await expect(menu.locator("[data-request=repeat]")).to_be_enabled(timeout=LIMIT_MS)
        await menu.locator("[data-request=repeat]").click()
        asked = olga.page.locator("[data-requests] [data-request=repeat]")
        await expect(asked).to_have_text("1 person asks you to repeat that", timeout=LIMIT_MS)
        assert await captions.bounding_box() == place
        await expect(olga.page.locator(".reactions li")).to_have_count(0, timeout=LIMIT_MS)
        await expect(asked).to_have_count(0)
        assert [*olga.errors, *ana.errors] == []
