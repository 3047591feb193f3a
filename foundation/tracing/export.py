"""Sends spans on in batches, from a thread of its own: a collector that is slow or away never keeps a room waiting."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from typing import Final

import structlog
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.metrics import NoOpMeterProvider
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased

from config.version import version
from config.watching import Tracing
from foundation.tracing.spans import GivenIds, RunningTracer

log = structlog.get_logger(__name__)

WAITING_SPANS: Final = 2048
"""More that wait push out the oldest: some two megabytes."""
BATCH_SPANS: Final = 256
EVERY_S: Final = 2.0
REQUEST_S: Final = 3.0
"""How long a batch may take, trying again included."""
LAST_S: Final = 3.0
"""How long what waits at the end may take; what is left then is lost."""
_LIMITS: Final = SpanLimits(
    max_span_attributes=16, max_events=0, max_links=0, max_span_attribute_length=64, max_attribute_length=64
)
_LIBRARY: Final = "opentelemetry"


class Export:
    """A process's way to the collector; whoever makes it ends it.

    OpenTelemetry's global provider stays untouched: libraries that make spans of their own put names into them.

    Args:
        service: what the process is called, e.g. "hive-worker".
    """

    def __init__(self, settings: Tracing, service: str) -> None:
        logging.getLogger(_LIBRARY).setLevel(
            logging.CRITICAL
        )  # it would tell of each batch; `_Told` does, once
        self._processor = BatchSpanProcessor(
            _Told(_exporter(settings)),
            max_queue_size=WAITING_SPANS,
            max_export_batch_size=BATCH_SPANS,
            schedule_delay_millis=EVERY_S * 1000,
            meter_provider=NoOpMeterProvider(),
        )
        provider = _provider(settings, service)
        provider.add_span_processor(self._processor)
        self.tracer = RunningTracer(
            provider.get_tracer("hive", version()), TraceIdRatioBased(settings.sample_share)
        )

    def end(self) -> None:
        """Sends what waits, and gives it up after `LAST_S`. Blocking."""
        self._processor._batch_processor.shutdown(round(LAST_S * 1000))  # its own `shutdown` would wait 30 s


def _provider(settings: Tracing, service: str) -> TracerProvider:
    return TracerProvider(
        sampler=ParentBased(TraceIdRatioBased(settings.sample_share)),
        # made by hand: what detectors find are names of machines and people
        resource=Resource(
            {
                "service.name": service,
                "service.namespace": "hive",
                "service.version": version(),
                "service.instance.id": f"{service}-{os.getpid()}",
            }
        ),
        id_generator=GivenIds(),
        span_limits=_LIMITS,
        shutdown_on_exit=False,
        meter_provider=NoOpMeterProvider(),
    )


def _exporter(settings: Tracing) -> OTLPSpanExporter:
    return OTLPSpanExporter(
        endpoint=f"{settings.endpoint.rstrip('/')}/v1/traces",
        timeout=REQUEST_S,
        compression=Compression.Gzip,
        meter_provider=NoOpMeterProvider(),
    )


class _Told(SpanExporter):
    """Passes batches on, and says once that they cannot be delivered, and once that they can again."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter, self._away = exporter, False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Blocking; raises nothing."""
        result = self._exporter.export(spans)
        away = result is not SpanExportResult.SUCCESS
        if away and not self._away:
            log.warning("traces cannot be delivered; they are given up until that is over")
        elif self._away and not away:
            log.info("traces are delivered again")
        self._away = away
        return result

    def shutdown(self) -> None:
        """Ends what is being sent."""
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        """Nothing waits here."""
        return self._exporter.force_flush(timeout_millis)
