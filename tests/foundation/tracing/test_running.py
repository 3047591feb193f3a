"""What becomes of spans at a collector that is well, away, silent, or refuses; a real exporter, a real server."""

from __future__ import annotations

import asyncio

import pytest
from structlog.testing import capture_logs

from config.settings import Settings
from config.watching import Tracing
from foundation.tracing import spans
from foundation.tracing.export import WAITING_SPANS
from foundation.tracing.facts import SpanName
from foundation.tracing.running import tracing
from stack.ports import free_port
from tests.fakes.collector import collecting


def make(count: int = 1) -> None:
    for _ in range(count):
        with spans.first_span(SpanName.INTERACTION, interaction="speak"):
            pass


def test_nothing_is_traced_unless_it_is_asked_for() -> None:
    """By default there is no collector."""
    assert Settings().tracing == Tracing(endpoint="", sample_share=1.0)


async def test_without_a_collector_nothing_runs() -> None:
    """Neither a thread nor a tracer."""
    async with tracing(Tracing(), "hive-test"):
        assert not spans.traced()


async def test_what_waits_at_the_end_is_sent() -> None:
    """A process that ends sends its last spans, named as itself and with nothing of the machine."""
    async with collecting() as collector:
        async with tracing(Tracing(endpoint=collector.url + "/"), "hive-test"):
            make(3)
        assert not spans.traced()
        assert [span.name for span in collector.spans] == ["user_interaction"] * 3
        assert [sorted(resource) for resource in collector.resources] == [
            ["service.instance.id", "service.name", "service.namespace", "service.version"]
        ]
        assert collector.resources[0]["service.name"] == "hive-test"


async def test_a_share_of_all_is_traced() -> None:
    """By chance, but with bounds that are never met."""
    async with collecting() as collector:
        async with tracing(Tracing(endpoint=collector.url, sample_share=0.5), "hive-test"):
            make(400)
        assert 100 < len(collector.spans) < 300


@pytest.mark.parametrize("away", ["nobody listens", "it refuses"])
async def test_a_collector_that_is_away_is_told_of_once(away: str) -> None:
    """The log says it once, however many batches are lost, and ending takes no longer for it than its limit."""
    async with collecting() as collector:
        collector.status = 400
        url = collector.url if away == "it refuses" else f"http://127.0.0.1:{free_port()}"
        with capture_logs() as log:
            async with tracing(Tracing(endpoint=url), "hive-test"):
                make(2000)
        assert [line["event"] for line in log] == [
            "traces cannot be delivered; they are given up until that is over"
        ]


async def test_a_collector_that_says_nothing_keeps_nobody_waiting() -> None:
    """Spans are made as before, what waits stays bounded, and the end comes though no answer does."""
    async with collecting() as collector:
        collector.waits = asyncio.Event()
        async with asyncio.timeout(60):
            async with tracing(Tracing(endpoint=collector.url), "hive-test"):
                make(3 * WAITING_SPANS)
        assert collector.asked >= 1
        collector.waits.set()
