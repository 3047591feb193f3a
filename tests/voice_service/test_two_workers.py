"""Two services as programs of their own on one PostgreSQL and one Redis, of which one is killed."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from config.settings import Settings
from foundation.database import connect, reading
from foundation.webhooks import signature
from speech_service.mt import mt_app
from speech_service.tts import tts_app
from tests.fakes.engines import ToneSynthesizer
from tests.fakes.recognition_service import ScriptedRecognition
from tests.fakes.service_engines import EchoTranslator
from tests.postgresql import postgresql
from tests.redis_server import redis_server
from tests.speech_service.serving import listening
from tests.voice_service.accounts import bearer
from tests.voice_service.messaging import wav
from tests.voice_service.programs import HIVE, Program, started
from tests.voice_service.test_accounts_for_real import hive
from voice_service.storage.job_tables import deliveries, jobs
from voice_service.storage.message_tables import objects

LATER = "/api/v1/voice/translate/async"
JOBS = 6


@dataclass(slots=True)
class Receiver:
    """Somebody who wants to be told."""

    told: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    """Head and body of each call."""

    async def take(self, request: web.Request) -> web.Response:
        self.told.append(
            ({name.lower(): text for name, text in request.headers.items()}, await request.read())
        )
        return web.Response()


@dataclass(slots=True)
class House:
    """Two services that share everything."""

    first: Program
    second: Program
    engine: AsyncEngine
    recognition: ScriptedRecognition
    gate: asyncio.Event
    receiver: Receiver
    hook: str
    key: str
    sound: Path
    """Where recordings lie that still wait."""

    async def send(self, program: Program, number: int) -> str:
        """A job's id; the numbers tell recordings apart."""
        answer = await program.client.post(
            LATER,
            params={"target_language": "es", "webhook_url": self.hook},
            content=wav(1.5, hertz=200.0 + number),
            headers={
                **bearer(self.key), "content-type": "audio/wav", "idempotency-key": f"message {number}",
            },
        )  # fmt: skip
        assert answer.status_code == 202, answer.text
        job: str = answer.json()["job_id"]
        return job

    async def job(self, program: Program, job: str) -> dict[str, Any]:
        """As whoever asks for it is answered."""
        answer = await program.client.get(f"/api/v1/voice/job/{job}", headers=bearer(self.key))
        assert answer.status_code == 200, answer.text
        tree: dict[str, Any] = answer.json()
        return tree

    async def until(self, what: str, holds: Any) -> None:
        """Waits for something that can only be looked for."""
        try:
            async with asyncio.timeout(60):
                while not await holds():
                    await asyncio.sleep(0.1)
        except TimeoutError:
            raise AssertionError(f"never: {what}") from None


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    gate = asyncio.Event()
    recognition = ScriptedRecognition("Good morning.", gate=gate)
    settings, receiver = Settings(), Receiver()
    hooks = web.Application()
    hooks.router.add_post("/hook", receiver.take)
    async with AsyncExitStack() as stack:
        apps = (
            recognition.app(), mt_app(EchoTranslator(), settings), tts_app(ToneSynthesizer({"es": 440.0}), settings),
        )  # fmt: skip
        stt, mt, tts = [await stack.enter_async_context(listening(app, settings.services, 0)) for app in apps]
        url = await stack.enter_async_context(postgresql())
        redis, _ = await stack.enter_async_context(redis_server(tmp_path))
        server = await stack.enter_async_context(TestServer(hooks, host="127.0.0.1"))
        shared = {
            "HIVE_VOICE__DATABASE_URL": url.render_as_string(hide_password=False),
            "HIVE_VOICE__REDIS_URL": f"redis://127.0.0.1:{redis.connection_pool.connection_kwargs['port']}",
            "HIVE_VOICE__DIRECTORY": str(tmp_path / "sound"),
            "HIVE_SERVICES__STT_URL": stt, "HIVE_SERVICES__MT_URL": mt, "HIVE_SERVICES__TTS_URL": tts,
            "HIVE_VOICE__WEBHOOK_HOSTS": "127.0.0.1",
        }  # fmt: skip
        await hive(tmp_path, "tenant", "add", "acme", "--plan", "pro", where=shared)
        key = await hive(tmp_path, "key", "new", "--tenant", "acme", "--name", "server", where=shared)
        first = await stack.enter_async_context(started(tmp_path, str(HIVE), "voice", **shared))
        second = await stack.enter_async_context(started(tmp_path, str(HIVE), "voice", **shared))
        engine = connect(url)
        stack.push_async_callback(engine.dispose)
        try:
            yield House(
                first, second, engine, recognition, gate, receiver, str(server.make_url("/hook")), key.strip(),
                tmp_path / "sound" / "objects",
            )  # fmt: skip
        finally:
            gate.set()


