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
from pipeline.text.figures import decimal, integer, is_grouped, readings_of
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
from pipeline.text.numerals import HAN_DIGITS, NUMERALS, SCALES, han_value, roman_value

WORDS_READ: Final = frozenset({"da", "de", "en", "es", "fr", "it", "nl", "pt"})
"""Languages whose number words are read, besides Chinese and Japanese numerals."""

MOST: Final = 500
"""So many numbers in digits are read; nobody says more in one piece."""
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
_FIGURE: Final = re.compile(
    rf"(?P<mixed>(?:(?P<whole>\d{{1,9}})[{_BLANK}]?)?(?P<vulgar>[{_VULGAR}]))"
    rf"|(?P<cjk>\d+(?:[.,]\d+)*[{_BLANK}]?[{SCALES}]"
    rf"(?:[{NUMERALS}{SCALES}\d]|(?<=[{SCALES}])[ ](?=\d{{1,9}}[{SCALES}])){{0,40}})"
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
        return Number(frozenset({han_value(match["cjk"])})), end
    if match["dated"]:
        return _dated(match), end
    if (time := _hour_and_minute(match)) is not None:
        return _time(match, *time, text)
    if match["slash"]:
        return _slashed(match), end
    number = _blanked(match) if match["blanks"] else _marked(match["figure"])
    return _with_words(number, match, text, language)


def _dated(match: re.Match[str]) -> Number:
    """Three figures with dots, slashes or hyphens: a date, or thousands divided by dots."""
    parts = tuple(_whole(part) for part in re.split(r"[/.-]", match["dated"]))
    grouped = match["dash"] == "." and is_grouped(match["dated"], ".")
    return Number(frozenset({integer(match["dated"])}) if grouped else frozenset(), parts=parts)


def _hour_and_minute(match: re.Match[str]) -> tuple[int, int] | None:
    for hour, minute in (("hour", "minute"), ("h_hour", "h_minute")):
        if match[hour]:
            return int(match[hour]), int(match[minute] or 0)
    if not match["c_hour"]:
        return None
    half = "30" if match["z_half"] else None
    return int(match["c_hour"]), int(match["z_minute"] or half or match["c_minute"] or 0)


def _slashed(match: re.Match[str]) -> Number:
    upper, lower = int(match["upper"]), int(match["lower"])
    parts = (_whole(match["upper"]), _whole(match["lower"]))
    return Number(frozenset({Fraction(upper, lower)} if lower else ()), parts=parts)


def _blanked(match: re.Match[str]) -> Number:
    """Thousands divided by blanks, or several numbers that only look so."""
    groups = match["blanks"].split(match["blank"])
    readings = frozenset({decimal(match["blanks"].replace(match["blank"], ""))})
    return Number(readings, parts=tuple(Number(readings_of(group)) for group in groups))


def _with_words(number: Number, match: re.Match[str], text: str, language: str) -> tuple[Number, int]:
    """A number with what stands before and after it."""
    start, end = match.span()
    figure = match[0]
    before = text[max(0, start - 32) : start]
    half_of_day = _half_of_day(before, text, end)
    if half_of_day is not None and (time := _hours_of(figure, number)) is not None:
        return _at(*time, half_of_day[0]), half_of_day[1]
    if (decade := _decade(figure, before, text, end)) is not None:
        return Number(decade), end
    readings, after = scaled(text, end, number.readings, language)
    number = Number(readings) if after > end else _also_buddhist(number, language)
    return _signed(number, before, text, after, language), after


def _also_buddhist(number: Number, language: str) -> Number:
    """A year of Thailand's calendar may be one of ours in the translation."""
    if languages.base(language) != "th" or not 2400 <= number.size <= 2600:
        return number
    return Number(number.readings | {reading - 543 for reading in number.readings})


def _hours_of(figure: str, number: Number) -> tuple[int, int] | None:
    """Hour and minute of a figure that a.m. or p.m. may stand beside; None for others."""
    if figure.isdigit() and len(figure) <= 2:
        return (int(figure), 0) if int(figure) <= 24 else None
    if not number.clock:
        return None
    hour, minute = map(int, re.split(r"\D", figure))
    return (hour, minute) if hour <= 24 else None


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
    if not _is_shortened(figure, before) and not _names_decade(figure, before, text, end):
        return None
    year = int(figure)
    if year >= 100:
        return frozenset({Fraction(year), Fraction(year % 100)})
    return frozenset(map(Fraction, (year, 1900 + year, 2000 + year)))


def _is_shortened(figure: str, before: str) -> bool:
    """ "’24", but not "a'24"."""
    return len(figure) == 2 and before.endswith("'") and not before[:-1][-1:].isalnum()


def _names_decade(figure: str, before: str, text: str, end: int) -> bool:
    return figure.endswith("0") and bool(DECADE_BEFORE.search(before) or DECADE_AFTER.match(text, end))


def _marked(figure: str) -> Number:
    """A figure that may have marks of thousands and decimals inside; "10.30" may be a time."""
    readings = readings_of(figure)
    if not readings:  # "2.0.1", "192.168.1.10"
        parts = re.split(r"[.,']", figure, maxsplit=_MOST_PARTS)
        return Number(frozenset(), parts=tuple(map(_whole, parts[:_MOST_PARTS])))
    dotted = re.fullmatch(r"(\d{1,2})[.,]([0-5]\d)", figure)
    if dotted is None or int(dotted[1]) > 24:
        return Number(readings)
    time = _at(int(dotted[1]), int(dotted[2]), None)
    return Number(readings, clock=time.clock)


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
    hours = _hours_of_day(hour, morning, exact=exact)
    clock = frozenset(h * 60 + minute for h in hours)
    if minute:
        return Number(frozenset(), clock, exact, parts or (_whole(str(hour)), _whole(str(minute))))
    return Number(frozenset(map(Fraction, _said_hours(hour, hours))), clock, exact, ())


def _said_hours(hour: int, hours: set[int]) -> set[int]:
    """The numbers by which a full hour is said: 15 is three, midnight is twelve and twenty-four."""
    said = {hour, *hours} | {h % 12 or 12 for h in hours}
    return said | {24} if 0 in hours else said


def _hours_of_day(hour: int, morning: bool | None, *, exact: bool) -> set[int]:
    if morning is not None and hour <= 12:
        return {hour % 12 + (0 if morning else 12)}
    return {hour % 24} if exact else {hour % 24, (hour + 12) % 24}


def _half_of_day(before: str, text: str, end: int) -> tuple[bool, int] | None:
    """Whether a.m. stands beside a time, and where it ends; None for neither a.m. nor p.m."""
    after = MORNING_AFTER.match(text, end)
    if after is not None:
        return after["am"] is not None, after.end()
    earlier = AFTERNOON_BEFORE.search(before)
    return None if earlier is None else (earlier["am"] is not None, end)


def _whole(figure: str) -> Number:
    return Number(frozenset({integer(figure)}))


# --- words -----------------------------------------------------------------------------------------------

_ROMAN: Final = re.compile(r"\b[IVXLCDM]{1,8}\b")
_PERCENT_IN_HAN: Final = re.compile(r"百分之|パーセント")
_FRACTION_IN_HAN: Final = re.compile(
    rf"(?P<lower>[{NUMERALS}]{{1,12}})分[之の](?P<upper>[{NUMERALS}]{{1,12}})"
)
_NUMERAL_IN_HAN: Final = re.compile(rf"[{NUMERALS}]{{1,40}}(?:[点點][〇零一二三四五六七八九]{{1,40}})?")
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
        yield Number(frozenset({roman_value(roman)}), form=Form.HINT)
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
    product = decimal(number) * int(scale)
    return str(product.numerator) if product.denominator == 1 else str(float(product))


def _in_han(text: str) -> Iterator[Number]:
    text = _PERCENT_IN_HAN.sub(" ", text)
    for match in _FRACTION_IN_HAN.finditer(text):
        lower = han_value(match["lower"])
        if lower:
            yield Number(frozenset({han_value(match["upper"]) / lower}), form=Form.WORDS)
    for match in _NUMERAL_IN_HAN.finditer(_FRACTION_IN_HAN.sub(" ", text)):
        yield _numeral_in_han(match[0])


def _numeral_in_han(text: str) -> Number:
    """ "二十五", "三点一四"; a single sign may be a part of a word."""
    whole, _, decimals = re.sub("[點点]", ".", text).partition(".")
    value = han_value(whole)
    if decimals:
        value += Fraction("0." + "".join(str(HAN_DIGITS[digit]) for digit in decimals))
    certain = decimals or (len(whole) > 1 and not HAN_DIGITS.keys().isdisjoint(whole))
    return Number(frozenset({value}), form=Form.WORDS if certain else Form.HINT)
