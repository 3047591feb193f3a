"""Owners of tasks: what they do when something fails, and how they end."""

from __future__ import annotations

import asyncio

from structlog.testing import capture_logs

from foundation.tasks import Tasks


class Work:
    """Waits until it is let go, cleans up until it may, and notes how it went."""

    def __init__(self, name: str, said: list[str]) -> None:
        self.name, self._said = name, said
        self.go, self.clean = asyncio.Event(), asyncio.Event()
        self.clean.set()

    async def run(self) -> None:
        try:
            await self.go.wait()
            self._said.append(f"{self.name} finished")
        except asyncio.CancelledError:
            while not self.clean.is_set():
                try:
                    await self.clean.wait()
                except asyncio.CancelledError:
                    continue
            self._said.append(f"{self.name} cleaned up")
            raise


async def test_what_can_finish_is_let_finish() -> None:
    """What ends by itself in time is not cancelled; the rest is, and its clean-up is waited for."""
    said: list[str] = []
    tasks = Tasks()
    quick, endless = Work("quick", said), Work("endless", said)
    for work in (quick, endless):
        tasks.start(work.run(), name=work.name)
    asyncio.get_running_loop().call_soon(quick.go.set)

    with capture_logs() as logs:
        await tasks.close(finish_s=0.2)

    assert said == ["quick finished", "endless cleaned up"]
    assert (len(tasks), logs) == (
        0,
        [{"event": "tasks did not finish in time", "tasks": ["endless"], "log_level": "warning"}],
    )


async def test_it_ends_as_soon_as_everything_has_finished() -> None:
    """The limit is for what hangs: with nothing left to do nobody waits for it."""
    said: list[str] = []
    tasks = Tasks()
    work = Work("quick", said)
    tasks.start(work.run(), name="quick")
    asyncio.get_running_loop().call_soon(work.go.set)

    async with asyncio.timeout(10):
        await tasks.close(finish_s=3600)

    assert said == ["quick finished"]


async def test_what_the_last_work_begins_is_finished_too() -> None:
    """While it ends, work may still need tasks of its own."""
    said: list[str] = []
    tasks = Tasks()

    async def later() -> None:
        await asyncio.sleep(0)
        said.append("later")

    async def first() -> None:
        await asyncio.sleep(0)
        tasks.start(later(), name="later")

    tasks.start(first(), name="first")
    await tasks.close(finish_s=10)

    assert said == ["later"]


async def test_without_a_time_to_finish_it_cancels_at_once() -> None:
    """And what is started afterwards does not run."""
    said: list[str] = []
    tasks = Tasks()
    tasks.start(Work("endless", said).run(), name="endless")
    await asyncio.sleep(0)
    await tasks.close()
    late = tasks.start(Work("late", said).run(), name="late")
    await asyncio.wait([late])

    assert said == ["endless cleaned up"]
    assert late.cancelled()


async def test_what_does_not_end_is_named() -> None:
    """A clean-up that hangs holds up nobody for ever, and is not hidden."""
    said: list[str] = []
    tasks = Tasks()
    work = Work("stubborn", said)
    work.clean.clear()
    task = tasks.start(work.run(), name="stubborn")
    await asyncio.sleep(0)

    with capture_logs() as logs:
        await tasks.close(patience_s=0.05)

    assert [(entry["event"], entry["tasks"]) for entry in logs] == [("tasks do not end", ["stubborn"])]
    work.clean.set()
    await asyncio.wait([task])


async def test_a_failure_is_told_and_the_others_go_on() -> None:
    """Its owner hears which task it was; a cancelled task is no failure."""
    failures: list[tuple[str, str]] = []
    said: list[str] = []
    tasks = Tasks(lambda name, error: failures.append((name, repr(error))))

    async def fail() -> None:
        raise KeyError("id")

    work = Work("other", said)
    tasks.start(work.run(), name="other")
    tasks.start(fail(), name="broken")
    tasks.start(Work("gone", said).run(), name="gone").cancel()
    work.go.set()
    await tasks.finish()

    assert (failures, said) == ([("broken", "KeyError('id')")], ["other finished"])


async def test_being_cancelled_while_it_lets_finish_cancels_all() -> None:
    """Whoever has no time for the first step is not kept in it."""
    said: list[str] = []
    tasks = Tasks()
    task = tasks.start(Work("endless", said).run(), name="endless")
    closing = asyncio.create_task(tasks.close(finish_s=3600))
    await asyncio.sleep(0)
    closing.cancel()
    await asyncio.wait([closing, task])

    assert said == ["endless cleaned up"]
