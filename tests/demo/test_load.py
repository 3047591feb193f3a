"""What the demo's processes used, between the first reading and the last."""

from __future__ import annotations

import os
import time

from demo.load import LoadMeter
from tests.fakes.clock import HandClock


def test_use_counts_until_the_last_reading() -> None:
    """What happens after the meeting, such as comparing what was heard, makes nobody look idle."""
    clock = HandClock()
    meter = LoadMeter(lambda: {"this": os.getpid()}, {}, clock)
    meter.sample()
    until_s = time.process_time() + 0.3
    while time.process_time() < until_s:
        pass
    clock.move(0.3)
    meter.sample()

    busy = meter.use()["this"]
    clock.move(0.5)

    assert meter.use()["this"] == busy
    assert busy.cores > 0
    assert busy.memory_mib > 1


def test_what_ran_before_the_first_reading_does_not_count() -> None:
    clock = HandClock()
    meter = LoadMeter(lambda: {"this": os.getpid()}, {}, clock)
    clock.move(0.2)
    meter.sample()
    assert meter.memory_mib["this"][0][0] < 0.1
