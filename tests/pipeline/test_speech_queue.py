"""What waits to be spoken, and what is left out of it."""

from __future__ import annotations

import asyncio

import pytest

from pipeline.events import Clause, ClauseEnd, NotSpoken, Speech, Translation, Trouble
from pipeline.lag import Backlog
from pipeline.speech_queue import SpeechQueue
from pipeline.speech_rates import SpeakingRate
from tests.fakes.clock import HandClock

LETTER_S = 0.1


def said(text: str, *, speaker: str = "anna", offset_at_s: float = 1000.0) -> Translation:
    """A translation into Spanish of something that ended at `offset_at_s`."""
    clause = Clause(speaker, 1, 1, 0, 0, "en", text, ClauseEnd.PAUSE, offset_at_s, 0.0, offset_at_s)
    return Translation(clause, "es", text, "scripted", ("en", "es"), offset_at_s)


class Queued:
    """A queue of two under test, with what it reported."""

    def __init__(self) -> None:
        self.clock = HandClock(1000.0)
        self.reported: list[Speech | Trouble] = []
        self.queue = SpeechQueue(2, rate=SpeakingRate(LETTER_S), report=self.reported.append, now=self.clock)


def test_beyond_the_bound_the_oldest_is_left_out() -> None:
    """By name; that there is a gap is told once."""
    queued = Queued()
    uno, dos, tres = said("uno"), said("dos"), said("tres")
    for translation in (uno, dos, tres):
        queued.queue.put(translation)

    assert queued.reported == [NotSpoken(uno, "2 clauses were waiting")]
    assert (queued.queue.gap(), queued.queue.gap()) == (True, False)
    assert [queued.queue.take(), queued.queue.take()] == [(dos, 1000.0), (tres, 1000.0)]
    with pytest.raises(asyncio.QueueEmpty):
        queued.queue.take()


def test_what_is_left_out_makes_a_gap_and_what_nobody_listened_to_does_not() -> None:
    """Both are reported with their reason; of what is left out the newest may be kept."""
    queued = Queued()
    uno, dos = said("uno"), said("dos")
    queued.queue.put(uno)
    queued.queue.put(dos)
    queued.queue.leave_out("late", keep=1)
    assert queued.queue.gap()
    queued.queue.clear("nobody")

    assert queued.reported == [NotSpoken(uno, "late"), NotSpoken(dos, "nobody")]
    assert (len(queued.queue), queued.queue.gap()) == (0, False)


def test_the_backlog_is_that_of_the_first() -> None:
    """It tells how long it will have waited, how late it will be, and how much comes behind it."""
    queued = Queued()
    nothing = queued.queue.backlog(starts_in_s=3.0, cost=0.2)
    assert nothing == Backlog(3.0, next_s=0, behind_it_s=0, waited_s=0, lag_s=0, demand=0, cost=0.2)
    assert queued.queue.next_speaker is None

    queued.queue.put(said("uno", offset_at_s=998.0))
    queued.clock.move(1.0)
    queued.queue.put(said("cuatro", speaker="ben", offset_at_s=1001.0))
    backlog = queued.queue.backlog(starts_in_s=3.0, cost=0.2)

    assert queued.queue.next_speaker == "anna"
    assert (backlog.next_s, backlog.behind_it_s) == pytest.approx((3 * LETTER_S, 6 * LETTER_S))
    assert (backlog.waited_s, backlog.lag_s) == pytest.approx((4.0, 6.0))
    assert backlog.demand > 0
