"""Which trace each utterance of a speaker is part of, and the first span of it: what the speaker did."""

from __future__ import annotations

from typing import Final

from foundation.recent import Recent
from foundation.tracing.facts import SpanName
from foundation.tracing.spans import NOTHING, begin_first, new_trace, traced
from pipeline.clock import Monotonic
from pipeline.events import UtteranceEnded, UtteranceStarted

INTERACTION_S: Final = 30.0
"""What a page told of is the beginning of what is said within so many seconds."""
_KEPT: Final = 16
"""So many utterances are known; clauses of older ones are not traced any more."""
_PREPARED: Final = 4


class UtteranceTraces:
    """One speaker's.

    An utterance's trace is made before it begins, as whoever recognises it knows first that it does. Where the
    speaker's page told that they are about to speak, the next utterance is part of that.
    """

    def __init__(self, now: Monotonic) -> None:
        self._now = now
        self._known: Recent[int, str] = Recent(_KEPT)
        self._prepared: Recent[str, bool] = Recent(_PREPARED)
        """Traces of which no utterance was heard yet, and whether their first span was begun by what a page told."""
        self._open = NOTHING
        self._until_s: float | None = None
        """Until when the next utterance is what a page told of."""
        self._next = ""
        self._prepare(new_trace(), by_page=False)

    def next(self) -> str:
        """The `traceparent` of the next utterance; empty where it is not traced."""
        if self._until_s is not None and self._now() > self._until_s:
            self._prepare(new_trace(), by_page=False)
        return self._next

    def told(self, traceparent: str) -> None:
        """The speaker's page says that they begin to speak; the span of that is begun already."""
        if traceparent:
            self._prepare(traceparent, by_page=True)
            self._until_s = self._now() + INTERACTION_S

    def started(self, event: UtteranceStarted, at_s: float) -> None:
        """An utterance begins whose first sample was spoken `at_s`."""
        if not traced():
            return
        self.close()
        trace = self._known[event.utterance] = event.trace or self._next
        if self._prepared.pop(trace, True) is False:
            self._open = begin_first(trace, SpanName.INTERACTION, at_s=at_s, interaction="speak")
        if trace == self._next:
            self._prepare(new_trace(), by_page=False)

    def ended(self, event: UtteranceEnded, at_s: float) -> None:
        """An utterance is over."""
        self._open.end(at_s)
        self._open = NOTHING

    def of(self, utterance: int) -> str:
        """Its `traceparent`; empty where it is not traced."""
        return self._known.get(utterance, "")

    def close(self) -> None:
        """Nothing more is said, or it will be another utterance."""
        self._open.end()
        self._open = NOTHING

    def _prepare(self, trace: str, *, by_page: bool) -> None:
        self._next, self._until_s = trace, None
        if trace:
            self._prepared[trace] = by_page
