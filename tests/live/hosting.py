"""The worker as operators run it, with fake engines, and a room that it is called into."""

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

from livekit import api
from prometheus_client.parser import text_string_to_metric_families

from config.settings import LiveKit
from stack.environment import child_environment
from stack.ports import free_port
from tests.live.conftest import SETTINGS
from tests.live.guests import Guest, numbers, until

ROOT = Path(__file__).resolve().parents[2]


def figures_of(port: int) -> dict[tuple[str, ...], float]:
    """What the worker tells Prometheus: by name and the values of the labels."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        families = text_string_to_metric_families(answer.read().decode())
        return {
            (sample.name, *sample.labels.values()): sample.value
            for family in families
            for sample in family.samples
        }


@asynccontextmanager
async def spoken_for(livekit: LiveKit, room: str, wish: dict[str, object]) -> AsyncIterator[Guest]:
    """Somebody who hears Spanish, in a room where an interpreter was dispatched for one who speaks without a pause."""
    async with (
        service(livekit) as asked,
        Guest("anna", room, livekit, language="en") as anna,
        Guest("bea", room, livekit, language="es", translator_events="on") as bea,
    ):
        await anna.open_microphone((30.0, 0.5))
        await asked.agent_dispatch.create_dispatch(
            api.CreateAgentDispatchRequest(
                agent_name=livekit.agent_name, room=room, metadata=json.dumps(wish)
            )
        )
        await until(lambda: numbers(bea, "speech"), "she is spoken for", 60)
        yield bea


@asynccontextmanager
async def worker(livekit: LiveKit, directory: Path) -> AsyncIterator[tuple[subprocess.Popen[bytes], int]]:
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
async def service(livekit: LiveKit) -> AsyncIterator[api.LiveKitAPI]:
    service = api.LiveKitAPI(livekit.url, livekit.api_key, livekit.api_secret.get_secret_value())
    try:
        yield service
    finally:
        await service.aclose()
