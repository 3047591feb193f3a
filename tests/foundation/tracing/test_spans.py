"""Spans: what they carry, what they are part of, and that nothing is done where nothing is traced."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased

from foundation.tracing import spans
from foundation.tracing.facts import SpanName

PAGES = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"


def tracing(share: float) -> tuple[InMemorySpanExporter, TracerProvider]:
    sampler = TraceIdRatioBased(share)
    kept = InMemorySpanExporter()
    provider = TracerProvider(
        sampler=ParentBased(sampler), id_generator=spans.GivenIds(), shutdown_on_exit=False
    )
    provider.add_span_processor(SimpleSpanProcessor(kept))
    spans.use(spans.RunningTracer(provider.get_tracer("test"), sampler))
    return kept, provider


@pytest.fixture
def kept() -> Iterator[InMemorySpanExporter]:
    exporter, provider = tracing(1.0)
    yield exporter
    spans.use(None)
    provider.shutdown()


def told(kept: InMemorySpanExporter) -> list[tuple[str, str, str]]:
    """Name, parent's id and facts of each span, in the order in which they ended."""
    return [
        (
            span.name,
            f"{span.parent.span_id:016x}" if span.parent else "",
            " ".join(f"{name}={value!s}" for name, value in (span.attributes or {}).items()),
        )
        for span in kept.get_finished_spans()
    ]


def id_of(traceparent: str) -> str:
    return traceparent.split("-")[2]


def test_while_nothing_is_traced_nothing_is_made() -> None:
    """No ids, no spans, no headers."""
    assert not spans.traced()
    assert (spans.new_trace(), spans.sampled(PAGES), spans.carried(), spans.headers()) == ("", "", "", {})
    assert spans.begin(SpanName.STT, within=PAGES.replace("-00", "-01")) is spans.NOTHING
    assert spans.begin_first(PAGES, SpanName.STT) is spans.NOTHING
    with (
        spans.first_span(SpanName.INTERACTION) as first,
        spans.continuing(PAGES),
        spans.span(SpanName.STT) as part,
    ):
        first.tell(language="en")
        assert (first.traceparent, part.traceparent) == ("", "")


def test_a_first_span_is_the_one_that_was_named_before_it_began(kept: InMemorySpanExporter) -> None:
    """So others can be part of it already."""
    trace = spans.new_trace()
    part = spans.begin(SpanName.STT, within=trace, language="en")
    first = spans.begin_first(trace, SpanName.INTERACTION, interaction="speak")
    assert first.traceparent == trace
    part.end()
    first.end()
    first.end()

    assert told(kept) == [
        ("stt_processing", id_of(trace), "hive.language=en"),
        ("user_interaction", "", "hive.interaction=speak"),
    ]
    assert {f"{span.context.trace_id:032x}" for span in kept.get_finished_spans()} == {trace.split("-")[1]}


async def test_what_is_current_reaches_tasks_and_messages(kept: InMemorySpanExporter) -> None:
    """A task that is begun inside a span makes parts of it; what it sends carries the span's own context."""
    with spans.first_span(SpanName.INTERACTION) as first:

        async def ask() -> str:
            with spans.span(SpanName.TRANSLATION):
                return spans.headers()["traceparent"]

        asked = await asyncio.create_task(ask())
    with spans.continuing(asked), spans.span(SpanName.TRANSLATION_INFERENCE):
        assert spans.trace_id() == asked.split("-")[1]
    assert spans.carried() == ""
    assert told(kept) == [
        ("translation", told(kept)[0][1], ""),
        ("user_interaction", "", ""),
        ("translation.inference", id_of(asked), ""),
    ]
    assert first.traceparent == ""  # it has ended


def test_facts_that_are_not_on_the_list_or_no_code_are_left_out(kept: InMemorySpanExporter) -> None:
    """A sentence, a name with a blank, or an attribute of another name never gets into a span."""
    with spans.first_span(SpanName.TRANSLATION, language="Guten Morgen", engine="opus+apertium") as first:
        first.tell(outcome="a sentence\nthat was said", words=3, source="é")
        first.tell(speaker="emma", text="hello")  # type: ignore[call-arg]

    assert told(kept) == [("translation", "", "hive.engine=opus+apertium hive.words=3")]


def test_what_a_failure_says_stays_out(kept: InMemorySpanExporter) -> None:
    """Errors hold words: neither an event nor a status tells of them."""
    with pytest.raises(ValueError, match="said"), spans.first_span(SpanName.TRANSLATION):
        raise ValueError("what was said")

    (span,) = kept.get_finished_spans()
    assert (span.events, span.status.description) == ((), None)


@pytest.mark.parametrize(
    "broken",
    [
        "",
        "hello",
        PAGES[:-1],
        PAGES + "0",
        PAGES.replace("0af7", "0AFX"),
        "00-" + "0" * 32 + PAGES[35:],
        "\ud800",
    ],
)
def test_what_is_no_context_is_none(kept: InMemorySpanExporter, broken: str) -> None:
    """It is as if nothing had been sent."""
    assert spans.sampled(broken) == ""
    with spans.continuing(broken):
        assert spans.begin(SpanName.STT) is spans.NOTHING
    assert spans.begin(SpanName.STT, within=broken) is spans.NOTHING
    assert spans.begin_first(broken, SpanName.STT) is spans.NOTHING


def test_a_stranger_does_not_decide_what_is_traced() -> None:
    """The share alone does, by the trace's number, whatever a page says of its own sampling."""
    kept, provider = tracing(0.0)
    try:
        assert spans.sampled(PAGES.replace("-00", "-01")) == ""
        assert spans.new_trace() == ""
    finally:
        spans.use(None)
        provider.shutdown()
    kept, provider = tracing(1.0)
    try:
        assert spans.sampled(PAGES) == PAGES[:-2] + "01"
        assert kept.get_finished_spans() == ()
    finally:
        spans.use(None)
        provider.shutdown()
