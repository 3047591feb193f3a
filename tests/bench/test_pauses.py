"""Words by the pause before them."""

from __future__ import annotations

import numpy as np
import pytest

from bench.pauses import PauseClass, by_pause, pauses_s, silences
from pipeline.audio import HEARING_RATE_HZ
from tests.near import near
from tests.pipeline.engines.recognition.sounds import joined, silence, speech

RATE = HEARING_RATE_HZ


def at(moment_s: float) -> int:
    return int(moment_s * RATE)


def test_a_pause_is_the_silence_between_two_words() -> None:
    quiet = [(0, at(0.5)), (at(1.0), at(1.6)), (at(2.0), at(2.05))]
    timed = [
        ("Yes,", at(0.5), at(1.0)),
        ("I", at(1.6), at(1.7)),
        ("know", at(1.7), at(2.0)),
        ("it", at(2.05), at(2.2)),
    ]

    found = pauses_s(["yes", "i", "know", "it"], timed, quiet, "en")

    assert found == [near(0.5), near(0.6), 0.0, near(0.05)]


def test_a_word_that_was_not_found_has_no_known_pause() -> None:
    """Nor has the one behind it: the silence may lie on either side of the missing word."""
    timed = [("one", at(0.0), at(0.4)), ("three", at(2.0), at(2.4)), ("four", at(2.5), at(2.9))]

    assert pauses_s(["one", "two", "three", "four"], timed, [(at(0.4), at(2.0))], "en") == [
        0.0,
        None,
        None,
        0.0,
    ]


def test_errors_are_sorted_by_the_pause_before_them() -> None:
    reference = ["a", "b", "c", "d", "e"]
    streamed = ["a", "x", "b", "c", "d"]  # x put in before b, e missing
    offline = ["a", "b", "c", "q", "e"]

    assert by_pause(reference, [streamed, offline], [0.0, 0.2, 0.4, 1.5, None]) == [
        PauseClass("0 to 0.1 s", 1, (0, 0)),
        PauseClass("0.1 to 0.35 s", 1, (1, 0)),
        PauseClass("0.35 to 1 s", 1, (0, 0)),
        PauseClass("1 s and more", 1, (0, 1)),
        PauseClass("not known", 1, (1, 0)),
    ]


def test_a_pause_on_an_edge_belongs_to_the_longer_class() -> None:
    classes = by_pause(["a", "b", "c"], [], [0.1, 0.35, 1.0])

    assert [(each.words, each.wrong) for each in classes] == [(0, ()), (1, ()), (1, ()), (1, ()), (0, ())]


def test_what_is_put_in_at_the_end_counts_at_the_last_word() -> None:
    assert by_pause(["a"], [["a", "a"]], [0.0])[0] == PauseClass("0 to 0.1 s", 1, (1,))


@pytest.mark.engines
def test_silence_is_found_in_real_speech() -> None:
    said = speech("rms-budget")
    found = silences(joined(silence(1.0), said, silence(0.8), said, silence(0.5)))

    long = [(first / RATE, end / RATE) for first, end in found if end - first > 0.4 * RATE]
    length = len(said) / RATE
    assert [end - first for first, end in long] == [
        near(1.0, within=0.35), near(0.8, within=0.45), near(0.5, within=0.35),
    ]  # fmt: skip
    assert long[1][0] == near(1.0 + length, within=0.35)
    assert silences(np.zeros(RATE, np.int16)) == [(0, RATE)]
