"""Whole numbers as they are spoken, so that "20" and "twenty" count as the same words when engines are compared.

Six alphabetic languages and the Han numerals; below a million. Words stand apart as they are written, without hyphens.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

LIMIT: Final = 1_000_000
"""Larger numbers stay digits."""


def spelt(number: int, language: str) -> str | None:
    """The cardinal in words of a language (its base code); None where it is not known or too large."""
    speller = _SPELLERS.get(language)
    return speller(number) if speller and 0 <= number < LIMIT else None


def ordinal(number: int) -> str | None:
    """The English ordinal in words, e.g. "twenty first"; None where it is too large."""
    cardinal = spelt(number, "en")
    if cardinal is None:
        return None
    *before, last = cardinal.split()
    irregular = _ORDINALS.get(last)
    regular = last[:-1] + "ieth" if last.endswith("y") else last + "th"
    return " ".join([*before, irregular or regular])


_ORDINALS: Final = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth",
    "twelve": "twelfth",
}  # fmt: skip


def _english(number: int) -> str:
    return _apart(number, _EN, "thousand", _hundreds(_EN, _en_tens, lambda count: f"{_EN[count]} hundred"))


def _en_tens(number: int) -> str:
    return _tens(number, _EN, _EN_TENS, " ")


def _spanish(number: int) -> str:
    def below(part: int) -> str:
        if part == 100:
            return "cien"
        return _hundreds(
            _ES, lambda rest: _tens(rest, _ES, _ES_TENS, " y "), lambda count: _ES_HUNDREDS[count]
        )(part)

    def thousands(count: int) -> str:
        # veintiuno mil is said veintiún mil, treinta y uno mil treinta y un mil
        words = below(count)
        shortened = words.removesuffix("uno") + ("ún" if words.endswith("veintiuno") else "un")
        return "mil" if count == 1 else f"{shortened if words.endswith('uno') else words} mil"

    return _of_parts(number, below, thousands)


def _french(number: int) -> str:
    def tens(part: int) -> str:
        if part < 17:
            return _FR[part]
        ten, unit = divmod(part, 10)
        if ten in (7, 9):
            joint = " et " if part == 71 else " "
            return f"{_FR_TENS[ten - 1]}{joint}{tens(10 + unit)}"
        if part == 80:
            return "quatre vingts"
        if unit == 0:
            return _FR_TENS[ten]
        return f"{_FR_TENS[ten]}{' et ' if unit == 1 and ten < 8 else ' '}{_FR[unit]}"

    def below(part: int) -> str:
        count, rest = divmod(part, 100)
        if not count:
            return tens(rest)
        hundred = "cent" if count == 1 else f"{_FR[count]} cent" + ("" if rest else "s")
        return f"{hundred} {tens(rest)}" if rest else hundred

    def thousands(count: int) -> str:
        if count == 1:
            return "mille"
        words = below(count)  # cents and vingts lose their s before mille
        return f"{words[:-1] if words.endswith(('cents', 'vingts')) else words} mille"

    return _of_parts(number, below, thousands)


def _italian(number: int) -> str:
    def tens(part: int) -> str:
        if part < 20:
            return _IT[part]
        ten, unit = divmod(part, 10)
        stem = _IT_TENS[ten]
        if unit in (1, 8):  # vent-uno, vent-otto
            stem = stem[:-1]
        return stem + (("tré" if unit == 3 else _IT[unit]) if unit else "")

    def below(part: int) -> str:
        count, rest = divmod(part, 100)
        hundred = ("" if count < 2 else _IT[count]) + ("cento" if count else "")
        return hundred + (tens(rest) if rest or not count else "")

    thousand, rest = divmod(number, 1000)
    words = "mille" if thousand == 1 else below(thousand).replace("tré", "tre") + "mila" if thousand else ""
    return words + (below(rest) if rest or not thousand else "")


def _portuguese(number: int) -> str:
    def below(part: int) -> str:
        if part == 100:
            return "cem"
        count, rest = divmod(part, 100)
        tens = _tens(rest, _PT, _PT_TENS, " e ")
        if not count:
            return tens
        return f"{_PT_HUNDREDS[count]} e {tens}" if rest else _PT_HUNDREDS[count]

    thousand, rest = divmod(number, 1000)
    if not thousand:
        return below(rest)
    words = "mil" if thousand == 1 else f"{below(thousand)} mil"
    if not rest:
        return words
    return f"{words}{' e ' if rest < 100 or rest % 100 == 0 else ' '}{below(rest)}"


def _german(number: int) -> str:
    def tens(part: int) -> str:
        if part < 20:
            return _DE[part]
        ten, unit = divmod(part, 10)
        return (f"{'ein' if unit == 1 else _DE[unit]}und" if unit else "") + _DE_TENS[ten]

    def below(part: int) -> str:
        count, rest = divmod(part, 100)
        hundred = f"{'ein' if count == 1 else _DE[count]}hundert" if count else ""
        return hundred + (tens(rest) if rest or not count else "")

    thousand, rest = divmod(number, 1000)
    words = ("ein" if thousand == 1 else below(thousand)) + "tausend" if thousand else ""
    if words and words.endswith("einstausend"):
        words = words.replace("einstausend", "eintausend")
    return words + (below(rest) if rest or not thousand else "")


_HAN_PLACES = ((1000, "千"), (100, "百"), (10, "十"), (1, ""))


def _han(number: int) -> str:
    if number >= 10_000:
        high, low = divmod(number, 10_000)
        between = "零" if 0 < low < 1000 else ""
        return _han(high) + "万" + between + (_han(low) if low else "")
    words = ""
    zero_due = False
    for value, name in _HAN_PLACES:
        digit, number = divmod(number, value)
        if digit:
            words += ("零" if zero_due else "") + _han_digit(digit, value, leading=not words) + name
        zero_due = not digit and bool(words)
    return words or _HAN[0]


def _han_digit(digit: int, value: int, *, leading: bool) -> str:
    """Not said before a ten that begins the number: 十五."""
    return "" if leading and value == 10 and digit == 1 else _HAN[digit]


def _japanese(number: int) -> str:
    """Without the zeros between, and without the one before ten, hundred and thousand."""
    if number >= 10_000:
        high, low = divmod(number, 10_000)
        return _japanese(high) + "万" + (_japanese(low) if low else "")
    words = ""
    for value, name in _HAN_PLACES:
        digit, number = divmod(number, value)
        if digit:
            words += ("" if digit == 1 and name else _HAN[digit]) + name
    return words or _HAN[0]


def _tens(number: int, ones: Sequence[str], tens: Sequence[str], joint: str) -> str:
    if number < len(ones):
        return ones[number]
    ten, unit = divmod(number, 10)
    return f"{tens[ten]}{joint}{ones[unit]}" if unit else tens[ten]


def _hundreds(
    ones: Sequence[str], tens: Callable[[int], str], hundred: Callable[[int], str]
) -> Callable[[int], str]:
    def below(number: int) -> str:
        count, rest = divmod(number, 100)
        if not count:
            return tens(rest)
        return f"{hundred(count)} {tens(rest)}" if rest else hundred(count)

    return below


def _apart(number: int, ones: Sequence[str], thousand: str, below: Callable[[int], str]) -> str:
    return _of_parts(number, below, lambda count: f"{below(count)} {thousand}")


def _of_parts(number: int, below: Callable[[int], str], thousands: Callable[[int], str]) -> str:
    count, rest = divmod(number, 1000)
    parts = ([thousands(count)] if count else []) + ([below(rest)] if rest or not count else [])
    return " ".join(parts)


def _list(words: str) -> tuple[str, ...]:
    return tuple(words.split())


_EN: Final = _list(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
_EN_TENS: Final = _list("- - twenty thirty forty fifty sixty seventy eighty ninety")
_ES: Final = _list(
    "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis "
    "diecisiete dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro veinticinco "
    "veintiséis veintisiete veintiocho veintinueve"
)
_ES_TENS: Final = _list("- - veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa")
_ES_HUNDREDS: Final = _list(
    "- ciento doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos novecientos"
)
_FR: Final = _list(
    "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize"
)
_FR_TENS: Final = ("", "dix", "vingt", "trente", "quarante", "cinquante", "soixante", "", "quatre vingt", "")
_IT: Final = _list(
    "zero uno due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici "
    "sedici diciassette diciotto diciannove"
)
_IT_TENS: Final = _list("- - venti trenta quaranta cinquanta sessanta settanta ottanta novanta")
_PT: Final = _list(
    "zero um dois três quatro cinco seis sete oito nove dez onze doze treze catorze quinze dezesseis "
    "dezessete dezoito dezenove"
)
_PT_TENS: Final = _list("- - vinte trinta quarenta cinquenta sessenta setenta oitenta noventa")
_PT_HUNDREDS: Final = _list(
    "- cento duzentos trezentos quatrocentos quinhentos seiscentos setecentos oitocentos novecentos"
)
_DE: Final = _list(
    "null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn "
    "siebzehn achtzehn neunzehn"
)
_DE_TENS: Final = _list("- - zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig")
_HAN: Final = "零一二三四五六七八九"

_SPELLERS: Final[dict[str, Callable[[int], str]]] = {
    "en": _english, "es": _spanish, "fr": _french, "it": _italian, "pt": _portuguese, "de": _german,
    "zh": _han, "ja": _japanese,
}  # fmt: skip
