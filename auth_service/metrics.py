"""Numbers for Prometheus; no names, no rooms."""

from __future__ import annotations

import shutil
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from foundation.process_use import ProcessUse
from protocol.language import base

_MOST_PAIRS = 100


class Metrics:
    """Counters in a registry of their own: several services fit into one process, as in tests.

    Args:
        recordings: where these are kept.
    """

    def __init__(self, recordings: Path) -> None:
        self._recordings = recordings
        self.registry = CollectorRegistry()
        self.joins = Counter(
            "hive_auth_joins",
            "People let in, by role and by way (join, waited, renew, paired)",
            ["role", "way"],
            registry=self.registry,
        )
        self.rooms = Counter("hive_auth_rooms", "Rooms created", registry=self.registry)
        self.refusals = Counter(
            "hive_auth_refusals", "Requests refused, by code", ["code"], registry=self.registry
        )
        self.requests = Histogram(
            "hive_auth_request_seconds",
            "How long requests took, by route",
            ["method", "route", "status"],
            buckets=(0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
            registry=self.registry,
        )
        self.interpreters = Counter(
            "hive_auth_interpreter_actions",
            "What was done about interpreters (fetched, fetched again, removed, configured)",
            ["action"],
            registry=self.registry,
        )
        self.webhooks = Counter(
            "hive_auth_webhooks", "Verified events of the media server", ["event"], registry=self.registry
        )
        self.ratings = Counter(
            "hive_auth_ratings",
            "Captions and voices that people in meetings rated, by languages and good or bad",
            ["about", "source", "target", "good"],
            registry=self.registry,
        )
        Gauge(
            "hive_recordings_disk_free_ratio",
            "What is free of the disk that recordings are kept on, 0 to 1; 1 where none were kept yet",
            registry=self.registry,
        ).set_function(self._free)
        self.registry.register(ProcessUse())
        self._pairs: set[tuple[str, str]] = set()
        self.failures = Counter(
            "hive_auth_failures",
            "Faults of our own that were survived, by what failed",
            ["what"],
            registry=self.registry,
        )

    def failed(self, what: str, error: Exception) -> None:
        """Counts a fault that was survived; what it was is for the log."""
        self.failures.labels(what).inc()

    def rated(self, about: str, source: str, target: str, *, good: bool) -> None:
        """Counts a rating. Languages are what strangers say they are: beyond so many pairs all others are one."""
        pair = base(source), base(target)
        if pair not in self._pairs and len(self._pairs) >= _MOST_PAIRS:
            pair = ("other", "other")
        self._pairs.add(pair)
        self.ratings.labels(about, *pair, "yes" if good else "no").inc()

    def interpreter(self, action: str) -> None:
        """Counts what was done about an interpreter; `action` is one of the few words named above."""
        self.interpreters.labels(action).inc()

    def _free(self) -> float:
        try:
            usage = shutil.disk_usage(self._recordings)
        except OSError:  # nothing was recorded yet
            return 1.0
        return usage.free / usage.total

    def text(self) -> bytes:
        """In Prometheus' text format. Blocking, some milliseconds."""
        return generate_latest(self.registry)
