"""Words beside numbers that change what they mean: scales and halves, minus, a.m. and p.m., decades.

Source:
    Unicode CLDR 46, compact decimals; "billion" by the long or the short scale as the language has it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Final

from pipeline.text import languages


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_EVERYWHERE: Final[Mapping[int, str]] = {
    3: "k tsd tausend* thousand* duizend* tusen* tusind* tuhat* tuhan* ezer ezret tysi* tys tisíc* tisoč* tisuć* "
    "hiljad* тысяч* тыс тисяч* тис хиляд* хиљад* χιλιάδ* ألف الف آلاف ألفا هزار ہزار אלף אלפים हज़ार* हजार* হাজার* "
    "ათას* nghìn ngàn ribu tūkst* millier* migliaia mila พัน",
    4: "หมื่น",
    5: "lakh* lac lacs लाख* লাখ* লক্ষ* لاکھ แสน",
    6: "millio* millió* milió* milio* miljo* miljó* milljó* millón* millon* milhõ* milhã* milhao* milho* mln "
    "milj milijun* milijon* мільйо* миллио* милио* млн milyon* milyun* triệu juta εκατομμύρι* εκατ مليون* "
    "ملايين ملیون* میلیون* ملین מיליון* מליון* מיליוני मिलियन* মিলিয়ন* მილიონ* միլիոն* ล้าน",
    7: "crore* cr करोड़* करोड* কোটি* کروڑ",
    9: "milliard* miljard* miliard* milijard* milyar* miliar мільярд* миллиард* милиард* милијард* млрд mld mlrd mrd "
    "mds md bn tỷ tỉ δισεκατομμύρι* δισ مليار* بليون* میلیارد* מיליארד* अरब ارب बिलियन* bilhõ* bilhã* "
    "bilhao* millardo* მილიარდ* միլիարդ*",
    12: "triliun* trilh* трилл* трильйо* трили* trilyon* τρισεκατομμύρι* τρισ تريليون* tn",
}  # fmt: skip
"""Power of ten to the words that mean it in any language; a star stands for any ending."""

_BY_LANGUAGE: Final[Mapping[str, Mapping[int, str]]] = {
    "en": {3: "grand", 6: "mn mm", 9: "billion*", 12: "trillion*"},
    **{code: {3: "mil miles milers milhar* milhares"} for code in ("es", "pt", "ca", "gl", "ast", "oc")},
    **{code: {6: "mio mill", 9: "mia"} for code in ("de", "da", "no", "nn", "sv")},
    "sv": {6: "mn mkr", 9: "mdr"}, "da": {6: "mio mill", 9: "mia"}, "fr": {3: "mille"}, "it": {3: "mille"},
    "ro": {3: "mii mie"}, "tr": {3: "bin"}, "az": {3: "min"},
}  # fmt: skip

_LONG_SCALE: Final[Mapping[int, str]] = {
    12: "billi* billón* billon* bilió* bilio* biljo* bili*",
    18: "trilli* trillón* trillon* trilió* triljo*",
}
"""What the words mean outside English: a million millions, and a million of those."""

SCALE_LANGUAGES: Final = _set(
    "en es pt ca gl ast oc fr it ro de nl sv da no nn is fi et hu pl cs sk sl hr sr bs "
    "mk bg ru uk be el tr az ar fa ur he hi mr ne bn vi id ms th ka hy lt lv zh yue ja ko"
)
"""Languages whose scale words are known; elsewhere only the digits before the zeros can be compared."""

_WORD: Final = re.compile(
    r"[ \u00a0\u202f\u2009-]?(?P<word>(?:[^\W\d_\u0e00-\u0e7f]|[\u0900-\u0963\u0970-\u0dff])+|[\u0e00-\u0e7f]+)"
)
_LINK: Final = re.compile(r" (?:de|di|of) ")
_HALF: Final = re.compile(
    r" ?(?:and a half|y medi[oa]|e mei[oa]|et demie?|e mezz[oa]|i mig|i mitja|(?:und )?ein(?:e )?halb|en een half)\b",
    re.IGNORECASE,
)
_UNIT_OR_SCALE: Final = re.compile(r"(?P<letter>[kmbt])(?![^\W_])", re.IGNORECASE)
_POWER_OF_LETTER: Final = {"k": 3, "m": 6, "b": 9, "t": 12}
_THAI: Final = "\u0e00", "\u0e7f"


def scaled(
    text: str, at: int, readings: frozenset[Fraction], language: str
) -> tuple[frozenset[Fraction], int]:
    """What a number means with the words after it: "1.5 million", "3 mil millones", "2 and a half", "5k".

    A single letter may be a unit as well, so both readings are kept.

    Returns:
        The readings, and where the words end.
    """
    readings, end = _with_half(text, at, readings, Fraction(1))
    factor, after = _factor(text, end, language)
    if factor > 1:
        return _with_half(text, after, frozenset(reading * factor for reading in readings), Fraction(factor))
    if end == at and (letter := _UNIT_OR_SCALE.match(text, at)) is not None:
        power = 10 ** _POWER_OF_LETTER[letter["letter"].lower()]
        return readings | {reading * power for reading in readings}, letter.end()
    return readings, end


def _with_half(
    text: str, at: int, readings: frozenset[Fraction], whole: Fraction
) -> tuple[frozenset[Fraction], int]:
    """ "and a half": of one, or of the scale that stands before it."""
    half = _HALF.match(text, at)
    if half is None:
        return readings, at
    return frozenset(reading + whole / 2 for reading in readings), half.end()


def _factor(text: str, at: int, language: str) -> tuple[int, int]:
    factor, end = 1, at
    while (word := _WORD.match(text, end)) is not None:
        found = _power_of(word["word"].casefold(), language)
        if found is None:
            break
        power, length = found
        factor, end = factor * 10**power, word.start("word") + length
        link = _LINK.match(text, end)
        following = None if link is None else _WORD.match(text, link.end() - 1)
        if link is not None and following and _power_of(following["word"].casefold(), language):
            end = link.end() - 1  # "miles de millones"
    return factor, end


@lru_cache(maxsize=4096)
def _power_of(word: str, language: str) -> tuple[int, int] | None:
    """The power of ten that a word means, and how many of its characters mean it."""
    exact, stems = _table(languages.base(language))
    if word in exact:
        return exact[word], len(word)
    for stem, power in stems:
        if word.startswith(stem):
            return power, len(word)
    if _THAI[0] <= word[0] <= _THAI[1]:  # nothing divides words there
        return next(((power, len(entry)) for entry, power in exact.items() if word.startswith(entry)), None)
    return None


@lru_cache(maxsize=256)
def _table(language: str) -> tuple[Mapping[str, int], tuple[tuple[str, int], ...]]:
    """Whole words, and stems with the longest first; what a language has of its own goes before the rest."""
    exact: dict[str, int] = {}
    stems: dict[str, int] = {}
    own = _BY_LANGUAGE.get(language, {})
    for source in (_EVERYWHERE, _LONG_SCALE if language != "en" else {}, own):
        for power, words in source.items():
            for word in words.split():
                (stems if word.endswith("*") else exact)[word.rstrip("*")] = power
    return exact, tuple(sorted(stems.items(), key=lambda item: -len(item[0])))


# --- minus -----------------------------------------------------------------------------------------------

MINUS_BEFORE: Final = re.compile(
    r"(?:(?<!al )(?<!lo )(?<!ou )(?<!plus )(?<!du )(?<!au )(?<!pelo )(?<!per lo )(?<!o )(?<!à )(?<!més o )"
    r"\b(?:minus|menos|moins|meno|menys|mínusz|mínus|miinus|minusz|минус|мінус|μείον|eksi|negative|negativos?|"
    r"ناقص|سالب|منفی|מינוס|माइनस|ऋण|trừ|âm)[ \u00a0]|マイナス|零下|负|負|氷点下|영하 ?|마이너스 ?|ลบ)$",
    re.IGNORECASE,
)
"""Before the number; "al menos" and the like mean something else."""

MINUS_AFTER: Final = re.compile(
    r"[^.!?;\d]{0,24}?(?:below zero|below freezing|sub-?zero|bajo cero|sous (?:le )?zéro|sotto (?:lo )?zero|"
    r"abaixo de zero|negativos|sota zero|unter null|under nul|onder nul|under noll|ниже нуля|нижче нуля|poniżej zera|"
    r"pod nul(?:ou|lou)|nulla alatt|تحت الصفر|زیر صفر|מתחת לאפס|sıfırın altında|शून्य से नीचे)",
    re.IGNORECASE,
)

MINUS_LANGUAGES: Final = _set(
    "en es fr it pt ca gl de nl da sv no nn ru uk pl cs sk hu fi et el tr ar fa he hi vi zh yue ja ko th"
)
"""Languages whose words for minus are known; elsewhere the sign is not compared."""

# --- times -----------------------------------------------------------------------------------------------

MORNING_AFTER: Final = re.compile(
    r"[ \u00a0\u202f]?(?:(?P<am>a\.?[ \u00a0\u202f]?m\b\.?|de la mañana|da manhã|du matin|del mattino|del matí|ص(?!\w))"
    r"|(?P<pm>p\.?[ \u00a0\u202f]?m\b\.?|de la tarde|de la noche|da tarde|da noite|de l[’']après-midi|du soir|"
    r"del pomeriggio|di sera|de la nit|in the (?:afternoon|evening)|nachmittags|abends|م(?!\w)))",
    re.IGNORECASE,
)
AFTERNOON_BEFORE: Final = re.compile(
    r"(?:(?P<am>上午|早上|午前|오전|凌晨)|(?P<pm>下午|晚上|午後|오후|傍晚)) ?$"
)

# --- decades ---------------------------------------------------------------------------------------------

DECADE_BEFORE: Final = re.compile(
    r"(?:años(?: los)?|década de(?: los)?|années|anni|anos|anys|anii|let|lata|лет|годы|роки)[ \u00a0][’'‘]?$",
    re.IGNORECASE,
)
DECADE_AFTER: Final = re.compile(
    r"[’']?s(?![^\W_])|er(?:n|-?Jahre)?(?![^\W_])|[- ]?(?:talet|tallet)|-luvu|-х(?!\w)|-е(?!\w)|-ті(?!\w)|"
    r" ?年代| ?년대|[’']?(?:lar|ler)|(?:-as)? évek",
    re.IGNORECASE,
)
