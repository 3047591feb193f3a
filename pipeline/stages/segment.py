"""Words to clauses: where one piece of translation ends and the next begins."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

from pipeline.channel import Channel
from pipeline.clock import ArrivalClock, Monotonic
from pipeline.events import Heard, Segment
from pipeline.text.clauses import ClauseCutter


async def segment(
    heard: Channel[Heard], cutter: ClauseCutter, arrivals: ArrivalClock, now: Monotonic
) -> AsyncIterator[tuple[Heard, list[Segment]]]:
    """Yields each event with the clauses that it closed and the draft that it left, in order.

    Both carry when their first and last sample were spoken.
    """
    async for event in heard:
        segments = cutter.feed(event, now())
        yield event, [_placed(part, arrivals) for part in segments]


def _placed(part: Segment, arrivals: ArrivalClock) -> Segment:
    return replace(
        part,
        onset_at_s=arrivals.spoken_s(part.first_sample),
        offset_at_s=arrivals.spoken_s(part.end_sample),
    )
