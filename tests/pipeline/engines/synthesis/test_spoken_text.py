"""What a synthesiser is given to say."""

from __future__ import annotations

import pytest

from pipeline.engines.protocols import SynthesisRequest
from pipeline.engines.spoken_text import spoken_text


def test_pronunciations_replace_whole_words() -> None:
    """The longest entry wins, case does not matter, parts of words are left alone."""
    extra = {"HIVE": "haif", "HIVE Pro": "haif proh", "C++": "see plus plus", "": "nothing"}

    said = spoken_text(SynthesisRequest("Hive Pro and hive, C++, archives \\1", "en", "", extra=extra))

    assert said.startswith("haif proh and haif, see plus plus, archives")


@pytest.mark.parametrize("text", ["", "  ", "😀", "...", "\x00\x01", "<speak></speak>", "[[]]"])
def test_what_cannot_be_said_is_nothing(text: str) -> None:
    """Emoji, control characters and empty markup leave nothing to say."""
    assert spoken_text(SynthesisRequest(text, "en", "")) == ""


def test_markup_is_not_interpreted() -> None:
    """Tags go, and brackets do not turn text into phonemes."""
    assert spoken_text(SynthesisRequest("<b>hola</b> [[a]]", "es", "")).split() == ["hola", "a"]
