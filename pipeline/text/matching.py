"""Which words of a new hypothesis are already known: by spelling and by position."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Final

from pipeline.audio import HEARING_RATE_HZ
from pipeline.events import Word

TOLERANCE_SAMPLES: Final = HEARING_RATE_HZ // 10
"""How far a recogniser's idea of where a word lies moves between two passes."""

LONGEST_OVERLAP: Final = 5
"""So many words before a seam are compared."""

_NEIGHBOURHOOD_SAMPLES: Final = HEARING_RATE_HZ
"""Words further than this from the seam are old or new by their position alone."""

_STRETCH_SAMPLES: Final = 3 * TOLERANCE_SAMPLES
"""A last word that proves to be shorter by this much was stretched over silence; less is mere jitter."""

_MEANINGFUL: Final = frozenset("%‰&@#")


@lru_cache(maxsize=16_384)
def spelling(text: str) -> str:
    """The form in which two words are compared: no case, no punctuation, compatible characters equal.

    Signs that change what is meant stay: "3.5" is not "35". Empty for mere punctuation.

    Source:
        Unicode 15, section 3.13: NFKC casefold.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return "".join(character for at, character in enumerate(folded) if _is_said(folded, at))


def _is_said(text: str, at: int) -> bool:
    """Whether a character counts: a letter or digit, a sign that means something, one within a number."""
    character = text[at]
    if character in _MEANINGFUL or unicodedata.category(character)[0] not in "PZC":
        return True
    if not text[at + 1 : at + 2].isdigit():
        return False
    return text[at - 1 : at].isdigit() if character in ".,:/" else character == "-" and not at


def seam(words: Sequence[Word], committed: Sequence[Word], boundary: int) -> tuple[int, int]:
    """Finds where the new words begin in a hypothesis that may repeat committed ones.

    Every possible seam is judged by how far words would lie on the wrong side of `boundary`, the end of
    what is committed; the more of the last committed words (up to 5, spelled alike and near) lie directly
    before a seam, the more displacement is believed. So a repeated word is dropped although its
    timestamps moved, and a word that was really said twice stays.

    Returns:
        How many words of `words` are old, and where the last of them ends by the newest timestamps:
        recognisers stretch the last word they hear, so the first idea of its end may cover new words.
    """
    if not words or not (committed or boundary):
        return 0, boundary
    lowest = _first([word.end_sample for word in words], boundary - _NEIGHBOURHOOD_SAMPLES)
    highest = _first([word.first_sample for word in words], boundary + _NEIGHBOURHOOD_SAMPLES, lowest)
    choices = [_judge(words, committed, boundary, at, lowest, highest) for at in range(lowest, highest + 1)]
    # Of two equal seams the later one: a word lost is a smaller harm than a word said twice.
    _, at, end = min(choices, key=lambda choice: (choice[0], -choice[1]))
    return at, end


def _first(samples: Sequence[int], beyond: int, begin: int = 0) -> int:
    """Where the first sample from `begin` on stands that lies `beyond`; behind all if none does."""
    return next((at for at in range(begin, len(samples)) if samples[at] > beyond), len(samples))


def _judge(
    words: Sequence[Word], committed: Sequence[Word], boundary: int, at: int, lowest: int, highest: int
) -> tuple[float, int, int]:
    overlap = _overlap(words[:at], committed)
    end = known_end = boundary
    cost = float(sum(max(0, word.end_sample - boundary) for word in words[lowest : at - overlap]))
    if overlap:
        last, known = words[at - 1], committed[-1]
        moved = abs(last.first_sample - known.first_sample)
        if moved <= TOLERANCE_SAMPLES:
            end = min(boundary, last.end_sample)
            known_end = end if end < boundary - _STRETCH_SAMPLES else boundary
        else:
            cost += max(0, last.end_sample - boundary)
        cost += moved / 10 - TOLERANCE_SAMPLES * overlap
    cost += sum(max(0, end - word.first_sample) for word in words[max(at, lowest) : highest])
    return cost, at, known_end


def _overlap(words: Sequence[Word], committed: Sequence[Word]) -> int:
    """How many of the last words are the last committed ones, spelled alike and not far from them."""
    count = 0
    for word, known in zip(reversed(words), reversed(committed), strict=False):
        middle, known_middle = word.first_sample + word.end_sample, known.first_sample + known.end_sample
        far = abs(middle - known_middle) > 2 * _NEIGHBOURHOOD_SAMPLES
        if count == LONGEST_OVERLAP or far or spelling(word.text) != spelling(known.text):
            break
        count += 1
    return count


def agreed(before: Sequence[Word], now: Sequence[Word]) -> int:
    """How many words at the start of `now` say what the start of `before` says.

    Compared letter by letter, so that it does not matter where a recogniser divides "to day"; a word counts
    once both have a boundary at its end, which scripts without spaces have anywhere.
    """
    forms = [spelling(word.text) for word in before]
    known, boundaries = "".join(forms), set(itertools.accumulate(map(len, forms)))
    count, at = 0, 0
    for position, word in enumerate(now):
        form = spelling(word.text)
        if known[at : at + len(form)] != form:
            break
        at += len(form)
        if at in boundaries or _divides_anywhere(form):
            count = position + 1
    return count


def _divides_anywhere(form: str) -> bool:
    return bool(form) and unicodedata.name(form[-1], "").startswith(("CJK", "HIRAGANA", "KATAKANA"))


def outside(words: Sequence[Word], silences: Sequence[tuple[int, int]]) -> list[Word]:
    """Words moved out of stretches in which nobody spoke: recognisers stretch what they hear before and behind them.

    A word that begins before a silence and ends in it ends where the silence begins; one that begins in it begins
    where it ends. One that lies across all of it stays: which side was said is not known.

    Args:
        silences: from and to, in samples, in order.
    """
    placed = []
    for word in words:
        first, end = word.first_sample, word.end_sample
        for began, ended in silences:
            if first < began <= end < ended:
                end = began
            elif began <= first < ended:
                first, end = ended, max(end, ended)
        placed.append(replace(word, first_sample=first, end_sample=end))
    return placed


def divided_at(words: Sequence[Word], boundary: int) -> list[Word]:
    """Breaks a word of a script without spaces that lies across `boundary` into its characters."""
    parts: list[Word] = []
    for word in words:
        across = word.first_sample + TOLERANCE_SAMPLES < boundary < word.end_sample - TOLERANCE_SAMPLES
        parts += _by_signs(word) if across else (word,)
    return parts


def _by_signs(word: Word) -> list[Word]:
    """Its characters, each with its share of the time; the word where it cannot be divided."""
    signs = _signs(word.text)
    if not all(_divides_anywhere(sign[0]) for sign in signs):
        return [word]
    step = (word.end_sample - word.first_sample) / len(signs)
    return [
        replace(
            word,
            text=sign,
            first_sample=word.first_sample + round(at * step),
            end_sample=word.first_sample + round((at + 1) * step),
            glued=word.glued if at == 0 else True,
        )
        for at, sign in enumerate(signs)
    ]


def _signs(text: str) -> list[str]:
    """Characters, punctuation with the one before it."""
    signs: list[str] = []
    for character in text:
        if signs and not spelling(character):
            signs[-1] += character
        else:
            signs.append(character)
    return signs


def tidied(words: Sequence[Word], heard_to: int) -> list[Word]:
    """Words without spaces around them, within what was heard, signs joined to the word before them."""
    tidy: list[Word] = []
    for word in words:
        text = word.text.strip()
        first = min(max(word.first_sample, 0), heard_to)
        end = min(max(word.end_sample, first), heard_to)
        if spelling(text):
            tidy.append(replace(word, text=text, first_sample=first, end_sample=end))
        elif text and tidy:
            blank = " " if word.glued is False else ""
            tidy[-1] = replace(tidy[-1], text=tidy[-1].text + blank + text)
    return tidy
