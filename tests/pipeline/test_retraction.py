"""How many of the words that were shown were taken back."""

from __future__ import annotations

from pipeline.events import Caption
from pipeline.retraction import RetractionCounter


def caption(
    committed: str,
    tentative: str = "",
    *,
    segment: str = "1-1",
    final: bool = False,
    language: str = "en",
) -> Caption:
    return Caption("ann", segment, language, "en", committed, tentative, final, 0.0, 1.0)


def test_words_that_only_come_are_no_retraction() -> None:
    """A caption that grows, changes its spelling and becomes final has taken nothing back."""
    counter = RetractionCounter()
    for shown in (caption("", "good"), caption("good", " morning"), caption("good morning", final=True)):
        counter.feed(shown)

    assert (counter.shown, counter.changed, counter.committed_changed) == (2, 0, 0)


def test_changed_and_vanished_words_count_once_each() -> None:
    """Two of the four words ever shown were changed or taken away."""
    counter = RetractionCounter()
    for shown in (
        caption("", "good mourning all"),
        caption("good", " morning"),
        caption("good morning", final=True),
    ):
        counter.feed(shown)

    assert (counter.shown, counter.changed, counter.share) == (4, 2, 0.5)


def test_words_that_move_to_the_next_caption_are_not_changed() -> None:
    """A clause that closes before a conjunction hands its last words on."""
    counter = RetractionCounter()
    counter.feed(caption("we went home", " because it"))
    counter.feed(caption("we went home", final=True))
    counter.feed(caption("because it", " was", segment="1-2"))

    assert (counter.shown, counter.changed) == (6, 0)

    counter.feed(caption("because it was late", " and then", segment="1-2"))
    counter.feed(caption("because it was late", final=True, segment="1-2"))
    counter.feed(caption("and", segment="1-3", final=True))
    assert (counter.shown, counter.changed) == (9, 1)


def test_a_committed_word_that_changes_is_counted_exactly() -> None:
    """Committed text compares to the letter."""
    counter = RetractionCounter()
    counter.feed(caption("good morning"))
    counter.feed(caption("good Morning everyone", final=True))

    assert (counter.changed, counter.committed_changed) == (0, 1)


def test_languages_are_counted_apart() -> None:
    """The original and its translation do not compare with each other."""
    counter = RetractionCounter()
    counter.feed(caption("", "good"))
    counter.feed(caption("", "buenos", language="es"))
    assert (counter.shown, counter.changed) == (2, 0)
