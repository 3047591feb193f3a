"""The numbers that a text names, each with everything that it may mean.

Marks differ between languages and writers: "1,250" may be 1250 or 1.25, "10.30" a price or a time. Such a
number has several readings, and two numbers agree when they share one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum, auto
from fractions import Fraction
from itertools import islice
from typing import Final

from text_to_num import alpha2digit

from pipeline.text import languages
from pipeline.text.number_words import (
    AFTERNOON_BEFORE,
    DECADE_AFTER,
    DECADE_BEFORE,
    MINUS_AFTER,
    MINUS_BEFORE,
    MINUS_LANGUAGES,
    MORNING_AFTER,
    scaled,
)

WORDS_READ: Final = frozenset({"da", "de", "en", "es", "fr", "it", "nl", "pt"})
"""Languages whose number words are read, besides Chinese and Japanese numerals."""

MOST: Final = 500
"""So many numbers in digits are read; nobody says more in one piece."""
_LONGEST: Final = 40
"""Digits beyond it are not compared."""

_MOST_PARTS: Final = 16

_NOON, _DAY = 12 * 60, 24 * 60


class Form(Enum):
    """How a number is written."""

    DIGITS = auto()
    WORDS = auto()
    HINT = auto()
    """May be a number or only a part of a word: a Roman numeral, a single Chinese one."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a text."""

    readings: frozenset[Fraction]
    clock: frozenset[int] = frozenset()
    """Minutes after midnight, where it may be a time of day."""
    exact_clock: bool = False
    """Whether it is a time whose half of the day is known."""
    parts: tuple[Number, ...] = ()
    """What it falls into where it is not one number: hour and minute, the two sides of a slash."""
    form: Form = Form.DIGITS

    def agrees(self, other: Number) -> bool:
        """Whether both may mean the same."""
        if self.exact_clock and other.exact_clock:
            return bool(self.clock & other.clock)
        if self.readings & other.readings or self.clock & other.clock:
            return True
        return bool(self._spoken_clock & other.clock or self.clock & other._spoken_clock)

    @property
    def _spoken_clock(self) -> frozenset[int]:
        """Ten and a half may be half past ten."""
        halves = [r for r in self.readings if r.denominator in (2, 4) and 0 < r < 24]
        return frozenset((int(r * 60) + shift) % _DAY for r in halves for shift in (0, _NOON))

    @property
    def size(self) -> Fraction:
        """The smallest of its readings, without sign."""
        return min((abs(reading) for reading in self.readings), default=Fraction(0))


def read(text: str, language: str) -> list[Number]:
    """All numbers of a text, those in digits first, then those in words."""
    western = "".join(map(_western, text))
    found: list[Number] = []
    rest: list[str] = []
    at = 0
    for number, start, end in islice(_in_digits(western, language), MOST):
        found.append(number)
        rest.append(western[at:start])
        at = end
    rest.append(western[at:])
    between = " | ".join(rest)  # so that words on both sides of a number are not put together
    return found + list(_in_words(between, language))


def _western(character: str) -> str:
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    return _LIKE.get(character, character)


_LIKE: Final = {
    "．": ".",
    "：": ":",
    "٫": ".",
    "−": "-",
    "﹣": "-",
    "－": "-",
    "’": "'",
    "‘": "'",
    "٬": "'",
    "⁄": "/",
}

# --- digits ----------------------------------------------------------------------------------------------

_BLANK: Final = " \u00a0\u202f\u2009"
_VULGAR: Final = "¼½¾⅐⅑⅒⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"
_CJK_DIGITS: Final = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "兩": 2}
_CJK_SMALL: Final = {"十": 10, "百": 100, "千": 1000, "십": 10, "백": 100, "천": 1000}
_CJK_LARGE: Final = {
    "万": 10**4, "萬": 10**4, "만": 10**4, "亿": 10**8, "億": 10**8, "억": 10**8, "兆": 10**12, "조": 10**12,
}  # fmt: skip
_HAN: Final = "".join(c for c in (*_CJK_DIGITS, *_CJK_SMALL, *_CJK_LARGE) if c < "\uac00")
_SCALES: Final = "".join((*_CJK_SMALL, *_CJK_LARGE))