async def statuses(engine: AsyncEngine) -> Counter[str]:
    async with reading(engine) as connection:
        return Counter((await connection.execute(select(jobs.c.status))).scalars())


async def attempts(engine: AsyncEngine) -> list[int]:
    async with reading(engine) as connection:
        return sorted((await connection.execute(select(jobs.c.attempts))).scalars())


async def count(engine: AsyncEngine, table: Any) -> int:
    async with reading(engine) as connection:
        return int(await connection.scalar(select(func.count()).select_from(table)) or 0)


@pytest.mark.timeout(240)
async def test_a_worker_that_is_killed_in_mid_job_loses_nothing_and_nothing_is_done_twice(
    house: House,
) -> None:
    """Six messages, two under way when one of the two is killed. Each is answered once, costs once, is told once."""
    first, second = house.first, house.second
    names = [await house.send(first if number % 2 else second, number) for number in range(JOBS)]
    assert [await house.send(second, number) for number in range(JOBS)] == names

    async def both_at_work() -> bool:
        return (await statuses(house.engine))["processing"] == 2 and len(house.recognition.asked) == 2

    await house.until("both are in mid-job", both_at_work)
    first.process.send_signal(signal.SIGKILL)
    await first.process.wait()
    with pytest.raises(httpx.TransportError):
        await first.client.get("/health")
    house.gate.set()

    async def all_over() -> bool:
        return (await statuses(house.engine)) == {"completed": JOBS}

    await house.until("all are done", all_over)
    assert await attempts(house.engine) == [1] * (JOBS - 1) + [2]
    assert len(house.recognition.asked) == JOBS + 1
    for name in names:
        job = await house.job(second, name)
        assert (job["status"], job["error"]) == ("completed", None)
        assert job["result"]["original_text"] == "Good morning."
        heard = await second.client.get(job["result"]["audio_url"])
        assert (heard.status_code, heard.content[:4]) == (200, b"RIFF")

    async def all_told() -> bool:
        return await count(house.engine, deliveries) == 0

    await house.until("nobody is to be told any more", all_told)
    told = sorted(head["hive-delivery"] for head, _ in house.receiver.told)
    assert told == sorted(f"{name}.1" for name in names)
    secret = await second.client.get("/api/v1/voice/webhook-secret", headers=bearer(house.key))
    for head, body in house.receiver.told:
        at_s = int(head["hive-signature"].partition(",")[0].removeprefix("t="))
        assert head["hive-signature"] == signature(secret.json()["secret"].encode(), body, at_s)

    account = (await second.client.get("/api/v1/account", headers=bearer(house.key))).json()
    assert account["used"] == JOBS
    history = (await second.client.get("/api/v1/voice/history", headers=bearer(house.key))).json()["messages"]
    assert sorted(message["job_id"] for message in history) == sorted(names)
    assert await count(house.engine, objects) == JOBS  # the answers; no recording is left


async def test_a_worker_that_was_taken_for_dead_changes_nothing(house: House) -> None:
    """It only stood still: when it goes on, another has done its job, and what it does then counts for nothing."""
    first, second = house.first, house.second
    names = [await house.send(second, number) for number in range(2)]

    async def both_at_work() -> bool:
        return len(house.recognition.asked) == 2

    await house.until("both are in mid-job", both_at_work)
    first.process.send_signal(signal.SIGSTOP)
    try:
        house.gate.set()

        async def all_over() -> bool:
            return (await statuses(house.engine)) == {"completed": 2}

        await house.until("the other has done both", all_over)
    finally:
        first.process.send_signal(signal.SIGCONT)

    first.process.terminate()  # what it still has to say is said when it has ended
    await first.process.wait()

    async def all_told() -> bool:
        return await count(house.engine, deliveries) == 0

    await house.until("nobody is to be told any more", all_told)
    assert sorted(head["hive-delivery"] for head, _ in house.receiver.told) == sorted(
        f"{name}.1" for name in names
    )
    assert await attempts(house.engine) == [1, 2]
    account = (await second.client.get("/api/v1/account", headers=bearer(house.key))).json()
    assert account["used"] == 2
