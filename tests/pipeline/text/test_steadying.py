"""Which tentative words are shown."""

from __future__ import annotations

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
