"""Long text to pieces that an engine takes at once, cut where it hurts least."""

from __future__ import annotations

import itertools
import re

_SENTENCE_END = re.compile(r"(?:[.!?…؟।॥]+[\"'”’»)\]]*(?=\s)|[。！？]+[」』”’）]*|\n)\s*")
_CLAUSE_END = re.compile(r"(?:[,;:،؛—–](?=\s)|[，、；：])\s*")
_SPACE = re.compile(r"\s+")


def split(text: str, limit: int) -> list[str]:
    """Cuts text into pieces of at most `limit` characters; joined they are the text again.

    Cuts after sentences where possible, else after commas, else between words, else anywhere.

    Raises:
        ValueError: `limit` is below 1.
    """
    if limit < 1:
        raise ValueError(f"limit must be at least 1, got {limit}")
    return _pack(text, limit, (_SENTENCE_END, _CLAUSE_END, _SPACE))


def sentences(text: str, limit: int) -> list[str]:
    """One piece for each sentence, longer ones cut as `split` does; joined they are the text again."""
    return [piece for part in _parts(text, _SENTENCE_END) for piece in split(part, limit)]


def _pack(text: str, limit: int, marks: tuple[re.Pattern[str], ...]) -> list[str]:
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
        elif len(part) <= limit:
            pieces.append(part)
            room = limit - len(part)
        else:
            pieces.extend(_pack(part, limit, marks[1:]))
            room = limit - len(pieces[-1])
    return pieces


def _parts(text: str, mark: re.Pattern[str]) -> list[str]:
    ends = [match.end() for match in mark.finditer(text)]
    cuts = [0, *ends] if ends and ends[-1] == len(text) else [0, *ends, len(text)]
    return [text[start:end] for start, end in itertools.pairwise(cuts) if end > start]
