"""Work that is not broken off: what a cancelled caller leaves is brought to its end and undone."""

from __future__ import annotations

import asyncio

import pytest
from structlog.testing import capture_logs

from foundation import carried_through as module
from foundation.carried_through import carried_through


class Door:
    """Opens when it is told to, and notes what was done with it."""

    def __init__(self, fails: Exception | None = None) -> None:
        self.may_open, self.closed = asyncio.Event(), asyncio.Event()
        self.said: list[str] = []
        self._fails = fails

    async def open(self) -> None:
        try:
            await self.may_open.wait()
        except asyncio.CancelledError:
            self.said.append("broken off")
            raise
        if self._fails:
            raise self._fails
        self.said.append("opened")

    async def close(self) -> None:
        self.said.append("closed")
        self.closed.set()


async def _cancelled(door: Door, times: int = 1) -> asyncio.Task[None]:
    opening = asyncio.create_task(carried_through(door.open(), door.close, name="opens"))
    for _ in range(times):
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        opening.cancel()
    return opening


async def test_who_waits_has_it_done() -> None:
    """Nothing is undone."""
    door = Door()
    door.may_open.set()
    await carried_through(door.open(), door.close, name="opens")
    assert door.said == ["opened"]


async def test_what_fails_fails_the_caller() -> None:
    """With the work's own error."""
    door = Door(fails=ValueError("locked"))
    door.may_open.set()
    with pytest.raises(ValueError, match="locked"):
        await carried_through(door.open(), door.close, name="opens")


@pytest.mark.parametrize("times", [1, 2, 3])
async def test_however_often_a_caller_is_cancelled_the_work_ends_and_is_undone(times: int) -> None:
    """The first time it waits for that, the second time it goes at once."""
    door = Door()
    opening = await _cancelled(door, times)
    if times > 1:
        await asyncio.wait({opening})
    assert door.said == []
    door.may_open.set()
    async with asyncio.timeout(5):
        await door.closed.wait()
        await asyncio.wait({opening})
    assert opening.cancelled()
    assert door.said == ["opened", "closed"]


async def test_work_that_takes_long_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """The caller goes; the work comes to its end nevertheless."""
    monkeypatch.setattr(module, "UNDONE_S", 0.01)
    door = Door()
    opening = await _cancelled(door)
    await asyncio.wait({opening})
    door.may_open.set()
    async with asyncio.timeout(5):
        await door.closed.wait()
    assert door.said == ["opened", "closed"]


async def test_what_failed_is_not_undone() -> None:
    """And nobody is told of it twice."""
    door = Door(fails=ValueError("locked"))
    opening = await _cancelled(door)
    door.may_open.set()
    await asyncio.wait({opening})
    assert opening.cancelled()
    assert door.said == []


async def test_an_undoing_that_fails_is_told() -> None:
    """It has an owner that looks."""
    door = Door()

    async def stuck() -> None:
        raise OSError("rusty")

    opening = asyncio.create_task(carried_through(door.open(), stuck, name="opens"))
    await asyncio.sleep(0)
    opening.cancel()
    door.may_open.set()
    with capture_logs() as logs:
        await asyncio.wait({opening})
    assert [(line["event"], line["error"]) for line in logs] == [("could not be undone", "OSError")]
