"""What a worker tells the token service, learnt from real speech services; the token service is the real one."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import httpx

from auth_service.access.rate_limits import MemoryLimiter
from auth_service.access.revocations import DatabaseOnly
from auth_service.storage.assignments import Assignments
from auth_service.storage.database import connect, database_url, migrate
from auth_service.storage.rooms import Storage
from auth_service.wiring import Container, assemble
from config.settings import Rooms, Settings
from speech_service.mt import mt_app
from speech_service.stt import stt_app
from speech_service.tts import tts_app
from tests.auth_service.conftest import WallClock
from tests.auth_service.serving import served
from tests.fakes.engines import LoudnessDetector, ScriptedRecognizer, ScriptedTranslator, ToneSynthesizer
from tests.fakes.media_server import FakeMediaServer
from tests.speech_service.serving import listening, settings
from worker.announcing import announcing
from worker.room_engines import load_engines


async def test_pages_know_what_the_services_can_do_before_any_interpreter_is_there(tmp_path: Path) -> None:
    """A worker learns it from the services and tells it; an interpreter in a room says the same of itself."""
    stt = stt_app(ScriptedRecognizer(()), LoudnessDetector, settings())
    mt = mt_app(ScriptedTranslator({("es", "hello"): "hola", ("fr", "hello"): "bonjour"}), settings())
    tts = tts_app(ToneSynthesizer({"es": 440.0}), settings())
    async with (
        asyncio.timeout(60),
        listening(stt, settings().services, 0) as stt_url,
        listening(mt, settings().services, 0) as mt_url,
        listening(tts, settings().services, 0) as tts_url,
        served(await _token_service(tmp_path)) as (api, port),
    ):
        chosen = settings(
            stt_url=stt_url, mt_url=mt_url, tts_url=tts_url, auth_url=f"http://127.0.0.1:{port}"
        )
        limited = replace(chosen, rooms=Rooms(languages=("es",)), profile="embedded")
        async with announcing(limited):
            offer = await _offer(api.client)
            while None in offer.values():
                await asyncio.sleep(0.05)
                offer = await _offer(api.client)
        assert offer == {"recognised": ["en"], "read": ["en", "es"], "heard": ["es"]}

        engines = await load_engines(limited)
        while engines.abilities().recognised is None:
            await asyncio.sleep(0.05)
        able = engines.abilities()
        assert (able.recognised, able.read, able.heard) == (("en",), ("en", "es", "fr"), ("es",))
        await engines.close()


async def test_a_worker_without_services_or_without_whom_to_tell_tells_nothing() -> None:
    """Nothing is left running of it."""
    before = asyncio.all_tasks()
    async with announcing(settings(stt_url="", mt_url="", tts_url="", auth_url="http://127.0.0.1:9")):
        await asyncio.sleep(0.1)
    async with announcing(settings(auth_url="")):
        assert asyncio.all_tasks() == before


async def _offer(client: httpx.AsyncClient) -> dict[str, list[str] | None]:
    offer: dict[str, list[str] | None] = (await client.get("/api/v1/config")).json()["offer"]
    return offer


async def _token_service(directory: Path) -> Container:
    engine = connect(database_url(f"sqlite:///{directory}/rooms.sqlite3"))
    await migrate(engine)
    clock = WallClock()
    return assemble(
        replace(Settings(), development=True),
        Storage(engine),
        Assignments(engine),
        FakeMediaServer(clock),
        MemoryLimiter(),
        DatabaseOnly(),
    )
