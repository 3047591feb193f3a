"""Terms found in running text: in whatever letters they are written, as whole words, with their endings.

Text and terms are compared in a folded form: compatible characters, apostrophes and hyphens alike, no case,
no vowel points. A combining mark belongs to its letter, so a word with another vowel sign is another word.

Source:
    Unicode 15, section 3.13 (NFKC casefold), and UAX 29 for what continues a letter.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import cache, lru_cache
from typing import Final

from pipeline.text import languages
from pipeline.text.ordinary_words import is_function_word, is_ordinary
from pipeline.text.word_endings import PARTICLES, inflected

_ALIKE: Final = {
    **dict.fromkeys("‘’ʼ`´＇′ʹ‛", "'"),
    **dict.fromkeys("\u2010\u2011\u2012\u2043\ufe63\uff0d\u2212", "-"),
}
_POINTS: Final = re.compile(
    "[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc]"
)
"""Vowel points of Hebrew and Arabic, and the stroke that lengthens a word: written or left out at will."""


@dataclass(frozen=True, slots=True)
class Found:
    """A term in a text."""

    term: int
    """Which one, by its position among the terms."""
    start: int
    end: int
    """Where it ends in the text, its ending included."""


@dataclass(frozen=True, slots=True)
class Term:
    """What is looked for."""

    text: str
    match_case: bool | None = None
    """Whether capitals must be as written; None: decided by form, see `TermFinder`."""


class TermFinder:
    """Finds terms of one language.

    Capitals of a term that may also be an ordinary word must be there: "US" is not "us", "May" at the
    beginning of a sentence is not taken for the month. Where a text has no capitals of its own, because its
    recogniser writes none, other terms are found in small letters too.
    """

    def __init__(self, terms: Iterable[Term], language: str) -> None:
        self._terms, self._language = tuple(terms), language
        self._by_form: dict[str, int] = {}
        for number, term in reversed(tuple(enumerate(self._terms))):
            self._by_form[folded(term.text)[0].strip()] = number
        self._patterns = _compiled(self._by_form, self._terms, language)

    def find(self, text: str) -> Iterator[Found]:
        """Every term of the text, the longest where several begin; none overlaps another."""
        if not self._patterns:
            return
        form, origins = folded(text)
        cased = _has_case(text)
        at = 0
        while (match := self._next(form, at)) is not None:
            number = int((match.lastgroup or "")[1:])
            first, last = match.span()
            start, end = origins[first][0], origins[last - 1][1]
            if _is_whole(origins, last) and self._fits(self._terms[number], text, start, end, cased):
                yield Found(number, start, end)
                at = last
            else:
                at = first + 1

    def _next(self, form: str, at: int) -> re.Match[str] | None:
        matches = [match for pattern in self._patterns if (match := pattern.search(form, at)) is not None]
        return min(matches, key=lambda match: (match.start(), -match.end()), default=None)

    def _fits(self, term: Term, text: str, start: int, end: int, cased: bool) -> bool:
        """Whether the capitals are right."""
        wanted = unicodedata.normalize("NFKC", term.text)
        if term.match_case is False or (term.match_case is None and wanted == wanted.lower()):
            return True
        written = unicodedata.normalize("NFKC", text[start:end])
        if term.match_case:
            return _same_case(wanted, written)
        return self._fits_as_meant(wanted, written, text, start, cased)

    def _fits_as_meant(self, wanted: str, written: str, text: str, start: int, cased: bool) -> bool:
        """The same for a term with capitals that says nothing of them: a name's, or a sentence's first."""
        words = wanted.split()
        if not all(is_function_word(word, self._language) for word in words):
            return _same_case(wanted, written) or self._fits_otherwise(words, written, cased)
        if wanted[1:] == wanted[1:].lower() and begins_sentence(text, start):
            return False  # "May I ask": a capital that the sentence gave
        if not _same_case(wanted, written):
            return False
        return cased or written != written.upper() or not _is_shouted(text)

    def _fits_otherwise(self, words: list[str], written: str, cased: bool) -> bool:
        """The same for one whose capitals are others than those of the term."""
        if all(is_ordinary(word, self._language) for word in words):
            return False
        return not cased or len(words) > 1 or written[:1].isupper()


def folded(text: str) -> tuple[str, list[tuple[int, int]]]:
    """The form for comparison, and for each of its characters where it stands in the text: start, end."""
    form: list[str] = []
    origins: list[tuple[int, int]] = []
    for start, end in _letters(text):
        for character in _folded_letter(text[start:end]):
            if character == " " and form and form[-1] == " ":
                continue
            form.append(character)
            origins.append((start, end))
    return "".join(form), origins


@lru_cache(maxsize=8192)
def _folded_letter(letter: str) -> str:
    if letter.isspace():
        return " "
    if letter == "\u00ad":
        return ""
    plain = "".join(_ALIKE.get(character, character) for character in letter)
    compatible = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", plain).casefold())
    return _POINTS.sub("", compatible)


def _letters(text: str) -> Iterator[tuple[int, int]]:
    """Characters with the marks that belong to them, and the parts of a decomposed Hangul syllable."""
    start = 0
    for at in range(1, len(text) + 1):
        if at == len(text) or not _continues(text[at]):
            yield start, at
            start = at


@lru_cache(maxsize=8192)
def _continues(character: str) -> bool:
    return unicodedata.category(character) in ("Mn", "Mc", "Me") or "\u1160" <= character <= "\u11ff"


# --- patterns --------------------------------------------------------------------------------------------


@cache
def _marks() -> str:
    r"""All combining marks, as ranges of a character class; \w holds none of them."""
    ranges: list[list[int]] = []
    for point in range(0x300, 0x1E000):
        if unicodedata.category(chr(point)) in ("Mn", "Mc"):
            if ranges and ranges[-1][1] == point - 1:
                ranges[-1][1] = point
            else:
                ranges.append([point, point])
    return "".join(f"\\U{low:08x}-\\U{high:08x}" for low, high in ranges)


_SPACELESS_LETTERS: Final = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"
_KATAKANA: Final = "\u30a0-\u30fa\u30fc-\u30ff"


def _compiled(by_form: Mapping[str, int], terms: Sequence[Term], language: str) -> list[re.Pattern[str]]:
    """One pattern for each kind of word boundaries; in it one group a term, so that the match tells which.

    A particle that follows a term stays outside.
    """
    marks = _marks()
    letter = rf"[^\W_{_SPACELESS_LETTERS}]|[{marks}]"
    particle = PARTICLES.get(languages.base(language))
    before = {_Edge.WORD: rf"(?<!{letter})", _Edge.KATAKANA: rf"(?<![{_KATAKANA}])", _Edge.NONE: ""}
    after = {
        _Edge.WORD: rf"(?!{letter})" if particle is None else rf"(?={particle}(?!{letter}))",
        _Edge.KATAKANA: rf"(?![{_KATAKANA}])",
        _Edge.NONE: "",
    }
    bodies: dict[tuple[_Edge, _Edge], list[str]] = {}
    for form in sorted(filter(None, by_form), key=lambda form: (-len(form), form)):
        number = by_form[form]
        body = " ".join(inflected(word, terms[number].text, language) for word in form.split())
        bodies.setdefault((_edge(form[0]), _edge(form[-1])), []).append(f"(?P<t{number}>{body})")
    return [
        re.compile(f"{before[first]}(?:{'|'.join(some)}){after[last]}")
        for (first, last), some in bodies.items()
    ]


class _Edge(Enum):
    """What a term begins or ends with, and so what may stand beside it."""

    WORD = auto()
    KATAKANA = auto()
    """Japanese writes foreign words in it: more of it is another word."""
    NONE = auto()
    """A sign, or a script that does not divide words."""


def _edge(character: str) -> _Edge:
    if re.match(f"[{_KATAKANA}]", character):
        return _Edge.KATAKANA
    if languages.is_spaceless(character):
        return _Edge.NONE
    return _Edge.WORD if character.isalnum() or unicodedata.category(character)[0] == "M" else _Edge.NONE


# --- capitals --------------------------------------------------------------------------------------------

_SENTENCE_START: Final = re.compile(r"(?:^|[.?!…:¿¡]|[\"'“”„«»(\[\-–—])\s*$")
_ENGLISH_I: Final = re.compile(r"(?<!\w)I(?=$|[\s,;:.!?'’])")


def _has_case(text: str) -> bool:
    """Whether its capitals tell something: it has some beside those that every sentence begins with."""
    if _is_shouted(text):
        return False
    plain = _ENGLISH_I.sub("i", text)
    return any(character.isupper() and not begins_sentence(plain, at) for at, character in enumerate(plain))


def _is_whole(origins: Sequence[tuple[int, int]], last: int) -> bool:
    """Whether a match ends where a character of the text does, not within what one was folded into."""
    return last == len(origins) or origins[last] != origins[last - 1]


def _is_shouted(text: str) -> bool:
    letters = [letter for letter in filter(str.isalpha, text) if letter.lower() != letter.upper()]
    return len(letters) > 1 and " " in text.strip() and all(map(str.isupper, letters))


def begins_sentence(text: str, at: int) -> bool:
    """Whether what stands at a place is the first word of a sentence, or of a quotation."""
    return _SENTENCE_START.search(text[max(0, at - 4) : at]) is not None and (
        at < 4 or bool(text[max(0, at - 4) : at].strip())
    )


def _same_case(wanted: str, written: str) -> bool:
    """Whether the capitals of a term are all there; its ending may be small."""
    letters, there = (list(map(str.isupper, filter(str.isalpha, text))) for text in (wanted, written))
    if len(there) < len(letters):
        return False
    pairs = list(zip(letters, there, strict=False))
    if any(asked and not found for asked, found in pairs):
        return False
    return written == written.upper() or not any(found and not asked for asked, found in pairs[1:])
