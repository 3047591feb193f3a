"""Who gets in, who does not, and what the organiser can do about it."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from livekit import rtc
from playwright.async_api import Playwright, expect

from stack.ports import free_port
from tests.browser.interpreter import interpreting, tone
from tests.browser.people import person
from tests.browser.rooms import Rooms
from tests.browser.servers import (
    API_KEY,
    API_SECRET,
    ROOT,
    MediaServer,
    Service,
    auth_service,
    coturn,
    livekit_server,
)

pytestmark = pytest.mark.browser

_NO_SOUND_YET = """
AudioContext.prototype.resume = () => new Promise(() => {});
Object.defineProperty(AudioContext.prototype, "state", { get: () => "suspended" });
"""
"""What browsers do that want another click, or have no loudspeaker: the promise stays open."""

_NO_ANSWER_YET = "navigator.mediaDevices.getUserMedia = () => new Promise(() => {});"


@asynccontextmanager
async def _interpreters(media: MediaServer) -> AsyncIterator[asyncio.StreamReader]:
    """A worker that comes where it is sent; yields what it says."""
    worker = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.fakes.interpreter_worker",
        *(media.url, API_KEY, API_SECRET, "translator"),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        assert worker.stdout is not None
        registered = await asyncio.wait_for(worker.stdout.readline(), 30)
        assert json.loads(registered) == {"registered": True}
        yield worker.stdout
    finally:
        worker.kill()
        await worker.communicate()


async def test_the_organisers_click_brings_the_interpreter(
    playwright: Playwright, media: MediaServer, rooms: Rooms
) -> None:
    """From the start page to an interpreter in the room, and its dismissal, by clicks alone."""
    async with _interpreters(media) as said:
        meeting = await rooms.create()
        async with person(playwright) as emma:
            await emma.join(meeting.organiser_link, "Emma")
            await emma.open_panel("organise")
            state = emma.page.locator("[data-interpreter]")
            await expect(state).to_have_attribute("data-interpreter", "absent")
            await emma.page.locator(".organise").get_by_role("button", name="Invite the interpreter").click()
            await expect(state).to_have_attribute("data-interpreter", "present")
            await expect(emma.page.locator('[data-channel="es"]')).to_contain_text("1.5 s behind")
            await emma.page.get_by_role("button", name="Mute: Spanish").click()
            await expect(emma.page.locator('[data-channel="es"]')).to_contain_text("muted")
            await emma.page.get_by_role("button", name="Undo").click()
            await expect(emma.page.locator('[data-channel="es"]')).not_to_contain_text("muted")
            await emma.page.get_by_role("button", name="Mute: Spanish").click()
            await expect(emma.page.locator('[data-channel="es"]')).to_contain_text("muted")
            await expect(emma.page.locator("[data-capacity]")).to_have_text(
                "This machine interprets about 2 speakers into 3 languages or 1 speaker into 5 languages at once."
            )
            await emma.page.locator(".voices summary").focus()
            await emma.page.keyboard.press("Enter")
            await emma.page.keyboard.press("Tab")
            await emma.page.keyboard.press("Tab")  # from French to Spanish, by name
            for chosen in ("low", "high", "kokoro:ef_dora"):
                await emma.page.keyboard.press("ArrowDown")
                await expect(emma.page.get_by_label("Spanish", exact=True)).to_have_value(chosen)
            told = await _told(said, "voices")
            while told["voices"] != {"es": "kokoro:ef_dora"}:  # each step on the way there is told as well
                told = await _told(said, "voices")
            assert told["muted"] == ["es"]
            await emma.page.get_by_role("button", name="Dismiss").click()
            await emma.page.get_by_role("dialog").get_by_role("button", name="Dismiss").click()
            await expect(state).to_have_attribute("data-interpreter", "absent")
            assert emma.errors == []


async def test_the_interpreter_is_there_from_the_start_where_it_is_wished(
    playwright: Playwright, servers: tuple[MediaServer, Service], rooms: Rooms
) -> None:
    """What it can do is said before; nothing needs to be clicked once its organiser is in the room."""
    await rooms.announce("en", "es", "fr")
    async with _interpreters(servers[0]), person(playwright) as emma:
        await emma.page.goto(servers[1].url)
        wished = emma.page.get_by_role("switch", name="Interpreter from the start")
        await expect(wished).to_be_checked()
        choice = emma.page.locator(".interpreter-choice")
        await expect(choice).to_contain_text("Understands: English, Spanish, and French")
        await emma.page.get_by_role("button", name="Create meeting").click()
        await emma.page.get_by_label("Your name").fill("Emma")
        await emma.page.locator("button[type=submit]").click()
        await expect(emma.page.locator(".strip-interpreter")).to_have_attribute("data-presence", "present")
        await expect(emma.page.locator('[data-step="interpreter"]')).to_have_attribute("data-done", "true")
        assert emma.errors == []


async def _told(said: asyncio.StreamReader, field: str) -> dict[str, Any]:
    """The next control message with a field, of those that a worker says it got."""
    async with asyncio.timeout(20):
        while True:
            message: dict[str, Any] = json.loads(await said.readline()).get("control", {})
            if field in message:
                return message


async def test_a_meeting_is_created_on_the_start_page(
    playwright: Playwright, servers: tuple[MediaServer, Service]
) -> None:
    """Whoever creates it stands before its door at once; the links for others are there to copy once they are in."""
    async with person(playwright) as emma:
        await emma.page.goto(servers[1].url)
        await emma.page.get_by_label("Name of the meeting").fill("Planning")
        await emma.page.get_by_role("button", name="Create meeting").click()
        await expect(emma.page.locator("h1")).to_have_text("Join “Planning”")
        await emma.page.get_by_label("Your name").fill("Emma")
        await emma.page.locator("button[type=submit]").click()
        await emma.page.locator(".room").wait_for()
        await emma.page.locator(".room-invite").click()
        invite = emma.page.get_by_role("dialog")
        guest_link = await invite.get_by_label("Link for guests").input_value()
        await invite.get_by_text("More links").click()
        own_link = await invite.get_by_label("Your own link").input_value()
        captions_link = await invite.get_by_label("Captions for a projector or OBS").input_value()

        assert guest_link.startswith(f"{servers[1].url}/join#")
        assert own_link == emma.page.url
        assert captions_link.startswith(f"{servers[1].url}/captions/")
        assert emma.errors == []


async def test_a_withdrawn_link_lets_nobody_in(playwright: Playwright, rooms: Rooms) -> None:
    """Who came by the link is put out when asked for, and nobody comes in by it again."""
    meeting = await rooms.create()
    invitation = await rooms.invite(meeting, "listener")
    async with person(playwright) as ana:
        await ana.join(invitation["link"], "Ana")
        assert await rooms.revoke(meeting, invitation["id"], remove=True) == {"removed": 1}
        await expect(ana.page.locator("h1")).to_have_text("You were removed from the meeting")
        await ana.page.reload()
        await expect(ana.page.get_by_role("alert")).to_have_text("This link was turned off by the organiser.")


async def test_a_caption_reader_can_publish_nothing(
    playwright: Playwright, media: MediaServer, rooms: Rooms
) -> None:
    """The media server refuses a reader's track, and the page offers a reader no microphone."""
    meeting = await rooms.create()
    invitation = await rooms.invite(meeting, "reader")
    admission = await rooms.join(meeting.captions_link, "Screen")
    room = rtc.Room()
    await room.connect(admission["url"], admission["token"])
    try:
        source = rtc.AudioSource(48_000, 1)
        track = rtc.LocalAudioTrack.create_audio_track("microphone", source)
        with pytest.raises(rtc.participant.PublishTrackError):
            await asyncio.wait_for(room.local_participant.publish_track(track), 15)
    finally:
        await room.disconnect()
    async with person(playwright) as ana:
        await ana.join(invitation["link"], "Ana")
        assert await ana.page.locator(".tool-mic").count() == 0
        await expect(ana.page.locator(".chip")).to_contain_text("I read")
        assert ana.errors == []


