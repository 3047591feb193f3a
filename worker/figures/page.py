"""The worker's `/metrics`: its rooms' figures, its own state, and what it takes of the machine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from prometheus_client import CollectorRegistry, Metric, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from foundation.process_use import ProcessUse


class Host(Protocol):
    """What is asked of the worker."""

    @property
    def registered(self) -> bool:
        """Whether the media server knows it now."""
        ...

    @property
    def can_start(self) -> bool:
        """Whether the last process for a room could be started."""
        ...

    @property
    def rooms(self) -> int:
        """How many are interpreted now."""
        ...

    @property
    def figures(self) -> Collector:
        """Those of its rooms."""
        ...


class MetricsPage:
    """Makes the page anew each time.

    Args:
        most_rooms: how many rooms the worker takes.
    """

    def __init__(self, host: Host, *, most_rooms: int) -> None:
        self._registry = CollectorRegistry()
        for collector in (host.figures, _WorkerState(host, most_rooms), ProcessUse()):
            self._registry.register(collector)

    def text(self) -> bytes:
        """In the text format 0.0.4. Some milliseconds."""
        return generate_latest(self._registry)


class _WorkerState(Collector):
    def __init__(self, host: Host, most_rooms: int) -> None:
        self._host, self._most_rooms = host, most_rooms

    def collect(self) -> Iterator[Metric]:
        host = self._host
        registered = "1 while the media server knows this worker"
        can_start = "1 while processes for rooms can be started"
        yield GaugeMetricFamily("hive_rooms", "Rooms that are interpreted now", value=host.rooms)
        yield GaugeMetricFamily("hive_rooms_most", "Rooms that this worker takes", value=self._most_rooms)
        yield GaugeMetricFamily("hive_worker_registered", registered, value=host.registered)
        yield GaugeMetricFamily("hive_worker_can_start", can_start, value=host.can_start)