_FIGURE: Final = re.compile(
    rf"(?P<mixed>(?:(?P<whole>\d{{1,9}})[{_BLANK}]?)?(?P<vulgar>[{_VULGAR}]))"
    rf"|(?P<cjk>\d+(?:[.,]\d+)*[{_BLANK}]?[{_SCALES}]"
    rf"(?:[{_HAN}{_SCALES}\d]|(?<=[{_SCALES}])[ ](?=\d{{1,9}}[{_SCALES}])){{0,40}})"
    r"|(?P<dated>(?<![\d.,])\d{1,4}(?P<dash>[/.-])\d{1,2}(?P=dash)\d{1,4}(?![\d.,]?\d))"
    r"|(?P<colon>(?<!\d)(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::\d{2}(?:[.,]\d+)?)?(?!\d))"
    rf"|(?P<h>(?<!\d)(?P<h_hour>\d{{1,2}})[{_BLANK}]?h(?:[{_BLANK}]?(?P<h_minute>\d{{2}}))?(?![^\W_]))"
    rf"|(?P<clock>(?<!\d)(?P<c_hour>\d{{1,2}})(?:[{_BLANK}](?:Uhr|uur|heures?|horas?|hores|ore|часов|часа|годин)"
    rf"(?:[{_BLANK}](?:(?:y|e|et|und|i)[{_BLANK}])?(?P<c_minute>\d{{2}}))?(?!\w)"
    rf"|[{_BLANK}]?[点點時时시][{_BLANK}]?(?:(?P<z_minute>\d{{1,2}})[{_BLANK}]?[分분]|(?P<z_half>半|반))?))"
    r"|(?P<slash>(?<![\d/])(?P<upper>\d{1,4})/(?P<lower>\d{1,4})(?![\d/]))"
    rf"|(?P<blanks>(?<![\d.,])\d{{1,3}}(?:(?P<blank>[{_BLANK}])\d{{3}})(?:(?P=blank)\d{{3}})*(?!\d)(?:[.,]\d+)?)"
    r"|(?P<figure>\d+(?:[.,']\d+)*)",
    re.IGNORECASE,
)


def _in_digits(text: str, language: str) -> Iterator[tuple[Number, int, int]]:
    at = 0
    while (match := _FIGURE.search(text, at)) is not None:
        number, end = _figure(match, text, language)
        start = match.start()
        yield number, start, end
        at = max(end, match.end())


def _figure(match: re.Match[str], text: str, language: str) -> tuple[Number, int]:
    end = match.end()
    if match["mixed"]:
        value = Fraction(unicodedata.numeric(match["vulgar"])).limit_denominator(10)
        readings, end = scaled(text, end, frozenset({value + int(match["whole"] or 0)}), language)
        return Number(readings), end
    if match["cjk"]:
        return Number(frozenset({_cjk(match["cjk"])})), end
    if match["dated"]:
        parts = tuple(_whole(part) for part in re.split(r"[/.-]", match["dated"]))
        grouped = match["dash"] == "." and _grouped(match["dated"], ".")
        return Number(frozenset({_integer(match["dated"])}) if grouped else frozenset(), parts=parts), end
    for hour, minute in (("hour", "minute"), ("h_hour", "h_minute"), ("c_hour", "c_minute")):
        if match[hour]:
            late = match["z_minute"] or ("30" if match["z_half"] else None) if hour == "c_hour" else None
            return _time(match, int(match[hour]), int(late or match[minute] or 0), text)
    if match["slash"]:
        upper, lower = int(match["upper"]), int(match["lower"])
        parts = (_whole(match["upper"]), _whole(match["lower"]))
        return Number(frozenset({Fraction(upper, lower)} if lower else ()), parts=parts), end
    if match["blanks"]:
        groups = match["blanks"].split(match["blank"])
        readings = frozenset({_decimal(match["blanks"].replace(match["blank"], ""))})
        number = Number(readings, parts=tuple(Number(_readings(group)) for group in groups))
        return _with_words(number, match, text, language)
    return _with_words(_marked(match["figure"]), match, text, language)


