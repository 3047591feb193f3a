"""Which readings were heard, and which need not have been."""

from __future__ import annotations

import numpy as np

from bench.rooms.endurance import heard
from bench.rooms.shape import Speech, SpokenReading
from bench.rooms.utterances import Outage, SaidUtterance, outside, said_in
from demo.meeting import PlayedPart
from tests.demo.people import caption, minutes, part

ONE, TWO = "the first reading is here", "and this is the second one"
SPEECH = Speech("ann", np.zeros(0, np.int16), (SpokenReading(ONE, 0.5, 3.0), SpokenReading(TWO, 4.0, 6.5)))


def test_each_reading_of_each_round_is_laid_beside_its_own_captions() -> None:
    """The second reading of the second round was not heard; nor does the first round lend it its words."""
    read = [caption(1, ONE), caption(2, TWO), caption(31, ONE, take=2)]
    meeting = minutes([], read=read)
    meeting.rounds = [(100.0, 110.0), (130.0, 140.0)]
    meeting.spoken = [PlayedPart(part("ann", "en"), 100.2), PlayedPart(part("ann", "en"), 130.2)]

    found = said_in(meeting, [SPEECH])

    assert [(each.words, each.heard) for each in found] == [(5, 5), (6, 6), (5, 5), (6, 0)]
    assert [round(each.began_s, 1) for each in found] == [100.7, 104.2, 130.7, 134.2]


def test_a_revision_replaces_the_one_before_and_no_other_life_of_the_interpreter() -> None:
    """Another interpreter counts its clauses from 1 again; its segments have another name."""
    first = caption(1, ONE)
    again = caption(2, TWO)
    again.attributes["translator.segment"] = "ann/f.1.1-1"  # type: ignore[index]
    meeting = minutes([], read=[first, again])
    meeting.spoken = [PlayedPart(part("ann", "en"), 100.2)]

    assert [each.heard for each in said_in(meeting, [SPEECH])] == [5, 6]


def test_what_was_said_while_something_was_broken_does_not_count() -> None:
    said = [SaidUtterance("ann", at, at + 2.0, 5, 5 if at < 30 else 0) for at in (10.0, 20.0, 30.0)]
    killed = Outage("a room's process was killed", 31.0, 45.0)

    assert outside(said, [killed]) == said[:2]
    assert heard("room", outside(said, [killed])).holds
    finding = heard("room", said)
    assert not finding.holds
    assert finding.detail == "66.7% of 15 words in 3 readings; 1 readings lost"
