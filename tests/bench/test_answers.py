"""What becomes of single words."""

from __future__ import annotations

import pytest

from bench.answers import Outcome, differs, outcome, summary


@pytest.mark.parametrize(
    ("word", "text", "result"),
    [
        ("Seven", "Seven.", Outcome.KEPT),
        ("Seven", "7", Outcome.KEPT),
        ("Okay", "OK.", Outcome.KEPT),
        ("Twenty", "20.", Outcome.KEPT),
        ("Seven", "7 7", Outcome.DOUBLED),
        ("Seven", "77", Outcome.DOUBLED),
        ("Ten", "10 10", Outcome.DOUBLED),
        ("Ten", "1010", Outcome.DOUBLED),
        ("London", "London London", Outcome.DOUBLED),
        ("Sure", "Sure. Sure.", Outcome.DOUBLED),
        ("Never", "Never, never.", Outcome.DOUBLED),
        ("Yes", "Yes. I yes.", Outcome.DOUBLED),
        ("Eleven", "", Outcome.LOST),
        ("Eleven", " . ", Outcome.LOST),
        ("Two", "To", Outcome.OTHER),
        ("Okay", "Okay, so", Outcome.OTHER),
        ("Anna", "Hannah", Outcome.OTHER),
        ("One", "11", Outcome.DOUBLED),
        ("Eleven", "11", Outcome.KEPT),
    ],
)
def test_an_answer_is_kept_doubled_lost_or_other(word: str, text: str, result: Outcome) -> None:
    assert outcome(word, text) is result


def test_only_what_streaming_did_worse_differs() -> None:
    def entry(streamed: Outcome, offline: Outcome | None) -> dict[str, str | None]:
        return {"streamed_outcome": streamed, "offline_outcome": offline}

    words = [
        entry(Outcome.KEPT, Outcome.KEPT),
        entry(Outcome.DOUBLED, Outcome.KEPT),
        entry(Outcome.LOST, Outcome.OTHER),
        entry(Outcome.KEPT, Outcome.LOST),
    ]

    assert [differs(each) for each in words] == [False, True, False, False]
    assert differs(entry(Outcome.OTHER, None))
    assert summary(words) == {
        "words": 4,
        "streamed": {"kept": 2, "doubled": 1, "lost": 1, "other": 0},
        "offline": {"kept": 2, "doubled": 0, "lost": 1, "other": 1},
        "kept_offline_not_streamed": 1,
    }
    assert summary([entry(Outcome.KEPT, None)])["offline"] is None
