from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from foundation.database import connect, database_url, reading, transaction
from foundation.http.problems import ProblemError
from foundation.tasks import Tasks
from foundation.webhooks import signature
from tests.auth_service.conftest import WallClock
from tests.voice_service.jobs import add_tenant
from voice_service.jobs import webhooks as webhooks_module
from voice_service.jobs.deliveries import Deliveries
from voice_service.jobs.queue import JobQueue
from voice_service.jobs.records import Job, NewJob, Priority
from voice_service.jobs.webhooks import (
    PAUSES_S,
    PublicResolver,
    Webhooks,
    WebhookSettings,
    check_url,
    secret_of,
)
from voice_service.storage.database import migrate
from voice_service.storage.job_tables import deliveries

SECRET = "the secret of the service, which is long enough"


class Receiver:
    """A server of somebody who wants to be told."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []

    async def take(self, request: web.Request) -> web.Response:
        self.got.append(
            ({name.lower(): value for name, value in request.headers.items()}, await request.read())
        )
        status = self.answers.pop(0) if self.answers else 200
        return web.Response(status=status, headers={"location": "/elsewhere"} if status == 302 else {})


@pytest.fixture
async def receiver() -> AsyncIterator[tuple[Receiver, str]]:
    found = Receiver()
    app = web.Application()
    app.router.add_post("/hook", found.take)
    app.router.add_route("*", "/elsewhere", found.take)
    async with TestServer(app, host="127.0.0.1") as server:
        yield found, str(server.make_url("/hook"))


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    engine = connect(database_url(f"sqlite:///{tmp_path}/voice.sqlite3", "voice.database_url", ""))
    await migrate(engine)
    await add_tenant(engine)
    yield engine
    await engine.dispose()


async def answer(job: Job) -> dict[str, Any]:
    return {"job_id": job.id, **(job.result or {})}


async def a_job_that_is_over(queue: JobQueue, url: str) -> str:
    added, _ = await queue.add(
        NewJob(tenant="t1", key="k1", kind="count", priority=Priority.P0, request={}, webhook_url=url)
    )
    await queue.claim("w", frozenset({"count"}))
    await queue.complete("w", added.id, {"sum": 3})
    return added.id


@contextlib.asynccontextmanager
async def telling(engine: AsyncEngine, queue: JobQueue, clock: WallClock) -> AsyncIterator[None]:
    told = WebhookSettings(service_secret=SECRET, within=("127.0.0.1",), clock=clock)
    webhooks = Webhooks(
        Deliveries(engine, queue),
        answer,
        told,
    )
    tasks = Tasks()
    tasks.start(webhooks.run(), name="webhooks")
    try:
        yield
    finally:
        await tasks.close()


async def waiting(engine: AsyncEngine) -> list[tuple[int, float]]:
    async with reading(engine) as connection:
        rows = await connection.execute(select(deliveries.c.attempts, deliveries.c.due_at))
        return [(row.attempts, row.due_at) for row in rows]


async def until_told(receiver: Receiver, times: int) -> None:
    async with asyncio.timeout(15):
        while len(receiver.got) < times:
            await asyncio.sleep(0.02)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks_module, "LOOK_S", 0.05)


async def test_whoever_wants_to_know_is_told_once_and_can_check_who_says_it(
    engine: AsyncEngine, clock: WallClock, receiver: tuple[Receiver, str]
) -> None:
    """The signature covers time and body and follows from the tenant's secret; what was taken is not sent again."""
    got, url = receiver
    queue = JobQueue(engine, clock=clock)
    name = await a_job_that_is_over(queue, url)
    async with telling(engine, queue, clock):
        await until_told(got, 1)
        async with asyncio.timeout(5):
            while await waiting(engine):
                await asyncio.sleep(0.02)
        await asyncio.sleep(0.2)

    (headers, body), *more = got.got
    assert more == []
    assert json.loads(body) == {"job_id": name, "sum": 3}
    stamp, _, code = headers["hive-signature"].partition(",")
    secret = secret_of(SECRET, "t1").encode()
    expected = hmac.new(secret, f"{stamp[2:]}.".encode() + body, hashlib.sha256).hexdigest()
    assert (stamp, code) == (f"t={int(clock())}", f"v1={expected}")
    assert headers["hive-delivery"] == f"{name}.1"
    assert secret_of(SECRET, "t2") != secret_of(SECRET, "t1")


