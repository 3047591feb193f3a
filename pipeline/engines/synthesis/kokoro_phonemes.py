"""The phonemes Kokoro was taught for Japanese and Chinese: misaki's front ends, without what they do not need.

espeak-ng's phonemes, which the library makes for all other languages, are other signs for these two.
"""

from __future__ import annotations

import importlib.util
import re
import threading
import unicodedata
import warnings
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, Final

from pipeline.engines.protocols import EngineMissing
from pipeline.engines.synthesis.japanese_numbers import CODE, japanese_numbers, spelt

FrontEnd = Callable[[str], str]
"""From text to phonemes of the model's vocabulary. Blocking; not for several threads at once."""

_PACKAGES: Final = {
    "ja": {"misaki": "misaki", "fugashi": "fugashi", "jaconv": "jaconv", "mojimoji": "mojimoji",
           "lindera": "lindera-python-unidic"},
    "zh": {"misaki": "misaki", "cn2an": "cn2an", "ordered_set": "ordered-set", "pypinyin": "pypinyin",
           "rjieba": "rjieba"},
}  # fmt: skip
"""Modules and the packages that bring them."""
LANGUAGES: Final = tuple(_PACKAGES)
_LATIN: Final = re.compile(r"[A-Za-zÀ-ɏ][A-Za-zÀ-ɏ0-9'’.\-]*(?: +[A-Za-zÀ-ɏ][A-Za-zÀ-ɏ0-9'’.\-]*)*")
_PRONUNCIATION: Final = 9
"""Where UniDic has it among a word's features."""
_READ_AS: Final = {
    "%": "パーセント",
    "％": "パーセント",
    "℃": "度",
    "＋": "プラス",
    "+": "プラス",
    "＝": "イコール",
}

_HAN: Final = re.compile(r"[\u4e00-\u9fff]+")
_MARKS: Final = {
    "、": ", ", "，": ", ", "。": ". ", "．": ". ", "！": "! ", "：": ": ", "；": "; ", "？": "? ",
    "«": " “", "»": "” ", "《": " “", "》": "” ", "「": " “", "」": "” ", "【": " “", "】": "” ",
    "（": " (", "）": ") ",
}  # fmt: skip
_TONES: Final = {
    "˧˩˧": "↓",
    "˧˥": "↗",
    "˥˩": "↘",
    "˥": "→",
    "\u027b\u0329": "ɨ",
    "\u0279\u0329": "ɨ",
    "\u032f": "",
}
"""Third, second, fourth and first tone; the vowel of "shi" and "si"; a sign that the model does not know."""


def check(language: str) -> None:
    """Raises EngineMissing when the packages for "ja" or "zh" are not installed."""
    packages = _PACKAGES[language]
    lacking = [package for module, package in packages.items() if importlib.util.find_spec(module) is None]
    if lacking:
        raise EngineMissing(
            f"Kokoro's phonemes for {language} need more packages; `pip install {' '.join(lacking)}`"
        )


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
            joined = " ".join("".join(_mixed(text, native, latin)).split())
        return re.sub(r" (?=[,.!?;:])", "", joined)

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
    """misaki's `Cutlet`, with which the model was taught; UniDic comes through lindera rather than MeCab."""
    from lindera import TokenizerBuilder
    from misaki import cutlet

    builder = TokenizerBuilder()
    builder.set_mode("normal")
    builder.set_dictionary("embedded://unidic")
    tokenizer = builder.build()

    def tagger(text: str) -> list[SimpleNamespace]:
        return [
            SimpleNamespace(
                surface=token.surface,
                is_unk=token.is_unknown,
                char_type=_kind(token.surface),
                feature=SimpleNamespace(pron=_reading(token), kana=None),
            )
            for token in tokenizer.tokenize(text)
        ]

    converter = cutlet.Cutlet.__new__(cutlet.Cutlet)  # its own constructor opens MeCab
    converter.tagger, converter.table, converter.exceptions = tagger, dict(cutlet.HEPBURN), {}

    def phonemes(text: str) -> str:
        for sign, reading in _READ_AS.items():
            text = text.replace(sign, reading)
        return str(converter(japanese_numbers(text))[0])

    return phonemes


def _kind(surface: str) -> int:
    """The classes of MeCab's `char.def` for UniDic."""
    name = unicodedata.name(surface[0], "")
    kinds = {"CJK UNIFIED": 2, "LATIN": 5, "HIRAGANA": 6, "KATAKANA": 7}
    return next((kind for start, kind in kinds.items() if name.startswith(start)), 3)


def _reading(token: Any) -> str | None:
    details: list[str] = token.details
    if token.is_unknown or len(details) <= _PRONUNCIATION or details[_PRONUNCIATION] in ("", "*"):
        return None
    return details[_PRONUNCIATION]


def _chinese() -> FrontEnd:
    """What misaki's `ZHG2P` does for the model, with jieba's words from rjieba."""
    import cn2an
    import rjieba
    from misaki.transcription import pinyin_to_ipa
    from misaki.zh_normalization.char_convert import tranditional_to_simplified
    from pypinyin import Style, lazy_pinyin

    def word(text: str) -> str:
        syllables = lazy_pinyin(text, style=Style.TONE3, neutral_tone_with_five=True)
        return "".join(_toned("".join(pinyin_to_ipa(syllable)[0])) for syllable in syllables)

    def phonemes(text: str) -> str:
        spelt_out = CODE.sub(lambda match: spelt(match.group(), ""), text)
        joined = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", spelt_out)  # 1,250 is one number
        for sign, mark in _MARKS.items():
            joined = joined.replace(sign, mark)
        said = cn2an.transform(tranditional_to_simplified(joined), "an2cn")  # words are known in one script
        return _HAN.sub(lambda match: " ".join(word(part) for part in rjieba.cut(match.group(), False)), said)

    return phonemes


def _toned(syllable: str) -> str:
    """The tones of a syllable as the model's arrows."""
    for tone, arrow in _TONES.items():
        syllable = syllable.replace(tone, arrow)
    return syllable