async def test_nobody_waits_at_the_door_for_sound(playwright: Playwright, rooms: Rooms) -> None:
    """A browser that does not let sound start lets people in all the same, and a button starts it later."""
    meeting = await rooms.create()
    async with person(playwright) as ana:
        await ana.page.context.add_init_script(_NO_SOUND_YET)
        await ana.join(meeting.guest_link, "Ana")
        await expect(ana.page.get_by_role("button", name="Start the sound")).to_be_visible()
        assert ana.errors == []


async def test_nobody_waits_at_the_door_for_a_microphone(playwright: Playwright, rooms: Rooms) -> None:
    """Who has not answered the browser's question about the microphone yet is in the room all the same."""
    meeting = await rooms.create()
    async with person(playwright) as emma:
        await emma.page.context.add_init_script(_NO_ANSWER_YET)
        await emma.join(meeting.guest_link, "Emma")
        await expect(emma.page.get_by_role("button", name="Unmute")).to_be_visible()
        assert emma.errors == []


async def test_a_listener_behind_a_strict_network_hears_through_the_relay(
    playwright: Playwright, tmp_path: Path, web: Path, livekit: Path
) -> None:
    """With everything but the relay closed, the translation is heard, and the page says that it is relayed."""
    secret, turn_port, port = "a-shared-secret-of-the-browser-tests", free_port(), free_port()
    turn = {"HIVE_TURN__HOST": "127.0.0.1", "HIVE_TURN__SECRET": secret, "HIVE_TURN__PORT": str(turn_port)}
    with (
        coturn(tmp_path, port=turn_port, secret=secret),
        livekit_server(livekit, tmp_path, webhook_port=port) as media,
        auth_service(tmp_path, media, port=port, web=web, settings=turn) as service,
    ):
        async with aiohttp.ClientSession(service.url) as http, person(playwright) as ana:
            rooms = Rooms(http)
            meeting = await rooms.create(guests="listener")
            await rooms.engage(meeting)
            async with interpreting(media, meeting.room) as interpreter:
                await ana.page.goto(meeting.guest_link)
                await ana.page.get_by_text("Connection", exact=True).click()
                await ana.page.get_by_label("Connect only through the relay").check()
                await ana.join(meeting.guest_link, "Ana")
                await ana.hear("es")
                await interpreter.opened("es")
                speaking = asyncio.create_task(interpreter.say("es", tone(1000, 8)))
                await expect(ana.page.locator(".room")).to_have_attribute("data-translation-speaking", "true")
                heard = await ana.listen(1)
                await ana.open_panel("diagnostics")
                await expect(ana.page.locator('[data-fact="relay"]')).to_be_visible()
                await speaking

                assert heard.has_tone(1000)