def _with_words(number: Number, match: re.Match[str], text: str, language: str) -> tuple[Number, int]:
    """A number with what stands before and after it."""
    start, end = match.span()
    figure = match[0]
    before = text[max(0, start - 32) : start]
    if figure.isdigit() and len(figure) <= 2 and int(figure) <= 24:
        half_of_day = _half_of_day(before, text, end)
        if half_of_day is not None:
            morning, after = half_of_day
            return _at(int(figure), 0, morning), after
    elif number.clock and (half_of_day := _half_of_day(before, text, end)) is not None:
        hour, minute = map(int, re.split(r"\D", figure))
        if hour <= 24:
            return _at(hour, minute, half_of_day[0]), half_of_day[1]
    if (decade := _decade(figure, before, text, end)) is not None:
        return Number(decade), end
    readings, after = scaled(text, end, number.readings, language)
    if after > end:
        number = Number(readings)
    elif 2400 <= number.size <= 2600 and languages.base(language) == "th":
        number = Number(readings | {reading - 543 for reading in readings})  # years of the Buddhist era
    return _signed(number, before, text, after, language), after


def _signed(number: Number, before: str, text: str, end: int, language: str) -> Number:
    """Minus signs and words; where a hyphen may be something else, both."""
    negative = frozenset(-reading for reading in number.readings)
    subtraction = re.search(r"\d ?(?:[-–] ?|\w{3,8} )$", before) is not None
    sign = re.search(r"(?:^|[\s(:])[-–][$€£¥₹]?$|(?:^|[\s(])[$€£¥₹][-–]$", before)
    if sign or MINUS_BEFORE.search(before) or MINUS_AFTER.match(text, end):
        return Number(number.readings | negative if subtraction else negative)
    if languages.base(language) not in MINUS_LANGUAGES:
        return replace(number, readings=number.readings | negative)
    return number


def _decade(figure: str, before: str, text: str, end: int) -> frozenset[Fraction] | None:
    """ "1990s", "años 90", "’24": the readings of a year that may be shortened."""
    if len(figure) not in (2, 4) or not figure.isdigit():
        return None
    shortened = len(figure) == 2 and before.endswith("'") and not before[:-1][-1:].isalnum()
    decade = figure.endswith("0") and (DECADE_BEFORE.search(before) or DECADE_AFTER.match(text, end))
    if not shortened and not decade:
        return None
    year = int(figure)
    if year >= 100:
        return frozenset({Fraction(year), Fraction(year % 100)})
    return frozenset(map(Fraction, (year, 1900 + year, 2000 + year)))


def _marked(figure: str) -> Number:
    """A figure that may have marks of thousands and decimals inside; "10.30" may be a time."""
    readings = _readings(figure)
    if not readings:  # "2.0.1", "192.168.1.10"
        parts = re.split(r"[.,']", figure, maxsplit=_MOST_PARTS)
        return Number(frozenset(), parts=tuple(map(_whole, parts[:_MOST_PARTS])))
    dotted = re.fullmatch(r"(\d{1,2})[.,]([0-5]\d)", figure)
    if dotted is None or int(dotted[1]) > 24:
        return Number(readings)
    time = _at(int(dotted[1]), int(dotted[2]), None)
    return Number(readings, clock=time.clock)


def _readings(figure: str) -> frozenset[Fraction]:
    """What a figure with marks may mean; nothing where it is no number, as a version."""
    marks = re.sub(r"\d", "", figure)
    if not marks:
        return frozenset({_integer(figure)})
    last = marks[-1]
    if len(set(marks)) > 1:
        whole, _, decimals = figure.rpartition(last)
        if marks.count(last) > 1 or len(set(marks)) > 2 or not _grouped(whole, marks[0]):
            return frozenset()
        return frozenset({_decimal(f"{_bare(whole)}.{decimals}")})
    if len(marks) > 1:
        return frozenset({_integer(figure)}) if _grouped(figure, last) else frozenset()
    whole, _, decimals = figure.partition(last)
    decimal = _decimal(f"{whole}.{decimals}")
    if last == "'":
        return frozenset({_integer(figure)}) if len(decimals) == 3 else frozenset()
    grouped = len(decimals) == 3 and len(whole) <= 3 and not whole.startswith("0")
    return frozenset({decimal, _integer(figure)}) if grouped else frozenset({decimal})


