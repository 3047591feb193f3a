"""A program that fails again and again is started less and less often."""

from __future__ import annotations

import pytest

from foundation.supervision import LASTING_S, Backoff
from pipeline.engines.processes.resting import Rest
from pipeline.engines.protocols import EngineOverloaded


def test_the_rest_grows_with_each_failure_and_begins_anew_after_a_life() -> None:
    now = [100.0]
    rest = Rest("it", Backoff(2.0, 5.0), now=lambda: now[0])
    rest.check()
    waits = []
    for lasted_s in (0.0, 0.0, 0.0, LASTING_S):
        rest.begin(lasted_s)
        with pytest.raises(EngineOverloaded) as refused:
            rest.check()
        waits.append(refused.value.retry_after_s)
        now[0] += refused.value.retry_after_s
        rest.check()
    assert waits == [2.0, 4.0, 5.0, 2.0]


def test_what_starts_at_once_does_not_rest() -> None:
    rest = Rest("it")
    rest.begin(0.0)
    rest.check()
