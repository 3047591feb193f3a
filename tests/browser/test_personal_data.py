"""What people are told before they join, who records, and what is left of a meeting."""

from __future__ import annotations

import json

import pytest
from playwright.async_api import Playwright, expect

from tests.browser.people import person
from tests.browser.rooms import Rooms

pytestmark = pytest.mark.browser


async def test_everybody_sees_who_records_and_the_organiser_can_forbid_it(
    playwright: Playwright, rooms: Rooms
) -> None:
    """The sign comes and goes with the recording; once it is forbidden what was recorded can still be saved."""
    meeting = await rooms.create()
    async with person(playwright) as emma, person(playwright) as bob:
        await bob.page.goto(meeting.guest_link)
        await expect(bob.page.locator(".before")).to_contain_text("machine")
        await emma.join(meeting.organiser_link, "Emma")
        await bob.join(meeting.guest_link, "Bob")
        await bob.open_panel("transcript")
        await bob.page.get_by_role("button", name="Start recording").click()

        await expect(emma.page.locator("[data-recorders=true]")).to_contain_text("Bob is recording")
        await expect(bob.page.locator("[data-recorders=true]")).to_contain_text("You are recording")
        await emma.open_panel("people")
        await expect(emma.page.get_by_role("img", name="is recording")).to_have_count(1)

        await emma.open_panel("organise")
        await emma.page.get_by_label("People may record what they hear").click()
        await expect(emma.page.locator("[data-recorders=true]")).to_have_count(0)
        await expect(bob.page.locator(".recording")).to_contain_text("switched recording off")
        await expect(bob.page.get_by_role("button", name="Start recording")).to_have_count(0)
        await expect(
            bob.page.get_by_role("link", name="Save recording").or_(
                bob.page.get_by_role("button", name="Save recording")
            )
        ).to_be_visible()
        assert [emma.errors, bob.errors] == [[], []]


async def test_an_organiser_takes_away_what_is_stored_and_erases_it(
    playwright: Playwright, rooms: Rooms
) -> None:
    """The file names who came; after erasing, the meeting is over for all, and the link leads nowhere."""
    meeting = await rooms.create(title="Quarterly secrets")
    async with person(playwright) as emma, person(playwright) as bob:
        await emma.join(meeting.organiser_link, "Emma")
        await bob.join(meeting.guest_link, "Bob")
        await emma.open_panel("organise")
        async with emma.page.expect_download() as taken:
            await emma.page.get_by_role("button", name="Download what is stored").click()
        file = await (await taken.value).path()
        stored = json.loads(file.read_text(encoding="utf-8"))
        assert {"Emma", "Bob"} <= {each["name"] for each in stored["sessions"]}
        assert stored["room"][0]["title"] == "Quarterly secrets"

        await emma.page.get_by_role("button", name="Erase everything").click()
        asked = emma.page.get_by_role("dialog")
        await expect(asked).to_contain_text("cannot be undone")
        await asked.get_by_role("button", name="Erase everything").click()

        for who in (emma, bob):
            await expect(who.page.locator(".room")).to_have_count(0)
        await bob.page.goto("about:blank")
        await bob.page.goto(meeting.guest_link)
        await expect(bob.page.locator("body")).to_contain_text("The organiser has ended this meeting")
