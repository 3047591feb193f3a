"""Rules by language, by example."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.text import languages


def test_codes_are_compared_without_region() -> None:
    """Somebody who knows a language knows its regional kinds; old codes are the same language."""
    assert [languages.base(code) for code in ("pt-BR", "PT_br", "zh-Hant", "iw", "cmn", "")] == [
        "pt", "pt", "zh", "he", "zh", "",
    ]  # fmt: skip
    assert languages.same_language("en-GB", "EN")
    for one, other in (
        ("nb-NO", "no"), ("nob", "nor"), ("he-IL", "iw"), ("id", "in_ID"), ("jv", "jw"), ("fil-PH", "tl"), ("ro", "mo"),
        ("zh_Hans_CN", "cmn"), ("ZH-HK", "zh"), ("zh-yue", "yue-HK"), ("eng", "en-AU"), ("deu", "DE_at"), ("ji", "yi"),
    ):  # fmt: skip
        assert languages.same_language(one, other), (one, other)
    for one, other in (
        ("nn", "nb"), ("sr", "hr"), ("sr-Latn", "bs"), ("hr", "bs"), ("yue", "zh"), ("da", "no"), ("ms", "id"),
    ):  # fmt: skip
        assert not languages.same_language(one, other), (one, other)
    assert not languages.same_language("es", "pt")


@pytest.mark.parametrize(
    ("wanted", "offered", "served"),
    [
        ("pt-BR", ["es", "pt"], "pt"),
        ("pt", ["es", "pt-BR"], "pt-BR"),
        ("pt-PT", ["pt-BR"], "pt-BR"),
        ("pt-PT", ["pt-BR", "pt", "pt-PT"], "pt-PT"),
        ("pt-PT", ["pt-BR", "pt"], "pt"),
        ("EN_us", ["en-GB", "en-US"], "en-US"),
        ("en-GB", ["en-US"], "en-US"),
        ("no", ["nb"], "nb"),
        ("nb-NO", ["nn", "no"], "no"),
        ("nn", ["no", "nb"], None),
        ("iw", ["he-IL"], "he-IL"),
        ("fil", ["tl"], "tl"),
        ("zh", ["zh-TW"], "zh-TW"),
        ("zh-HK", ["zh-CN", "zh-TW"], "zh-TW"),
        ("zh", ["zh-TW", "zh-CN"], "zh-CN"),
        ("zh_Hans_CN", ["zh-Hant", "zh-CN"], "zh-CN"),
        ("hr", ["sr", "bs"], None),
        ("de", [], None),
    ],
)
def test_who_wants_a_language_gets_the_nearest(wanted: str, offered: list[str], served: str | None) -> None:
    """The region that was asked for, then none, then another one of the same script; never another language."""
    assert languages.served_by(wanted, offered) == served


@pytest.mark.parametrize(
    ("language", "words", "text"),
    [
        ("en", ["hello", " world ", "", "!"], "hello world !"),
        ("zh", ["我们", "用", "AI", "技术", "。"], "我们用AI技术。"),
        ("zh", ["2", "0", "2", "4", "年", "use", "GPT", "4"], "2024年use GPT 4"),
        ("ja", ["今日", "は", "良い", "天気"], "今日は良い天気"),
        ("th", ["สวัสดี", "ครับ"], "สวัสดีครับ"),
        ("", ["我们", "今天"], "我们今天"),
        ("", ["we", "meet"], "we meet"),
        ("ar", ["مرحبا", "بكم"], "مرحبا بكم"),
    ],
)
def test_words_are_joined_as_the_language_does(language: str, words: list[str], text: str) -> None:
    """Chinese, Japanese and Thai have no spaces, but foreign words within them keep theirs."""
    assert languages.join(words, language) == text


@given(
    st.lists(st.sampled_from(["we", "我们", "3", ".", "5", "AI", "，", "ok,", "の", "n't"]), max_size=12),
    st.integers(0, 12),
    st.sampled_from(["en", "zh", "ja", ""]),
)
@settings(max_examples=200, deadline=None, derandomize=True)
def test_joining_in_pieces_gives_the_same_text(words: list[str], at: int, language: str) -> None:
    """Clauses put together again are the utterance."""
    pieces = [languages.join(words[:at], language), languages.join(words[at:], language)]
    assert languages.join(pieces, language) == languages.join(words, language)


@pytest.mark.parametrize(
    ("language", "text", "shown"),
    [
        ("en", "i think i'm late and i know", "I think I'm late and I know."),
        ("en", "good morning everyone", "Good morning everyone."),
        ("en", "iPhone sales, i.e. good ones", "iPhone sales, i.e. good ones"),
        ("en", "Paris is nice", "Paris is nice"),
        ("es", "¿qué hora es?", "¿Qué hora es?"),
        ("tr", "istanbul güzel", "İstanbul güzel."),
        ("zh", "我们今天讨论预算", "我们今天讨论预算。"),
        ("ja", "終わりです。", "終わりです。"),
        ("ar", "مرحبا بكم", "مرحبا بكم."),
        ("hi", "आज हम बात करेंगे", "आज हम बात करेंगे।"),
        ("th", "สวัสดีครับ", "สวัสดีครับ"),
        ("de", "", ""),
    ],
)
def test_unpunctuated_text_becomes_readable(language: str, text: str, shown: str) -> None:
    """Capital at the start and full stop at the end where the recogniser gives none; the rest stays."""
    assert languages.readable(text, language, ends_sentence=True) == shown


@given(
    st.lists(
        st.sampled_from(["i", "i'm", "we", "Paris", "ok,", "è", "ß", "¿qué", "3", "'s", "I"]),
        min_size=1,
        max_size=8,
    ),
    st.integers(0, 8),
    st.sampled_from(["en", "es", "tr", "zh"]),
    st.booleans(),
)
@settings(max_examples=200, deadline=None, derandomize=True)
def test_readable_text_only_grows(words: list[str], at: int, language: str, ends: bool) -> None:
    """What was shown of a growing text is not changed by what follows."""
    part = languages.readable(" ".join(words[:at]), language, ends_sentence=False)
    whole = languages.readable(" ".join(words), language, ends_sentence=ends)
    assert whole.startswith(part)


def test_words_are_counted_where_no_spaces_divide_them() -> None:
    """Two Han characters, or four Thai letters, count as a word."""
    assert languages.word_count("we meet today", "en") == 3
    assert languages.word_count("我们今天讨论AI技术", "zh") == 5
    assert languages.word_count("", "ja") == 0
