"""Phrasing: where a text may be divided so that it is rendered in pieces, and how long it is to say.

Source: phrases end at punctuation; within a clause a phrase is a few short function words and the longer words
behind them, so it may end where a long word meets a short one (Liberman and Church, Text analysis and word
pronunciation in text-to-speech synthesis, 1992: "chinks and chunks"). In languages with postpositions the short
word ends the phrase instead.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from pipeline.text import languages
from protocol.plain_text import says_anything

SHORTEST: Final = 10.0
"""No piece is shorter, as `spoken_length` counts: an engine needs some words to find a melody."""

_POSTPOSITIONAL: Final = {"hi": 1, "mr": 1, "ne": 1, "gu": 1, "pa": 1, "ur": 2}
"""Languages whose phrases end with a postposition, and how many letters, vowel signs not counted, most of them have."""
_PARTICLES: Final = frozenset("はがをにでへとも")
"""Behind one of these, where a word in kanji or katakana follows, a Japanese phrase ends."""

_SHORT_WORD: Final = 3
"""Most articles, prepositions and conjunctions have no more letters."""
_LONGEST_SHARE: Final = 1.3
"""A piece may be longer than wished by this factor where that lets it end well."""

_END: Final = re.compile(
    rf"\s+|(?<=[、。，！？；：．])(?![\s{re.escape(languages.CLOSERS)}])|(?<=[」』）】])(?=\w)"
)
_JAPANESE_END: Final = re.compile(rf"(?<=[{''.join(_PARTICLES)}])(?=[一-鿿ァ-ヺ])")


class Boundary(IntEnum):
    """How well a text may be divided at a place, and how long a voice rests there."""

    WITHIN = -1
    """Within a phrase: only where there is nothing better."""
    WORDS = 0
    PHRASE = 1
    CLAUSE = 2
    """Behind a comma and the like."""
    SENTENCE = 3


@dataclass(frozen=True, slots=True)
class _Break:
    at: int
    """Where the next piece begins."""
    length: float
    """`spoken_length` of the text before it."""
    boundary: Boundary


def spoken_length(text: str) -> float:
    """How long a text is to say, in letters of an alphabet: a syllable of Hangul or a kanji counts for several."""
    return sum(_weight(character) for character in text)


def boundary_behind(text: str) -> Boundary:
    """What a text ends with."""
    core = text.rstrip().rstrip(languages.CLOSERS)
    if not core:
        return Boundary.WORDS
    if core[-1] in languages.TERMINATORS:
        return Boundary.SENTENCE
    return Boundary.CLAUSE if core[-1] in languages.CLAUSE_PUNCTUATION else Boundary.WORDS


def phrases(text: str, *, first: float, cost: float, language: str, whole: Collection[str] = ()) -> list[str]:
    """Divides a text for rendering; joined, the pieces are the text again.

    The first is about `first` long. Each further one is as long as can be rendered while what is ready before it
    is heard: with `cost` seconds of work for a second of speech, piece n may last p₁ + (p₁ + … + pₙ₋₁)·(1/cost - 1).

    Args:
        first: as `spoken_length` counts.
        whole: terms that are not divided.

    Raises:
        ValueError: `first` or `cost` is not above 0.
    """
    if first <= 0 or cost <= 0:
        raise ValueError(f"first and cost must be above 0, got {first} and {cost}")
    breaks = list(_breaks(text, language, whole))
    total = spoken_length(text.rstrip())
    pieces: list[str] = []
    start, ready = 0, 0.0
    while True:
        limit = max(first, SHORTEST) + ready * max(0.0, 1 / cost - 1)
        cut = _best(breaks, ready, limit, total)
        if cut is None:
            return [*pieces, text[start:]] if text[start:] else pieces
        pieces.append(text[start : cut.at])
        start, ready = cut.at, cut.length


def continued(piece: str, language: str) -> str:
    """A piece that something follows, with a comma where it has no sign of its own: the voice stays up."""
    core = piece.strip()
    if not core or not core[-1].isalnum():
        return core
    return core + _COMMAS.get(languages.base(language), ",")


_COMMAS: Final = {"ja": "、", "zh": "，", "yue": "，", "ar": "،", "fa": "،", "ur": "،"}


def _best(breaks: list[_Break], ready: float, limit: float, total: float) -> _Break | None:
    """Where to end the piece that begins behind `ready`; None to leave the rest whole."""
    if total - ready <= limit:
        return None
    open_to = [b for b in breaks if b.length - ready >= SHORTEST and total - b.length >= SHORTEST]
    near = [b for b in open_to if b.length - ready <= _LONGEST_SHARE * limit] or open_to[:1]
    return max(near, key=lambda b: _worth(b, (b.length - ready) / limit), default=None)


def _worth(place: _Break, share: float) -> float:
    """Better boundaries and lengths near the limit are worth more."""
    return 0.5 * place.boundary + min(share, 1.0) - 2.0 * max(0.0, share - 1.0)


def _breaks(text: str, language: str, whole: Collection[str]) -> Iterator[_Break]:
    """All places at which the text may be divided, in order."""
    together = list(_spans(text, whole))
    length, counted = 0.0, 0
    for match in _ends(text, language):
        at = match.end()
        length, counted = length + spoken_length(text[counted:at]), at
        if match.start() == 0 or at >= len(text) or any(low < at < high for low, high in together):
            continue
        boundary = _boundary(text[: match.start()], text[at:], language)
        if boundary is not None:
            yield _Break(at, length, boundary)


def _ends(text: str, language: str) -> list[re.Match[str]]:
    """Where words end, in order; in Japanese behind particles as well."""
    ends = list(_END.finditer(text))
    if languages.base(language) == "ja":
        ends += _JAPANESE_END.finditer(text)
    return sorted(ends, key=lambda match: match.end())


def _boundary(before: str, after: str, language: str) -> Boundary | None:
    """What stands between two parts of a text; None where they must stay together."""
    left, right = before.rsplit(maxsplit=1)[-1], after.split(maxsplit=1)[0]
    if not says_anything(right) and not right[0].isspace():
        return None  # a dash or a sign goes with what is before it
    ends = boundary_behind(left)
    if ends is Boundary.SENTENCE and left.rstrip(languages.CLOSERS).endswith("."):
        return Boundary.SENTENCE if _ends_sentence(left, right, language) else None
    if ends <= Boundary.WORDS:
        return _between_words(left, right, language)
    return ends


def _between_words(left: str, right: str, language: str) -> Boundary | None:
    if _has_number(left) or _has_number(right):
        return None  # "3 million", "15 March", "20 %"
    if languages.is_spaceless(left[-1]) or languages.is_spaceless(right[0]):
        return Boundary.PHRASE  # a space there, or behind a particle, is a phrase's end
    behind = _POSTPOSITIONAL.get(languages.base(language), 0)  # there the short word stands behind
    first, second = (right, left) if behind else (left, right)
    short = behind or _SHORT_WORD
    if _letters(first) <= short:
        return Boundary.WITHIN
    return Boundary.PHRASE if _letters(second) <= short else Boundary.WORDS


def _ends_sentence(left: str, right: str, language: str) -> bool:
    """Whether a full stop is one: not behind "Dr", an initial, an ordinal, nor before a small letter."""
    word, follows = left.strip(languages.CLOSERS + ".«“„([¿¡"), right.lstrip("«“„\"'([¿¡")
    if len(word) < 2 or "." in word or not word.isalpha() or not follows or follows[0].islower():
        return False
    return not languages.has_capitals(language) or not word[0].isupper() or len(word) >= 5


def _spans(text: str, whole: Collection[str]) -> Iterator[tuple[int, int]]:
    for term in whole:
        if term.strip():
            for match in re.finditer(re.escape(term), text, re.IGNORECASE):
                yield match.span()


def _has_number(word: str) -> bool:
    return any(character.isnumeric() and not character.isalpha() for character in word)


def _letters(word: str) -> int:
    """Letters of a word up to an apostrophe: "l'eau" begins with a short one."""
    return sum(character.isalpha() for character in re.split(r"['’]", word)[0])


_WEIGHTS: Final = (
    (0x3041, 0x30FF, 2.0),
    (0x3400, 0x9FFF, 3.3),
    (0xAC00, 0xD7A3, 2.3),
    (0x20000, 0x10FFFF, 3.3),
)


def _weight(character: str) -> float:
    """Measured rates of speech: some 15 letters, 7.5 kana, 6.5 syllables of Hangul, 4.6 hanzi a second."""
    point = ord(character)
    for first, last, weight in _WEIGHTS:
        if first <= point <= last:
            return weight
    if character.isnumeric():
        return 5.0
    return 0.5 if unicodedata.category(character) in ("Mn", "Mc") else 1.0
