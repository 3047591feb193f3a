"""Long text to pieces that an engine takes at once, cut where it hurts least."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache

from pipeline.text import languages
from pipeline.text.punctuation import belongs_together, ends_sentence

_CLAUSE_END = re.compile(r"(?:[,;:،؛—–](?=\s)|[，、；：])\s*")
_SPACE = re.compile(r"\s+")
_NEEDS_NO_BLANK = "。！？｡．।॥۔።፧။។"
"""Ends of sentences that stand between letters without a blank."""
_CONTEXT_CHARACTERS = 120
"""So much before and after a place is looked at."""

_Ends = Callable[[str], Iterator[int]]
"""Gives the places where a text may be cut, in order."""


def split(text: str, limit: int, language: str) -> list[str]:
    """Cuts text into pieces of at most `limit` characters; joined they are the text again.

    Cuts after sentences where possible, else after commas, else between words, else anywhere.

    Raises:
        ValueError: `limit` is below 1.
    """
    if limit < 1:
        raise ValueError(f"limit must be at least 1, got {limit}")
    return _pack(text, limit, _marks(languages.base(language)))


def sentences(text: str, limit: int, language: str) -> list[str]:
    """One piece for each sentence, longer ones cut as `split` does; joined they are the text again."""
    parts = _parts(text, _marks(languages.base(language))[0])
    return [piece for part in parts for piece in split(part, limit, language)]


def _marks(code: str) -> tuple[_Ends, ...]:
    """What to cut at, the best first."""

    def sentence_ends(text: str) -> Iterator[int]:
        for match in _sentence_end(code).finditer(text):
            before, after = _around(text, match)
            if "\n" in match[0] or ends_sentence(before, after, code):
                yield match.end()

    def clause_ends(text: str) -> Iterator[int]:
        return _apart(text, _CLAUSE_END, code)

    def word_ends(text: str) -> Iterator[int]:
        return _apart(text, _SPACE, code)

    def blanks(text: str) -> Iterator[int]:
        return (match.end() for match in _SPACE.finditer(text))

    return (sentence_ends, clause_ends, word_ends, blanks)


def _apart(text: str, mark: re.Pattern[str], code: str) -> Iterator[int]:
    """After marks, but not within "Dr. Smith", "5 p. m." and "10 000"."""
    for match in mark.finditer(text):
        if not belongs_together(*_around(text, match), code):
            yield match.end()


def _around(text: str, match: re.Match[str]) -> tuple[str, str]:
    start = max(0, match.start() - _CONTEXT_CHARACTERS)
    return text[start : match.end()], text[match.end() : match.end() + _CONTEXT_CHARACTERS]


@cache
def _sentence_end(code: str) -> re.Pattern[str]:
    signs = "".join(languages.TERMINATORS) + (";\u037e" if code == "el" else "")
    closers = rf"(?:[ \u00a0\u202f]»|[{re.escape(languages.closers(code))}])*"
    return re.compile(
        rf"[{re.escape(signs)}]*(?:[{_NEEDS_NO_BLANK}]{closers}|[{re.escape(signs)}]{closers}(?=\s))\s*|\n\s*"
    )


def _pack(text: str, limit: int, marks: Sequence[_Ends]) -> list[str]:
    if len(text) <= limit:
        return [text] if text else []
    if not marks:
        return [text[start : start + limit] for start in range(0, len(text), limit)]
    pieces: list[str] = []
    room = 0
    for part in _parts(text, marks[0]):
        if len(part) <= room:
            pieces[-1] += part
            room -= len(part)
        else:
            pieces += _pack(part, limit, marks[1:])
            room = limit - len(pieces[-1])
    return pieces


def _parts(text: str, mark: _Ends) -> list[str]:
    ends = list(mark(text))
    cuts = [0, *ends] if ends and ends[-1] == len(text) else [0, *ends, len(text)]
    return [text[start:end] for start, end in itertools.pairwise(cuts) if end > start]
