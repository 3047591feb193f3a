"""What a synthesiser is given to say."""

from __future__ import annotations

import pytest

from pipeline.engines.protocols import SynthesisRequest
from pipeline.engines.synthesis.spoken_text import pronounced, spoken_text


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


@pytest.mark.parametrize(
    ("text", "forms", "said"),
    [
        ("我们用小蜜蜂开会", {"小蜜蜂": "HIVE"}, "我们用HIVE开会"),
        ("新ハイブで会議。", {"ハイブ": "haibu"}, "新haibuで会議。"),
        ("เราใช้ไฮฟ์กับHIVEค่ะ", {"ไฮฟ์": "ไฮ", "HIVE": "ไฮบ"}, "เราใช้ไฮกับไฮบค่ะ"),
        ("ไฮฟ์", {"ไฮฟ": "ไฮ"}, "ไฮฟ์"),
        ("रामी और राम, अभिराम", {"राम": "Ram"}, "रामी और Ram, अभिराम"),
        ("كتابٌ جديد، كتاب", {"كتاب": "Book"}, "كتابٌ جديد، Book"),
        ("하이브는 하이브리드, 하이브.", {"하이브": "HB"}, "HB는 하이브리드, HB."),
        ("cafe\u0301s, cafe\u0301 and caf\u00e9", {"café": "kaffay"}, "cafés, kaffay and kaffay"),
        (
            "McDonald’s O'Brien e‑mail",
            {"McDonald's": "mac", "O’Brien": "obe", "e-mail": "imeil"},
            "mac obe imeil",
        ),
        (
            "tell us about the US, Hive HIVE",
            {"US": "u ess", "HIVE": "haif"},
            "tell us about the u ess, haif haif",
        ),
        ("alpha beta", {"alpha": "beta", "beta": "alpha", "": "nothing"}, "beta alpha"),
        ("Hive Pro, Hive Prose", {"Hive": "haif", "Hive Pro": "haif proh"}, "haif proh, haif Prose"),
    ],
)
def test_a_form_is_replaced_once_and_as_a_whole(text: str, forms: dict[str, str], said: str) -> None:
    """In every script; a letter or sign of a vowel beside it makes another word."""
    assert pronounced(text, forms) == said


def test_signs_reach_a_voice_in_words() -> None:
    """After pronunciations, which may hold or replace them."""
    extra = {"C#": "see sharp", "5 ℃": "five degrees"}

    said = spoken_text(SynthesisRequest("C#, F#: 5 ℃ > 3", "en", "", extra=extra))

    assert said == "see sharp, F sharp: five degrees greater than 3"
