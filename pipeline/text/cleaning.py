"""Text from outside made clean, and text made fit to be spoken."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from pipeline.text import languages
from protocol.plain_text import clean as clean
from protocol.plain_text import is_control as is_control

_DOT_AND_AT: Final = {
    "en": ("dot", "at"), "es": ("punto", "arroba"), "fr": ("point", "arobase"), "de": ("Punkt", "at"),
    "pt": ("ponto", "arroba"), "it": ("punto", "chiocciola"), "ca": ("punt", "arrova"), "nl": ("punt", "apenstaartje"),
    "pl": ("kropka", "małpa"), "ru": ("точка", "собака"), "sv": ("punkt", "snabel-a"), "gl": ("punto", "arroba"),
    "zh": ("点", "艾特"), "ja": ("ドット", "アットマーク"), "ar": ("نقطة", "آت"), "hi": ("डॉट", "ऐट"),
}  # fmt: skip

_CODE_BLOCK: Final = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_LINK: Final = re.compile(r"!?\[([^\[\]\n]{0,300})\]\([^()\s]{0,2000}(?:\s\"[^\"\n]{0,300}\")?\)")
_LINE_START: Final = re.compile(
    r"^[ \t]*(?:#[ \t]+(?!\d)|#{2,6}[ \t]+|>+[ \t]?(?![=\d\s$€£])|[-*+•][ \t]+(?![\d$€£])|[-=_*|: \t]{3,}$)",
    re.MULTILINE,
)
"""Markup of headings, quotes, lists and rules; "> 5" and "- 5" are no markup."""
_EMPHASIS: Final = re.compile(r"(?<![\w*_~`])([*_~`]{1,3})(?=\S)([^*_~`]{1,300})(?<=\S)\1(?!\w)")
_VALUE: Final = r"""(?:"[^"<>]{0,200}"|'[^'<>]{0,200}'|[^\s"'<>=]{1,200})"""
_ATTRIBUTE: Final = rf"\s+(?:[\w:.-]{{1,60}}\s?=\s?{_VALUE}|checked|defer|disabled|async)"
_TAG: Final = re.compile(
    rf"</?[A-Za-z][\w:.-]{{0,60}}(?:{_ATTRIBUTE}){{0,12}}\s*/?>"
    r"|<!--[^<>]{0,500}-->|<[!?][A-Za-z][^<>]{0,200}>"
)
"""Markup, but neither "a < b and b > c" nor "a <b and c> d"."""
_URL: Final = re.compile(r"\b(?:https?://|ftp://|www\.)[^\s<>\"'，。、）】]+", re.IGNORECASE)
_EMAIL: Final = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_EMOJI_JOINER: Final = re.compile("(?<=[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f])\u200d")
_REPEATED_SIGN: Final = re.compile(r"([!?。！？])\1+|([^\w\s.])\2{2,}")
_ARROW: Final = re.compile(r"(?<![-=<])(?:-{1,2}|=)>(?!>)|[➔➜➝➞➡⇒⟶⟹]\ufe0f?")
_KEPT: Final = re.compile(
    r"(?<![\w#])[A-H]#(?!\w)|(?<![\w&#])#(?=[ ]?\d)"  # C#, #1
    r"|(?<=[\w)])[ ]?\*[ ]?(?=\d|\()|(?<=\d)[ ]?\*[ ]?(?=\w)"  # 2 * 3
    r"|(?<=[^\W\u3041-\u309f])~(?=\w)|(?<=\d)[ ]?~[ ]?(?=\d)|(?<!\w)~(?=[ ]?\d)"  # 10~15, ~5
    r"|(?<=\w)\^(?=[\w(-])"  # x^2
)
"""Signs of markup where they mean something."""
_NO_BREAK_IN_NUMBER: Final = re.compile(r"(?<=\d)([\u00a0\u202f])(?=\d{3}(?!\d))")
_SPOKEN_SYMBOLS: Final = frozenset("°€$£¥%‰+=<>&§№₹™®©℗♯♭→←↔↑↓≈≠≤≥×÷±−½¼¾√∞")
_MARKUP: Final = frozenset("*`~_^\\#{}[]")
_IN_FULL: Final = {
    "㈱": "株式会社", "㈲": "有限会社", "㈜": "주식회사", "～": "~", "〜": "~", "∼": "~", "＃": "#", "＊": "*",
    "％": "%", "＆": "&", "＠": "@", "／": "/",
}  # fmt: skip
_RAISED: Final = str.maketrans("23", "²³")
_SHORTHANDS: Final = ("<square>", "<circle>", "<font>", "<compat>", "<wide>")
"""Kinds of characters that stand for others: ㎏, ①, 𝐀, ℃, Ｇ. Superscripts and fractions are not among them."""


