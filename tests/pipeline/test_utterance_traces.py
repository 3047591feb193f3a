"""Which trace an utterance is part of: made before it, told by a page, or said by whoever recognised it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from foundation.tracing import spans
from foundation.tracing.facts import SpanName
from pipeline.events import UtteranceEnded, UtteranceStarted
from pipeline.utterance_traces import INTERACTION_S, UtteranceTraces
from tests.foundation.tracing.test_spans import PAGES, told, tracing


@pytest.fixture
def kept() -> Iterator[InMemorySpanExporter]:
    exporter, provider = tracing(1.0)
    yield exporter
    spans.use(None)
    provider.shutdown()


def test_nothing_is_known_while_nothing_is_traced() -> None:
    """Whatever happens."""
    traces = UtteranceTraces(lambda: 0.0)
    traces.told("")
    traces.started(UtteranceStarted(1, 0), 0.0)
    assert (traces.next(), traces.of(1)) == ("", "")


def test_each_utterance_is_a_trace_of_its_own(kept: InMemorySpanExporter) -> None:
    """Its first span is what the speaker did, from their first sound to their last."""
    traces = UtteranceTraces(lambda: 0.0)
    for number in (1, 2):
        trace = traces.next()
        traces.started(UtteranceStarted(number, 0, trace), 0.0)
        assert traces.of(number) == trace
        assert traces.next() not in ("", trace)
        traces.ended(UtteranceEnded(number, 16000), 1.0)

    assert told(kept) == [("user_interaction", "", "hive.interaction=speak")] * 2
    assert [span.end_time - span.start_time for span in kept.get_finished_spans()] == [  # type: ignore[operator]
        pytest.approx(1e9, abs=2e8)
    ] * 2


def test_a_service_that_knows_no_traces_changes_nothing(kept: InMemorySpanExporter) -> None:
    """The utterance is traced from there on."""
    traces = UtteranceTraces(lambda: 0.0)
    trace = traces.next()
    traces.started(UtteranceStarted(1, 0), 0.0)
    assert traces.of(1) == trace


def test_what_a_page_told_of_is_begun_once(kept: InMemorySpanExporter) -> None:
    """The next utterance is part of it; the one after it is not."""
    traces = UtteranceTraces(lambda: 0.0)
    page = spans.sampled(PAGES)
    traces.told(page)
    assert traces.next() == page
    traces.started(UtteranceStarted(1, 0, page), 0.0)
    traces.ended(UtteranceEnded(1, 1), 0.0)
    traces.started(UtteranceStarted(2, 0, page), 0.0)  # heard before the service knew the next one
    traces.ended(UtteranceEnded(2, 1), 0.0)

    assert (traces.of(1), traces.of(2)) == (page, page)
    assert told(kept) == []
    assert traces.next() not in ("", page)


def test_what_a_page_told_of_passes(kept: InMemorySpanExporter) -> None:
    """Who opens their microphone and then says nothing for long did not begin to speak by that."""
    clock = itertools.chain([0.0, INTERACTION_S - 1, INTERACTION_S + 1])
    traces = UtteranceTraces(lambda: next(clock))
    page = spans.sampled(PAGES)
    traces.told(page)
    assert traces.next() == page
    assert traces.next() not in ("", page)


def test_an_interpreter_that_breaks_ends_what_it_began(kept: InMemorySpanExporter) -> None:
    """An utterance that never ended is told of all the same, and with it what is part of it."""
    traces = UtteranceTraces(lambda: 0.0)
    trace = traces.next()
    spans.begin(SpanName.STT, within=trace).end()
    traces.started(UtteranceStarted(1, 0, trace), 0.0)
    traces.close()
    assert [name for name, *_ in told(kept)] == ["stt_processing", "user_interaction"]
