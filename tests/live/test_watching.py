"""Prometheus, with the configuration that is shipped, reads a meeting; every panel has something to show."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest
from pydantic import SecretStr
from starlette.types import ASGIApp

from auth_service.http.app import create_app as auth_app
from auth_service.wiring import opened as opened_auth
from config.settings import Settings
from foundation.http.server import ServerLimits, listening
from pipeline.engines.microbatches import MicroBatcher
from speech_service.mt import mt_app
from speech_service.tts import tts_app
from stack.ports import free_port
from tests.fakes.engines import ToneSynthesizer
from tests.fakes.meeting import EchoTranslator
from tests.live.guests import TONES_HZ
from tests.live.hosting import spoken_for, worker
from tests.live.server import Server
from tests.monitoring.panels import expressions
from tests.monitoring.prometheus import Prometheus, prometheus
from voice_service.http.app import create_app as voice_app
from voice_service.wiring import opened as opened_voice

pytestmark = pytest.mark.live

TOKEN = "a-token-for-whoever-watches-the-services"
PATIENCE_S = 60.0
MAY_BE_EMPTY = {"hive_gpu_"}
"""There need not be a GPU."""


@asynccontextmanager
async def served(app: ASGIApp) -> AsyncIterator[int]:
    """The port of an application while it is served."""
    limits = ServerLimits(connections=50, connections_per_address=50)
    async with listening(app, host="127.0.0.1", port=0, limits=limits) as server:
        yield server.port


@asynccontextmanager
async def services(directory: Path) -> AsyncIterator[dict[str, int]]:
    """All that answers HTTP but the worker and recognition, in this process, by token: their ports by job."""
    usual = Settings(development=True)
    token = SecretStr(TOKEN)
    nowhere = "http://127.0.0.1:9"
    settings = replace(
        usual,
        services=replace(usual.services, token=token, stt_url=nowhere, mt_url=nowhere, tts_url=nowhere),
        auth=replace(
            usual.auth, metrics_token=token, database_url=SecretStr(f"sqlite:///{directory}/auth.sqlite3")
        ),
        voice=replace(
            usual.voice,
            database_url=SecretStr(f"sqlite:///{directory}/voice.sqlite3"),
            directory=directory / "voice",
        ),
        models=replace(usual.models, directory=directory / "models"),
    )
    async with (
        opened_auth(settings) as auth,
        opened_voice(settings) as voice,
        served(auth_app(auth)) as auth_port,
        served(voice_app(voice)) as voice_port,
        served(mt_app(EchoTranslator("en", "es"), settings)) as mt_port,
        served(tts_app(ToneSynthesizer(TONES_HZ), settings)) as tts_port,
    ):
        auth.metrics.joins.labels("guest", "join").inc()
        auth.metrics.rated("captions", "en", "es", good=True)
        yield {"auth": auth_port, "voice": voice_port, "mt": mt_port, "tts": tts_port}


async def _use(ports: Mapping[str, int]) -> None:
    """Each is asked for something that it does, or refuses."""
    text = {"text": "hello", "source": "en", "target": "es"}
    asked: tuple[tuple[str, dict[str, str], str], ...] = (
        (f"http://127.0.0.1:{ports['mt']}/translate", text, TOKEN),
        (f"http://127.0.0.1:{ports['mt']}/translate", text, "wrong"),
        (f"http://127.0.0.1:{ports['auth']}/api/v1/join", {"invitation": "x" * 40, "name": "Ana"}, ""),
        (f"http://127.0.0.1:{ports['voice']}/api/v1/jobs", {}, "wrong"),
    )
    async with aiohttp.ClientSession() as client:
        for url, body, token in asked:
            async with client.post(url, json=body, headers={"authorization": f"Bearer {token}"}) as answer:
                await answer.read()


async def empty_panels(watching: Prometheus) -> list[str]:
    """The place of each expression that has no value now."""
    found = []
    for place, expression in expressions():
        values = [float(each["value"][1]) for each in await watching.query(expression)]
        if not any(map(math.isfinite, values)) and not any(part in expression for part in MAY_BE_EMPTY):
            found.append(f"{place}: {expression}")
    return found


async def test_a_meeting_is_watched(room: str, tmp_path: Path) -> None:
    """All parts are read by their tokens, rules are evaluated without a fault, the objectives have values, panels have
    something to show, and what is not there is told."""
    livekit_metrics = free_port()
    livekit = Server(tmp_path, metrics_port=livekit_metrics)
    livekit.start()
    try:
        with ThreadPoolExecutor(1) as threads:
            batches = MicroBatcher[int, int]("an engine", list, threads)
            async with (
                worker(livekit.settings, tmp_path) as (_, worker_port),
                services(tmp_path) as ports,
                prometheus(
                    tmp_path, {**ports, "worker": worker_port, "livekit": livekit_metrics}, token=TOKEN
                ) as watching,
                spoken_for(livekit.settings, room, {}),
            ):
                await _watched(watching, ports)
            await batches.close()
    finally:
        livekit.stop()


async def _watched(watching: Prometheus, ports: Mapping[str, int]) -> None:
    missing = ["all"]
    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE_S):
            while missing:
                await _use(ports)
                await asyncio.sleep(0.5)
                missing = await empty_panels(watching)
    assert missing == []
    up = {each["metric"]["job"]: each["value"][1] for each in await watching.query("up")}
    assert up == dict.fromkeys(("worker", "mt", "tts", "auth", "voice", "livekit"), "1")
    for objective in ("translation_ttft", "caption_latency", "word_retraction_rate"):
        value = await watching.value(objective)
        assert value is not None
        assert value >= 0
    groups = (await watching.get("rules"))["groups"]
    faults = [rule for group in groups for rule in group["rules"] if rule["health"] != "ok"]
    assert faults == []
    absent = await watching.query('ALERTS{alertname="NothingAnswers"}')
    assert {each["metric"]["job"] for each in absent} == {"stt"}
