"""A part that is there and says nothing is found and started again; one that says that it cannot work is left alone."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from config.settings import Settings
from stack.health import PartHealth, Pulse, Rhythm
from stack.local import Stack
from stack.ports import Ports
from tests.stack.plans import fake, plans

QUICK = Rhythm(every_s=0.05, answer_s=0.2, misses=3)


def made(tmp_path: Path, *arguments: str) -> Stack:
    return Stack(
        Settings(),
        parts=("speech",),
        ports=Ports.free(),
        directory=tmp_path,
        restart=True,
        plans=plans(speech=fake("speech", "stt", *arguments, stop_patience_s=0.2)),
        rhythm=QUICK,
    )


async def restarted(stack: Stack, before: int) -> int:
    """The new process, once there is one that is ready."""
    async with asyncio.timeout(60):
        while stack.pids.get("speech", before) == before:
            await asyncio.sleep(0.02)
    return stack.pids["speech"]


async def ready(lines: list[str], times: int) -> None:
    """Returns once it has become ready so often, by what is reported."""
    async with asyncio.timeout(60):
        while sum("is ready" in line for line in lines) < times:
            await asyncio.sleep(0.02)


async def test_a_part_that_hangs_is_started_again_once(tmp_path: Path) -> None:
    """What is stopped is ended and begun anew; what then answers is left in peace."""
    lines: list[str] = []
    stack = made(tmp_path)
    stack._report = lines.append
    async with stack:
        old = stack.pids["speech"]
        os.kill(old, signal.SIGSTOP)
        new = await restarted(stack, old)
        await ready(lines, 2)
        for _ in range(4 * QUICK.misses):
            await asyncio.sleep(QUICK.every_s)
        assert stack.restarts == {"speech": 1}
        assert stack.pids["speech"] == new
    assert "speech says nothing (3 times in a row); starting it again in 0.5 s" in lines


async def test_what_hangs_again_and_again_rests_longer_each_time(tmp_path: Path) -> None:
    """However long it took to find that out."""
    lines: list[str] = []
    stack = made(tmp_path)
    stack._report = lines.append
    async with stack:
        for times in range(1, 4):
            await ready(lines, times)
            os.kill(stack.pids["speech"], signal.SIGSTOP)
        await ready(lines, 4)
    pauses = [line.rpartition("again in ")[2] for line in lines if "says nothing" in line]
    assert pauses == ["0.5 s", "1 s", "2 s"]


async def test_a_part_that_cannot_work_is_not_ended_for_it(tmp_path: Path) -> None:
    """Its answer says that it lives: to begin anew would help nothing, and end what still goes on."""
    stack = made(tmp_path, "--fails-from", "2")
    async with stack:
        pid = stack.pids["speech"]

        def status() -> int:
            with suppress(HTTPError), urlopen(f"http://127.0.0.1:{stack.ports.stt}/", timeout=5) as answer:
                return int(answer.status)
            return 503

        async with asyncio.timeout(20):
            while await asyncio.to_thread(status) != 503:
                await asyncio.sleep(0.02)
        for _ in range(4 * QUICK.misses):
            await asyncio.sleep(QUICK.every_s)
        assert (stack.pids, stack.restarts) == ({"speech": pid}, {})


@pytest.mark.engines
async def test_a_speech_service_that_hangs_is_found(tmp_path: Path) -> None:
    """The real one, on engines that need no download: it answers again, once it was started again."""
    settings = replace(Settings(), profile="embedded", development=True)
    stack = Stack(
        settings,
        parts=("speech",),
        ports=Ports.free(),
        directory=tmp_path,
        restart=True,
        rhythm=Rhythm(every_s=0.5, answer_s=1.0, misses=4),
    )
    async with stack:
        old = stack.pids["speech"]
        os.killpg(old, signal.SIGSTOP)
        new = await restarted(stack, old)
        async with asyncio.timeout(60):
            while not await asyncio.to_thread(answers, stack.ports.mt):
                await asyncio.sleep(0.1)
        assert (stack.pids["speech"], stack.restarts) == (new, {"speech": 1})


def answers(port: int) -> bool:
    with suppress(OSError), urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as answer:
        return bool(answer.status == 200)
    return False


def test_one_answer_that_is_missing_is_nothing() -> None:
    """Only so many in a row; and silence alone is a reason to end a part."""
    health = PartHealth(3)
    seen = [
        (health.felt(pulse), health.well, health.hung)
        for pulse in (
            *(Pulse.SILENT, Pulse.SILENT, Pulse.WELL),
            *(Pulse.FAILING, Pulse.SILENT, Pulse.SILENT),
            *(Pulse.SILENT, Pulse.FAILING, Pulse.WELL),
        )
    ]
    assert seen == [
        *((False, True, False), (False, True, False), (False, True, False)),
        *((False, True, False), (False, True, False), (True, False, False)),
        *((False, False, True), (False, False, False), (True, True, False)),
    ]
