"""One that waits for another to leave: never do two speak."""

from __future__ import annotations

import asyncio
from typing import cast

import pytest
from livekit import rtc

from tests.fakes.room_events import FakeRoom
from worker.standby import READY, Standby

pytestmark = pytest.mark.virtual_time


class Bench:
    def __init__(self, *others: str, after: tuple[str, ...] = ("agent-0",)) -> None:
        self.room = FakeRoom(others=others)
        self.shown: list[dict[str, str]] = []
        self.ready = asyncio.Event()
        self.standby = Standby(cast(rtc.Room, self.room), frozenset(after), self._set)
        self.turn = asyncio.create_task(self.standby.turn())

    async def _set(self, attributes: dict[str, str]) -> bool:
        self.shown.append(attributes)
        self.ready.set()
        return True


async def test_it_begins_when_those_have_left_for_whom_it_waits() -> None:
    """It says that it is ready; others may stay or go."""
    bench = Bench("agent-0", "agent-9", "bea", after=("agent-0", "agent-9"))
    await asyncio.wait_for(bench.ready.wait(), 10)
    for identity in ("bea", "agent-0"):
        bench.room.leave(identity)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert not bench.turn.done()
    bench.room.leave("agent-9")
    assert await asyncio.wait_for(bench.turn, 10) is True
    assert (bench.shown, bench.room.listening()) == ([READY], 0)


async def test_it_begins_at_once_where_nobody_is_to_be_waited_for() -> None:
    """Those have left already, or there never were any."""
    for bench in (Bench("bea"), Bench("bea", after=())):
        assert await asyncio.wait_for(bench.turn, 10) is True
        assert bench.shown == []


async def test_it_does_not_begin_when_it_is_not_needed() -> None:
    """It was stopped, or removed from the room."""
    stopped, removed = Bench("agent-0"), Bench("agent-0")
    stopped.standby.stop()
    removed.room.connected = False
    removed.room.tell("disconnected")
    assert await asyncio.wait_for(stopped.turn, 10) is False
    assert await asyncio.wait_for(removed.turn, 10) is False
