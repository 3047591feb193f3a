"""How soon a message that comes again is answered: from memory, from Redis, from the objects."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Final

from bench.hearing import Measurements, spread
from bench.machine import describe
from bench.public_api import House, house
from bench.result import markdown, number
from config.settings import Settings
from foundation.redis_store import connect_redis
from hive_client import HiveClient
from stack.ports import free_port

PROMISED_S: Final = 0.5
"""What a repeated message may take."""
_PLAN: Final = "enterprise"
_AGAIN: Final = 5
"""How often each message is asked for again where it is in memory."""
_START_S: Final = 10.0


async def measure(
    sounds: Sequence[bytes], settings: Settings, *, target: str, say: Callable[[str], None]
) -> Measurements:
    """Each message for the first time, then again where it lies in each level.

    Raises:
        StackError, StorageError, HiveError: the services cannot be started, or do not answer.
        ValueError: an answer did not come from where it should.
    """
    machine = describe()
    found: dict[str, list[float]] = {}
    async with _redis() as redis_url, house(settings, redis_url=redis_url) as here:
        key = await here.key(_PLAN, remembers=True)
        say("for the first time, and from memory")
        async with here.voice() as url, _asking(url, key) as hive:
            found["first"] = [await _took_s(hive, sound, target, cached=False) for sound in sounds]
            again = [sound for _ in range(_AGAIN) for sound in sounds]
            found["memory"] = [await _took_s(hive, sound, target, cached=True) for sound in again]
        if redis_url:
            say("from Redis: the service is new, and remembers nothing itself")
            found["redis"] = await _anew(here, key, sounds, target)
            redis = connect_redis(redis_url)
            await redis.flushall()
            await redis.aclose()
        say("from the objects")
        found["objects"] = await _anew(here, key, sounds, target)
    return {
        "kind": "repeated",
        "messages": len(sounds),
        "promised_s": PROMISED_S,
        "machine": machine | {"load_after": describe()["load_before"]},
        "levels": {level: spread(took_s) for level, took_s in found.items()},
    }


async def _anew(here: House, key: str, sounds: Sequence[bytes], target: str) -> list[float]:
    async with here.voice() as url, _asking(url, key) as hive:
        return [await _took_s(hive, sound, target, cached=True) for sound in sounds]


@asynccontextmanager
async def _asking(url: str, key: str) -> AsyncIterator[HiveClient]:
    """Connected, so that no message pays for that."""
    async with HiveClient(url, key) as hive:
        await hive.messages.languages()
        yield hive


async def _took_s(hive: HiveClient, sound: bytes, target: str, *, cached: bool) -> float:
    began_s = time.monotonic()
    answer = await hive.messages.translate(sound, target, preserve_emotion=False)
    took_s = time.monotonic() - began_s
    if answer.cached != cached:
        raise ValueError(
            "a repeated message was not remembered" if cached else "a first message was remembered"
        )
    return took_s


@asynccontextmanager
async def _redis() -> AsyncIterator[str]:
    """The URL of a Redis of one's own, in memory alone; empty where there is none on this machine."""
    program = shutil.which("redis-server")
    if program is None:
        yield ""
        return
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
        stdout=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with asyncio.timeout(_START_S):
            await _listens(port)
        yield f"redis://127.0.0.1:{port}"
    finally:
        process.terminate()
        await process.wait()


async def _listens(port: int) -> None:
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            await writer.wait_closed()
            return


def text(found: Measurements) -> str:
    """Markdown."""
    machine = found["machine"]
    head = (
        f"# Repeated messages: {found['messages']} messages\n\n"
        f"{machine['cores']} cores, load {machine['load_before']} before and {machine['load_after']} after; "
        f"promised are {found['promised_s']:g} s for what comes again\n"
    )
    rows = [
        (
            level, str(each["count"]), number(each["median"], 3), number(each["p95"], 3), number(each["longest"], 3),
            "–" if level == "first" else "yes" if each["longest"] <= found["promised_s"] else "no",
        )
        for level, each in found["levels"].items()
    ]  # fmt: skip
    columns = ("from", "asked", "median, s", "p95, s", "longest, s", "as promised")
    return "\n".join([head, markdown("By level", columns, rows)])
