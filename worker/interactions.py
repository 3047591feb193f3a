"""What people's pages tell that they did, as first spans of traces: until the room has carried it out."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from foundation.tracing.facts import SpanName
from foundation.tracing.spans import Span, begin_first, sampled, traced
from protocol.interactions import InteractionKind, read
from worker.throttle import Throttle

EVERY_S: Final = 1.0
"""One person's that come sooner after another are not traced."""
MOST_OPEN: Final = 100


class Interactions:
    """Of one room. What pages tell is bounded, and nothing of it is believed but that somebody did something.

    Args:
        speaks: told who is about to speak, and the trace of it.
    """

    def __init__(self, speaks: Callable[[str, str], None], now: Callable[[], float] = time.monotonic) -> None:
        self._speaks, self._now = speaks, now
        self._throttle = Throttle(EVERY_S)
        self._open: list[Span] = []

    def told(self, identity: str, value: str) -> None:
        """Somebody's attribute has changed."""
        interaction = read(value) if traced() else None
        now_s = self._now()
        if interaction is None or len(self._open) >= MOST_OPEN or not self._throttle.due(identity, now_s):
            return
        self._throttle.had(identity, now_s)
        trace = sampled(interaction.traceparent)
        began_s = now_s - interaction.ago_s(time.time())
        kind = interaction.kind
        self._open.append(begin_first(trace, SpanName.INTERACTION, at_s=began_s, interaction=kind.value))
        if kind is InteractionKind.SPEAK:
            self._speaks(identity, trace)

    def carried_out(self) -> None:
        """The room has looked at what everybody wants, and does it."""
        for span in self._open:
            span.end()
        self._open.clear()
