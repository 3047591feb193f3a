"""chrF beside values of sacreBLEU 2.6.0."""

from __future__ import annotations

import pytest

from demo.chrf import chrf
from tests.near import near

PAIRS = [
    (
        "Good morning To all. The past year open four new seasons in the north of the country.",
        "Good morning everybody. Last year we opened four new stations in the north of the country.",
    ),
    ("Pardon, have a question.", "Sorry, I have a question."),
    ("a", "bcd efgh"),
]


@pytest.mark.parametrize(("count", "score"), [(1, 62.13), (2, 62.50), (3, 59.97)])
def test_a_corpus_scores_as_sacrebleu_does(count: int, score: float) -> None:
    assert chrf(PAIRS[:count]) == near(score, within=0.005)


def test_the_ends_of_the_scale() -> None:
    assert chrf([("the same words", "the same  words")]) == near(100.0)
    assert chrf([("abc", "xyz")]) == 0.0
    assert chrf([("", "something")]) == 0.0
    assert chrf([]) == 0.0
