"""Figures of this process and of the queue for Prometheus; no tenants, no people."""

from __future__ import annotations

from typing import Final

from prometheus_client import CollectorRegistry, Gauge, Histogram, generate_latest

from foundation.http.observing import ObservedRequest
from foundation.process_use import ProcessUse
from voice_service.watching.queueing import QueueDepth

_BOUNDS_S: Final = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 30)


class Exposed:
    """Metrics in a registry of their own: several services fit into one process, as in tests."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Histogram(
            "hive_voice_request_seconds",
            "How long requests took, by route",
            ["method", "route", "status"],
            buckets=_BOUNDS_S,
            registry=self._registry,
        )
        self._waiting = Gauge(
            "hive_voice_jobs_waiting", "Messages that wait to be done", ["priority"], registry=self._registry
        )
        self._oldest = Gauge(
            "hive_voice_jobs_oldest_seconds",
            "How long the one waits that came first",
            ["priority"],
            registry=self._registry,
        )
        self._registry.register(ProcessUse())

    def count(self, request: ObservedRequest) -> None:
        """Notes a request that is over; what no route knows is one."""
        status = f"{request.status // 100}xx"
        self._requests.labels(request.method, request.route or "none", status).observe(request.took_s)

    def queue(self, depths: list[QueueDepth]) -> None:
        """Notes what waits now."""
        for depth in depths:
            self._waiting.labels(depth.priority.name.lower()).set(depth.waiting)
            self._oldest.labels(depth.priority.name.lower()).set(depth.oldest_s or 0.0)

    def text(self) -> bytes:
        """In Prometheus' text format. Blocking, some milliseconds."""
        return generate_latest(self._registry)
