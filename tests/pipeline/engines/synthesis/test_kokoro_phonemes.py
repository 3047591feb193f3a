"""Japanese and Chinese as Kokoro was taught them: no outside reference but the dictionaries' readings."""

from __future__ import annotations

import pytest

from pipeline.engines.synthesis.japanese_numbers import japanese_numbers
from pipeline.engines.synthesis.kokoro_phonemes import FrontEnd, front_end

pytestmark = pytest.mark.engines


@pytest.fixture(scope="module")
def japanese() -> FrontEnd:
    return front_end("ja", lambda text: f"<{text}>")


@pytest.fixture(scope="module")
def chinese() -> FrontEnd:
    return front_end("zh", lambda text: f"<{text}>")


@pytest.mark.parametrize(
    ("text", "phonemes"),
    [
        ("こんにちは。", "koɲɲiʨiβa."),
        ("会議は9時に始まります。", "kaiɡʲi βa kʲɨːʥi ɲi haʥimaɾʲimasɨ."),
        ("会議は九時に始まります。", "kaiɡʲi βa kʲɨːʥi ɲi haʥimaɾʲimasɨ."),
        ("HIVEは便利です。", "<HIVE> βa benɾʲi desɨ."),
        ("はい、そうです。", "hai, soː desɨ."),
        ("", ""),
    ],
)
def test_japanese(japanese: FrontEnd, text: str, phonemes: str) -> None:
    """Kanji by the dictionary's reading, particles as they are said, words in Latin letters by another front end."""
    assert japanese(text) == phonemes


@pytest.mark.parametrize(
    ("text", "phonemes"),
    [
        ("大家好。", "ta↘ʨja→ xau↓."),
        ("會議在9點開始。", "xwei↘i↘ ʦai↘ ʨjou↓tjɛ↓n kʰai→ʂɨ↓."),
        ("使用LiveKit。", "ʂɨ↓jʊ↘ŋ <LiveKit>."),
        ("", ""),
    ],
)
def test_chinese(chinese: FrontEnd, text: str, phonemes: str) -> None:
    """Tones as the model's arrows, both scripts, figures as words."""
    assert chinese(text) == phonemes


@pytest.mark.parametrize(
    ("figures", "words"), [("1,250元", "1250元"), ("13812345678", "一三八一二三四五六七八")]
)
def test_chinese_figures(chinese: FrontEnd, figures: str, words: str) -> None:
    """A comma in a number is no pause; a telephone number is read figure by figure."""
    assert chinese(figures) == chinese(words)


@pytest.mark.parametrize(
    ("figures", "words"),
    [
        ("9時30分", "九時三十分"),
        ("4つ", "よっつ"),
        ("14つ", "十四つ"),
        ("1,250万円", "千二百五十万円"),
        ("12.5パーセント", "十二点五パーセント"),
        ("0.5", "ゼロ点五"),
        ("10000", "一万"),
        ("10,000,000", "一千万"),
        ("2026年11月26日", "二千二十六年十一月二十六日"),
        ("1億2000万", "一億二千万"),
        ("03-1234-5678", "〇三の一二三四の五六七八"),
        ("007", "〇〇七"),
        ("予算", "予算"),
    ],
)
def test_japanese_figures_become_words(figures: str, words: str) -> None:
    """So that the dictionary reads them together with what they count."""
    assert japanese_numbers(figures) == words
