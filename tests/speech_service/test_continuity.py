"""What keeps a speaker's events in order when the connection breaks, without any connection."""

from __future__ import annotations

import numpy as np

from pipeline.audio import AudioFrame
from pipeline.events import Heard, NotHeard, OtherLanguage, UtteranceEnded, UtteranceStarted, Word, Words
from pipeline.replay_buffer import ReplayBuffer
from speech_service.client.continuity import QUIET_MARGIN, Continuity


def frame(first: int, *samples: int) -> AudioFrame:
    return AudioFrame(first, np.array(samples, np.int16))


def pieces(buffer: ReplayBuffer, at: int, most: int) -> list[tuple[int, list[int]]]:
    found = []
    while (piece := buffer.after(at, most)) is not None:
        found.append((piece.first_sample, piece.pcm.tolist()))
        at = piece.end_sample
    return found


def test_a_tape_gives_back_what_was_recorded() -> None:
    """From any position, in pieces of any size, and never across a gap."""
    buffer = ReplayBuffer(100)
    for recorded in (frame(0, 1, 2, 3), frame(3, 4, 5), frame(10, 6, 7)):
        buffer.add(recorded)

    assert pieces(buffer, 0, 100) == [(0, [1, 2, 3, 4, 5]), (10, [6, 7])]
    assert pieces(buffer, 2, 2) == [(2, [3, 4]), (4, [5]), (10, [6, 7])]
    assert pieces(buffer, 12, 2) == []


def test_a_full_tape_drops_the_oldest_and_says_so() -> None:
    """The ring never holds more than its capacity; sound that was given free is not counted as lost."""
    buffer = ReplayBuffer(4)
    buffer.add(frame(0, 1, 2))
    buffer.forget_before(2)
    buffer.add(frame(2, 3, 4, 5))
    assert buffer.overrun_to == 0
    buffer.add(frame(5, 6, 7))

    assert (buffer.overrun_to, pieces(buffer, 0, 100)) == (5, [(5, [6, 7])])


def test_sound_that_comes_twice_is_recorded_once() -> None:
    """A piece that begins before the last one ended is taken from there on."""
    buffer = ReplayBuffer(100)
    for recorded in (frame(0, 1, 2, 3), frame(1, 2, 3), frame(2, 3, 4), frame(4)):
        buffer.add(recorded)

    assert pieces(buffer, 0, 100) == [(0, [1, 2, 3, 4])]


ONE, TWO, THREE = Word("one", 1000, 4000), Word("two", 4500, 8000), Word("three", 9000, 12_000)


def fed(continuity: Continuity, *events: Heard) -> list[Heard]:
    return [told for event in events for told in continuity.take(event)]


def test_without_a_break_events_pass_unchanged() -> None:
    """What the service says is what the pipeline gets."""
    continuity = Continuity()
    continuity.connected()
    events: list[Heard] = [
        UtteranceStarted(1, 900),
        Words(1, "en", (), (ONE,), 5000),
        Words(1, "en", (ONE, TWO), (), 9000),
        UtteranceEnded(1, 9500),
        NotHeard(10_000, 20_000, "no decoder"),
        UtteranceStarted(2, 21_000),
    ]

    assert fed(continuity, *events) == events
    assert continuity.settled_to == 21_000


def test_another_language_belongs_to_its_utterance_after_a_break_too() -> None:
    """It is told with the number that the utterance has here, and not for one that is over."""
    continuity = Continuity()
    continuity.connected()
    fed(continuity, UtteranceStarted(1, 900), Words(1, "en", (ONE,), (), 5000))
    continuity.broken()
    continuity.connected()
    noticed = OtherLanguage(1, "en", "es")
    events: list[Heard] = [UtteranceStarted(1, 4000), noticed, UtteranceEnded(1, 9000), noticed]

    assert OtherLanguage(2, "en", "es") in (told := fed(continuity, *events))
    assert [type(event) for event in told] == [UtteranceStarted, OtherLanguage, UtteranceEnded]


