"""A device that is paired from the command line hears a call in a room of its own, until it is put out of it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from livekit import rtc
from pydantic import SecretStr

from auth_service.serve import serve
from config.settings import Auth, LiveKit, Settings
from stack.environment import child_environment
from stack.ports import free_port
from tests.live.conftest import SETTINGS
from tests.live.guests import Admitted, until
from tests.live.hosting import ROOT, worker

pytestmark = pytest.mark.live

PATIENCE_S = 30.0


@contextlib.asynccontextmanager
async def _service(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    started: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    serving = asyncio.create_task(serve(settings, started=started.set_result))
    serving.add_done_callback(lambda task: started.done() or started.cancel())
    try:
        base = f"http://127.0.0.1:{await started}/api/v1/pairing"
        async with httpx.AsyncClient(base_url=base, timeout=20) as client:
            yield client
    finally:
        serving.cancel()
        await asyncio.wait([serving])


async def _hive_pair(settings: Settings, *arguments: str) -> str:
    """What `hive pair` prints, as an operator runs it beside the service."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "cli", "pair", *arguments,
        cwd=ROOT, env=child_environment(settings, os.environ),
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    printed, told = await process.communicate()
    assert process.returncode == 0, told.decode()
    return printed.decode().strip()


async def _is_put_out(livekit: LiveKit, token: str) -> bool:
    """Whether whoever comes back with a token that is valid still is soon gone again."""
    room = rtc.Room()
    gone = asyncio.Event()
    room.on("disconnected", lambda *_: gone.set())
    try:
        with contextlib.suppress(rtc.ConnectError):
            await room.connect(livekit.url, token)
            async with asyncio.timeout(PATIENCE_S):
                await gone.wait()
        return True
    except TimeoutError:
        return False
    finally:
        await room.disconnect()


async def test_a_paired_device_hears_a_call_and_is_put_out_in_mid_meeting(
    livekit: LiveKit, tmp_path: Path
) -> None:
    """The call is heard in one language, the microphone by the call in the other, both are read; withdrawn, all three
    are out within moments, and nobody comes back."""
    auth = Auth(
        port=free_port(),
        secret=SecretStr("s" * 40),
        database_url=SecretStr(f"sqlite:///{tmp_path}/rooms.sqlite3"),
    )
    settings = replace(SETTINGS, livekit=livekit, auth=auth)
    async with _service(settings) as client, worker(livekit, tmp_path):
        wish = {"code": await _hive_pair(settings), "name": "Lab"}
        paired: dict[str, Any] = (await client.post("/redeem", json=wish)).raise_for_status().json()
        headers = {"authorization": f"Bearer {paired['token']}"}
        languages = {"hear": "es", "speak": "en", "languages": ["en", "es"]}
        answer = await client.post("/rooms", json=languages, headers=headers)
        made: dict[str, Any] = answer.raise_for_status().json()
        async with (
            Admitted(livekit, made["speakers"]["tab"]) as call,
            Admitted(livekit, made["listener"]) as ear,
            Admitted(livekit, made["speakers"]["microphone"]) as microphone,
        ):
            await call.open_microphone()
            await until(lambda: ear.hears() == {"es"}, "the call in Spanish", PATIENCE_S)
            await until(lambda: ear.finals("es") and ear.finals("en"), "captions and the original")
            assert {seen.sender for seen in ear.finals("es")} == {call.identity}
            assert call.channel_names() == set()

            await call.wish(translator_listen="en")
            await microphone.open_microphone()
            await until(lambda: call.hears() == {"en"}, "the microphone, as the others hear it", PATIENCE_S)
            assert ear.hears() == {"es"}
            assert microphone.channel_names() == set()

            assert (await _hive_pair(settings, "--list")).startswith(paired["device_id"])
            await _hive_pair(settings, "--withdraw", paired["device_id"])
            everybody = (call, ear, microphone)
            await until(
                lambda: not any(one.room.isconnected() for one in everybody), "all are put out", PATIENCE_S
            )
        refused = await client.post("/rooms", json=languages, headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (401, "device_revoked")
        assert await _is_put_out(livekit, made["listener"])
        assert await _hive_pair(settings, "--list") == ""
