"""The phonemes Kokoro was taught for Japanese and Chinese: misaki's front ends, without what they do not need.

espeak-ng's phonemes, which the library makes for all other languages, are other signs for these two.
"""

from __future__ import annotations

import importlib.util
import logging
import re
import threading
import warnings
from collections.abc import Callable
from typing import Final

from pipeline.engines.protocols import EngineMissing

FrontEnd = Callable[[str], str]
"""From text to phonemes of the model's vocabulary. Blocking; not for several threads at once."""

_PACKAGES: Final = {
    "ja": ("misaki", "fugashi", "jaconv", "mojimoji", "unidic_lite"),
    "zh": ("misaki", "cn2an", "jieba", "ordered_set", "pypinyin"),
}
LANGUAGES: Final = tuple(_PACKAGES)
_LATIN: Final = re.compile(r"[A-Za-zÀ-ɏ][A-Za-zÀ-ɏ0-9'’.\-]*(?: +[A-Za-zÀ-ɏ][A-Za-zÀ-ɏ0-9'’.\-]*)*")
_NUMBER: Final = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
_CODE: Final = re.compile(r"(?<![\d.,])(?:\d+(?:-\d+)+|\d{9,}|0\d+)(?![\d.,]*\d)")
"""Read figure by figure: telephone numbers, account numbers."""
_THINGS: Final = (
    "",
    "ひとつ",
    "ふたつ",
    "みっつ",
    "よっつ",
    "いつつ",
    "むっつ",
    "ななつ",
    "やっつ",
    "ここのつ",
)
_DIGITS: Final = "〇一二三四五六七八九"
_MYRIADS: Final = ("", "万", "億", "兆")
_READ_AS: Final = {
    "%": "パーセント",
    "％": "パーセント",
    "℃": "度",
    "＋": "プラス",
    "+": "プラス",
    "＝": "イコール",
}


def check(language: str) -> None:
    """Raises EngineMissing when the packages for "ja" or "zh" are not installed."""
    lacking = [name for name in _PACKAGES[language] if importlib.util.find_spec(name) is None]
    if lacking:
        names = " ".join(name.replace("_", "-") for name in lacking)
        raise EngineMissing(f"Kokoro's phonemes for {language} need more packages; `pip install {names}`")


def front_end(language: str, latin: FrontEnd) -> FrontEnd:
    """What makes phonemes of "ja" or "zh". Blocking, some seconds: dictionaries are read.

    Args:
        latin: makes phonemes of words in Latin letters, which both languages hold.

    Raises:
        EngineMissing: see `check`.
    """
    check(language)
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # old escapes and calls in the packages, nothing that changes what they do
        native = _japanese() if language == "ja" else _chinese()
    lock = threading.Lock()

    def phonemes(text: str) -> str:
        with lock:
            return " ".join("".join(_mixed(text, native, latin)).split())

    return phonemes


def _mixed(text: str, native: FrontEnd, latin: FrontEnd) -> list[str]:
    """Phonemes of a text in two scripts, each stretch by its own front end."""
    pieces: list[str] = []
    at = 0
    for match in _LATIN.finditer(text):
        if before := text[at : match.start()].strip():
            pieces.append(native(before))
        pieces.append(f" {latin(match.group())} ")
        at = match.end()
    if rest := text[at:].strip():
        pieces.append(native(rest))
    return pieces


def _japanese() -> FrontEnd:
    from misaki.cutlet import Cutlet

    cutlet = Cutlet()

    def phonemes(text: str) -> str:
        for sign, reading in _READ_AS.items():
            text = text.replace(sign, reading)
        return str(cutlet(japanese_numbers(text))[0])

    return phonemes


def _chinese() -> FrontEnd:
    import jieba
    from misaki.zh import ZHG2P

    jieba.setLogLevel(logging.WARNING)
    jieba.initialize()
    converter = ZHG2P()

    def phonemes(text: str) -> str:
        spelt = _CODE.sub(lambda match: _spelt(match.group(), ""), text)
        joined = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", spelt)  # 1,250 is one number
        return str(converter(joined)[0])

    return phonemes


def japanese_numbers(text: str) -> str:
    """Numbers in figures as they are written in words, so that the dictionary reads them with what they count.

    "9時" is kuji and "4つ" yottsu, which the readings of 9 and 4 alone do not tell.
    """
    text = _CODE.sub(lambda match: _spelt(match.group(), "の"), text)
    text = re.sub(r"(?<![\d.,])([1-9])つ", lambda match: _THINGS[int(match[1])], text)
    return _NUMBER.sub(lambda match: _kanji(match.group()), text)


def _kanji(number: str) -> str:
    whole, _, part = number.replace(",", "").partition(".")
    said = _whole(int(whole)) if len(whole) <= 4 * len(_MYRIADS) else _spelt(whole, "")
    return f"{said}点{_spelt(part, '')}" if part else said


def _spelt(figures: str, hyphen: str) -> str:
    return "".join(_DIGITS[int(figure)] if figure.isdecimal() else hyphen for figure in figures)


def _whole(number: int) -> str:
    if not number:
        return "ゼロ"
    said = ""
    for power in reversed(range(len(_MYRIADS))):
        group = number // 10_000**power % 10_000
        if group:
            said += _up_to_9999(group, one_thousand=power > 0) + _MYRIADS[power]
    return said


def _up_to_9999(number: int, *, one_thousand: bool) -> str:
    """As in a reading aloud: no "one" before 10, 100 and 1000, but 一千万."""
    said = ""
    for power, unit in ((3, "千"), (2, "百"), (1, "十"), (0, "")):
        digit = number // 10**power % 10
        if digit:
            bare = digit == 1 and unit and not (unit == "千" and one_thousand)
            said += unit if bare else _DIGITS[digit] + unit
    return said
