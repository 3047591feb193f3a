"""Text as Apertium reads it best, and answers without what its rules leave over.

Amounts get their currency and scale in words that its dictionaries have, full stops do not turn words into
abbreviations, and the two answers that its pairs get wrong are put right: "no" and "sí".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from pipeline.engines.translation.apertium.casing import Dictionary

_SPACES: Final = re.compile(r"[ \t]{2,}")
_ENGLISH_I: Final = re.compile(r"\bi\b(?=['’ ]|$)")


def prepared(text: str, source: str, target: str) -> str:
    """Spaces single, the English "I" capital, amounts in words.

    A currency sign counts as a blank and would be left standing before another word.
    """
    text = _SPACES.sub(" ", text)
    if source == "en":
        return _with_capital_i(_english_amounts(text, target))
    if (billions := _BILLIONS.get(source)) is not None:
        text = billions.sub(
            lambda match: f"{_times(match['number'], 1000)}{match['blank']}{_MILLIONS[source]}", text
        )
    return _amounts_with_sign(text, source) if source in _CURRENCY_WORDS else text


def _with_capital_i(text: str) -> str:
    """Unless the text is one that is written in capitals."""
    if any(word.isupper() for word in text.split() if word != "I"):
        return text
    return _ENGLISH_I.sub("I", text)


# --- amounts ---------------------------------------------------------------------------------------------

_NUMBER: Final = r"\d++(?:[.,]\d++)*+"
_CURRENCIES: Final = {
    "US$": "dollars", "CA$": "Canadian dollars", "C$": "Canadian dollars", "A$": "Australian dollars",
    "AU$": "Australian dollars", "R$": "reais", "$": "dollars", "€": "euros", "£": "pounds", "¥": "yen", "₹": "rupees",
}  # fmt: skip
_SIGN: Final = r"(?<!\w)(?:US|CA|AU|[CAR])?\$|[€£¥₹]"
_POWERS: Final = {
    "thousand": 3, "k": 3, "million": 6, "mln": 6, "mn": 6, "mm": 6, "m": 6, "billion": 9, "bn": 9, "b": 9,
    "trillion": 12, "tn": 12, "t": 12,
}  # fmt: skip
_SCALE: Final = r"(?:thousand|[mb]illions?|trillions?|mln|mn|mm|bn|tn|[kmbt])"
_WITH_SIGN: Final = re.compile(
    rf"(?P<sign>{_SIGN})\s?(?P<first>{_NUMBER})(?:(?P<to>\s?[-–]\s?|\s(?:to|and|or)\s)(?:{_SIGN})?(?P<last>{_NUMBER}))?"
    rf"(?:[\s-]?(?P<scale>{_SCALE}))?(?!\w)",
    re.IGNORECASE,
)
_WITHOUT_SIGN: Final = re.compile(
    rf"(?<![\w.,])(?P<first>{_NUMBER})(?P<glue>[\s-]?)(?P<scale>thousand|[mb]illion|trillion|mln|mn|bn|tn)(?!\w)"
    r"(?:-(?P<currency>dollar|euro|pound)s?(?!\w))?",
    re.IGNORECASE,
)
_MODIFIER: Final = re.compile(
    rf"\b(?P<article>an?|the|this|that|our|their|its|his|her|my|your) "
    rf"(?P<amount>{_NUMBER}(?: [mb]illion)? (?:(?:Canadian|Australian) )?(?:dollar|euro|pound)s?)[ -]"
    r"(?P<noun>(?!and\b|or\b|a\b|per\b|in\b|on\b|of\b|to\b|from\b|for\b|is\b|are\b|was\b|were\b|that\b|which\b|we\b|they\b|"
    r"with\b|at\b|by\b|it\b|last\b|this\b|next\b)[a-z]+)"
    r"(?=$|[.,;:!?]| (?:is|was|are|were|has|had|will|for|with|from|to|in|on|by|at|and|that|which|of|last|this|next)\b)",
    re.IGNORECASE,
)


def _english_amounts(text: str, target: str) -> str:
    def with_sign(match: re.Match[str]) -> str:
        scale = (match["scale"] or "").lower().rstrip("s")
        first, last = match["first"], match["last"]
        if match["to"] and not last:
            return match[0]
        currency = _CURRENCIES.get(match["sign"].upper(), "dollars")
        written = [_scaled(number, scale, target) for number in (first, last) if number]
        ending = written[-1][1]
        if last:
            figures = f"{written[0][0]}{match['to']}{written[1][0]}"
        else:
            figures = written[0][0]
            if figures == "1" and not ending:
                currency = _SINGULAR.get(currency, currency)
        return f"{figures}{ending} {currency}"

    def without_sign(match: re.Match[str]) -> str:
        number, ending = _scaled(match["first"], match["scale"].lower(), target)
        return f"{number}{ending}" + (f" {match['currency']}s" if match["currency"] else "")

    text = _WITH_SIGN.sub(with_sign, text)
    text = _WITHOUT_SIGN.sub(without_sign, text)
    return _MODIFIER.sub(lambda match: f"{match['article']} {match['noun']} of {match['amount']}", text)


_SINGULAR: Final = {"dollars": "dollar", "euros": "euro", "pounds": "pound", "rupees": "rupee"}


def _scaled(number: str, scale: str, target: str) -> tuple[str, str]:
    """Digits and scale: thousands in digits; billions as thousands of millions, which no pair misreads."""
    power = _POWERS.get(scale.removesuffix("s"), 0)
    if power == 12:
        return number, " billion" if target == "ca" else " trillion"
    if power == 9:
        return _times(number, 1000), " million"
    if power == 3:
        return _times(number, 1000), ""
    return number, " million" if power == 6 else ""


def _times(number: str, factor: int) -> str:
    """A number as it is written, multiplied; without marks of thousands."""
    whole, mark, decimals = number, "", ""
    if (found := re.fullmatch(r"(.*)([.,])(\d+)", number)) and (
        len(found[3]) != 3 or found[1].startswith("0")
    ):
        whole, mark, decimals = found[1], found[2], found[3]
    value = Decimal(f"{re.sub(r'[.,]', '', whole)}.{decimals or '0'}") * factor
    return f"{value.normalize():f}".replace(".", mark or ".")


_BILLIONS: Final[Mapping[str, re.Pattern[str]]] = {
    language: re.compile(rf"(?<![\w.,])(?P<number>{_NUMBER})(?P<blank>\s)(?:{words})(?!\w)", re.IGNORECASE)
    for language, words in (
        ("fr", "milliards?|mds?"),
        ("it", "miliard[oi]|mld"),
        ("pt", "bilhão|bilhões|mil milhões"),
    )
}
_MILLIONS: Final = {"fr": "millions", "it": "milioni", "pt": "milhões"}
_CURRENCY_WORDS: Final[Mapping[str, tuple[str, str, str, str]]] = {
    "es": ("millón|millones|mil millones|M", "dólares", "euros", "libras"),
    "fr": ("million|millions|M", "dollars", "euros", "livres"),
    "pt": ("milhão|milhões|mil milhões|M", "dólares", "euros", "libras"),
    "it": ("milione|milioni|mln|M", "dollari", "euro", "sterline"),
    "ca": ("milió|milions|mil milions|M", "dòlars", "euros", "lliures"),
}
"""Scale words, dollars, euros, pounds."""
_LINKS: Final = {"es": " de ", "fr": " de ", "pt": " de ", "it": " di ", "ca": " de "}
_SHORT_MILLION: Final = {
    "es": "millones",
    "fr": "millions",
    "pt": "milhões",
    "it": "milioni",
    "ca": "milions",
}


def _amounts_with_sign(text: str, language: str) -> str:
    """$, € and £ with a scale beside them, in words: "$5 millones" and "2,5 M€" are read as they stand otherwise."""
    scales, *currencies = _CURRENCY_WORDS[language]
    names = dict(zip("$€£", currencies, strict=True))
    pattern = re.compile(
        rf"(?<![\w$])(?:US)?(?P<before>[$€£])\s?(?P<number>{_NUMBER})(?:\s?(?P<scale>{scales})(?!\w))?"
        rf"|(?<![\w.,])(?P<number2>{_NUMBER})\s?(?P<scale2>{scales})\s?(?P<after>[$€£])"
    )

    def words(match: re.Match[str]) -> str:
        number, scale = match["number"] or match["number2"], match["scale"] or match["scale2"]
        currency = names[match["before"] or match["after"]]
        if not scale:
            return f"{number} {currency}"
        link = "d'" if language == "fr" and currency == "euros" else _LINKS[language].lstrip()
        return f"{number} {_SHORT_MILLION[language] if scale == 'M' else scale} {link}{currency}"

    return pattern.sub(words, text)


# --- full stops ------------------------------------------------------------------------------------------

_WORD_AND_STOP: Final = re.compile(r"(?<![\w.'’-])([^\W\d_]+)\.(?=\s+[^\W\d_]|\s*$)")


async def with_stops_apart(text: str, dictionary: Dictionary) -> str:
    """A blank before full stops that would make an abbreviation of an ordinary word: "no." is not "No. 7".

    Raises EngineError.
    """
    words = set(_WORD_AND_STOP.findall(text))
    if not words:
        return text
    read_otherwise = await dictionary.abbreviations(sorted(word.lower() for word in words))
    return _WORD_AND_STOP.sub(
        lambda match: f"{match[1]} ." if match[1].lower() in read_otherwise else match[0], text
    )


# --- answers ---------------------------------------------------------------------------------------------

_BEFORE_MARK: Final = re.compile(r"(?<=\w) +(?=[,.](?:\s|$))")
_TWICE: Final = re.compile(r"\b([^\W\d_]{2,}) \1\b", re.IGNORECASE)
_RIGHTLY_TWICE: Final = frozenset({"nous", "vous", "se"})
_ENDS: Final = r"(?=\s*(?:[.,;:!?…»”\")]|$))"
_ALONE: Final[Mapping[str, tuple[tuple[re.Pattern[str], str], ...]]] = {
    "fr": (
        (re.compile(rf"\bne\b{_ENDS}", re.IGNORECASE), "non"),
        (
            re.compile(
                rf"(?<!\bde )(?<!\ben )(?<!\bà )(?<!\bpour )(?<!\bchez )(?<!\bsur )(?<!\bpar )(?<!\bavec )(?<!\bsans )"
                rf"(?<!\bentre )(?<!\bcontre )(?<!\bvers )(?<!\benvers )(?<!\bmalgré )\bsoi\b{_ENDS}",
                re.IGNORECASE,
            ),
            "oui",
        ),
    ),
    "it": ((re.compile(rf"\bnon\b{_ENDS}", re.IGNORECASE), "no"), (re.compile("[¿¡]"), "")),
    "en": ((re.compile(r"\baye\b", re.IGNORECASE), "yes"),),
    "ca": (
        (re.compile(r"(?<!\d)(?!1 )(\d[\d.,]*) milió\b"), r"\1 milions"),
        (re.compile(r"(?<!\d)(?!1 )(\d[\d.,]*) bilió\b"), r"\1 bilions"),
    ),
}
"""What stands at the end of a clause as no speaker would say it, and what is said."""


def tidy(answer: str, asked: str, source: str, target: str) -> str:
    """An answer without doubled spaces, words that the rules left over, and answers that are none."""
    text = _BEFORE_MARK.sub("", _SPACES.sub(" ", answer)).strip()
    if source in ("es", "ca", "pt") or target == "ca":
        for pattern, said in _ALONE.get(target, ()):
            text = pattern.sub(lambda match, said=said: _like(match, said), text)  # type: ignore[misc]
    if _TWICE.search(asked):
        return text
    return _TWICE.sub(lambda match: match[0] if match[1].lower() in _RIGHTLY_TWICE else match[1], text)


def _like(match: re.Match[str], said: str) -> str:
    """With a capital where the word had one."""
    new = match.expand(said)
    return new[:1].upper() + new[1:] if match[0][:1].isupper() else new