@pytest.mark.parametrize("status", [500, 404, 302])
async def test_what_is_not_taken_is_told_again_after_growing_pauses(
    engine: AsyncEngine, clock: WallClock, receiver: tuple[Receiver, str], status: int
) -> None:
    """Redirections are not followed: they could lead within. After the last pause it is given up."""
    got, url = receiver
    queue = JobQueue(engine, clock=clock)
    await a_job_that_is_over(queue, url)
    got.answers = [status] * (len(PAUSES_S) + 1)
    for attempt, pause_s in enumerate(PAUSES_S, 1):
        async with telling(engine, queue, clock):  # each time a service that was started again
            await until_told(got, attempt)
            async with asyncio.timeout(5):
                while (left := await waiting(engine)) and left[0][0] < attempt:
                    await asyncio.sleep(0.02)
        assert left == [(attempt, clock() + pause_s)]
        clock.pass_s(pause_s + 0.1)
    async with telling(engine, queue, clock):
        async with asyncio.timeout(5):
            while await waiting(engine):
                await asyncio.sleep(0.02)
    assert len(got.got) == len(PAUSES_S) + 1


async def test_whoever_died_while_telling_is_followed_by_another(
    engine: AsyncEngine, clock: WallClock, receiver: tuple[Receiver, str]
) -> None:
    got, url = receiver
    queue = JobQueue(engine, clock=clock)
    await a_job_that_is_over(queue, url)
    assert len(await Deliveries(engine, queue).due()) == 1
    assert await Deliveries(engine, queue).due() == []
    async with transaction(engine) as connection:
        await connection.execute(update(deliveries).values(leased_until=1.0))
    async with telling(engine, queue, clock):
        await until_told(got, 1)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/hook",
        "ftp://example.org/hook",
        "example.org/hook",
        "https:///hook",
        "https://user:password@example.org/hook",
        "https://localhost/hook",
        "https://localhost./hook",
        "https://me.localhost/hook",
        "https://metadata.google.internal/hook",
        "https://printer.local/hook",
        "https://127.0.0.1/hook",
        "https://127.1/hook",
        "https://2130706433/hook",
        "https://0x7f000001/hook",
        "https://0177.0.0.1/hook",
        "https://10.0.0.1/hook",
        "https://172.16.3.4/hook",
        "https://192.168.1.1/hook",
        "https://169.254.169.254/latest/meta-data",
        "https://100.64.0.1/hook",
        "https://0.0.0.0/hook",
        "https://224.0.0.1/hook",
        "https://[::1]/hook",
        "https://[::]/hook",
        "https://[::ffff:10.0.0.1]/hook",
        "https://[fe80::1]/hook",
        "https://[fd00::1]/hook",
        "https://[2002:7f00:1::]/hook",
        "https://[64:ff9b::7f00:1]/hook",
        "https://example.org:99999/hook",
        "https://example.org/" + "a" * 2000,
        "https://[broken/hook",
    ],
)
def test_nobody_within_is_told(url: str) -> None:
    with pytest.raises(ProblemError) as refused:
        check_url(url)
    assert (refused.value.problem.status, refused.value.problem.code) == (422, "webhook_refused")


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/hook",
        "https://93.184.215.14/hook",
        "https://[2606:2800:220:1::]/x",
        "https://a.b:8443/",
    ],
)
def test_everybody_else_may_be_told(url: str) -> None:
    check_url(url)


async def test_a_name_that_leads_within_is_not_followed() -> None:
    """It may have led elsewhere when the job was made."""
    resolver = PublicResolver()
    with pytest.raises(OSError, match="not public"):
        await resolver.resolve("localhost", 443)
    await resolver.close()
    allowed = PublicResolver(["localhost"])
    assert await allowed.resolve("localhost", 443)
    await allowed.close()


def test_the_signature_is_the_one_that_receivers_know() -> None:
    """HMAC-SHA-256 of time, a full stop and the body."""
    assert signature(b"key", b"{}", 1) == ("t=1,v1=" + hmac.new(b"key", b"1.{}", hashlib.sha256).hexdigest())
