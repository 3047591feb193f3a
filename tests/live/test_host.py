"""The worker as operators run it: dispatched by the media server, one process a room, drained by a signal."""

from __future__ import annotations

import asyncio
import json
import signal
import urllib.request
from pathlib import Path

import psutil
import pytest
from livekit import api

from config.settings import LiveKit
from protocol.sealing import seal
from tests.live.guests import Guest, numbers, until
from tests.live.hosting import figures_of, service, spoken_for, worker

pytestmark = pytest.mark.live


async def test_a_dispatched_room_is_interpreted_and_dismissed(
    livekit: LiveKit, room: str, tmp_path: Path
) -> None:
    """A dispatch brings an interpreter with the organiser's languages; dismissed, it says the last words and goes, and
    the worker stays."""
    async with worker(livekit, tmp_path) as (process, port):
        async with service(livekit) as asked, spoken_for(livekit, room, {"languages": ["es"]}) as bea:
            await until(lambda: bea.hears() == {"es"}, "Spanish", 20)
            agent = bea.interpreter()
            assert agent is not None
            assert agent.identity.startswith("agent-")
            assert bea.says("translator.languages") == ["en", "es"]
            assert await asyncio.to_thread(_active_jobs, port) == 1
            message = seal(
                '{"type": "dismiss"}',
                room=room,
                to=agent.identity,
                api_key=livekit.api_key,
                api_secret=livekit.api_secret.get_secret_value(),
            )
            await asked.room.send_data(
                api.SendDataRequest(room=room, data=message, topic="translator.control")
            )
            await _says_the_last_words(bea)
            for _ in range(100):
                if await asyncio.to_thread(_active_jobs, port) == 0:
                    break
                await asyncio.sleep(0.1)
            assert await asyncio.to_thread(_active_jobs, port) == 0
        process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(process.wait, 20) == 0


async def test_the_last_words_are_said_when_the_worker_ends(
    livekit: LiveKit, room: str, tmp_path: Path
) -> None:
    """Drained, it goes on; told twice, it ends, and every clause that was heard is shown and spoken before it goes."""
    async with (
        worker(livekit, tmp_path) as (process, _),
        spoken_for(livekit, room, {}) as bea,
    ):
        process.send_signal(signal.SIGTERM)
        goes_on = len(bea.finals("es")) + 1
        await until(lambda: len(bea.finals("es")) >= goes_on, "drained, it goes on", 20)
        process.send_signal(signal.SIGTERM)
        await _says_the_last_words(bea)


async def test_its_rooms_reach_prometheus_and_a_killed_one_leaves_no_level(
    livekit: LiveKit, room: str, tmp_path: Path
) -> None:
    """By language, from the room's own process; what was counted stays when that is killed, what held goes."""
    async with worker(livekit, tmp_path) as (process, port), spoken_for(livekit, room, {}):
        spoken = ("hive_translation_ttft_seconds_count", "es")
        await until(lambda: figures_of(port).get(spoken), "the room's figures come", 20)
        figures = figures_of(port)
        assert figures["hive_rooms",] == figures["hive_worker_registered",] == 1
        assert figures["hive_speakers", "en"] == figures["hive_listeners", "es"] == 1
        assert figures["hive_clauses_total", "en"] >= figures[spoken]
        assert figures["hive_words_shown_total", "es"] > 0
        assert figures["hive_sound_seconds_total",] > 1
        helpers = psutil.Process(process.pid).children(recursive=True)
        max(helpers, key=psutil.Process.num_threads).kill()
        await until(lambda: ("hive_listeners", "es") not in figures_of(port), "its levels go", 20)
        assert figures_of(port)[spoken] >= figures[spoken]


async def _says_the_last_words(bea: Guest) -> None:
    """Every clause that was heard, before it goes."""
    await until(lambda: bea.interpreter() is None, "it goes", 40)

    heard = numbers(bea, "clause")
    assert numbers(bea, "speech") | numbers(bea, "skipped") == heard
    assert max(heard) in numbers(bea, "speech")
    assert len(bea.finals("es")) == len(heard)


def _active_jobs(port: int) -> int:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/worker", timeout=5) as answer:
        found: int = json.loads(answer.read()).get("active_jobs", 0)
        return found
