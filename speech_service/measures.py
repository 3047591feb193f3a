"""How long the work takes, for people (/performance) and for Prometheus (/metrics)."""

from __future__ import annotations

import time
from collections import Counter as Tally
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from foundation.process_use import ProcessUse
from pipeline.durations import Durations
from pipeline.engines.placed.figures import RoleFigures
from speech_service.machine_figures import EngineQueues, GpuUse

_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.35, 0.5, 0.75, 1.0, 1.5, 2.5, 5.0, 10.0)


class Measures:
    """What one service measures. Each instance has a registry of its own, so several can share a process."""

    def __init__(self, service: str) -> None:
        self.service = service
        self._since_s = time.monotonic()
        self._durations: dict[str, Durations] = {}
        self._failures: Tally[str] = Tally()
        self._facts: dict[str, Any] = {}
        self.under_way = 0
        """What the service works at: speakers and files, or requests."""
        self.room = 1
        """For how many of them there is room."""
        self._copies: RoleFigures | None = None
        self._registry = CollectorRegistry()
        self._seconds = Histogram(
            "hive_service_seconds",
            "How long an operation took",
            ["service", "operation"],
            buckets=_BUCKETS,
            registry=self._registry,
        )
        self._problems = Counter(
            "hive_service_problems",
            "Requests that got a problem for an answer",
            ["service", "code"],
            registry=self._registry,
        )
        self._connections = Gauge(
            "hive_service_connections", "Open WebSocket connections", ["service"], registry=self._registry
        ).labels(service)
        self._requests = Gauge(
            "hive_service_requests", "Requests under way", ["service"], registry=self._registry
        ).labels(service)
        self._most = Gauge(
            "hive_service_most",
            "How many requests, and connections, may be under way at once",
            ["service", "of"],
            registry=self._registry,
        )
        for collector in (ProcessUse(), EngineQueues(), GpuUse()):
            self._registry.register(collector)

    def took(self, operation: str, seconds: float) -> None:
        """Notes that an operation was done. Its name is one of a few, never made of what a client sent."""
        self._durations.setdefault(operation, Durations()).add(seconds)
        self._seconds.labels(self.service, operation).observe(seconds)

    @contextmanager
    def timing(self, operation: str) -> Iterator[None]:
        """Measures what is done inside, unless it fails."""
        began_s = time.monotonic()
        yield
        self.took(operation, time.monotonic() - began_s)

    @contextmanager
    def working(self) -> Iterator[None]:
        """Counts what is under way; see `under_way`."""
        self.under_way += 1
        try:
            yield
        finally:
            self.under_way -= 1

    def failed(self, code: str) -> None:
        """Notes a problem by its code."""
        self._failures[code] += 1
        self._problems.labels(self.service, code).inc()

    def connections(self, count: int) -> None:
        """Notes how many WebSocket connections are open."""
        self._connections.set(count)

    def requests(self, count: int) -> None:
        """Notes how many requests are under way."""
        self._requests.set(count)

    def bounds(self, *, requests: int, connections: int) -> None:
        """Notes how many may be under way at once."""
        self._most.labels(self.service, "requests").set(requests)
        self._most.labels(self.service, "connections").set(connections)

    def state(self, name: str, fact: Any) -> None:
        """Adds what does not change while the service runs to what /performance answers; as JSON has it."""
        self._facts[name] = fact

    def watch_copies(self, figures: RoleFigures) -> None:
        """Tells of the copies of the service's engines as well, wherever they are."""
        self._copies = figures
        self._registry.register(_Copies(self.service, figures))

    def performance(self) -> dict[str, Any]:
        """What /performance answers."""
        return {
            **self._facts,
            "service": self.service,
            "since_s": round(time.monotonic() - self._since_s, 3),
            "operations": {name: self._durations[name].summary() for name in sorted(self._durations)},
            "problems": dict(sorted(self._failures.items())),
            **({} if self._copies is None else {"placement": self._copies.told()}),
        }

    def prometheus(self) -> bytes:
        """What /metrics answers, in the text format 0.0.4. Blocking, some milliseconds."""
        return generate_latest(self._registry)


class _Copies(Collector):
    """What is known of copies, as Prometheus asks for it."""

    def __init__(self, service: str, figures: RoleFigures) -> None:
        self._service, self._figures = service, figures

    def collect(self) -> Iterator[Metric]:
        """See prometheus_client."""
        copies = GaugeMetricFamily(
            "hive_service_copies", "Copies of the service's engines", labels=["service", "state"]
        )
        for state, count in sorted(self._figures.states.items()):
            copies.add_metric([self._service, state.lower()], count)
        batches = CounterMetricFamily(
            "hive_service_batches", "Batches that the copies' models were given", labels=["service", "size"]
        )
        for size, count in sorted(self._figures.batches.items()):
            batches.add_metric([self._service, str(size)], count)
        again = CounterMetricFamily(
            "hive_service_asked_again", "Work that a copy took with it when it ended", labels=["service"]
        )
        again.add_metric([self._service], self._figures.asked_again)
        yield from (copies, batches, again)
