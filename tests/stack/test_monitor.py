"""The health monitor: who is asked, what Prometheus sees, and who is told; with real servers."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import aiohttp
from aiohttp import web
from pydantic import SecretStr

from config.settings import Settings
from config.watching import Watch
from stack.monitor import parts_of, serve
from stack.ports import free_port


@dataclass(slots=True)
class Place:
    """A part that answers as a test wants it, or whoever is told."""

    url: str = ""
    status: int = 200
    hangs: bool = False
    told: asyncio.Queue[tuple[bytes, str]] = field(default_factory=asyncio.Queue)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, request: web.Request) -> web.Response:
        if request.method == "POST":
            self.told.put_nowait((await request.read(), request.headers.get("hive-signature", "")))
        if self.hangs:
            await self.go_on.wait()
        return web.Response(status=self.status)


@asynccontextmanager
async def place() -> AsyncIterator[Place]:
    made = Place()
    app = web.Application()
    app.router.add_route("*", "/", made.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.5)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    try:
        yield made
    finally:
        made.go_on.set()
        await runner.cleanup()


@asynccontextmanager
async def monitored(watch: Watch) -> AsyncIterator[str]:
    """Where the monitor answers."""
    ready: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    work = asyncio.create_task(serve(replace(Settings(), watch=replace(watch, port=0)), ready.set_result))
    try:
        async with asyncio.timeout(20):
            yield f"http://127.0.0.1:{await ready}"
    finally:
        work.cancel()
        await asyncio.wait([work])


async def up(url: str) -> dict[str, float]:
    """`hive_part_up` by part."""
    async with aiohttp.ClientSession() as session, session.get(f"{url}/metrics") as answer:
        lines = (await answer.text()).splitlines()
    values = [line.partition('part="')[2] for line in lines if line.startswith("hive_part_up{")]
    return {name: float(value) for name, _, value in (line.partition('"} ') for line in values)}


def test_whoever_the_settings_name_is_asked() -> None:
    """All parts of one machine; those that are listed, where some are."""
    assert parts_of(Settings()) == {
        "livekit": "http://127.0.0.1:7880",
        "stt": "http://127.0.0.1:8001/health",
        "mt": "http://127.0.0.1:8002/health",
        "tts": "http://127.0.0.1:8003/health",
        "auth": "http://127.0.0.1:8004/health",
        "voice": "http://127.0.0.1:8000/health",
        "worker": "http://127.0.0.1:8081/",
    }
    assert parts_of(replace(Settings(), watch=Watch(parts={"a": "http://a/"}))) == {"a": "http://a/"}


async def test_who_is_not_well_is_told_of_once_and_again_when_it_is() -> None:
    """By a signed webhook and to Prometheus; a part that hangs keeps nobody from being asked."""
    async with place() as good, place() as bad, place() as hook:
        watch = Watch(
            parts={"good": good.url, "bad": bad.url, "gone": f"http://127.0.0.1:{free_port()}/"},
            every_s=0.02,
            answer_s=0.3,
            misses=2,
            webhook_url=hook.url,
            webhook_secret=SecretStr("s" * 32),
        )
        async with monitored(watch) as url:
            first, _ = await hook.told.get()
            assert without_time(first) == {"type": "part_unwell", "part": "gone", "pulse": "silent"}
            while await up(url) != {"good": 1.0, "bad": 1.0, "gone": 0.0}:
                await asyncio.sleep(0.02)

            bad.hangs = True
            fell, signed = await hook.told.get()
            assert without_time(fell) == {"type": "part_unwell", "part": "bad", "pulse": "silent"}
            at_s, _, found = signed.removeprefix("t=").partition(",v1=")
            expected = hmac.new(b"s" * 32, f"{at_s}.".encode() + fell, hashlib.sha256).hexdigest()
            assert found == expected

            bad.hangs, bad.status = False, 503
            bad.go_on.set()
            bad.status = 200
            rose, _ = await hook.told.get()
            assert without_time(rose) == {"type": "part_well", "part": "bad", "pulse": "well"}
            while await up(url) != {"good": 1.0, "bad": 1.0, "gone": 0.0}:
                await asyncio.sleep(0.02)
            assert hook.told.empty()


def without_time(body: bytes) -> dict[str, object]:
    told: dict[str, object] = json.loads(body)
    assert isinstance(told.pop("at"), int)
    return told
