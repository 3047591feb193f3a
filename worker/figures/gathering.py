"""The figures of all rooms of a worker, those that are over included, as Prometheus asks for them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate
from typing import Final, TypeVar

import structlog
from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString

from worker.figures.reports import BadReport, read_report
from worker.figures.series import COUNTS, GREATEST, LANGUAGE, LEVELS, SPREADS, Series
from worker.figures.tally import Key, Levels, RoomTally, Spread

log = structlog.get_logger(__name__)

MOST_LANGUAGES: Final = 60
"""What has no place any more is counted as `OTHER`."""

OTHER: Final = "other"
Value = TypeVar("Value")
_ALL: Final = {**COUNTS, **SPREADS, **LEVELS}


class Gathering(Collector):
    """Adds reports up. What is counted outlives its room, what holds now does not."""

    def __init__(self) -> None:
        self._tally = RoomTally()
        self._levels: dict[int, Levels] = {}
        self._languages: set[str] = set()
        self._refused = 0

    def take(self, data: bytes) -> None:
        """A report as it came."""
        try:
            report = read_report(data)
        except BadReport as error:
            self._refused += 1
            log.warning("a report of figures was refused", reason=str(error))
            return
        self._tally.add(self._bounded(report.tally))
        if report.levels:
            self._levels[report.process] = report.levels
        else:
            self.ended(report.process)

    def ended(self, process: int) -> None:
        """A room's process is gone, in whatever way."""
        self._levels.pop(process, None)

    def collect(self) -> Iterator[Metric]:
        """All of it."""
        for series in COUNTS.values():
            counter = CounterMetricFamily(series.name, series.meaning, labels=series.labels)
            for labels, value in _of(series, self._tally.counts, 0.0):
                counter.add_metric(labels, value)
            yield counter
        for series in SPREADS.values():
            yield self._histogram(series)
        levels = self._levels_now()
        for series in LEVELS.values():
            gauge = GaugeMetricFamily(series.name, series.meaning, labels=series.labels)
            for labels, value in _of(series, levels, 0.0):
                gauge.add_metric(labels, value)
            yield gauge
        meaning = "Reports of rooms that were not as they should be"
        yield CounterMetricFamily("hive_reports_refused", meaning, value=self._refused)

    def _histogram(self, series: Series) -> HistogramMetricFamily:
        histogram = HistogramMetricFamily(series.name, series.meaning, labels=series.labels)
        bounds = [*map(floatToGoString, series.bounds_s), "+Inf"]
        for labels, spread in _of(series, self._tally.spreads, Spread([0] * len(bounds))):
            buckets = list(zip(bounds, accumulate(spread.counts), strict=True))
            histogram.add_metric(labels, buckets, spread.total_s)
        return histogram

    def _levels_now(self) -> dict[Key, float]:
        now: dict[Key, float] = {}
        for levels in self._levels.values():
            for key, value in levels.items():
                bounded = self._key(key)
                before = now.get(bounded, 0.0)
                now[bounded] = max(before, value) if key[0] in GREATEST else before + value
        return now

    def _bounded(self, tally: RoomTally) -> RoomTally:
        bounded = RoomTally()
        for key, value in tally.counts.items():
            bounded.add(RoomTally({self._key(key): value}))
        for key, spread in tally.spreads.items():
            bounded.add(RoomTally({}, {self._key(key): spread}))
        return bounded

    def _key(self, key: Key) -> Key:
        name, labels = key
        named = zip(_ALL[name].labels, labels, strict=True)
        return name, tuple(self._language(value) if label == LANGUAGE else value for label, value in named)

    def _language(self, code: str) -> str:
        if code not in self._languages and len(self._languages) >= MOST_LANGUAGES:
            return OTHER
        self._languages.add(code)
        return code


def _of(series: Series, values: dict[Key, Value], none: Value) -> list[tuple[tuple[str, ...], Value]]:
    """A series' values by labels; those that are there from the start are `none` at first."""
    always = [(value,) for value in series.always] if series.labels else [()]
    found: dict[tuple[str, ...], Value] = dict.fromkeys(always, none)
    found |= {labels: value for (name, labels), value in values.items() if name == series.name}
    return sorted(found.items(), key=lambda item: item[0])
