"""What pages tell that they did becomes first spans, within bounds."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from foundation.tracing import spans
from protocol.interactions import Interaction, InteractionKind, written
from tests.foundation.tracing.test_spans import PAGES, told, tracing
from worker.interactions import EVERY_S, MOST_OPEN, Interactions


@pytest.fixture
def kept() -> Iterator[InMemorySpanExporter]:
    exporter, provider = tracing(1.0)
    yield exporter
    spans.use(None)
    provider.shutdown()


def did(kind: InteractionKind, *, ago_s: float = 0.0, trace: str = PAGES) -> str:
    return written(Interaction(kind, int((time.time() - ago_s) * 1000), trace))


def test_a_choice_lasts_until_it_is_carried_out(kept: InMemorySpanExporter) -> None:
    """From the moment that the page tells of, as the very span that it named."""
    interactions = Interactions(lambda who, trace: None)
    interactions.told("ana", did(InteractionKind.LISTEN, ago_s=2.0))
    assert told(kept) == []
    interactions.carried_out()
    interactions.carried_out()

    (span,) = kept.get_finished_spans()
    assert told(kept) == [("user_interaction", "", "hive.interaction=listen")]
    assert f"{span.context.trace_id:032x}-{span.context.span_id:016x}" == PAGES[3:-3]
    assert span.start_time is not None
    assert 1.9 < time.time() - span.start_time / 1e9 < 60


def test_who_begins_to_speak_is_told_on(kept: InMemorySpanExporter) -> None:
    """With the context that their words are part of, which says that it is traced."""
    speaks: list[tuple[str, str]] = []
    interactions = Interactions(lambda who, trace: speaks.append((who, trace)))
    interactions.told("ana", did(InteractionKind.SPEAK))
    assert speaks == [("ana", PAGES[:-2] + "01")]


def test_a_page_cannot_flood(kept: InMemorySpanExporter) -> None:
    """One a second of each, so many at once of all, and nothing that is none."""
    now_s = 0.0
    interactions = Interactions(lambda who, trace: None, now=lambda: now_s)
    for _ in range(20):
        interactions.told("ana", did(InteractionKind.LISTEN))
    interactions.told("bea", "listen to me")
    interactions.carried_out()
    assert len(kept.get_finished_spans()) == 1

    now_s = EVERY_S
    for number in range(3 * MOST_OPEN):
        interactions.told(f"guest {number}", did(InteractionKind.LISTEN))
    interactions.carried_out()
    assert len(kept.get_finished_spans()) == 1 + MOST_OPEN


def test_while_nothing_is_traced_nothing_is_read() -> None:
    """Not even kept."""
    speaks: list[tuple[str, str]] = []
    Interactions(lambda who, trace: speaks.append((who, trace))).told("ana", did(InteractionKind.SPEAK))
    assert speaks == []
