"""Who was removed, who waits, and what they see."""

from __future__ import annotations

import pytest
from playwright.async_api import Playwright, expect

from tests.browser.people import Person, person
from tests.browser.rooms import Rooms

pytestmark = pytest.mark.browser


async def ask_to_join(who: Person, link: str, name: str) -> None:
    """Goes through the form, whatever comes behind it."""
    await who.page.goto("about:blank")  # the page they are on may differ from the link in nothing
    await who.page.goto(link)
    await who.page.get_by_label("Your name").fill(name)
    await who.page.locator("button[type=submit]").click()


async def test_whoever_was_removed_does_not_come_back_in_the_same_browser(
    playwright: Playwright, rooms: Rooms
) -> None:
    """Neither by reloading nor in a new tab; the organiser is asked before, and others stay.

    Who is blocked takes their link with them: nobody new comes in by it.
    """
    meeting = await rooms.create()
    async with person(playwright) as emma, person(playwright) as eve, person(playwright) as bob:
        await emma.join(meeting.organiser_link, "Emma")
        await bob.join(meeting.guest_link, "Bob")
        await eve.join(meeting.guest_link, "Eve")
        await emma.open_panel("people")
        await emma.page.get_by_role("button", name="Actions for Eve").click()
        await emma.page.get_by_role("menuitem", name="Remove", exact=True).click()
        await expect(emma.page.get_by_role("dialog")).to_contain_text("Remove Eve?")
        await emma.page.get_by_role("dialog").get_by_role("button", name="Remove", exact=True).click()

        await expect(eve.page.locator('[data-reason="removed"]')).to_be_visible()
        await expect(emma.page.get_by_role("button", name="Actions for Eve")).to_have_count(0)
        await ask_to_join(eve, meeting.guest_link, "Bob")
        await expect(eve.page.get_by_role("alert")).to_contain_text("The organiser removed you")
        tab = Person(await eve.page.context.new_page(), [])
        await ask_to_join(tab, meeting.guest_link, "Somebody else")
        await expect(tab.page.get_by_role("alert")).to_contain_text("The organiser removed you")
        await expect(bob.page.locator(".room")).to_be_visible()

        await emma.page.get_by_role("button", name="Actions for Bob").click()
        await emma.page.get_by_role("menuitem", name="Remove and block").click()
        await emma.page.get_by_role("dialog").get_by_role("button", name="Remove and block").click()
        await expect(bob.page.locator('[data-reason="removed"]')).to_be_visible()
        async with person(playwright) as cas:
            await cas.page.goto(meeting.guest_link)
            await expect(cas.page.get_by_role("alert")).to_contain_text("turned off by the organiser")


async def test_whoever_comes_waits_until_they_are_let_in(playwright: Playwright, rooms: Rooms) -> None:
    """One is let in, one is refused, one gives up; then the meeting is locked."""
    meeting = await rooms.create()
    async with (
        person(playwright) as emma,
        person(playwright) as ana,
        person(playwright) as bob,
        person(playwright) as cas,
    ):
        await emma.join(meeting.organiser_link, "Emma")
        await emma.open_panel("organise")
        await emma.page.get_by_label("Waiting room").click()
        await expect(emma.page.get_by_label("Waiting room")).to_be_checked()
        for who, name in ((ana, "Ana"), (bob, "Bob"), (cas, "Cas")):
            await ask_to_join(who, meeting.guest_link, name)
            await expect(who.page.locator(".lobby")).to_contain_text(f"{name} is waiting")
        await expect(emma.page.locator("[data-waiter]")).to_have_count(3)
        await cas.page.get_by_role("button", name="Give up").click()
        await expect(cas.page.locator(".before")).to_be_visible()
        await emma.page.get_by_role("button", name="Let in Ana").click()
        await emma.page.get_by_role("button", name="Refuse Bob").click()

        await expect(ana.page.locator(".room")).to_be_visible()
        await expect(bob.page.get_by_role("alert")).to_contain_text("did not let you in")
        await expect(emma.page.locator("[data-waiter]")).to_have_count(0)
        await emma.page.get_by_label("Lock the meeting").click()
        await expect(emma.page.get_by_label("Lock the meeting")).to_be_checked()
        await ask_to_join(cas, meeting.guest_link, "Cas")
        await expect(cas.page.get_by_role("alert")).to_contain_text("This meeting is locked")
