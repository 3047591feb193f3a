"""Faster, then skipping: what keeps a channel's lag bounded."""

from __future__ import annotations

import pytest

from config.settings import SpeechSettings
from pipeline.events import Clause, ClauseEnd, Translation
from pipeline.lag import SpeakingRate, speed, to_skip

SETTINGS = SpeechSettings(max_speed=1.25, relaxed_queue_s=0.5, hurried_queue_s=2.5, max_lag_s=8.0)


def said(number: int, offset_at_s: float, speaker: str = "anna") -> Translation:
    clause = Clause(
        speaker, number, 1, 0, 0, "en", "x", ClauseEnd.PAUSE, offset_at_s, offset_at_s - 1, offset_at_s
    )
    return Translation(clause, "es", "y", "scripted", ("en", "es"), offset_at_s)


@pytest.mark.parametrize(
    ("waiting_s", "expected"), [(0.0, 1.0), (0.5, 1.0), (1.5, 1.125), (2.5, 1.25), (60.0, 1.25)]
)
def test_speed_grows_evenly_and_only_so_far(waiting_s: float, expected: float) -> None:
    """Normal up to the relaxed mark, the maximum from the hurried one, a straight line between."""
    assert speed(waiting_s, SETTINGS) == pytest.approx(expected)


def test_equal_marks_make_a_step() -> None:
    """Settings without a slope divide by nothing."""
    step = SpeechSettings(relaxed_queue_s=1.0, hurried_queue_s=1.0)

    assert [speed(at, step) for at in (1.0, 1.01)] == [1.0, 1.25]


def test_within_the_limit_everything_is_spoken() -> None:
    """Late is not lost."""
    assert to_skip([said(1, 0.0), said(2, 3.0)], 8.0, SETTINGS) == []


def test_beyond_the_limit_only_the_newest_is_spoken() -> None:
    """The listener is brought back to now in one step."""
    waiting = [said(1, 0.0), said(2, 3.0), said(1, 6.0, "ben")]

    assert to_skip(waiting, 8.1, SETTINGS) == waiting[:2]


def test_a_lone_translation_is_spoken_however_late() -> None:
    """There is nothing newer to skip to."""
    assert to_skip([said(1, 0.0)], 100.0, SETTINGS) == []


def test_the_rate_is_learnt_from_what_was_said() -> None:
    """After some clauses the estimate is near the truth, whatever it began with, at any speed."""
    rate = SpeakingRate(seconds_per_character=0.01)
    for _ in range(30):
        rate.learn("x" * 50, took_s=4.0, at_speed=1.25)

    assert rate.expect_s("x" * 100, at_speed=1.0) == pytest.approx(10.0, rel=0.05)
