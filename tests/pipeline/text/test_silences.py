"""No word lies where nobody spoke: recognisers stretch words over silence, the gate knows better."""

from __future__ import annotations

import pytest

from pipeline.events import Word
from pipeline.text.agreement import Agreement
from pipeline.text.matching import outside

S = 16_000


def at(text: str, first_s: float, end_s: float) -> Word:
    return Word(text, int(first_s * S), int(end_s * S))


def agreement() -> Agreement:
    return Agreement(commit_age_samples=2 * S, max_buffer_samples=5 * S, language="en")


@pytest.mark.parametrize(
    ("said", "placed"),
    [
        ((0.5, 1.4), (0.5, 1.0)),  # stretched behind its end
        ((1.4, 3.4), (3.0, 3.4)),  # begun long before it was said
        ((1.4, 2.0), (3.0, 3.0)),  # wholly in the silence: at its end, where speech goes on
        ((0.5, 3.4), (0.5, 3.4)),  # on both sides
        ((0.2, 0.9), (0.2, 0.9)),
        ((3.1, 3.5), (3.1, 3.5)),
    ],
)
def test_words_are_moved_out_of_silence(said: tuple[float, float], placed: tuple[float, float]) -> None:
    """A silence from 1 s to 3 s."""
    (word,) = outside([at("word", *said)], [(1 * S, 3 * S)])
    assert (word.first_sample, word.end_sample) == (int(placed[0] * S), int(placed[1] * S))


def test_a_known_word_that_is_heard_differently_behind_a_pause_is_not_new() -> None:
    """ "clubs", heard as "close" and stretched over the silence behind it, as base did with a real recording."""
    over = agreement()
    first = over.finish(
        [at("Queen", 0.0, 0.3), at("of", 0.3, 0.5), at("clubs.", 0.5, 1.0)], heard_to=int(1.2 * S)
    )
    assert [word.text for word in first.committed] == ["Queen", "of", "clubs."]
    over.pause(1 * S)
    over.resume(int(3.5 * S))

    heard = [at("close.", 0.5, 1.9), at("Seven", 1.9, 3.8), at("of", 3.8, 3.9), at("clubs.", 3.9, 4.4)]
    second = over.finish(heard, heard_to=int(4.6 * S))

    assert [word.text for word in second.committed] == ["Seven", "of", "clubs."]
    assert second.committed[0].first_sample == int(3.5 * S)


def test_what_is_said_again_behind_a_pause_is_new() -> None:
    """The same word on both sides of a silence is two words."""
    over = agreement()
    over.finish([at("Five.", 0.1, 0.6)], heard_to=S)
    over.pause(int(0.7 * S))
    over.resume(2 * S)
    again = over.finish([at("Five,", 0.1, 0.8), at("five.", 0.8, 2.5)], heard_to=3 * S)
    assert [word.text for word in again.committed] == ["five."]
