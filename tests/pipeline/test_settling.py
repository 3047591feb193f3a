"""When words were first shown as they stayed, and when they were committed."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from pipeline.audio import HEARING_RATE_HZ
from pipeline.clock import ArrivalClock
from pipeline.events import Draft, Word, Words
from pipeline.settling import WordTimes
from pipeline.timing import WordSettled
from tests.near import near


def at(moment_s: float) -> int:
    return int(moment_s * HEARING_RATE_HZ)


def word(text: str, end_s: float) -> Word:
    return Word(text, at(end_s - 0.2), at(end_s))


def words(
    committed: Sequence[Word] = (),
    tentative: Sequence[Word] = (),
    *,
    utterance: int = 1,
    heard_s: float = 0.0,
) -> Words:
    return Words(utterance, "en", tuple(committed), tuple(tentative), at(heard_s))


def draft(end_s: float) -> Draft:
    return Draft("ann", 1, 1, 0, at(end_s), "en", "", "some words")


@pytest.fixture
def times() -> WordTimes:
    """Sound that arrives in pieces of 0.1 s, the first at 100.1 on the clock."""
    arrivals = ArrivalClock()
    for number in range(1, 101):
        arrivals.arrived(at(number / 10), 100 + number / 10)
    return WordTimes("ann", arrivals)


def settled(shown_s: float, committed_s: float) -> WordSettled:
    return WordSettled("ann", near(shown_s), near(committed_s))


def test_a_word_is_timed_from_the_arrival_of_its_end(times: WordTimes) -> None:
    good, morning = word("good", 1.0), word("morning", 1.5)

    assert times.shown(words([], [good]), 101.2) == []
    assert times.shown(words([], [good, morning]), 101.7) == []
    assert times.shown(words([good], [morning]), 101.9) == [settled(0.2, 0.9)]
    assert times.shown(words([morning]), 102.5) == [settled(0.2, 1.0)]


def test_a_word_that_changed_counts_from_its_last_change(times: WordTimes) -> None:
    times.shown(words([], [word("mourning", 1.5)]), 101.6)
    times.shown(words([], [word("morning", 1.5)]), 101.8)
    times.shown(words([], [word("morning", 1.5)]), 102.0)

    assert times.shown(words([word("morning", 1.5)]), 102.2) == [settled(0.3, 0.7)]


def test_a_word_that_goes_and_comes_again_counts_from_then(times: WordTimes) -> None:
    times.shown(words([], [word("good", 1.0), word("morning", 1.5)]), 101.6)
    times.shown(words([], [word("good", 1.0)]), 101.8)

    found = times.shown(words([word("good", 1.0), word("morning", 1.5)]), 102.0)

    assert found == [settled(0.6, 1.0), settled(0.5, 0.5)]


def test_a_word_put_in_before_others_moves_them(times: WordTimes) -> None:
    """What stands at another place was not shown as it stays."""
    times.shown(words([], [word("ask", 1.0), word("what", 1.5)]), 101.6)

    found = times.shown(words([word("ask", 1.0), word("not", 1.2), word("what", 1.5)]), 102.0)

    assert found == [settled(0.6, 1.0), settled(0.8, 0.8), settled(0.5, 0.5)]


def test_a_recogniser_that_is_ahead_of_the_sound_does_not_count_as_early(times: WordTimes) -> None:
    assert times.shown(words([word("guess", 1.5)]), 101.2) == [settled(0.0, 0.0)]


def test_another_utterance_begins_anew(times: WordTimes) -> None:
    """The same word at the same place of the next utterance is another word."""
    times.shown(words([], [word("yes", 1.0)]), 101.1)
    times.shown(words([], [word("yes", 3.0)], utterance=2), 103.4)

    assert times.shown(words([word("yes", 3.0)], utterance=2), 103.8) == [settled(0.4, 0.8)]


def test_nothing_committed_settles_nothing(times: WordTimes) -> None:
    assert times.shown(words(), 101.0) == []
    assert times.shown(words([], [word("good", 1.0)]), 101.2) == []


def test_the_newest_word_of_a_draft_is_timed_once(times: WordTimes) -> None:
    assert times.newest_word_s(draft(1.05)) == near(101.1), "its end lies in the piece that came then"
    assert times.newest_word_s(draft(1.05)) == 0.0
    assert times.newest_word_s(draft(0.9)) == 0.0
    assert times.newest_word_s(draft(1.5)) == near(101.5)
