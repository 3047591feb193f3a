"""Text from outside made clean, and text made fit to be spoken."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from pipeline.text import languages
from protocol.plain_text import clean as clean
from protocol.plain_text import is_control as is_control
from protocol.plain_text import says_anything

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
_SILENT: Final = re.compile("[\ufe00-\ufe0f\u20e3\U0001f000-\U0001faff]")
"""What only changes how the sign before it looks, and parts of emoji."""
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
    plain = _without_blocks(text)
    plain = _EMAIL.sub(lambda found: _address(found[0], language), plain)
    plain = _URL.sub(lambda found: _address(_host(found[0]), language) + _trailing(found[0]), plain)
    plain = _EMOJI_JOINER.sub("", plain)
    plain = _ARROW.sub("→", "".join(map(_in_full, plain))).replace("|", " ")
    parts = _NO_BREAK_IN_NUMBER.split(_without_markup(plain))
    plain = "".join(part if part in "\u00a0\u202f" else clean(part) for part in parts)
    plain = _REPEATED_SIGN.sub(lambda found: found[1] or found[2], plain)
    return plain if says_anything(plain) or not _SPOKEN_SYMBOLS.isdisjoint(plain) else ""


def _without_blocks(text: str) -> str:
    """Without code, without what stands around the words of links, at the beginning of lines and in tags."""
    plain = _CODE_BLOCK.sub(" ", text)
    plain = _LINK.sub(r"\1", plain)
    plain = _LINE_START.sub("", plain)
    plain = _TAG.sub(" ", plain)
    for _ in range(3):  # bold within italics within strike-through
        plain = _EMPHASIS.sub(r"\2", plain)
    return plain


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
    if not _stands_for_another(character):
        return character
    full = unicodedata.normalize("NFKC", character)
    return full if full[:1].isdigit() else full.translate(_RAISED)  # ㎡ is m²


def _stands_for_another(character: str) -> bool:
    """Letters, digits and symbols that are others in another form; Hangul's parts are themselves."""
    if not unicodedata.decomposition(character).startswith(_SHORTHANDS):
        return False
    kind = unicodedata.category(character)
    return kind[0] in "LNS" and kind != "Sk" and "HANGUL" not in unicodedata.name(character, "")


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
    kind = unicodedata.category(character)
    if kind != "So" and _SILENT.match(character):
        return ""
    return " " if kind in ("So", "Sk") or character in _MARKUP else character