def _grouped(figure: str, mark: str) -> bool:
    """Whether the marks divide it as thousands, or as lakhs and crores: 1,000,000 or 10,00,000."""
    first, *groups = figure.split(mark)
    if any(not group.isdigit() for group in (first, *groups)):
        return False
    if not groups:
        return True
    inner = {len(group) for group in groups[:-1]}
    return len(groups[-1]) == 3 and ((inner <= {3} and len(first) <= 3) or (inner <= {2} and len(first) <= 2))


def _time(match: re.Match[str], hour: int, minute: int, text: str) -> tuple[Number, int]:
    end = match.end()
    figures = [int(figure) for figure in re.findall(r"\d+", match[0])]
    parts = tuple(Number(frozenset({Fraction(figure)})) for figure in figures)
    if hour > 24 or minute > 59:
        return Number(frozenset(), parts=parts), end
    half_of_day = _half_of_day(text[max(0, match.start() - 8) : match.start()], text, end)
    if half_of_day is not None:
        return _at(hour, minute, half_of_day[0], parts), half_of_day[1]
    return _at(hour, minute, None, parts), end


def _at(hour: int, minute: int, morning: bool | None, parts: tuple[Number, ...] = ()) -> Number:
    """A time of day; with `morning` None the half of the day is open up to 12 o'clock."""
    exact = morning is not None or hour > 12 or hour == 0
    if morning is not None and hour <= 12:
        hours = {hour % 12 + (0 if morning else 12)}
    else:
        hours = {hour % 24} if exact else {hour % 24, (hour + 12) % 24}
    clock = frozenset(h * 60 + minute for h in hours)
    if minute:
        return Number(frozenset(), clock, exact, parts or (_whole(str(hour)), _whole(str(minute))))
    as_number = {hour, *hours} | {h % 12 or 12 for h in hours} | ({24} if 0 in hours else set())
    return Number(frozenset(map(Fraction, as_number)), clock, exact, ())


def _half_of_day(before: str, text: str, end: int) -> tuple[bool, int] | None:
    """Whether a.m. stands beside a time, and where it ends; None for neither a.m. nor p.m."""
    after = MORNING_AFTER.match(text, end)
    if after is not None:
        return after["am"] is not None, after.end()
    earlier = AFTERNOON_BEFORE.search(before)
    return None if earlier is None else (earlier["am"] is not None, end)


def _bare(figure: str) -> str:
    return re.sub(r"\D", "", figure)[:_LONGEST]


def _integer(figure: str) -> Fraction:
    return Fraction(int(_bare(figure)))


def _decimal(figure: str) -> Fraction:
    whole, _, decimals = figure.replace(",", ".").partition(".")
    return Fraction(f"{whole[:_LONGEST]}.{decimals[:_LONGEST] or '0'}")


def _whole(figure: str) -> Number:
    return Number(frozenset({_integer(figure)}))


# --- words -----------------------------------------------------------------------------------------------

