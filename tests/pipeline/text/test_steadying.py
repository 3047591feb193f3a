"""Which tentative words are shown."""

from __future__ import annotations

from dataclasses import replace

from pipeline.events import Word
from pipeline.text.steadying import Steadying

GOOD, MORE, MORNING = Word("good", 0, 1000), Word("more", 1200, 2000), Word("Morning", 1200, 3000)


def shown(steadying: Steadying, *tail: Word, heard_to: int, committed: tuple[Word, ...] = ()) -> list[str]:
    return [word.text for word in steadying.feed(committed, tail, heard_to=heard_to)]


def test_a_word_is_shown_once_it_stays() -> None:
    """Not in its first pass, not while it is being spoken, and nothing behind a word that is not steady."""
    steadying = Steadying(settle_samples=500, passes=2)

    assert shown(steadying, GOOD, heard_to=1100) == []
    assert shown(steadying, GOOD, heard_to=1200) == []
    assert shown(steadying, GOOD, MORE, heard_to=2000) == ["good"]
    assert shown(steadying, GOOD, MORNING, heard_to=3000) == ["good"]
    assert shown(steadying, GOOD, MORNING, heard_to=3600) == ["good", "Morning"]


def test_a_changed_beginning_hides_what_follows() -> None:
    """Words are steady together with all before them."""
    steadying = Steadying(settle_samples=0, passes=2)
    shown(steadying, GOOD, MORE, heard_to=4000)

    assert shown(steadying, MORNING, MORE, heard_to=4100) == []
    assert shown(steadying, MORNING, MORE, heard_to=4200) == ["Morning", "more"]


def test_case_does_not_make_a_word_unsteady() -> None:
    """Spelling counts, not case or punctuation; the newest form is shown."""
    steadying = Steadying(settle_samples=0, passes=2)
    shown(steadying, GOOD, heard_to=4000)

    assert shown(steadying, Word("Good,", 0, 1000), heard_to=4100) == ["Good,"]


def test_a_commit_moves_the_tail() -> None:
    """What follows a committed word is compared with what followed it before."""
    steadying = Steadying(settle_samples=0, passes=2)
    shown(steadying, GOOD, MORNING, heard_to=4000)

    assert shown(steadying, MORNING, heard_to=4100, committed=(GOOD,)) == ["Morning"]


def test_a_sure_word_needs_one_look() -> None:
    """One look is enough where the recogniser is sure enough and sound was heard behind it; the order still holds."""
    steadying = Steadying(settle_samples=500, passes=2, sure=0.8)
    sure, doubtful = replace(GOOD, probability=0.8), replace(GOOD, probability=0.79)
    behind = replace(MORE, probability=0.99)

    assert shown(steadying, sure, behind, heard_to=1499) == []
    assert shown(steadying, sure, behind, heard_to=1500) == ["good"]
    assert shown(steadying, sure, behind, heard_to=2500) == ["good", "more"]
    anew = Steadying(settle_samples=500, passes=2, sure=0.8)
    assert shown(anew, doubtful, behind, heard_to=2500) == []
    assert shown(anew, doubtful, behind, heard_to=2600) == ["good", "more"]


def test_without_a_limit_nobody_is_sure_enough() -> None:
    """By default a probability changes nothing, and a word without one is never sure."""
    certain = replace(GOOD, probability=1.0)
    assert shown(Steadying(settle_samples=0, passes=2), certain, heard_to=4000) == []
    assert shown(Steadying(settle_samples=0, passes=2, sure=0.1), GOOD, heard_to=4000) == []
