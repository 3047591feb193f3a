"""Spans: begun, told facts, ended; inside one process and, by a W3C `traceparent`, in the next one.

Whether something is traced is decided once, where its trace begins (`new_trace`). An empty `traceparent` stands for
what is not, and whatever is begun within it is nothing too.

Source: W3C Trace Context, www.w3.org/TR/trace-context (version 00).
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final, Unpack

from opentelemetry import context as contexts
from opentelemetry import trace as api
from opentelemetry.context import Context
from opentelemetry.sdk.trace.id_generator import IdGenerator, RandomIdGenerator
from opentelemetry.sdk.trace.sampling import Decision, Sampler
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from foundation.tracing.facts import Facts, SpanName, attributes

TRACEPARENT: Final = "traceparent"
"""The header, as W3C names it."""
_W3C: Final = TraceContextTextMapPropagator()
_NS: Final = 1_000_000_000


class Span:
    """Something that lasts; of one that is not traced nothing is kept."""

    __slots__ = ("_span",)

    def __init__(self, span: api.Span) -> None:
        self._span = span

    @property
    def traceparent(self) -> str:
        """What the next process continues it by; empty where it is not traced."""
        return _written(api.set_span_in_context(self._span, Context())) if self._span.is_recording() else ""

    def tell(self, **facts: Unpack[Facts]) -> None:
        """Adds facts, before it ends."""
        if self._span.is_recording():
            self._span.set_attributes(attributes(facts))

    def end(self, at_s: float | None = None) -> None:
        """Ends it, the first time it is called; `at_s`: when it did, on the monotonic clock."""
        if self._span.is_recording():
            self._span.end(None if at_s is None else _epoch_ns(at_s))

    @contextmanager
    def current(self) -> Iterator[None]:
        """What is begun inside is part of it, also in tasks that are created there. It does not end with the block."""
        if not self._span.is_recording():
            yield
            return
        with api.use_span(self._span, record_exception=False, set_status_on_exception=False):
            yield


NOTHING: Final = Span(api.INVALID_SPAN)


class GivenIds(IdGenerator):
    """Random ids, or those of a trace whose first span is begun only after others know it."""

    def __init__(self) -> None:
        self._random = RandomIdGenerator()

    def generate_trace_id(self) -> int:
        """Sixteen bytes."""
        given = _given.get()
        return self._random.generate_trace_id() if given is None else given.trace_id

    def generate_span_id(self) -> int:
        """Eight bytes."""
        given = _given.get()
        return self._random.generate_span_id() if given is None else given.span_id

    def is_trace_id_random(self) -> bool:
        """A page's may not be."""
        return False


_given: ContextVar[api.SpanContext | None] = ContextVar("ids of a first span", default=None)


@dataclass(frozen=True, slots=True)
class RunningTracer:
    """What a process traces with."""

    tracer: api.Tracer
    sampler: Sampler
    """Decides where a trace begins; those that are continued come with its decision."""


_running: RunningTracer | None = None


def use(tracer: RunningTracer | None) -> None:
    """From now on the process traces with this; None: not at all."""
    global _running  # noqa: PLW0603  one for the process, as with logging
    _running = tracer


def traced() -> bool:
    """Whether this process traces at all."""
    return _running is not None


def new_trace() -> str:
    """The `traceparent` of a first span that is begun later by `begin_first`; empty where it is not to be traced."""
    ids = RandomIdGenerator()
    return sampled(_text_of(ids.generate_trace_id(), ids.generate_span_id())) if _running else ""


def sampled(traceparent: str) -> str:
    """A `traceparent` that somebody made whom nobody has to believe: the same, or empty where it is none or the share
    of what is traced leaves it out. What it says of its own sampling does not count."""
    if _running is None or (context := _span_context(traceparent)) is None:
        return ""
    chosen = _running.sampler.should_sample(None, context.trace_id, SpanName.INTERACTION)
    taken = chosen.decision is Decision.RECORD_AND_SAMPLE
    return _text_of(context.trace_id, context.span_id) if taken else ""


