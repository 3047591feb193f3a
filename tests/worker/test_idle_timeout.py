"""When an interpreter leaves by itself."""

from __future__ import annotations

import asyncio

import pytest

from worker.idle_timeout import IdleTimeout

pytestmark = pytest.mark.virtual_time


class Bench:
    """Notes when it is time to leave."""

    def __init__(self) -> None:
        self.online, self.left = True, 0
        self.timeout = IdleTimeout(0.08, online=lambda: self.online, leave=self._leave)

    def _leave(self) -> None:
        self.left += 1


async def test_it_leaves_some_time_after_the_last_person() -> None:
    """Not while somebody is there, not at once, and not before anybody came."""
    bench = Bench()
    bench.timeout.look(False)
    await asyncio.sleep(0.1)
    bench.timeout.look(True)
    await asyncio.sleep(0.1)
    assert bench.left == 0
    bench.timeout.look(False)
    assert bench.left == 0
    await asyncio.sleep(0.1)
    assert bench.left == 1


async def test_who_comes_back_keeps_it() -> None:
    """A room that was empty for a moment only is not left."""
    bench = Bench()
    for somebody in (True, False, True):
        bench.timeout.look(somebody)
    await asyncio.sleep(0.1)
    assert bench.left == 0


async def test_a_room_that_reconnects_is_not_empty() -> None:
    """While offline nobody can be seen; the time counts anew after it."""
    bench = Bench()
    bench.timeout.look(True)
    bench.online = False
    bench.timeout.look(False)
    await asyncio.sleep(0.12)
    assert bench.left == 0
    bench.online = True
    await asyncio.sleep(0.1)
    assert bench.left == 1


async def test_who_takes_longer_to_reconnect_is_waited_for() -> None:
    """The time counts from when the room can be seen again, not from when it was lost."""
    bench = Bench()
    bench.timeout.look(True)
    bench.online = False
    bench.timeout.look(False)
    await asyncio.sleep(0.06)
    bench.online = True
    bench.timeout.reconnected()
    bench.timeout.look(False)
    await asyncio.sleep(0.05)
    assert bench.left == 0
    bench.timeout.look(True)
    await asyncio.sleep(0.12)
    assert bench.left == 0
