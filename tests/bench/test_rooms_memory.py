"""When a process takes more and more memory, and when it only warms up."""

from __future__ import annotations

from bench.rooms.memory import flat, growths
from demo.load import ProcessReading


def readings(minutes: float, mib_an_hour: float, *, warm_up_mib: float = 0.0) -> list[ProcessReading]:
    """A reading every two seconds of a process that warms up in the first quarter."""
    count = round(minutes * 30)
    return [
        ProcessReading(
            2.0 * number,
            0.0,
            100.0
            + min(1.0, 4 * number / count) * warm_up_mib
            + mib_an_hour * number / 1800
            + (0.5 if number % 2 else 0.0),
        )
        for number in range(count)
    ]


def test_an_hour_of_growth_is_found() -> None:
    found = growths({("worker", 1): readings(60, 60.0), ("speech", 2): readings(60, 0.0)})

    assert [round(each.slope_mib_an_hour) for each in found] == [60, 0]
    finding = flat(found)
    assert not finding.holds
    assert finding.detail == "worker (1) +60 MiB an hour, now 160"


def test_caches_that_fill_at_the_beginning_are_no_growth() -> None:
    finding = flat(growths({("speech", 2): readings(60, 2.0, warm_up_mib=300.0)}))

    assert finding.holds
    assert finding.detail == "1 processes, at most +2 MiB an hour"


def test_a_short_run_does_not_make_a_megabyte_a_leak() -> None:
    """In three minutes 3 MiB are 60 an hour."""
    assert flat(growths({("worker", 1): readings(3, 60.0)})).holds
    assert not flat(growths({("worker", 1): readings(3, 900.0)})).holds


def test_who_was_hardly_there_is_not_judged() -> None:
    assert growths({("worker", 1): readings(0.3, 9000.0)}) == []
    assert not flat([]).holds
