"""Language codes as everything that speaks with HIVE writes them: BCP 47, compared without case."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

LONGEST_CODE: Final = 35
"""Source: RFC 5646, 4.4.1."""

CODE_PATTERN: Final = r"[A-Za-z]{2,3}(?:[-_](?:[A-Za-z0-9][-_])?[A-Za-z0-9]{2,8})*"
"""A language, then script, region, variants, and extensions after a single character. Some clients join with "_"."""

_CODE: Final = re.compile(CODE_PATTERN)
_NO_LANGUAGE: Final = "off"
"""Looks like a code, and says that no language is wanted."""

_ONE_CODE: Final = {
    "iw": "he", "in": "id", "ji": "yi", "jw": "jv", "mo": "ro",  # withdrawn
    "cmn": "zh", "fil": "tl", "nb": "no", "nob": "no", "arb": "ar", "pes": "fa", "swh": "sw", "zsm": "ms", "zlm": "ms",
    "ekk": "et", "lvs": "lv", "azj": "az", "uzn": "uz", "npi": "ne", "khk": "mn", "als": "sq", "ydd": "yi",
    "hbs": "sh",
    # three letters where BCP 47 has two
    "afr": "af", "amh": "am", "ara": "ar", "arg": "an", "aze": "az", "bel": "be", "ben": "bn", "bos": "bs", "bre": "br",
    "bul": "bg", "cat": "ca", "ces": "cs", "cym": "cy", "dan": "da", "deu": "de", "ell": "el", "eng": "en", "epo": "eo",
    "est": "et", "eus": "eu", "fao": "fo", "fas": "fa", "fin": "fi", "fra": "fr", "gle": "ga", "glg": "gl", "guj": "gu",
    "hau": "ha", "heb": "he", "hin": "hi", "hrv": "hr", "hun": "hu", "hye": "hy", "ibo": "ig", "ind": "id", "isl": "is",
    "ita": "it", "jav": "jv", "jpn": "ja", "kan": "kn", "kat": "ka", "kaz": "kk", "khm": "km", "kor": "ko", "lao": "lo",
    "lat": "la", "lav": "lv", "lit": "lt", "ltz": "lb", "mal": "ml", "mar": "mr", "mkd": "mk", "mlt": "mt", "mon": "mn",
    "msa": "ms", "mya": "my", "nep": "ne", "nld": "nl", "nno": "nn", "nor": "no", "oci": "oc", "pan": "pa", "pol": "pl",
    "por": "pt", "pus": "ps", "ron": "ro", "rus": "ru", "sin": "si", "slk": "sk", "slv": "sl", "som": "so", "spa": "es",
    "sqi": "sq", "srd": "sc", "srp": "sr", "sun": "su", "swa": "sw", "swe": "sv", "tam": "ta", "tat": "tt", "tel": "te",
    "tgk": "tg", "tgl": "tl", "tha": "th", "tur": "tr", "ukr": "uk", "urd": "ur", "uzb": "uz", "vie": "vi", "xho": "xh",
    "yid": "yi", "yor": "yo", "zho": "zh", "zul": "zu",
}  # fmt: skip
"""Other codes of the same language. Source: the IANA language subtag registry, ISO 639-3.

Norwegian without further word is Bokmål; Nynorsk is a language of its own, as Serbian, Croatian and Bosnian are.
"""

_SCRIPT_OF: Final = {"zh-tw": "hant", "zh-hk": "hant", "zh-mo": "hant", "zh": "hans", "yue": "hant"}
"""Where the region or the language tells the script. Source: CLDR 46, likely subtags."""


def is_code(text: str) -> bool:
    """Whether `text` can be a language code."""
    return len(text) <= LONGEST_CODE and _CODE.fullmatch(text) is not None and text.casefold() != _NO_LANGUAGE


def hyphenated(code: str) -> str:
    """The code as BCP 47 writes it: "pt_BR" is "pt-BR"."""
    return code.replace("_", "-")


def base(code: str) -> str:
    """The language without region and script, by one code whatever it is called: "pt-BR" is "pt", "nb" is "no"."""
    first, *further = _subtags(code)
    if first == "zh" and further[:1] in (["yue"], ["cmn"]):
        first = further[0]
    return _ONE_CODE.get(first, first)


def same_language(a: str, b: str) -> bool:
    """Whether somebody who knows one understands the other: region and script do not count."""
    return base(a) == base(b)


def served_by(wanted: str, offered: Iterable[str]) -> str | None:
    """Which of the offered languages serves somebody who wants one: the same, with the nearest region.

    Exactly the wanted one goes first, then the one without region, then another region, of the same script
    if there is one. Of equals the first offered.
    """
    subtags = _subtags(wanted)
    alike = [code for code in offered if same_language(code, wanted)]

    def distance(code: str) -> tuple[bool, bool, bool, bool]:
        others = _subtags(code)
        return (
            others != subtags,
            others[1:] != subtags[1:],
            _script(others) != _script(subtags),
            len(others) > 1,
        )

    return min(alike, key=distance, default=None)


def _subtags(code: str) -> list[str]:
    return code.strip().replace("_", "-").casefold().split("-")


def _script(subtags: list[str]) -> str:
    named = [subtag for subtag in subtags[1:] if len(subtag) == 4 and subtag.isalpha()]
    return named[0] if named else _SCRIPT_OF.get("-".join(subtags), _SCRIPT_OF.get(subtags[0], ""))