def test_an_utterance_that_a_break_interrupts_is_ended_and_goes_on_as_the_next() -> None:
    """Its tail is taken back, it ends, and the words behind the last committed one come under a new number."""
    continuity = Continuity()
    continuity.connected()
    fed(continuity, UtteranceStarted(1, 900), Words(1, "en", (ONE,), (TWO,), 9000))

    assert continuity.broken() == [Words(1, "en", (), (), 4000), UtteranceEnded(1, 4000)]
    assert continuity.broken() == []
    assert continuity.settled_to == 4000

    continuity.connected()
    again = fed(
        continuity,
        UtteranceStarted(1, 0),
        Words(1, "en", (), (Word("one", 1500, 4100),), 4300),
        Words(1, "en", (Word("one", 1500, 4100), TWO), (THREE,), 12_500),
        Words(1, "en", (THREE,), (), 13_000),
        UtteranceEnded(1, 13_000),
    )
    assert again == [
        UtteranceStarted(2, 4000),
        Words(2, "en", (), (), 4300),
        Words(2, "en", (TWO,), (THREE,), 12_500),
        Words(2, "en", (THREE,), (), 13_000),
        UtteranceEnded(2, 13_000),
    ]


def test_half_a_word_before_the_break_is_not_taken_for_a_new_one() -> None:
    """The sound sent again begins in the middle of a committed word, which is then misheard: it is dropped."""
    continuity = Continuity()
    continuity.connected()
    fed(continuity, UtteranceStarted(1, 900), Words(1, "en", (ONE, TWO), (), 9000))
    continuity.broken()
    continuity.connected()

    again = fed(
        continuity, UtteranceStarted(1, 5000), Words(1, "en", (Word("oo", 5200, 8000), THREE), (), 12_500)
    )
    assert again == [UtteranceStarted(2, 8000), Words(2, "en", (THREE,), (), 12_500)]


def test_a_word_that_is_said_twice_stays() -> None:
    """A repetition behind the break is new although it is spelled like the last committed word."""
    continuity = Continuity()
    continuity.connected()
    fed(continuity, UtteranceStarted(1, 900), Words(1, "en", (TWO,), (), 9000))
    continuity.broken()
    continuity.connected()

    second = Word("two", 8600, 11_500)
    again = fed(continuity, UtteranceStarted(1, 5000), Words(1, "en", (TWO, second), (), 12_500))
    assert again == [UtteranceStarted(2, 8000), Words(2, "en", (second,), (), 12_500)]


def test_silence_is_not_kept() -> None:
    """While nobody speaks only the last second is sent again; within an utterance such news counts for nothing."""
    continuity = Continuity()
    continuity.connected()
    continuity.listened(100_000)
    assert continuity.settled_to == 100_000 - QUIET_MARGIN

    fed(continuity, UtteranceStarted(1, 95_000))
    continuity.listened(200_000)
    assert continuity.settled_to == 95_000


def test_lost_sound_is_reported_once() -> None:
    """What the service says of sound that was given up already is left out."""
    continuity = Continuity()
    continuity.connected()

    assert continuity.lost(0, 50_000, "away") == NotHeard(0, 50_000, "away")
    assert fed(continuity, NotHeard(10_000, 40_000, "x"), NotHeard(40_000, 60_000, "y")) == [
        NotHeard(50_000, 60_000, "y")
    ]


def test_events_of_an_utterance_that_is_not_open_are_left_out() -> None:
    """A service that breaks its own order does not break the pipeline's."""
    continuity = Continuity()
    continuity.connected()

    assert fed(continuity, Words(7, "en", (ONE,), (), 5000), UtteranceEnded(7, 5000)) == []
    assert fed(continuity, UtteranceStarted(1, 0), UtteranceStarted(2, 6000)) == [
        UtteranceStarted(1, 0),
        UtteranceEnded(1, 0),
        UtteranceStarted(2, 6000),
    ]
