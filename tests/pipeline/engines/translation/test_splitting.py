"""Long text in pieces."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.engines.splitting import sentences, split


def test_text_is_cut_after_sentences_then_commas_then_words() -> None:
    """The least harmful cut that keeps the limit is chosen."""
    assert split("One two. Three four! Five", 12) == ["One two. ", "Three four! ", "Five"]
    assert split("One two. Three four! Five", 100) == ["One two. Three four! Five"]
    assert split("alpha beta, gamma delta", 14) == ["alpha beta, ", "gamma delta"]
    assert split("alpha beta gamma", 11) == ["alpha beta ", "gamma"]
    assert split("abcdefgh", 3) == ["abc", "def", "gh"]


def test_sentences_of_other_scripts() -> None:
    """Full stops of Chinese and Hindi end sentences; decimal points and abbreviations without a space do not."""
    assert sentences("你好。再见！", 50) == ["你好。", "再见！"]
    assert sentences("नमस्ते। धन्यवाद।", 50) == ["नमस्ते। ", "धन्यवाद।"]
    assert sentences("It costs 3.50 today. Yes.", 50) == ["It costs 3.50 today. ", "Yes."]


@given(st.text(max_size=300), st.integers(1, 60))
def test_nothing_is_lost(text: str, limit: int) -> None:
    """Whatever the text, the pieces keep the limit and are the text again when joined."""
    for pieces in (split(text, limit), sentences(text, limit)):
        assert "".join(pieces) == text
        assert all(0 < len(piece) <= limit for piece in pieces)
