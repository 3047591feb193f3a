"""A collector of traces: OTLP over HTTP as it comes, read by the format's own package."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

Value = str | bool | int | float


@dataclass(frozen=True, slots=True)
class Collected:
    """One span."""

    service: str
    name: str
    trace: str
    id: str
    parent: str
    begin_ns: int
    end_ns: int
    attributes: dict[str, Value]


@dataclass(slots=True)
class Collector:
    """What came, and how it is answered."""

    url: str = ""
    spans: list[Collected] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    """The bodies, without compression."""
    resources: list[dict[str, Value]] = field(default_factory=list)
    status: int = 200
    waits: asyncio.Event | None = None
    """Answers only once this is set."""
    asked: int = 0

    def named(self, name: str) -> list[Collected]:
        """The spans of a name, in the order in which they came."""
        return [span for span in self.spans if span.name == name]

    def within(self, span: Collected) -> list[Collected]:
        """Its parts."""
        return [part for part in self.spans if part.parent == span.id]

    def tree(self, trace: str) -> str:
        """A trace as lines, each indented below what it is part of."""
        spans = [span for span in self.spans if span.trace == trace]
        known = {span.id for span in spans}
        first = min((span.begin_ns for span in spans), default=0)
        lines: list[str] = []

        def add(span: Collected, depth: int) -> None:
            at_ms, took_ms = (span.begin_ns - first) / 1e6, (span.end_ns - span.begin_ns) / 1e6
            facts = " ".join(
                f"{name.removeprefix('hive.')}={value}" for name, value in span.attributes.items()
            )
            lines.append(
                f"{'  ' * depth}{span.name} [{span.service}] at {at_ms:.0f} took {took_ms:.0f} ms {facts}"
            )
            for part in sorted(spans, key=lambda part: part.begin_ns):
                if part.parent == span.id:
                    add(part, depth + 1)

        for span in sorted(spans, key=lambda span: span.begin_ns):
            if span.parent not in known:
                add(span, 0)
        return "\n".join(lines)

    async def take(self, request: web.Request) -> web.Response:
        """POST /v1/traces."""
        self.asked += 1
        body = await request.read()
        if self.waits is not None:
            await self.waits.wait()
        if self.status == 200:
            self._keep(gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body)
        return web.Response(
            status=self.status,
            body=ExportTraceServiceResponse().SerializeToString(),
            content_type="application/x-protobuf",
        )

    def _keep(self, body: bytes) -> None:
        self.raw.append(body)
        for group in ExportTraceServiceRequest.FromString(body).resource_spans:
            resource = {pair.key: _value(pair.value) for pair in group.resource.attributes}
            self.resources.append(resource)
            for scope in group.scope_spans:
                for span in scope.spans:
                    assert not span.events
                    assert not span.links
                    assert not span.status.message
                    self.spans.append(
                        Collected(
                            str(resource["service.name"]),
                            span.name,
                            span.trace_id.hex(),
                            span.span_id.hex(),
                            span.parent_span_id.hex(),
                            span.start_time_unix_nano,
                            span.end_time_unix_nano,
                            {pair.key: _value(pair.value) for pair in span.attributes},
                        )
                    )


def _value(value: object) -> Value:
    kind = value.WhichOneof("value")  # type: ignore[attr-defined]  # protobuf's AnyValue
    found: Value = getattr(value, kind)
    return found


@asynccontextmanager
async def collecting() -> AsyncIterator[Collector]:
    """A collector on a free port of this machine."""
    collector = Collector()
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.router.add_post("/v1/traces", collector.take)
    runner = web.AppRunner(app, shutdown_timeout=1.0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    collector.url = f"http://127.0.0.1:{port}"
    try:
        yield collector
    finally:
        if collector.waits is not None:
            collector.waits.set()
        await runner.cleanup()
