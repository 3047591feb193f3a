"""The machines behind the service, as operators see them."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import asdict, replace
from typing import Any

import httpx
from fastapi import FastAPI

from config.settings import Settings
from pipeline.gpus import Gpu
from pipeline.machine import MachineLoad
from speech_service.tts import tts_app
from tests.auth_service.conftest import WallClock
from tests.fakes.engines import ToneSynthesizer
from tests.speech_service.serving import listening
from tests.voice_service.accounts import accounts, bearer
from voice_service.accounts.records import AccountRole
from voice_service.http.app import create_app
from voice_service.wiring import VoiceServices, opened

GIB = 2**30
AWAY = "http://127.0.0.1:9"
LARGE = MachineLoad(
    name="gpu-1",
    processor="Some processor",
    cores=16,
    load=3.5,
    memory_used_bytes=20 * GIB,
    memory_total_bytes=128 * GIB,
    gpus=(Gpu("Fast one", 30 * GIB, 80 * GIB, 0.85), Gpu("In parts", GIB, 80 * GIB, None)),
)


def machine_app(load: MachineLoad) -> FastAPI:
    """A service on another machine, of which only that is known."""
    app = FastAPI()
    app.add_api_route("/machine", lambda: asdict(load))
    return app


async def looked(services: VoiceServices) -> httpx.Response:
    """As an operator."""
    await accounts(services).add_tenant("house", "enterprise")
    person = await accounts(services).add_person("house", "Olga", AccountRole.OPERATOR)
    headers: Mapping[str, str] = bearer(await accounts(services).new_key("house", "console", person))
    transport = httpx.ASGITransport(create_app(services))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost", headers=headers) as client:
        return await client.get("/api/v1/admin/nodes")


async def nodes_of(settings: Settings, clock: WallClock, **urls: str) -> list[dict[str, Any]]:
    where = replace(settings.services, **urls)  # type: ignore[arg-type]
    async with opened(replace(settings, services=where), clock) as services:
        answer = await looked(services)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["nodes"]
    return found


async def test_services_of_one_machine_are_one_node_with_its_gpus(
    settings: Settings, clock: WallClock
) -> None:
    """What does not answer is shown by its URL, as what it should do."""
    async with AsyncExitStack() as stack:
        hears, speaks = [
            await stack.enter_async_context(listening(machine_app(load), settings.services, 0))
            for load in (LARGE, replace(LARGE, load=4.0))
        ]
        found = await nodes_of(settings, clock, stt_url=f"{hears}, {AWAY}", mt_url=AWAY, tts_url=speaks)

    assert found == [
        {
            "urls": [hears, speaks],
            "kinds": ["hearing", "speech"],
            "there": True,
            "name": "gpu-1",
            "cores": 16,
            "load": 4.0,
            "memory_used_bytes": 20 * GIB,
            "memory_total_bytes": 128 * GIB,
            "gpus": [
                {
                    "name": "Fast one",
                    "used_share": 0.85,
                    "memory_used_bytes": 30 * GIB,
                    "memory_total_bytes": 80 * GIB,
                },
                {
                    "name": "In parts",
                    "used_share": None,
                    "memory_used_bytes": GIB,
                    "memory_total_bytes": 80 * GIB,
                },
            ],
        },
        {
            "urls": [AWAY],
            "kinds": ["hearing", "translation"],
            "there": False,
            "name": None,
            "cores": None,
            "load": None,
            "memory_used_bytes": None,
            "memory_total_bytes": None,
            "gpus": [],
        },
    ]


async def test_a_real_service_tells_of_this_machine(settings: Settings, clock: WallClock) -> None:
    """Really asked, with the token that the services share."""
    app = tts_app(ToneSynthesizer({"es": 440.0}), settings)
    async with listening(app, settings.services, 0) as url:
        found = await nodes_of(settings, clock, stt_url=url, mt_url=url, tts_url=url)

    (node,) = found
    assert (node["there"], node["kinds"]) == (True, ["hearing", "translation", "speech"])
    assert 0 < node["memory_used_bytes"] < node["memory_total_bytes"]
