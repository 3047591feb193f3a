"""The worker as operators run it: dispatched by the media server, one process a room, drained by a signal."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from livekit import api

from config.settings import LiveKit
from protocol.sealing import seal
from stack.environment import child_environment
from stack.ports import free_port
from tests.live.conftest import SETTINGS
from tests.live.guests import Guest, numbers, until

pytestmark = pytest.mark.live

ROOT = Path(__file__).resolve().parents[2]


async def test_a_dispatched_room_is_interpreted_and_dismissed(
    livekit: LiveKit, room: str, tmp_path: Path
) -> None:
    """A dispatch brings an interpreter with the organiser's languages; dismissed, it says the last words and goes, and
    the worker stays."""
    async with _worker(livekit, tmp_path) as (process, port):
        async with _service(livekit) as service, _spoken_for(livekit, room, {"languages": ["es"]}) as bea:
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
            await service.room.send_data(
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
        _worker(livekit, tmp_path) as (process, _),
        _spoken_for(livekit, room, {}) as bea,
    ):
        process.send_signal(signal.SIGTERM)
        goes_on = len(bea.finals("es")) + 1
        await until(lambda: len(bea.finals("es")) >= goes_on, "drained, it goes on", 20)
        process.send_signal(signal.SIGTERM)
        await _says_the_last_words(bea)


@asynccontextmanager
async def _spoken_for(livekit: LiveKit, room: str, wish: dict[str, object]) -> AsyncIterator[Guest]:
    """Somebody who hears Spanish, in a room where an interpreter was dispatched for one who speaks without a pause."""
    async with (
        _service(livekit) as service,
        Guest("anna", room, livekit, language="en") as anna,
        Guest("bea", room, livekit, language="es", translator_events="on") as bea,
    ):
        await anna.open_microphone((30.0, 0.5))
        await service.agent_dispatch.create_dispatch(
            api.CreateAgentDispatchRequest(
                agent_name=livekit.agent_name, room=room, metadata=json.dumps(wish)
            )
        )
        await until(lambda: numbers(bea, "speech"), "she is spoken for", 60)
        yield bea


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


@asynccontextmanager
async def _worker(livekit: LiveKit, directory: Path) -> AsyncIterator[tuple[subprocess.Popen[bytes], int]]:
    port = free_port()
    log = directory / "worker.log"
    process = _start(livekit, port, log)
    try:
        await until(lambda: b"registered worker" in log.read_bytes(), "the worker registers", 120)
        yield process, port
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.send_signal(signal.SIGTERM)
            await asyncio.to_thread(process.wait, 60)
        print(log.read_text()[-3000:])


def _start(livekit: LiveKit, port: int, log: Path) -> subprocess.Popen[bytes]:
    with log.open("wb") as file:
        return subprocess.Popen(
            [sys.executable, "-m", "tests.fakes.worker_host", str(port)],
            cwd=ROOT,
            env=child_environment(replace(SETTINGS, livekit=livekit), os.environ),
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
        )


@asynccontextmanager
async def _service(livekit: LiveKit) -> AsyncIterator[api.LiveKitAPI]:
    service = api.LiveKitAPI(livekit.url, livekit.api_key, livekit.api_secret.get_secret_value())
    try:
        yield service
    finally:
        await service.aclose()
