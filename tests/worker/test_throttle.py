"""How often something may come."""

from __future__ import annotations

from worker.throttle import Throttle


def test_two_of_one_are_apart_and_others_do_not_wait() -> None:
    """At the moment itself it may come again."""
    pace = Throttle(0.5)
    pace.had("anna", 10.0)

    assert [pace.due("anna", at_s) for at_s in (10.0, 10.4, 10.5)] == [False, False, True]
    assert pace.due("ben", 10.0)


def test_nobody_is_remembered_for_longer_than_they_wait() -> None:
    """However many speak in a meeting that lasts for days."""
    pace = Throttle(0.5)
    for number in range(1000):
        pace.had(f"guest{number}", float(number))

    assert len(pace) == 1