def speakable(text: str, language: str) -> str:
    """What is said aloud of a text; empty if nothing of it can be.

    Markup and emoji go; signs that mean something stay, see `symbols.in_words` for how they are said. Numbers keep
    their form, no-break spaces in them included.
    """
    plain = _CODE_BLOCK.sub(" ", text)
    plain = _LINK.sub(r"\1", plain)
    plain = _LINE_START.sub("", plain)
    plain = _TAG.sub(" ", plain)
    for _ in range(3):  # bold within italics within strike-through
        plain = _EMPHASIS.sub(r"\2", plain)
    plain = _EMAIL.sub(lambda found: _address(found[0], language), plain)
    plain = _URL.sub(lambda found: _address(_host(found[0]), language) + _trailing(found[0]), plain)
    plain = _EMOJI_JOINER.sub("", plain)
    plain = _ARROW.sub("→", "".join(map(_in_full, plain))).replace("|", " ")
    parts = _NO_BREAK_IN_NUMBER.split(_without_markup(plain))
    plain = "".join(part if part in "\u00a0\u202f" else clean(part) for part in parts)
    plain = _REPEATED_SIGN.sub(lambda found: found[1] or found[2], plain)
    return plain if any(character.isalnum() or character in _SPOKEN_SYMBOLS for character in plain) else ""


def _without_markup(text: str) -> str:
    kept: list[str] = []
    at = 0
    for found in _KEPT.finditer(text):
        kept += [*map(_sayable, text[at : found.start()]), found[0]]
        at = found.end()
    return "".join([*kept, *map(_sayable, text[at:])])


def _in_full(character: str) -> str:
    """Compatibility characters as what they stand for: ㎏ as kg."""
    if character in _IN_FULL or character in _SPOKEN_SYMBOLS:
        return _IN_FULL.get(character, character)
    kind, name = unicodedata.category(character), unicodedata.name(character, "")
    stands_for_another = unicodedata.decomposition(character).startswith(_SHORTHANDS)
    if not stands_for_another or kind[0] not in "LNS" or kind == "Sk" or "HANGUL" in name:
        return character
    full = unicodedata.normalize("NFKC", character)
    return full if full[:1].isdigit() else full.translate(_RAISED)  # ㎡ is m²


def _host(url: str) -> str:
    rest = url.split("://", 1)[-1]
    host = re.split(r"[/?#:]", rest, maxsplit=1)[0]
    return host.removeprefix("www.").removeprefix("WWW.").rstrip(".,;!")


def _trailing(url: str) -> str:
    """The sign that ends the sentence, not the address."""
    return url[-1] if url[-1] in ".,;!" else ""


def _address(text: str, language: str) -> str:
    dot, at = _DOT_AND_AT.get(languages.base(language), (" ", " "))
    return text.replace(".", f" {dot} ").replace("@", f" {at} ")


def _sayable(character: str) -> str:
    if character in _SPOKEN_SYMBOLS and character not in _MARKUP:
        return character
    point, kind = ord(character), unicodedata.category(character)
    if kind == "So" or 0xFE00 <= point <= 0xFE0F or point == 0x20E3 or 0x1F000 <= point <= 0x1FAFF:
        return " " if kind == "So" else ""
    if character in _MARKUP or kind == "Sk":
        return " "
    return character
