"""The sign that a room's process lives."""

from __future__ import annotations

import asyncio

import pytest

from protocol.attributes import ALIVE
from worker.heartbeat import BEAT_S, SET_LIMIT_S, Heartbeat

pytestmark = pytest.mark.virtual_time


class Bench:
    """Takes beats; the pauses between them end at once."""

    def __init__(self, *failures: BaseException | None) -> None:
        self.beats: list[str] = []
        self.pauses: list[float] = []
        self.enough = asyncio.Event()
        self._failures = list(failures)

    async def set(self, attributes: dict[str, str]) -> bool:
        if self._failures and (failure := self._failures.pop(0)):
            raise failure
        self.beats.append(attributes[ALIVE])
        return True

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        if len(self.pauses) >= 4:
            self.enough.set()
        await asyncio.sleep(0)


async def test_each_beat_shows_another_value() -> None:
    """While it is wanted; afterwards nothing is left running."""
    bench = Bench()
    before = asyncio.all_tasks()
    async with Heartbeat(bench.set, sleep=bench.sleep).beating():
        await asyncio.wait_for(bench.enough.wait(), 10)
    assert len(set(bench.beats)) == len(bench.beats) >= 4
    assert set(bench.pauses) == {BEAT_S}
    assert asyncio.all_tasks() == before


async def test_a_beat_that_is_not_confirmed_is_left_out() -> None:
    """The next one is another; whatever else goes wrong, it is begun again."""
    bench = Bench(TimeoutError(), RuntimeError("no connection"), None)
    async with Heartbeat(bench.set, sleep=bench.sleep).beating():
        await asyncio.wait_for(bench.enough.wait(), 10)
    assert bench.beats[0] == "3"


async def test_a_confirmation_that_never_comes_keeps_nobody_from_ending() -> None:
    """And it is waited for no longer than until the next beat."""
    assert SET_LIMIT_S <= BEAT_S
    hanging = asyncio.Event()

    async def hang(attributes: dict[str, str]) -> bool:
        hanging.set()
        await asyncio.Event().wait()
        return True

    async with asyncio.timeout(10), Heartbeat(hang).beating():
        await hanging.wait()
