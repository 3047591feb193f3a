"""A figure in digits: what it may mean with its marks of thousands and decimals."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Final

_LONGEST: Final = 40
"""Digits beyond it are not compared."""


def readings_of(figure: str) -> frozenset[Fraction]:
    """What a figure with marks may mean; nothing where it is no number, as a version."""
    marks = re.sub(r"\d", "", figure)
    if not marks:
        return frozenset({integer(figure)})
    if len(set(marks)) > 1:
        return _with_both_marks(figure, marks)
    if len(marks) > 1:
        return frozenset({integer(figure)}) if is_grouped(figure, marks[-1]) else frozenset()
    return _with_one_mark(figure, marks)


def _with_both_marks(figure: str, marks: str) -> frozenset[Fraction]:
    """ "1.234,5": thousands by one mark, decimals by the other."""
    whole, _, decimals = figure.rpartition(marks[-1])
    if marks.count(marks[-1]) > 1 or len(set(marks)) > 2 or not is_grouped(whole, marks[0]):
        return frozenset()
    return frozenset({decimal(f"{_bare(whole)}.{decimals}")})


def _with_one_mark(figure: str, mark: str) -> frozenset[Fraction]:
    """ "1.234" may be a thousand or one and a bit; "1.2" only the latter."""
    whole, _, decimals = figure.partition(mark)
    small = decimal(f"{whole}.{decimals}")
    if mark == "'":
        return frozenset({integer(figure)}) if len(decimals) == 3 else frozenset()
    grouped = len(decimals) == 3 and len(whole) <= 3 and not whole.startswith("0")
    return frozenset({small, integer(figure)}) if grouped else frozenset({small})


def is_grouped(figure: str, mark: str) -> bool:
    """Whether the marks divide it as thousands, or as lakhs and crores: 1,000,000 or 10,00,000."""
    first, *groups = figure.split(mark)
    if not all(map(str.isdigit, (first, *groups))):
        return False
    if not groups:
        return True
    inner = {len(group) for group in groups[:-1]}
    return len(groups[-1]) == 3 and any(inner <= {size} and len(first) <= size for size in (3, 2))


def _bare(figure: str) -> str:
    return re.sub(r"\D", "", figure)[:_LONGEST]


def integer(figure: str) -> Fraction:
    """Its digits as a whole number, whatever the marks."""
    return Fraction(int(_bare(figure)))


def decimal(figure: str) -> Fraction:
    """A figure with at most one mark, taken for that of decimals."""
    whole, _, decimals = figure.replace(",", ".").partition(".")
    return Fraction(f"{whole[:_LONGEST]}.{decimals[:_LONGEST] or '0'}")
