"""What fails is begun again, reported, and given up only where that was asked for."""

from __future__ import annotations

import asyncio

import pytest

from foundation.supervision import Backoff, keep_running, kinds


class _Work:
    """Fails with what it is given, one error for each attempt, then ends."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.attempts = 0

    async def __call__(self) -> None:
        self.attempts += 1
        if self.errors:
            raise self.errors.pop(0)


class _Pauses:
    def __init__(self) -> None:
        self.waited: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.waited.append(seconds)


async def test_it_is_begun_again_until_it_ends() -> None:
    """Every failure is told, of any kind; the waits grow."""
    work, pauses = _Work(KeyError("a"), ValueError("b"), OSError("c")), _Pauses()
    told: list[tuple[str, str]] = []

    await keep_running(
        work, name="look", failed=lambda name, error: told.append((name, kinds(error))), sleep=pauses
    )

    assert work.attempts == 4
    assert told == [("look", "KeyError"), ("look", "ValueError"), ("look", "OSError")]
    assert pauses.waited == [0.1, 0.2, 0.4]


async def test_it_gives_up_after_so_many_in_a_row() -> None:
    """The last error is the caller's."""
    work = _Work(KeyError("a"), ValueError("b"), OSError("c"))
    with pytest.raises(ValueError, match="b"):
        await keep_running(work, name="look", attempts=2, sleep=_Pauses())
    assert work.attempts == 2


async def test_what_worked_for_a_while_starts_over() -> None:
    """A failure after ten seconds counts as a first one, in waits and in attempts."""
    clock = iter([0.0, 1.0, 1.0, 2.0, 2.0, 30.0, 30.0, 31.0, 31.0])
    work, pauses = _Work(*(OSError(str(n)) for n in range(4))), _Pauses()
    await keep_running(work, name="look", attempts=3, sleep=pauses, now=lambda: next(clock))
    assert pauses.waited == [0.1, 0.2, 0.1, 0.2]


async def test_cancelling_ends_it() -> None:
    """At once, in the work and in the wait."""
    for work in (_Work(OSError("a")), asyncio.Event().wait):
        task = asyncio.create_task(keep_running(work, name="look", backoff=Backoff(60, 60)))  # type: ignore[arg-type]
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


def test_waits_stay_below_their_limit() -> None:
    """0.1 s, doubling."""
    backoff = Backoff(0.1, 0.5)
    assert [backoff.after(0.0) for _ in range(5)] == [0.1, 0.2, 0.4, 0.5, 0.5]


def test_a_groups_kinds_are_those_within() -> None:
    """Nested ones too, each once."""
    inner = ExceptionGroup("", [KeyError(1), ValueError(2)])
    assert kinds(ExceptionGroup("", [inner, KeyError(3)])) == "KeyError, ValueError"
