"""What a visitor's browser downloads until it is in the room."""

from __future__ import annotations

import pytest
from playwright.async_api import Playwright, Request, expect

from tests.browser.people import person
from tests.browser.rooms import Rooms
from tests.browser.servers import MediaServer, Service

pytestmark = pytest.mark.browser

LIMIT_BYTES = 300_000


async def test_the_way_into_the_room_costs_few_bytes(
    playwright: Playwright, servers: tuple[MediaServer, Service], rooms: Rooms
) -> None:
    """Start page, form, room and the words of one language, counted as they cross the wire."""
    meeting = await rooms.create()
    origin = servers[1].url
    async with person(playwright) as ana:
        done: list[Request] = []
        ana.page.on("requestfinished", lambda request: done.append(request))  # noqa: PLW0108 - it marks what it is given
        await ana.page.goto(f"{origin}/")
        await expect(ana.page.locator("h1")).to_be_visible()
        await ana.join(meeting.guest_link, "Ana")
        await ana.page.wait_for_load_state("networkidle")

        own = [request for request in done if request.url.startswith(origin)]
        sizes = {request.url: (await request.sizes())["responseBodySize"] for request in own}
        answers = [await request.response() for request in own if sizes[request.url] > 1000]
        assert {answer.headers.get("content-encoding") for answer in answers if answer} == {"br"}
        assert any("/assets/livekit-" in url for url in sizes)
        assert sum(sizes.values()) <= LIMIT_BYTES, sizes
        assert ana.errors == []
