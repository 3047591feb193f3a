"""How long the work takes, for people (/performance) and for Prometheus (/metrics)."""

from __future__ import annotations

import math
import time
from collections import Counter as Tally
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_STEP = math.log(1.02)
_QUANTILES = {"p50_s": 0.5, "p90_s": 0.9, "p95_s": 0.95, "p99_s": 0.99}
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.35, 0.5, 0.75, 1.0, 1.5, 2.5, 5.0, 10.0)


class Durations:
    """Quantiles over everything since the start, exact to 2 %, in bounded memory."""

    def __init__(self) -> None:
        self.count = 0
        self.total_s = 0.0
        self.max_s = 0.0
        self._buckets: Tally[int] = Tally()

    def add(self, seconds: float) -> None:
        """Notes one duration; what is shorter than a microsecond counts as one."""
        seconds = min(max(seconds, 1e-6), 1e6)
        self.count += 1
        self.total_s += seconds
        self.max_s = max(self.max_s, seconds)
        self._buckets[math.floor(math.log(seconds) / _STEP)] += 1

    def quantile(self, share: float) -> float:
        """The duration that `share` (0…1) of all do not exceed; 0 where there are none."""
        wanted, seen = share * self.count, 0
        for index in sorted(self._buckets):
            seen += self._buckets[index]
            if seen >= wanted:
                return min(math.exp((index + 0.5) * _STEP), self.max_s)
        return 0.0

    def summary(self) -> dict[str, float]:
        """Count, mean, quantiles and maximum."""
        quantiles = {name: round(self.quantile(share), 6) for name, share in _QUANTILES.items()}
        mean = self.total_s / self.count if self.count else 0.0
        return {"count": self.count, "mean_s": round(mean, 6), **quantiles, "max_s": round(self.max_s, 6)}


class Measures:
    """What one service measures. Each instance has a registry of its own, so several can share a process."""

    def __init__(self, service: str) -> None:
        self.service = service
        self._since_s = time.monotonic()
        self._durations: dict[str, Durations] = {}
        self._failures: Tally[str] = Tally()
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

    def failed(self, code: str) -> None:
        """Notes a problem by its code."""
        self._failures[code] += 1
        self._problems.labels(self.service, code).inc()

    def connections(self, count: int) -> None:
        """Notes how many WebSocket connections are open."""
        self._connections.set(count)

    def performance(self) -> dict[str, Any]:
        """What /performance answers."""
        return {
            "service": self.service,
            "since_s": round(time.monotonic() - self._since_s, 3),
            "operations": {name: self._durations[name].summary() for name in sorted(self._durations)},
            "problems": dict(sorted(self._failures.items())),
        }

    def prometheus(self) -> bytes:
        """What /metrics answers, in the text format 0.0.4."""
        return generate_latest(self._registry)
