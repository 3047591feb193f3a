"""What organisers do to others in the room, and how a meeting begins."""

from __future__ import annotations

import pytest
from playwright.async_api import Playwright, expect

from tests.browser.conftest import Voices
from tests.browser.people import PHONE, Person, person
from tests.browser.rooms import Rooms

pytestmark = pytest.mark.browser

PATIENCE_MS = 30_000


async def choose(who: Person, name: str, item: str) -> None:
    """Chooses something in somebody's menu, by keyboard alone."""
    await who.open_panel("people")
    button = who.page.get_by_role("button", name=f"Actions for {name}")
    await button.focus()
    await button.press("ArrowDown")
    await who.page.get_by_role("menuitem", name=item, exact=True).focus()
    await who.page.keyboard.press("Enter")


async def test_an_organiser_mutes_makes_organisers_takes_it_back_and_ends_the_meeting(
    playwright: Playwright, rooms: Rooms, voices: Voices
) -> None:
    """The other's page knows it at once and says it in its own language; a reload changes nothing of it."""
