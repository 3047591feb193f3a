"""Chinese in one script: recognisers change between simplified and traditional characters in the middle of a talk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Final

from opencc import OpenCC

from pipeline.events import Word
from pipeline.text.languages import base

_TRADITIONAL: Final = frozenset({"hant", "tw", "hk", "mo"})


def in_one_script(words: Sequence[Word], language: str) -> tuple[Word, ...]:
    """Words of Chinese in the characters that their language code asks for; those of other languages as they are.

    Simplified, unless the code says otherwise: zh-TW, zh-HK, zh-Hant.

    Source:
        OpenCC's tables of characters.
    """
    if base(language) != "zh":
        return tuple(words)
    parts = language.casefold().replace("_", "-").split("-")
    traditional = "hans" not in parts and not _TRADITIONAL.isdisjoint(parts)
    convert = _converter("s2t" if traditional else "t2s").convert
    return tuple(replace(word, text=convert(word.text)) for word in words)


@cache
def _converter(tables: str) -> OpenCC:
    return OpenCC(tables)