_ROMAN: Final = re.compile(r"\b[IVXLCDM]{1,8}\b")
_ROMAN_VALUES: Final = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
_PERCENT_IN_HAN: Final = re.compile(r"百分之|パーセント")
_FRACTION_IN_HAN: Final = re.compile(rf"(?P<lower>[{_HAN}]{{1,12}})分[之の](?P<upper>[{_HAN}]{{1,12}})")
_NUMERAL_IN_HAN: Final = re.compile(rf"[{_HAN}]{{1,40}}(?:[点點][〇零一二三四五六七八九]{{1,40}})?")
_AND_A_HALF: Final = re.compile(
    r"(?<!\d)(\d{1,9}) (?:and a|et|y|e|und) (?:half|demie?|medi[oa]|mezz[oa]|mei[oa]) "
)
_HALF_OF: Final = re.compile(
    r"\b(?:half an?|halbe?|medi[oa]|demi|mezz[oa]|mei[oa]|halve)[ -](10{3,12})(?!\d)"
)
_HOUR_AND_MINUTE: Final = re.compile(r"(?<!\d)([1-9]|1[0-2]) ([0-5]\d)(?!\d| ?\d)")
_CENTURY_AND_YEAR: Final = re.compile(r"(?<!\d)(1[0-9]|20) ([1-9]\d)(?!\d)")
_TIMES_A_SCALE: Final = re.compile(r"(?<!\d)(\d{1,3}(?:[.,]\d+)?) (1000(?:000){0,4})(?!\d)")


def _in_words(text: str, language: str) -> Iterator[Number]:
    base = languages.base(language)
    for roman in _ROMAN.findall(text):
        yield Number(frozenset({_roman(roman)}), form=Form.HINT)
    if base in languages.SPACELESS:
        yield from _in_han(text)
    if base not in WORDS_READ:
        return
    figures = alpha2digit(text, base, 0.0)
    figures = _AND_A_HALF.sub(lambda match: f"{match[1]}.5 ", figures)
    figures = _HALF_OF.sub(lambda match: str(int(match[1]) // 2), figures)
    figures = _HOUR_AND_MINUTE.sub(r"\1:\2", figures)
    figures = _CENTURY_AND_YEAR.sub(lambda match: match[1] + match[2], figures)
    figures = _TIMES_A_SCALE.sub(lambda match: _product(match[1], match[2]), figures)
    for number, _, _ in islice(_in_digits(figures, language), MOST):
        yield replace(number, form=Form.WORDS)


def _product(number: str, scale: str) -> str:
    product = _decimal(number) * int(scale)
    return str(product.numerator) if product.denominator == 1 else str(float(product))


def _in_han(text: str) -> Iterator[Number]:
    text = _PERCENT_IN_HAN.sub(" ", text)
    for match in _FRACTION_IN_HAN.finditer(text):
        lower = _cjk(match["lower"])
        if lower:
            yield Number(frozenset({_cjk(match["upper"]) / lower}), form=Form.WORDS)
    for match in _NUMERAL_IN_HAN.finditer(_FRACTION_IN_HAN.sub(" ", text)):
        whole, _, decimals = re.sub("[點点]", ".", match[0]).partition(".")
        value = _cjk(whole)
        if decimals:
            value += Fraction("0." + "".join(str(_CJK_DIGITS[digit]) for digit in decimals))
        certain = len(whole) > 1 and any(character in _CJK_DIGITS for character in whole)
        form = Form.WORDS if certain or decimals else Form.HINT
        yield Number(frozenset({value}), form=form)


def _cjk(text: str) -> Fraction:
    """A numeral of Chinese, Japanese or Korean, digits allowed: 二零二四, 二十五, 1億2000万, 2.5万."""
    total = section = Fraction(0)
    digits = ""
    for character in text:
        if character.isdigit() or character in ".,":
            digits += character
        elif character in _CJK_DIGITS:
            digits += str(_CJK_DIGITS[character])
        elif character in _CJK_SMALL:
            section += (_plain(digits) if digits else 1) * _CJK_SMALL[character]
            digits = ""
        elif character in _CJK_LARGE:
            section += _plain(digits)
            digits = ""
            unit = _CJK_LARGE[character]
            total = total * unit if not section and total else total + (section or 1) * unit
            section = Fraction(0)
    return total + section + _plain(digits)


def _plain(digits: str) -> Fraction:
    """Digits of a numeral with a scale: a single mark before three digits divides thousands here."""
    return max(_readings(digits.strip(".,")), default=Fraction(0)) if digits.strip(".,") else Fraction(0)


def _roman(text: str) -> Fraction:
    values = [_ROMAN_VALUES[letter] for letter in text]
    return Fraction(sum(-v if v < max(values[at:]) else v for at, v in enumerate(values)))
