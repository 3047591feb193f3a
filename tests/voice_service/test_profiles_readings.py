"""What is read aloud to agree, and what is taken for it."""

from __future__ import annotations

import pytest

from voice_service.profiles.readings import ReadingFault, fault_in
from voice_service.profiles.wordings import CODE_WORDS, WORDINGS, new_code, sentence_with

CODE = ("hospital", "tiger", "window", "apple")
SENTENCE = sentence_with("en", CODE)


@pytest.mark.parametrize(
    "heard",
    [
        SENTENCE,
        SENTENCE.upper(),
        "This is my own voice. I agree, it is measured and imitated here. My words are Hospital Tiger Window Apple!",
        "this is my own voice i agree that it is measured an imitated my words are hospitals, tigers, windows, apples",
        "Uh, this is my voice and I agree that it is measured and imitated. My words are: hospital... tiger... window.",
    ],
)
def test_what_recognisers_make_of_the_sentence_is_taken(heard: str) -> None:
    assert fault_in(heard, SENTENCE, CODE) is None


@pytest.mark.parametrize(
    ("heard", "fault"),
    [
        ("", ReadingFault.CODE),
        ("hospital tiger window apple", ReadingFault.SENTENCE),
        ("I disagree and say hospital tiger window apple", ReadingFault.SENTENCE),
        (sentence_with("en", CODE[::-1]), ReadingFault.CODE),
        (SENTENCE.replace("tiger, window", "table, kitchen"), ReadingFault.CODE),
        (SENTENCE.replace(", window, apple", ""), ReadingFault.CODE),
        (sentence_with("de", ("Garten", "Tiger", "Fenster", "Apfel")), ReadingFault.CODE),
    ],
)
def test_other_words_are_not_taken(heard: str, fault: ReadingFault) -> None:
    assert fault_in(heard, SENTENCE, CODE) is fault


@pytest.mark.parametrize("language", sorted(WORDINGS))
def test_each_languages_words_are_told_apart(language: str) -> None:
    """No word of a code passes for another one, nor does one of the sentence around it."""
    words = WORDINGS[language].words
    assert len(set(words)) == len(words) == 24
    bare = WORDINGS[language].sentence.format(code="")
    for word in words:
        assert fault_in(word, word, (word,)) is None
        assert fault_in(bare, bare, (word,)) is ReadingFault.CODE, word
        for other in words:
            assert other == word or fault_in(other, other, (word,)) is ReadingFault.CODE, (word, other)


def test_codes_differ() -> None:
    """Different words each time, none of them twice."""
    codes = {new_code("en") for _ in range(50)}
    assert len(codes) > 45
    assert all(len(set(code)) == CODE_WORDS for code in codes)
    assert fault_in(sentence_with("pl", new_code("pl")), SENTENCE, CODE) is ReadingFault.CODE
