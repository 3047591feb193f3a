"""When an endurance run disturbs, and how it sees lag over all takes."""

from __future__ import annotations

import asyncio

import pytest

from bench.rooms.endurance import lag_trend, spread_out
from demo.ledger import Ledger
from tests.demo.people import clause, said
from tests.fakes.virtual_time import in_virtual_time
from tests.near import near


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (180, [(36.0, "cut"), (72.0, "kill"), (108.0, "cut"), (144.0, "kill")]),
        (1800, [(round(1800 / 7 * number), "cut" if number % 2 else "kill") for number in range(1, 7)]),
    ],
)
def test_disturbances_are_spread_over_the_time(seconds: int, expected: list[tuple[float, str]]) -> None:
    """Each kind comes up, else one every five minutes; the last one leaves time to mend."""
    assert in_virtual_time(_disturbed(seconds)) == expected


async def _disturbed(seconds: int) -> list[tuple[float, str]]:
    loop = asyncio.get_running_loop()
    began = loop.time()
    done: list[tuple[float, str]] = []

    async def cut() -> None:
        done.append((round(loop.time() - began), "cut"))

    async def kill() -> None:
        done.append((round(loop.time() - began), "kill"))

    held = asyncio.create_task(asyncio.sleep(seconds))
    await spread_out((cut, kill, cut, kill), seconds, held)
    await held
    return done


def test_nothing_is_disturbed_once_the_room_is_over() -> None:
    assert in_virtual_time(_disturbed_after_the_end()) == ["cut"]


async def _disturbed_after_the_end() -> list[str]:
    done: list[str] = []

    async def cut() -> None:
        done.append("cut")

    held = asyncio.create_task(asyncio.sleep(50))
    await spread_out((cut, cut, cut, cut), 180, held)
    return done


def test_the_lag_of_an_hour_is_that_of_all_takes() -> None:
    """A microphone that is opened again is another take of the same speaker."""
    ledger = Ledger()
    for number in range(40):
        record = clause(number, take=1 + number // 10)
        record.renderings["es"] = said(record, lag_s=2.0 + 0.01 * number)
        ledger.clauses[record.key] = record

    found = lag_trend(ledger, "es")

    assert found.slope == near(0.002)
    assert found.at_least > 0.0
    assert lag_trend(ledger, "fr").slope == 0.0
