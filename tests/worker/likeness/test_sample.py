"""What somebody says, gathered until their voice can be measured."""

from __future__ import annotations

import numpy as np

from pipeline.audio import HEARING_RATE_HZ, Pcm, seconds
from worker.likeness.sample import ENOUGH_S, LEAST_S, MOST_S, PATIENCE_S, SpeechSample


def speech(length_s: float, value: int = 7) -> Pcm:
    return np.full(round(length_s * HEARING_RATE_HZ), value, np.int16)


def test_it_is_enough_at_once_or_less_of_it_after_a_while() -> None:
    """Somebody who says little is waited for, and then measured by what there is."""
    sample = SpeechSample()
    sample.add(speech(LEAST_S - 0.5), 100.0)
    assert not sample.is_enough(100.0 + PATIENCE_S)
    sample.add(speech(1.0), 110.0)
    assert not sample.is_enough(110.0)
    assert sample.is_enough(100.0 + PATIENCE_S)
    sample.add(speech(ENOUGH_S), 111.0)
    assert sample.is_enough(111.0)


def test_no_more_is_kept_than_is_needed() -> None:
    """However long somebody speaks while the engine is busy, and in whatever pieces."""
    sample = SpeechSample()
    for _ in range(100):
        sample.add(speech(3.0), 0.0)
    assert sample.speech_s == MOST_S
    assert seconds(len(sample.take())) == MOST_S


def test_what_was_taken_is_gone() -> None:
    """Sound is kept for the measuring alone, and what comes in between counts anew."""
    sample = SpeechSample()
    sample.add(speech(2.0, 1), 0.0)
    sample.add(speech(1.0, 2), 50.0)
    taken = sample.take()
    assert (taken[0], taken[-1]) == (1, 2)
    assert (sample.speech_s, len(sample.take())) == (0.0, 0)
    sample.add(speech(LEAST_S, 3), 60.0)
    assert not sample.is_enough(60.0)
    assert set(sample.take()) == {3}


def test_a_piece_holds_on_to_nothing_else() -> None:
    """The part of a long sound that is kept does not keep the rest in memory."""
    sample = SpeechSample()
    sample.add(speech(300.0), 0.0)
    taken = sample.take()
    assert taken.base is None
    assert len(taken) == round(MOST_S * HEARING_RATE_HZ)
