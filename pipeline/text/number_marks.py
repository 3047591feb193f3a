"""Marks of decimals and thousands as each language writes them: 1,250.50 is 1.250,50 in Spanish.

Source:
    Unicode CLDR 46, symbols of the "latn" numbering system and the standard decimal pattern. One departure:
    four digits are divided where the source divides them, although CLDR leaves 1250 whole in some languages.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from pipeline.text import languages


@dataclass(frozen=True, slots=True)
class Marks:
    """How a language writes numbers."""

    decimal: str
    group: str
    lakhs: bool = False
    """Whether groups are of two digits after the first three: 12,50,000."""


_BLANK: Final = "[ \u00a0\u202f]"
_GROUP_SIGNS: Final = {"’": "[’']", "\u00a0": _BLANK, "\u202f": _BLANK}
"""Patterns of marks that are written in several ways."""

_POINT: Final = Marks(".", ",")
_COMMA: Final = Marks(",", ".")
_SPACED: Final = Marks(",", "\u00a0")
_SWISS: Final = Marks(".", "’")
_LAKHS: Final = Marks(".", ",", lakhs=True)

_MARKS: Final[dict[str, Marks]] = {
    **dict.fromkeys(["en", "zh", "yue", "ja", "ko", "th", "he", "ms", "tl", "sw", "cy", "ga", "mt", "ur"], _POINT),
    **dict.fromkeys(["hi", "bn", "mr", "gu", "pa", "ta", "te", "kn", "ml", "ne", "en-IN"], _LAKHS),
    **dict.fromkeys(
        ["es", "de", "it", "nl", "pt", "ca", "gl", "ast", "eu", "da", "tr", "el", "id", "jv", "ro", "hr", "sr", "bs",
         "sl", "mk", "is", "vi", "az", "lb", "fo"],
        _COMMA,
    ),
    **dict.fromkeys(
        ["ru", "uk", "be", "bg", "pl", "cs", "sk", "hu", "fi", "et", "lv", "lt", "sv", "no", "nn", "sq", "hy", "ka",
         "kk", "ky", "uz", "tt", "eo", "oc", "br", "pt-PT", "pt-AO", "pt-MZ", "de-AT", "fr-CA", "en-ZA"],
        _SPACED,
    ),
    **dict.fromkeys(["fr", "fr-CH", "fr-BE"], Marks(",", "\u202f")),
    **dict.fromkeys(["de-CH", "de-LI", "it-CH"], _SWISS),
    **dict.fromkeys(
        [f"es-{region}" for region in ("419", "MX", "US", "PR", "DO", "CU", "GT", "HN", "NI", "PA", "PE", "SV", "BZ")],
        _POINT,
    ),
}  # fmt: skip
"""By language, or language and region. What is not listed is left as it is."""

_FIGURE: Final = re.compile(
    r"(?<![^\W_])(?<![^\W\d_]-)(?<![.,’'/:\u00a0\u202f])(?<!\d )[+−-]?"
    r"(?P<number>\d{1,3}(?: \d{3})+(?:,\d+)?(?! ?\d)|\d+(?:[.,’'\u00a0\u202f]\d+)+)"
    r"(?![.,’'/:\u00a0\u202f]\d)(?! ?[ap]\.? ?m\b)(?!\d)",
    re.IGNORECASE,
)
_REFERENCE: Final = re.compile(
    r"(?:\b(?i:v|ver|version|versión|versió|versão|versione|release|section|sección|secció|seção|sezione|chapter|"
    r"capítulo|chapitre|capitolo|kapitel|article|artículo|article|artigo|articolo|artikel|figure|figura|fig|abbildung|"
    r"table|tabla|tableau|tabela|tabelle|page|página|paragraph|abschnitt|clause|cláusula|step|paso|étape|schritt|"
    r"item|punto|point|punkt|annex|anexo|annexe|https?|no|nr|núm|p)\.?|[^\W\d_]*[a-z][A-Z][^\W\d_]*|"
    r"(?<=[^.?!…:] )[A-Z][^\W\d_]*|(?<=\A)(?:Python|Windows|Android|Ubuntu|Java|Bluetooth|USB|HTTP|TLS|iOS)) ?$"
)
_QUANTITY: Final = re.compile(
    r" ?(?:%|‰|[$€£¥₹]|percent|per cent|por ciento|pour cent|prozent|per cento|dollars?|dólares|euros?|pounds?|"
    r"(?:[mb]illion|thousand|millones|millions|millionen|milioni|milhões|milions|mil|milliarden?|milliards?|miliardi)\b|"
    r"k[gm]\b|[cm]?m\b|degrees|grados|degrés|grad)",
    re.IGNORECASE,
)
_CLOCK_BEFORE: Final = re.compile(r"\b(?:at|by|until|from|till|around|um|alle|kl\.?) $", re.IGNORECASE)
_ADDRESS: Final = re.compile(r"(?:(?:0|[1-9]\d{0,2})\.){3}(?:0|[1-9]\d{0,2})")


def marks_of(language: str) -> Marks | None:
    """How a language writes numbers; by its region where that differs; None where it is not known."""
    base = languages.base(language)
    for part in language.replace("_", "-").split("-")[1:]:
        if (regional := _MARKS.get(f"{base}-{part.upper()}")) is not None:
            return regional
    return _MARKS.get(base)


def localised(translated: str, said: str, *, source: str, target: str) -> str:
    """A translation whose numbers are written as its language does.

    Only numbers that stand in it exactly as they were said are rewritten: an engine that has done it itself
    is left alone, as are times, dates, versions, sections, addresses and telephone numbers.
    """
    here, there = marks_of(source), marks_of(target)
    if here is None or there is None or here == there:
        return translated
    wanted = _wanted(said, here, there)

    def write(match: re.Match[str]) -> str:
        figure = match["number"]
        forms = wanted.get(figure)
        if not forms:
            return match[0]
        form = forms.pop(0) if len(forms) > 1 else forms[0]  # said several times: in their order
        return match[0].replace(figure, form)

    return _FIGURE.sub(write, translated) if wanted else translated


def _wanted(said: str, here: Marks, there: Marks) -> dict[str, list[str]]:
    """For each figure that was said how it is written in the other language, as often as it was said."""
    wanted: dict[str, list[str]] = {}
    for match in _FIGURE.finditer(said):
        figure = match["number"]
        new = _rewritten(figure, here, there) if _is_quantity(said, match) else None
        wanted.setdefault(figure, []).append(new or figure)
    return wanted


def _is_quantity(said: str, match: re.Match[str]) -> bool:
    """Whether a figure tells how much, not which."""
    if _QUANTITY.match(said, match.end()):
        return True
    before = said[max(0, match.start() - 30) : match.start()]
    if _REFERENCE.search(before):
        return False
    return not (_CLOCK_BEFORE.search(before) and re.fullmatch(r"[012]?\d\.[0-5]\d", match["number"]))


def _rewritten(figure: str, here: Marks, there: Marks) -> str | None:
    """The figure with the marks of another language; None where its own are not those of the source."""
    match = None if _ADDRESS.fullmatch(figure) else _read_with(figure, here)
    if match is None:
        return None
    whole = re.sub(r"\D", "", match["whole"])
    if whole != match["whole"]:
        whole = _grouped(whole, there)
    return whole if match["decimals"] is None else f"{whole}{there.decimal}{match['decimals']}"


def _read_with(figure: str, marks: Marks) -> re.Match[str] | None:
    """The whole of a figure and its decimals, where it is written with these marks."""
    group = _GROUP_SIGNS.get(marks.group, re.escape(marks.group))
    for size in (2, 3) if marks.lakhs else (3,):  # thousands are used beside lakhs
        whole = rf"(?P<whole>\d{{1,3}}(?:{group}\d{{{size}}})*{group}\d{{3}}|\d+)"
        shape = rf"{whole}(?:{re.escape(marks.decimal)}(?P<decimals>\d+))?"
        if (match := re.fullmatch(shape, figure)) is not None:
            return match
    return None


def _grouped(digits: str, marks: Marks) -> str:
    head, groups = digits[:-3], [digits[-3:]]
    size = 2 if marks.lakhs else 3
    while head:
        groups.insert(0, head[-size:])
        head = head[:-size]
    return marks.group.join(groups)
