"""Where a browser's extension is paired: a code, who was paired by it, and taking that back."""

from __future__ import annotations

import os
from typing import Any

import aiohttp
import pytest
from playwright.async_api import Playwright, expect

from tests.browser.axe import barriers
from tests.browser.people import DESKTOP, Person, person
from tests.browser.servers import MediaServer, Service

pytestmark = pytest.mark.browser

SHOTS = os.environ.get("SCREENSHOTS_OF_TESTS", "")
EXTENSION = {"origin": "chrome-extension://abcdefghijklmnopabcdefghijklmnop"}
LOOKS = [
    (DESKTOP, "light", "en"), ((320, 640), "dark", "de"), ((390, 844), "light", "ar"), ((320, 640), "light", "hi"),
]  # fmt: skip


async def _ask(service: Service, path: str, body: object, token: str = "") -> tuple[int, dict[str, Any]]:
    """As an extension asks."""
    headers = EXTENSION | ({"authorization": f"Bearer {token}"} if token else {})
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{service.url}/api/v1/pairing/{path}", json=body, headers=headers) as answer,
    ):
        tree: dict[str, Any] = await answer.json()
        return answer.status, tree


async def _look(visitor: Person, name: str) -> None:
    """No barrier, nothing beside the window; a picture of it where they are wanted."""
    if SHOTS:
        await visitor.page.screenshot(path=f"{SHOTS}/pairing-{name}.png", full_page=True)
    assert await barriers(visitor.page) == []
    assert await visitor.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize(("size", "theme", "language"), LOOKS)
async def test_a_browser_is_paired_and_withdrawn(
    playwright: Playwright,
    servers: tuple[MediaServer, Service],
    size: tuple[int, int],
    theme: str,
    language: str,
) -> None:
    """The code is shown large and counted down, who was paired by it appears, and is out once it is withdrawn."""
    service, name = servers[1], f"Anas Browser {language} {theme}"
    async with person(playwright, size=size, locale=language) as ana:
        page = ana.page
        await page.goto(service.url)
        await page.evaluate(f"localStorage.setItem('hive.preferences', JSON.stringify({{theme: '{theme}'}}))")
        await page.goto(service.url)
        await page.locator("a[href='/pair']").click()
        await page.locator(".pairing .button-main").click()
        shown = page.locator(".pairing-code input")
        await expect(shown).to_have_count(2)
        await expect(page.get_by_role("timer")).to_contain_text("9:5")
        code = await shown.first.input_value()
        assert await shown.last.input_value() == service.url
        await _look(ana, f"code-{language}-{size[0]}-{theme}")

        status, paired = await _ask(service, "redeem", {"code": code.lower(), "name": name})
        assert status == 200, paired
        device = page.locator("[data-device]")
        await expect(device).to_have_count(1)
        await expect(device).to_contain_text(name)
        await expect(page.locator(".notice-good")).to_contain_text(name)
        await expect(shown).to_have_count(0)
        await _look(ana, f"devices-{language}-{size[0]}-{theme}")
        room = {"hear": "es", "languages": ["en", "es"]}
        assert (await _ask(service, "rooms", room, paired["token"]))[0] == 201

        await page.reload()  # what was paired from this browser is known in it
        await expect(device).to_contain_text(name)
        await device.get_by_role("button").click()
        dialog = page.get_by_role("dialog")
        await expect(dialog).to_contain_text(name)
        await _look(ana, f"withdraw-{language}-{size[0]}-{theme}")
        await dialog.locator(".button-danger").click()
        await expect(device).to_have_count(0)
        status, refused = await _ask(service, "rooms", room, paired["token"])
        assert (status, refused["code"]) == (401, "device_revoked")
        assert ana.errors == []