async def test_the_page_comes_back_when_the_media_server_does(
    playwright: Playwright, tmp_path: Path, web: Path, livekit: Path
) -> None:
    """The media server is killed and comes back: the page says so and receives captions again by itself."""
    port, media_port = free_port(), free_port()
    media = MediaServer(f"ws://127.0.0.1:{media_port}", 0)
    with auth_service(tmp_path, media, port=port, web=web) as service:
        async with aiohttp.ClientSession(service.url) as http, person(playwright) as ana:
            rooms = Rooms(http)
            with livekit_server(livekit, tmp_path, webhook_port=port, port=media_port):
                meeting = await rooms.create()
                await ana.join(meeting.guest_link, "Ana")
                await ana.hear("es")
            banner = ana.page.locator(".banner")
            await expect(banner).to_have_attribute("data-connection", "reconnecting")
            with livekit_server(livekit, tmp_path, webhook_port=port, port=media_port):
                await expect(banner).to_have_attribute("data-connection", "restored", timeout=60_000)
                await rooms.engage(meeting)
                async with interpreting(media, meeting.room) as interpreter, asyncio.timeout(15):
                    while not await ana.page.locator(".passage").count():
                        await interpreter.caption("emma", "Otra vez.", language="es")
                        await asyncio.sleep(0.3)
