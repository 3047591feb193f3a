"""`hive load` against the real parts, with engines that need no download."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from pathlib import Path

import pytest
from livekit import api

from bench.rooms.running import put_on
from bench.rooms.shape import LoadShape
from bench.rooms.target import own
from cli.main import main
from config.settings import Settings

pytestmark = [pytest.mark.live, pytest.mark.engines]

EMBEDDED = Settings(profile="embedded", development=True)


@pytest.mark.timeout(240)
def test_a_load_ends_with_a_verdict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever the machine bears: all that is asked has an answer, and clients saw captions and heard translations."""
    monkeypatch.setenv("HIVE_DEVELOPMENT", "true")
    file = tmp_path / "load.json"

    status = main(["load", "--profile", "embedded", "--for", "10", "--json", str(file)])

    found = json.loads(file.read_text())
    assert status == (0 if found["holds"] else 1)
    assert [each["question"] for each in found["promises"]] == [
        "translation_ttft: 95 % within 450 ms",
        "caption_latency: 95 % within 250 ms",
        "word_retraction_rate: below 5%",
    ]
    answers = {each["question"]: each["holds"] for each in found["bearing"]}
    assert answers["every room had its interpreter to the end"], found["faults"]
    assert found["words"]["heard"] > 0
    assert found["caption_latency_s"]["count"] > 0
    assert {"livekit", "speech", "auth", "worker", "clients", "room process 1"} <= found["use"].keys()
    written = capsys.readouterr().out
    assert all(question in written for question in answers)


@pytest.mark.timeout(240)
async def test_a_stack_that_no_longer_hears_fails() -> None:
    """The engines stand still from the first words on; and no room is left behind, of a load that is broken off
    neither."""
    async with own(EMBEDDED, rooms=1, speakers=1, say=print) as target:
        assert target.stack is not None
        group = target.stack.pids["speech"]
        loading = asyncio.create_task(put_on(target, LoadShape(seconds=6), ramp_s=0.0, say=lambda line: None))
        try:
            await _room_of(target.stack.livekit_url, target.stack.settings)
            os.killpg(group, signal.SIGSTOP)
            held = await loading
        finally:
            os.killpg(group, signal.SIGCONT)
        assert not held.verdict.keeps_up
        assert not held.verdict.holds
        assert await _rooms(target.stack.livekit_url, target.stack.settings) == []

        broken_off = asyncio.create_task(
            put_on(target, LoadShape(seconds=60), ramp_s=0.0, say=lambda line: None)
        )
        await _room_of(target.stack.livekit_url, target.stack.settings)
        broken_off.cancel()
        await asyncio.wait([broken_off])
        assert await _rooms(target.stack.livekit_url, target.stack.settings) == []


async def _room_of(url: str, settings: Settings) -> None:
    """Until people are in a room."""
    while not await _rooms(url, settings):  # the media server tells nobody here
        await asyncio.sleep(0.1)


async def _rooms(url: str, settings: Settings) -> list[str]:
    key, secret = settings.livekit.api_key, settings.livekit.api_secret.get_secret_value()
    async with api.LiveKitAPI(url.replace("ws", "http", 1), key, secret) as server:
        return [room.name for room in (await server.room.list_rooms(api.ListRoomsRequest())).rooms]
