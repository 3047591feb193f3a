"""Which language a text is written in."""

from __future__ import annotations

import pytest

from pipeline.engines.translation.langid import UNDETERMINED, detect


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Hello, how are you today?", "en"),
        ("Buenos días a todos, vamos a empezar.", "es"),
        ("Nous allons parler du budget.", "fr"),
        ("Wir fangen gleich an.", "de"),
        ("我们今天开会讨论预算", "zh"),
        ("सभी को नमस्ते", "hi"),
    ],
)
def test_sentences_are_known(text: str, language: str) -> None:
    """Plain sentences of the usual languages are told apart, with some certainty."""
    found, certainty = detect(text)

    assert found == language
    assert 0.5 < certainty <= 1


def test_only_allowed_languages_are_named() -> None:
    """The answer is one of the room's languages, written as the room writes it."""
    assert detect("Buenos días a todos", ("es-419", "en"))[0] == "es-419"
    assert detect("okay", ("en", "es"))[0] in ("en", "es")
    assert detect("whatever", ("ja",))[0] == "ja"


def test_the_script_decides_short_words() -> None:
    """A word that is too short for the model still shows its alphabet."""
    assert detect("да", ("en", "ru")) == ("ru", 1.0)


@pytest.mark.parametrize("text", ["", "  \n", "123 ...", "😀😀", "\x00\x01"])
def test_no_words_no_language(text: str) -> None:
    """Without a letter there is nothing to tell, whatever is allowed."""
    assert detect(text, ("en", "es")) == (UNDETERMINED, 0.0)


def test_long_and_broken_text_is_survived() -> None:
    """100 kB, line breaks and control characters give an answer."""
    assert detect("This is about the budget.\n" * 4000)[0] == "en"
    assert detect("\x00hello\x1b everybody,\r\n welcome to the meeting", ("en", "es"))[0] == "en"
