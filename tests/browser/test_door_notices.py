"""What stands at the button that joins: in small windows and every language, nothing that matters lies below it."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, Playwright, Route, expect

from tests.browser.people import person
from tests.browser.rooms import Rooms

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

LANGUAGES = ("en", "es", "fr", "de", "pt", "it", "zh", "ja", "ar", "hi")
SMALL, LANDSCAPE = (320, 640), (844, 390)

# Whether all of the first element can be seen: within the window, and nothing lies over its corners.
_SEEN = """(selector) => {
  const element = document.querySelector(selector);
  if (element === null) return true;
  const { left, right, top, bottom } = element.getBoundingClientRect();
  if (left < 0 || top < 0 || right > innerWidth + 0.5 || bottom > innerHeight + 0.5) return false;
  return [[left + 2, top + 2], [right - 2, bottom - 2], [(left + right) / 2, (top + bottom) / 2]].every(([x, y]) => {
    const over = document.elementFromPoint(x, y);
    return over === null || element.contains(over) || over.contains(element);
  });
}"""

# What takes the focus by Tab, and lies under the bar then.
_UNDER_THE_BAR = """() => {
  const focused = document.activeElement;
  const bar = document.querySelector(".before-join");
  if (focused === document.body || bar.contains(focused)) return "";
  return focused.getBoundingClientRect().bottom > bar.getBoundingClientRect().top + 1 ? focused.outerHTML : "";
}"""


async def _refuse(route: Route) -> None:
    await route.abort()


async def _what_is_hidden(page: Page, language: str, size: tuple[int, int]) -> list[object]:
    await page.set_viewport_size({"width": size[0], "height": size[1]})
    join = page.locator("button[type=submit]")
    await expect(join).to_be_enabled()
    await page.evaluate("scrollTo(0, 0)")
    # where the whole notice is in sight anyway, the line that stands for it goes
    await page.wait_for_function(
        f"() => document.querySelector('.before-agree') || ({_SEEN})('#join-notice')"
    )
    hidden: list[object] = [
        (language, size, what)
        for what in (".before-agree", "button[type=submit]")
        if not await page.evaluate(_SEEN, what)
    ]
    if await page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        hidden.append((language, size, "wider than the window"))
    await page.evaluate("document.querySelector('.before-agree button')?.click()")
    await expect(page.locator(".before-agree")).to_have_count(0)
    await expect(page.locator("#join-notice")).to_have_count(1)
    if not await page.evaluate(_SEEN, "#join-notice"):
        hidden.append((language, size, "the notice"))
    return hidden


async def test_what_one_agrees_to_is_in_sight_wherever_one_may_join(
    playwright: Playwright, rooms: Rooms
) -> None:
    """At 320 pixels and on its side, in all languages; the whole notice comes into sight at a click."""
    meeting = await rooms.create()
    hidden: list[object] = []
    async with person(playwright, size=SMALL) as ana:
        page = ana.page
        await page.goto(meeting.guest_link)
        for language in LANGUAGES:
            await page.evaluate(
                "language => localStorage.setItem('hive.preferences', JSON.stringify({interfaceLanguage: language}))",
                language,
            )
            for size in (SMALL, LANDSCAPE):
                await page.reload()
                hidden += await _what_is_hidden(page, language, size)
        assert hidden == []
        assert ana.errors == []


async def test_why_joining_failed_stands_at_the_button_and_nothing_that_is_focused_lies_under_it(
    playwright: Playwright, rooms: Rooms
) -> None:
    meeting = await rooms.create()
    async with person(playwright, size=LANDSCAPE, locale="de") as ana:
        page = ana.page
        await page.goto(meeting.guest_link)
        await page.locator("#name").fill("Ana")
        under = []
        for _ in range(12):
            await page.keyboard.press("Tab")
            under.append(await page.evaluate(_UNDER_THE_BAR))
        assert [one for one in under if one] == []
        await page.route("**/api/v1/join", _refuse)
        for width, height in (SMALL, LANDSCAPE):
            await page.set_viewport_size({"width": width, "height": height})
            await page.locator("button[type=submit]").click()
            await page.locator(".before-join .notice-problem").wait_for()
            assert await page.evaluate(_SEEN, ".before-join .notice-problem")
            assert await page.evaluate(_SEEN, "button[type=submit]")
