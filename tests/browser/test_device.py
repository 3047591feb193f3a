"""What a device has of the page and of a meeting: it installs it, names it, tells of it, and keeps its words."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, Playwright, expect

from tests.browser.axe import barriers
from tests.browser.interpreter import interpreting
from tests.browser.people import person
from tests.browser.rooms import Rooms
from tests.browser.servers import MediaServer, Service
from tests.browser.test_removal import ask_to_join

pytestmark = pytest.mark.browser


# No test can put another window in front, or press what lies on a lock screen.
_DEVICE = """(() => {
  window.device = { behind: false, told: [], buttons: {} };
  Object.defineProperty(Document.prototype, "visibilityState", {
    get: () => (window.device.behind ? "hidden" : "visible"),
  });
  const Real = window.Notification;
  window.Notification = class extends Real {
    constructor(title, options) {
      super(title, options);
      window.device.told.push([title, options.body]);
    }
  };
  const set = MediaSession.prototype.setActionHandler;
  MediaSession.prototype.setActionHandler = function (name, act) {
    set.call(this, name, act);
    window.device.buttons[name] = act;
  };
})();"""


async def test_the_page_installs_and_lets_people_hear_what_it_does(
    playwright: Playwright, servers: tuple[MediaServer, Service]
) -> None:
    """Chromium has no objection to that; samples play one at a time and are not fetched before; questions open."""
    async with person(playwright) as visitor:
        page = visitor.page
        fetched: list[str] = []
        page.on("request", lambda request: fetched.append(request.url))
        await page.goto(servers[1].url)
        samples = page.locator(".about-samples audio")
        await expect(samples).to_have_count(2)
        assert not [url for url in fetched if url.endswith(".flac")]
        await _plays(page, 0)
        await _plays(page, 1)
        assert await samples.evaluate_all("all => all.map(one => one.paused)") == [True, False]
        questions = page.locator(".about details")
        await questions.first.locator("summary").click()
        await expect(questions.first.locator("p")).to_be_visible()
        await expect(page.locator(".about-foot")).to_contain_text("version")
        assert await barriers(page) == []

        session = await page.context.new_cdp_session(page)
        manifest = await session.send("Page.getAppManifest")
        assert (manifest["errors"], manifest["url"]) == ([], f"{servers[1].url}/manifest.webmanifest")
        objections = (await session.send("Page.getInstallabilityErrors"))["installabilityErrors"]
        assert [one["errorId"] for one in objections if one["errorId"] != "in-incognito"] == []
        assert visitor.errors == []


async def _plays(page: Page, number: int) -> None:
    sample = page.locator(".about-samples audio").nth(number)
    await sample.evaluate("audio => audio.play()")
    await page.wait_for_function(
        "number => document.querySelectorAll('.about-samples audio')[number].currentTime > 0.2",
        arg=number,
    )


async def test_the_device_names_the_meeting_tells_of_it_and_keeps_its_words(
    playwright: Playwright, media: MediaServer, servers: tuple[MediaServer, Service], rooms: Rooms
) -> None:
    """On the lock screen; who waits while another window is in front; what was read, until it is deleted."""
    meeting = await rooms.create(title="Board meeting")
    await rooms.engage(meeting)
    async with (
        interpreting(media, meeting.room) as interpreter,
        person(playwright, permissions=["notifications"]) as emma,
        person(playwright) as bob,
    ):
        page = emma.page
        await page.add_init_script(_DEVICE)
        await emma.join(meeting.organiser_link, "Emma")
        assert await page.evaluate("navigator.mediaSession.metadata.title") == "Board meeting"
        await emma.hear("es")
        await interpreter.opened("es")
        await interpreter.caption("luc", "Buenos días a todos.", language="es")
        await expect(page.locator(".passage-text")).to_have_text("Buenos días a todos.")

        await emma.open_panel("settings")
        await page.get_by_role("switch", name="Notify me").click()
        await emma.open_panel("organise")
        await page.get_by_label("Waiting room").click()
        await expect(page.get_by_label("Waiting room")).to_be_checked()
        await page.evaluate("window.device.behind = true")
        await ask_to_join(bob, meeting.guest_link, "Bob")
        await page.wait_for_function("() => window.device.told.length > 0")
        assert await page.evaluate("window.device.told") == [["Board meeting", "Bob waits at the door"]]

        await page.evaluate("window.device.buttons.hangup()")
        await page.get_by_role("dialog").get_by_role("button", name="Leave").click()
        await page.locator(".after").wait_for()
        assert await page.evaluate("navigator.mediaSession.metadata") is None
        await page.get_by_role("switch", name="Keep transcripts").click()
        # The page lets people go without a question once it is kept.
        await page.wait_for_function(
            "() => window.dispatchEvent(new Event('beforeunload', { cancelable: true }))"
        )
        await page.goto(servers[1].url)
        await page.get_by_role("button", name="Read: Board meeting").click()
        await expect(page.locator(".transcript")).to_contain_text("Buenos días a todos.")
        assert await barriers(page) == []
        await page.reload()
        await page.get_by_role("button", name="Delete all transcripts").click()
        await page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
        await expect(page.locator("[data-transcript]")).to_have_count(0)
        await page.reload()
        await expect(page.locator("h1")).to_be_visible()
        await expect(page.locator("[data-transcript]")).to_have_count(0)
        assert emma.errors == []
