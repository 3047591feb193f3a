"""Words wrong: what counts as the same word, and how texts are laid beside each other."""

from __future__ import annotations

from itertools import product

import pytest

from demo.wer import Errors, align, errors, words_of
from tests.near import near


@pytest.mark.parametrize(
    ("language", "text", "same"),
    [
        ("en", "Twenty people.", "20 people"),
        ("en", "two thousand five hundred", "2,500"),
        ("en", "two hundred and fifty", "250"),
        ("en", "the twenty-first of May", "the 21st of May"),
        ("en", "twenty percent, twenty per cent", "20%, 20 %"),
        ("en", "three point five", "3.5"),
        ("en", "Mister Dashwood said okay", "Mr. Dashwood said OK."),
        ("en", "ill-disposed", "ill disposed"),
        ("en", "don’t", "don't"),
        ("en", "zero five", "05"),
        ("es", "más de dos mil familias", "Más de 2.000 familias"),
        ("es", "tres coma cinco", "3,5"),
        ("fr", "deux mille cinq cents", "2 500"),
        ("fr", "l'hiver", "L’HIVER !"),
        ("it", "duemila", "2000"),
        ("pt", "vinte por cento", "20%"),
        ("de", "STRASSE", "straße"),
        ("zh", "二十个人", "20 个人。"),
        ("ja", "二千円です", "2,000円です。"),
        ("hi", "नमस्ते दुनिया", "नमस्ते, दुनिया।"),
        ("ru", "Ещё раз", "ещё, раз!"),
    ],
)
def test_the_same_said_is_the_same_written(language: str, text: str, same: str) -> None:
    assert words_of(text, language) == words_of(same, language)


@pytest.mark.parametrize(
    ("language", "text", "broken"),
    [
        ("en", "1,250.50", "1 ,250. .50"),
        ("fr", "aujourd'hui", "aujourd 'hui"),
        ("en", "seven", "7 7"),
        ("en", "seven", "77"),
        ("hi", "साफ पानी", "सफ पनी"),
        ("en", "he'd", "he"),
    ],
)
def test_what_was_broken_is_not_the_same(language: str, text: str, broken: str) -> None:
    assert words_of(text, language) != words_of(broken, language)


def test_languages_without_spaces_are_counted_in_characters() -> None:
    assert words_of("仕事は AI です。", "ja-JP") == ["仕", "事", "は", "a", "i", "で", "す"]
    assert words_of("ครับ ผม", "th") == list("ครับผม")


def test_an_alignment_keeps_equal_words_together() -> None:
    """Three errors either way: the way with more words in common is taken."""
    assert align(list("abcd"), list("axde")) == [(0, 0), (1, None), (2, 1), (3, 2), (None, 3)]


def test_errors_are_told_apart() -> None:
    found = errors(
        ["ask", "not", "what", "your", "country", "can", "do"],
        ["ask", "what", "our", "country", "can", "do", "do"],
    )

    assert found == Errors(words=7, substituted=1, deleted=1, inserted=1)
    assert found.wrong == 3
    assert found.share == near(3 / 7)
    assert found + Errors(3, 0, 1, 2) == Errors(10, 1, 2, 3)


def test_nothing_said_and_nothing_heard() -> None:
    assert errors([], []) == Errors(0, 0, 0, 0)
    assert errors([], []).share == 0.0
    assert errors([], ["ghost"]).share == 1.0
    assert errors(["word"], []) == Errors(1, 0, 1, 0)


def test_the_count_is_the_levenshtein_distance() -> None:
    """All pairs of short sequences, beside the definition."""

    def distance(a: str, b: str) -> int:
        if not a or not b:
            return len(a) + len(b)
        return min(distance(a[1:], b) + 1, distance(a, b[1:]) + 1, distance(a[1:], b[1:]) + (a[0] != b[0]))

    texts = ["".join(letters) for length in range(4) for letters in product("xy", repeat=length)]
    for a, b in product(texts, texts):
        assert errors(a, b).wrong == distance(a, b)
