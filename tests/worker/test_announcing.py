"""What a worker tells the token service, learnt from real speech services; the token service is the real one."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import httpx
from pydantic import SecretStr
from structlog.testing import capture_logs

from config.settings import LiveKit, Rooms
from speech_service.mt import mt_app
from speech_service.stt import stt_app
from speech_service.tts import tts_app
from tests.auth_service.serving import on_database_in, served
from tests.fakes.engines import LoudnessDetector, ScriptedRecognizer, ScriptedTranslator, ToneSynthesizer
from tests.speech_service.serving import listening, settings
from worker.announcing import Announcer, announcing
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
        served(await on_database_in(tmp_path)) as (api, port),
    ):
        chosen = settings(
            stt_url=stt_url, mt_url=mt_url, tts_url=tts_url, auth_url=f"http://127.0.0.1:{port}"
        )
        limited = replace(chosen, rooms=Rooms(languages=("es",)), profile="embedded")
        async with announcing(limited):
            offer = await _offer(api.client)
            while None in (offer["recognised"], offer["read"], offer["heard"]):
                await asyncio.sleep(0.05)
                offer = await _offer(api.client)
        assert offer == {"recognised": ["en"], "read": ["en", "es"], "heard": ["es"], "likened": None}
        installed = (await api.client.get("/api/v1/config")).json()["interpreter"]
        assert installed == {"available": True, "trial": True}

        engines = await load_engines(limited)
        while engines.abilities().recognised is None:
            await asyncio.sleep(0.05)
        able = engines.abilities()
        assert (able.recognised, able.read, able.heard) == (("en",), ("en", "es", "fr"), ("es",))
        await engines.close()


async def test_a_token_service_that_does_not_take_it_is_named_once(tmp_path: Path) -> None:
    """It holds another key; the worker goes on asking, and does not fill the log."""
    stt = stt_app(ScriptedRecognizer(()), LoudnessDetector, settings())
    async with (
        asyncio.timeout(60),
        listening(stt, settings().services, 0) as stt_url,
        served(await on_database_in(tmp_path)) as (api, port),
    ):
        chosen = settings(stt_url=stt_url, mt_url="", tts_url="", auth_url=f"http://127.0.0.1:{port}")
        other = LiveKit(api_key="devkey", api_secret=SecretStr("another secret of thirty-two letters"))
        told: list[object] = []
        with capture_logs() as logs:
            announcer = Announcer(replace(chosen, livekit=other), look_every_s=0.02)
            work = asyncio.create_task(announcer.run())
            while len(told) < 3:
                told = [line for line in logs if "workers" in line.get("route", "")]
                await asyncio.sleep(0.02)
            work.cancel()
            await asyncio.wait([work])
        warned = [
            (line["reason"], line["log_level"]) for line in logs if line["event"] == "abilities not told"
        ]
        assert warned == [("status 401", "warning")]
        assert (await _offer(api.client))["recognised"] is None


async def test_a_worker_whose_rooms_load_the_engines_says_that_it_is_there_and_its_profile(
    tmp_path: Path,
) -> None:
    """What they can do is known to its rooms alone."""
    async with asyncio.timeout(60), served(await on_database_in(tmp_path)) as (api, port):
        chosen = settings(stt_url="", mt_url="", tts_url="", auth_url=f"http://127.0.0.1:{port}")
        assert (await api.client.get("/api/v1/config")).json()["interpreter"] == {
            "available": False, "trial": False,
        }  # fmt: skip
        async with announcing(replace(chosen, profile="embedded")):
            while not (said := (await api.client.get("/api/v1/config")).json())["interpreter"]["available"]:
                await asyncio.sleep(0.05)
        assert said["interpreter"]["trial"]
        assert said["offer"] == {"recognised": None, "read": None, "heard": None, "likened": None}


async def test_nothing_is_left_running_of_a_worker_that_could_tell_nobody() -> None:
    """Neither where nobody answers nor where nobody is to be told."""
    before = asyncio.all_tasks()
    async with announcing(settings(stt_url="", mt_url="", tts_url="", auth_url="http://127.0.0.1:9")):
        await asyncio.sleep(0.1)
    async with announcing(settings(auth_url="")):
        assert asyncio.all_tasks() == before


async def _offer(client: httpx.AsyncClient) -> dict[str, list[str] | None]:
    offer: dict[str, list[str] | None] = (await client.get("/api/v1/config")).json()["offer"]
    return offer
