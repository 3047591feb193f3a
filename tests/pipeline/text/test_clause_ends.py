"""Where the clause in the making ends, told without drafts, numbers and captions."""

from __future__ import annotations

import pytest

from config.settings import Clauses
from pipeline.audio import HEARING_RATE_HZ
from pipeline.events import ClauseEnd, Word
from pipeline.text.clause_ends import PAUSE_SAMPLES, Division, OpenClause

WORD = HEARING_RATE_HZ // 4


def spoken(text: str, first_sample: int = 0) -> list[Word]:
    """One word every quarter of a second, without pauses."""
    return [
        Word(word, first_sample + at * WORD, first_sample + (at + 1) * WORD)
        for at, word in enumerate(text.split())
    ]


def opened(text: str, then: str = "", language: str = "en") -> OpenClause:
    """Committed words, none of which ends it, and tentative ones behind them."""
    clause = OpenClause(Clauses())
    clause.begin(language)
    for word in spoken(text):
        assert clause.add(word) is None
    clause.tentative = tuple(spoken(then, len(clause) * WORD))
    return clause


@pytest.mark.parametrize(
    ("text", "sign", "ends"),
    [
        ("so that is", "all.", True),
        ("so that", "is,", True),
        ("well", "yes,", False),
        ("he met", "Dr.", False),
        ("it was", "10,", False),
    ],
)
def test_a_sign_ends_it_where_nothing_can_go_on(text: str, sign: str, ends: bool) -> None:
    """A full stop always, a comma behind enough words, a dot that may belong to the next word never."""
    clause = opened(text)
    (last,) = spoken(sign, len(clause) * WORD)

    assert clause.add(last) == (Division(len(clause), ClauseEnd.PUNCTUATION) if ends else None)


@pytest.mark.parametrize(
    ("text", "pause", "word", "end"),
    [
        ("we met on time", PAUSE_SAMPLES, "today", Division(4, ClauseEnd.PAUSE)),
        ("we met on time", PAUSE_SAMPLES - 1, "today", None),
        ("we met", PAUSE_SAMPLES, "today", None),
        ("we met with Dr.", PAUSE_SAMPLES, "Brown", None),
        ("it was at 10,", 0, "000", None),
        ("it was at 10,", 0, "but", Division(4, ClauseEnd.PUNCTUATION)),
        ("we met with Dr.", 4 * HEARING_RATE_HZ, "Brown", Division(3, ClauseEnd.AGE)),
        ("we met", 4 * HEARING_RATE_HZ, "today", Division(2, ClauseEnd.AGE)),
        ("a", 0, "x" * 200, Division(1, ClauseEnd.LENGTH)),
    ],
)
def test_another_word_may_end_it(text: str, pause: int, word: str, end: Division | None) -> None:
    """Behind a pause, or because it would grow too long or too old; what belongs to that word goes with it."""
    clause = opened(text)
    (coming,) = spoken(word, len(clause) * WORD + pause)

    assert clause.end_before(coming) == end


def test_it_is_divided_once_enough_is_known_of_what_follows() -> None:
    """Before a conjunction; until then its words are not sure to stay."""
    assert opened("we met on time but nobody").end_within() is None
    assert opened("we met on time but nobody", "came").end_within() == Division(4, ClauseEnd.CONJUNCTION)
    assert opened("we met on time but nobody").sure() == 4


def test_what_belongs_to_the_next_word_stays_when_it_is_too_old() -> None:
    """Unless it is all that there is."""
    old = 4 * HEARING_RATE_HZ
    assert opened("we met with Dr.").end_by_age(old - 1) is None
    assert opened("we met with Dr.").end_by_age(old) == Division(3, ClauseEnd.AGE)
    assert opened("Dr.").end_by_age(old) == Division(1, ClauseEnd.AGE)
    assert OpenClause(Clauses()).end_by_age(old) is None