def begin_first(
    traceparent: str, name: SpanName, *, at_s: float | None = None, **facts: Unpack[Facts]
) -> Span:
    """The first span of a trace: the very one that `traceparent` names.

    Args:
        at_s: when it began, on the monotonic clock; None: now.
    """
    given = _span_context(traceparent) if _running else None
    if given is None:
        return NOTHING
    token = _given.set(given)
    try:
        return _started(name, Context(), at_s, facts)
    finally:
        _given.reset(token)


@contextmanager
def first_span(name: SpanName, *, told: str | None = None, **facts: Unpack[Facts]) -> Iterator[Span]:
    """The first span of a trace, where it is to be traced: current inside and ended behind.

    Args:
        told: the `traceparent` that a page made for it, which need not be one; None: a trace of its own.
    """
    begun = begin_first(new_trace() if told is None else sampled(told), name, **facts)
    try:
        with begun.current():
            yield begun
    finally:
        begun.end()


def begin(
    name: SpanName, *, within: str | Span | None = None, at_s: float | None = None, **facts: Unpack[Facts]
) -> Span:
    """A part of what is under way; whoever begins it ends it.

    Args:
        within: a span, or another process's by its `traceparent`; None: what is current.
        at_s: when it began, on the monotonic clock; None: now.
    """
    if _running is None:
        return NOTHING
    context = _context_of(within)
    parent = api.get_current_span(context).get_span_context()
    if not (parent.is_valid and parent.trace_flags.sampled):
        return NOTHING
    return _started(name, context, at_s, facts)


@contextmanager
def span(
    name: SpanName, *, within: str | Span | None = None, at_s: float | None = None, **facts: Unpack[Facts]
) -> Iterator[Span]:
    """As `begin`, current inside and ended behind. Not around a `yield`, behind which another task may go on."""
    begun = begin(name, within=within, at_s=at_s, **facts)
    try:
        with begun.current():
            yield begun
    finally:
        begun.end()


@contextmanager
def continuing(traceparent: str) -> Iterator[None]:
    """What is begun inside is part of another process's span; of nothing where that is empty or no `traceparent`."""
    if _running is None or _span_context(traceparent) is None:
        yield
        return
    token = contexts.attach(_context_of(traceparent))
    try:
        yield
    finally:
        contexts.detach(token)


def carried() -> str:
    """The `traceparent` of what is current, for a message to another process; empty where nothing is."""
    if _running is None:
        return ""
    current = api.get_current_span()
    return _written(contexts.get_current()) if current.get_span_context().trace_flags.sampled else ""


def trace_id() -> str:
    """Of what is current, as 32 hexadecimal digits, for the log; empty where nothing is traced."""
    return carried()[3:35]


def headers() -> dict[str, str]:
    """For a request to another process of ours; none where nothing is traced."""
    return {TRACEPARENT: text} if (text := carried()) else {}


def _started(name: SpanName, context: Context, at_s: float | None, facts: Facts) -> Span:
    assert _running is not None
    begun = _running.tracer.start_span(
        name.value,
        context,
        start_time=None if at_s is None else _epoch_ns(at_s),
        attributes=attributes(facts),
        record_exception=False,
        set_status_on_exception=False,
    )
    return Span(begun)


def _context_of(within: str | Span | None) -> Context:
    if within is None:
        return contexts.get_current()
    return _W3C.extract({TRACEPARENT: within if isinstance(within, str) else within.traceparent}, Context())


def _span_context(traceparent: str) -> api.SpanContext | None:
    """None for what is no `traceparent`."""
    found = api.get_current_span(_context_of(traceparent)).get_span_context()
    return found if found.is_valid else None


def _text_of(trace: int, span_id: int) -> str:
    return f"00-{trace:032x}-{span_id:016x}-01"


def _written(context: Context) -> str:
    """Without `tracestate`, which is nothing of ours."""
    found = api.get_current_span(context).get_span_context()
    return _text_of(found.trace_id, found.span_id) if found.is_valid else ""


def _epoch_ns(at_s: float) -> int:
    return time.time_ns() - round((time.monotonic() - at_s) * _NS)
