"""Long text in pieces."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text.splitting import sentences, split
from tests.pipeline.text.sentences import SENTENCES


def test_text_is_cut_after_sentences_then_commas_then_words() -> None:
    """The least harmful cut that keeps the limit is chosen."""
    assert split("One two. Three four! Five", 12, "en") == ["One two. ", "Three four! ", "Five"]
    assert split("One two. Three four! Five", 100, "en") == ["One two. Three four! Five"]
    assert split("alpha beta, gamma delta", 14, "en") == ["alpha beta, ", "gamma delta"]
    assert split("alpha beta gamma", 11, "en") == ["alpha beta ", "gamma"]
    assert split("abcdefgh", 3, "en") == ["abc", "def", "gh"]


def test_sentences_of_other_scripts() -> None:
    """Full stops of Chinese and Hindi end sentences; decimal points and abbreviations without a space do not."""
    assert sentences("你好。再见！", 50, "zh") == ["你好。", "再见！"]
    assert sentences("नमस्ते। धन्यवाद।", 50, "hi") == ["नमस्ते। ", "धन्यवाद।"]
    assert sentences("It costs 3.50 today. Yes.", 50, "en-US") == ["It costs 3.50 today. ", "Yes."]


@pytest.mark.parametrize(("language", "text"), SENTENCES)
def test_a_dot_does_not_end_every_sentence(language: str, text: str) -> None:
    """Abbreviations, initials, ordinals, decimals, addresses and quotes, each as its language writes them."""
    whole = text.replace("|", "" if language in {"zh", "ja"} else " ")

    assert [piece.strip() for piece in sentences(whole, 500, language)] == text.split("|")


def test_what_follows_tells_whether_a_written_sentence_ended() -> None:
    """A quoted question or exclamation goes on with a small letter, and so does an abbreviation nobody has listed."""
    assert sentences("“Stop!” he said. Then he left.", 99, "en") == ["“Stop!” he said. ", "Then he left."]
    assert sentences("Use the abbrv. list and eBay. iPhones too.", 99, "en") == [
        "Use the abbrv. list and eBay. ",
        "iPhones too.",
    ]
    assert sentences("Well... no. So... We left.", 99, "en") == ["Well... no. ", "So... ", "We left."]
    assert sentences("it is late. we go home.", 99, "en") == ["it is late. ", "we go home."]
    assert sentences("« Bonjour. » Puis il part.", 99, "fr") == ["« Bonjour. » ", "Puis il part."]


def test_cuts_that_must_be_made_spare_what_belongs_together() -> None:
    """Where only blanks are left to cut at, titles, times and numbers stay whole as long as they fit."""
    assert split("we saw old Dr. Smith again", 16, "en") == ["we saw old ", "Dr. Smith again"]
    assert split("vuelven a las 5 p. m. hoy", 16, "es") == ["vuelven a las ", "5 p. m. hoy"]
    assert split("we have 10 000 members", 14, "en") == ["we have ", "10 000 members"]
    assert split("Dr. Smith", 5, "en") == ["Dr. ", "Smith"]


@given(
    st.text(max_size=300),
    st.integers(1, 60),
    st.sampled_from(["en", "de", "fr", "ja", "el", "th", "ko", "hu", "es", "xx", ""]),
)
def test_nothing_is_lost(text: str, limit: int, language: str) -> None:
    """Whatever the text, the pieces keep the limit and are the text again when joined."""
    for pieces in (split(text, limit, language), sentences(text, limit, language)):
        assert "".join(pieces) == text
        assert all(0 < len(piece) <= limit for piece in pieces)
