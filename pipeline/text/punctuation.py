"""What a sign at the end of a word means: a dot may end a sentence, a number, a name or an abbreviation."""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import Final

from pipeline.text import languages


class Ending(Enum):
    """What may follow a word."""

    NOTHING = auto()
    """The clause goes on as far as signs tell."""
    CLAUSE = auto()
    SENTENCE = auto()
    IF_NO_DIGIT = auto()
    """A clause ends here unless the next word goes on with the number: "10," and "000"."""
    STICKY = auto()
    """Belongs to the next word: an abbreviation, an initial, the beginning of a number."""


_EVERYWHERE: Final = "dr mr mrs ms prof vs e.g i.e etc"

_ABBREVIATIONS: Final[dict[str, frozenset[str]]] = {
    code: frozenset(f"{_EVERYWHERE} {words}".split())
    for code, words in {
        "en": "st sr jr inc ltd co corp dept approx gen col sgt lt capt rev hon mt est vol messrs",
        "es": "sr sra srta dra ud uds d dña p.ej av avda ee.uu gral lic ing aprox",
        "fr": "m mm mme mlle p.ex env av c.-à-d st ste",
        "de": "hr fr st str bzw ca z.b d.h u.a usw evtl ggf inkl vgl bspw abs zzgl dipl ing",
        "pt": "sr sra srta dra exmo exma av p.ex eng aprox",
        "it": "sig sigg sig.ra dott dott.ssa ing avv on ecc es egr p.es",
        "ca": "sr sra dra p.ex av aprox",
        "nl": "dhr mevr mw drs ir bijv d.w.z m.b.t o.a enz ca st",
        "ru": "г ул им проф т.е т.д т.п",
        "pl": "np itd itp tzn ul św inż",
        "hi": "डॉ श्री प्रो",
    }.items()
}

_BEFORE_NUMBERS: Final = frozenset(
    {"no", "nr", "nº", "fig", "art", "pág", "pag", "pàg", "núm", "num", "p", "pp"}
)
"""Abbreviations only where a number follows: "No." is an answer as well."""

_ORDINAL_DOT: Final = frozenset(
    {
        "de",
        "da",
        "no",
        "nn",
        "fi",
        "cs",
        "sk",
        "pl",
        "hu",
        "hr",
        "sr",
        "sl",
        "bs",
        "et",
        "lv",
        "is",
        "tr",
        "lb",
        "fo",
        "eu",
    }
)
"""Languages that write "3." for "third"."""

_WORD_START: Final = re.compile("[\\s\u3000-\u9fff(\\[\"'«“‘]")
_INITIALS: Final = re.compile(r"(?:[^\W\d_][.．]){2,}|[^\W\d_][.．]")
_NUMBER_TAIL: Final = re.compile(r"(?<!\d)\d{1,3}$")
_UNFINISHED_NUMBER: Final = re.compile(r"\d[.,:٫٬]$")


def ending(text: str, language: str) -> Ending:
    """Judges the end of a word, or of all the text so far where no spaces divide words."""
    core = text.strip().rstrip(languages.CLOSERS)
    if not core:
        return Ending.NOTHING
    code = languages.base(language)
    if core.endswith(("…", "...")):
        return Ending.CLAUSE
    if code == "el" and core[-1] in ";\u037e":
        return Ending.SENTENCE
    if core[-1] in ".．":
        return _dot(core[:-1], code)
    if core[-1] in languages.TERMINATORS:
        return Ending.SENTENCE
    if core[-1] in languages.CLAUSE_PUNCTUATION:
        unfinished = _UNFINISHED_NUMBER.search(core) and _NUMBER_TAIL.search(core[:-1])
        return Ending.IF_NO_DIGIT if unfinished else Ending.CLAUSE
    return Ending.STICKY if _NUMBER_TAIL.search(core) else Ending.NOTHING


def _dot(stem: str, code: str) -> Ending:
    word = _WORD_START.split(stem)[-1]
    if _NUMBER_TAIL.search(stem):
        if code in _ORDINAL_DOT and len(word) <= 2:
            return Ending.STICKY
        return Ending.IF_NO_DIGIT
    if word.casefold() in _BEFORE_NUMBERS:
        return Ending.IF_NO_DIGIT
    is_initial = _INITIALS.fullmatch(f"{word}.") and (len(word) > 1 or word.isupper())
    if is_initial or word.casefold() in _ABBREVIATIONS.get(code, frozenset(_EVERYWHERE.split())):
        return Ending.STICKY
    return Ending.SENTENCE


def belongs_together(before: str, after: str, language: str) -> bool:
    """Whether a clause must not be divided between two words: "Dr." and "Smith", "10" and "000"."""
    kind = ending(before, language)
    head = after.strip()
    if not head:
        return True
    if kind in (Ending.IF_NO_DIGIT, Ending.STICKY) and head[0].isdigit():
        return True
    if head[0] in ".,:٫٬" and head[1:2].isdigit() and before.strip()[-1:].isdigit():
        return True
    return kind is Ending.STICKY and not before.strip()[-1:].isdigit()
