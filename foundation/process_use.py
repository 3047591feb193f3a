"""What a program with all its helpers takes of the machine, in numbers and for Prometheus."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import suppress

import psutil
from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector


def processor_time_s() -> float:
    """What this process and its helpers have had of the processors, those that have ended included."""
    ended = os.times()
    total = time.process_time() + ended.children_user + ended.children_system
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):  # it has just ended
            times = child.cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
    return total


def memory_bytes() -> int:
    """What this process and its helpers hold in memory; what they share counts for each."""
    me = psutil.Process()
    total = 0
    for process in (me, *me.children(recursive=True)):
        with suppress(psutil.Error):
            total += process.memory_info().rss
    return total


class ProcessUse(Collector):
    """The same as figures; asking takes some milliseconds."""

    def __init__(self) -> None:
        self._worked_s = 0.0

    def collect(self) -> Iterator[Metric]:
        """Memory now, processor time so far, and how many processes there are."""
        self._worked_s = max(
            self._worked_s, processor_time_s()
        )  # one that is just being counted may be missed
        processes = 1 + len(psutil.Process().children(recursive=True))
        memory = "Memory that the program and its helpers hold; what they share counts for each"
        worked = "Processor time that the program and its helpers have had"
        yield GaugeMetricFamily("hive_process_memory_bytes", memory, value=memory_bytes())
        yield CounterMetricFamily("hive_process_cpu_seconds", worked, value=self._worked_s)
        yield GaugeMetricFamily("hive_processes", "The program and its helpers", value=processes)
