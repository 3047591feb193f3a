"""Regular endings of words, by language: so that a term is found in the plural, the genitive or another case.

Only what regular words take, and only after four letters: a term is not to be found inside other words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from pipeline.text import languages

_SHORTEST: Final = 4

_NORDIC: Final = "(?:en|et|n|t|er|ar|or|erna|arna|orna|ene|erne|ne|e|a)?s?"
_SLAVIC_LATIN: Final = (
    "(?:a|u|owi|ovi|em|om|ie|e|y|i|ów|ů|ov|ům|am|ami|ach|ích|ech|ę|ą|o|ego|emu|ym|im|ymi|ého|ému|ou|é|á|ý|í|ima|ama|"
    "ih|og|oj|iem|och|mi|ovia|ové)?"
)
_CYRILLIC: Final = (
    "(?:а|я|у|ю|ы|и|е|о|ь|й|ой|ей|ою|ом|ем|ём|ов|ев|ам|ям|ами|ями|ах|ях|ий|ого|его|ому|ему|ые|ие|ых|их|ым|им|ыми|ими|"
    "ый|ая|ую|ое|ью|і|ї|ів|єю|ові|ією)?"
)
_TURKIC: Final = (
    "(?:l[ae]r)?(?:[ıiuü]m[ıiuü]z|[ıiuü]n[ıiuü]z|s[ıiuü]|[ıiuü]m?)?"
    "(?:n?[ıiuü]n|n?[dt][ae]n?|[yn]?[ae]|[yn][ıiuü]|y?l[ae]|c[ae])?(?:ki)?(?:[dt][ıiuü]r)?"
)
_ENDINGS: Final[Mapping[str, str]] = {
    "en": "(?:s|es)?",
    "es": "(?:s|es)?", "pt": "(?:s|es)?", "gl": "(?:s|es)?", "ca": "(?:s|os|es)?", "fr": "(?:e?s|x|e)?", "it": "",
    "de": "(?:s|es|e|en|n|er|ern|em|ens|se|sen)?", "nl": "(?:'?s|en|e)?",
    "sv": _NORDIC, "da": _NORDIC, "no": _NORDIC, "nn": _NORDIC,
    "fi": "(?:i|e)?(?:[lst]?[st][aä]|ll[aä]|lle|ksi|n?[aä]|i?a|hin|seen|[aeiouyäö]?n|t|j[aä]|iden|ien|jen|oit[aä]|"
    "i(?:ss|st|ll|lt)[aä]|ille|iin)?",
    "et": "(?:i|e|a|u)?(?:s|st|sse|l|lt|le|ks|ni|na|ta|ga|d|te|de|id|t)?",
    "hu": "(?:[oeöa]?k)?(?:[oeöaáé]?t|b[ae]n?|b[óő]l|n[ae]k|r[ae]|r[óő]l|[oeö]?n|n[áé]l|h[oeö]z|t[óő]l|v[ae]l|"
    "[b-df-hj-np-tv-z]?[ae]l|ért|ig|ként|j?[ae]|[áé])?",
    "tr": _TURKIC, "az": _TURKIC,
    "ru": _CYRILLIC, "uk": _CYRILLIC, "be": _CYRILLIC, "bg": _CYRILLIC, "sr": f"(?:{_CYRILLIC}|{_SLAVIC_LATIN})",
    "pl": _SLAVIC_LATIN, "cs": _SLAVIC_LATIN, "sk": _SLAVIC_LATIN, "sl": _SLAVIC_LATIN, "hr": _SLAVIC_LATIN,
    "bs": _SLAVIC_LATIN,
    "ro": "(?:ul|ului|ii|ile|ilor|uri|urile|urilor|le|lui|a|ei|e|i)?",
}  # fmt: skip

_ENDS: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "en": ((r"(?<=[^aeiou])y", "(?:y|ies)"),),
    "es": ((r"z", "(?:z|ces)"),),
    "pt": ((r"ão", "(?:ão|ões|ãos|ães)"), (r"(?<=[aeou])l", "(?:l|is)"), (r"m", "(?:m|ns)")),
    "ca": ((r"a", "(?:a|es)"),),
    "fr": ((r"al", "(?:al|ale|ales|aux)"), (r"eau", "eaux?")),
    "it": ((r"[aoe]", "[aoei]"), (r"(?<=[cg])o", "h?[oi]")),
    "fi": (
        *((rf"{c}{c}i", f"{c}{c}?[ie]") for c in "kpt"),
        *((rf"{c}{c}(?=[aeouyäö]\Z)", f"{c}{c}?") for c in "kpt"),
        (r"i", "[ie]?"),
    ),
    "hu": ((r"a", "[aá]"), (r"e", "[eé]")),
    "tr": ((r"k", "[kğ]"), (r"p", "[pb]"), (r"ç", "[çc]"), (r"t", "[td]")),
    **dict.fromkeys(("ru", "uk", "be", "bg"), ((r"[аяоеьйыи]", "[аяоеьйыи]?"),)),
    **dict.fromkeys(("pl", "cs", "sk", "sl", "hr", "bs"), ((r"[aeoyiáéíý]", "[aeoyiáéíý]?"),)),
}  # fmt: skip
"""How the end of a word itself changes: pattern of the end, and the forms that it takes."""

PARTICLES: Final[Mapping[str, str]] = {
    "ko": "들?(?:은|는|이|가|을|를|의|에|에서|에게|에게서|께|께서|한테|로|으로|로서|으로서|로써|으로써|와|과|랑|이랑|"
    "하고|도|만|까지|부터|처럼|보다|마다|조차|마저|밖에|나|이나|란|이란|라는|이라는|라고|이라고|인|이며|며|이고|고|입니다|"
    "이다|다|이에요|예요|님|씨)?"
    "(?:는|은|도|만|의|를|을)?",
}  # fmt: skip
"""What is written at a word without being part of it, and stays where it is."""


def _has_plural(word: str, term: str, base: str) -> bool:
    """Whether it is an acronym that takes an s: "APIs"."""
    return base == "en" and len(word) > 2 and term.isupper() and word[-1].isalpha()


def inflected(word: str, term: str, language: str) -> str:
    """A pattern for a folded word with the endings that it may take; for the word itself where it takes none."""
    base = languages.base(language)
    if base not in _ENDINGS or len(word) < _SHORTEST or not word[-1].isalpha():
        return re.escape(word) + ("s?" if _has_plural(word, term, base) else "")
    if term.isupper() and base != "en":
        return re.escape(word)
    return _with_changed_end(word, base) + _ENDINGS[base]


def _with_changed_end(word: str, base: str) -> str:
    """A pattern for the word and for what becomes of its end before an ending."""
    for end, forms in _ENDS.get(base, ()):
        anchored = end if "(?=" in end else rf"{end}\Z"
        if (match := re.search(anchored, word)) is not None:
            return re.escape(word[: match.start()]) + forms + re.escape(word[match.end() :])
    return re.escape(word)
