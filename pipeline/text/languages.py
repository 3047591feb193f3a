"""What differs between languages when words become text: spaces, punctuation, capitals, direction."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


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

SPACELESS: Final = frozenset({"zh", "yue", "ja", "th", "my", "km", "lo"})
"""Languages that put no spaces between words."""

RIGHT_TO_LEFT: Final = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})

_RIGHT_TO_LEFT_SCRIPTS: Final = frozenset({"arab", "hebr", "syrc", "thaa", "nkoo"})

CAPITALISED_SCRIPTS: Final = _set(
    "af sq hy az eu be bs br bg ca hr cs da nl en eo et fo fi fr gl de el ht ha hu is id ga it kk ky la lv lt lb "
    "mk mg ms mt mi mn no nn oc pl pt ro ru sr sn sk sl so es su sw sv tl tg tt tr tk uk uz vi cy yo zu"
)
"""Languages whose script tells capital from small letters."""

TERMINATORS: Final = frozenset(".?!…。．｡？！؟۔।॥።፧။។։⁇⁈⁉‼‽")
"""What can end a sentence. Armenian, Ethiopic, Burmese, Khmer and Devanagari have signs of their own."""

CLAUSE_PUNCTUATION: Final = frozenset(",;:、，；：､،؛፣፤၊–—")
"""What can end a clause within a sentence."""

CLOSERS: Final = "\"'”’»›)]}」』）】》〉］｝"
"""What may follow the sign that ends a sentence, in any language; see `closers`."""

_MORE_CLOSERS: Final = {
    **dict.fromkeys(("de", "lb", "cs", "sk", "sl", "hr", "sr", "bs"), "“‘«‹"),
    **dict.fromkeys(("bg", "mk", "sq", "et", "lt", "lv", "is", "ka", "ru", "uk", "be"), "“‘"),
    **dict.fromkeys(("da", "hu", "pl"), "«‹"),
}  # fmt: skip
"""Quotes that open in English or French and close here: „…“, »…«."""

_FULL_STOPS: Final = {
    "zh": "。", "yue": "。", "ja": "。", "hi": "।", "mr": "।", "ne": "।", "bn": "।", "ur": "۔",
    "am": "።", "my": "။", "km": "។", "hy": "։", "th": "", "lo": "",
}  # fmt: skip

_SPACELESS_RANGES: Final = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x3000, 0x30FF),  # CJK punctuation, kana
    (0x31F0, 0x31FF),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0xFF01, 0xFF0F),  # full-width punctuation
    (0xFF1A, 0xFF20),
    (0xFF5B, 0xFF9F),  # half-width kana
    (0x20000, 0x3FFFF),
)

_ENGLISH_I: Final = re.compile(r"(?<![\w.'’-])i(?=$|[\s,;:!?]|\.(?:\s|$)|['’](?:m|ll|ve|d|s)\b)")


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


def joiner(language: str) -> str:
    """What stands between two words."""
    return "" if base(language) in SPACELESS else " "


def closers(language: str) -> str:
    """What may follow the sign that ends a sentence."""
    return CLOSERS + _MORE_CLOSERS.get(base(language), "")


def is_right_to_left(language: str) -> bool:
    """Direction of writing, by a script subtag if there is one."""
    scripts = [part for part in language.casefold().replace("_", "-").split("-")[1:] if len(part) == 4]
    if scripts:
        return scripts[0] in _RIGHT_TO_LEFT_SCRIPTS
    return base(language) in RIGHT_TO_LEFT


def has_capitals(language: str) -> bool:
    """Whether its script tells capital from small letters."""
    return base(language) in CAPITALISED_SCRIPTS


def is_spaceless(character: str) -> bool:
    """Whether a character belongs to a script that puts no spaces between words."""
    point = ord(character)
    return any(low <= point <= high for low, high in _SPACELESS_RANGES)


def space_between(left: str, right: str, language: str) -> str:
    """What belongs between two neighbouring pieces of text, neither of them empty.

    Foreign words within a language without spaces keep theirs: "use AI技术". Without a language the
    script decides.
    """
    if language and base(language) not in SPACELESS:
        return " "
    a, b = left[-1], right[0]
    if is_spaceless(a) or is_spaceless(b):
        foreign_beside_native = not language and not (is_spaceless(a) and is_spaceless(b))
        return " " if foreign_beside_native else ""
    if not language:
        return " "
    if b.isalpha():
        return " " if a.isalnum() or a in ".,;:!?)" else ""
    return " " if b.isdigit() and a.isalpha() else ""


def join(words: Iterable[str], language: str) -> str:
    """Puts words together as the language does; pieces joined and joined again give the same text."""
    text = ""
    for word in words:
        piece = word.strip()
        if piece:
            text += space_between(text, piece, language) + piece if text else piece
    return text


def word_count(text: str, language: str) -> int:
    """How many words, estimated from the letters where no spaces tell: two Han characters count as one."""
    native = sum(1 for character in text if is_spaceless(character) and character.isalpha())
    if not native:
        return len(text.split())
    foreign = "".join(" " if is_spaceless(character) else character for character in text)
    letters_a_word = 2 if base(language) not in {"th", "lo", "km", "my"} else 4
    return -(-native // letters_a_word) + len(foreign.split())


def ends_with(text: str, signs: frozenset[str], language: str) -> bool:
    """Whether the last sign, closing quotes and brackets aside, is one of `signs`."""
    core = text.rstrip().rstrip(closers(language))
    return bool(core) and core[-1] in signs


def capitalise(text: str, language: str) -> str:
    """Begins with a capital letter if the first word is all small letters; keeps the length."""
    if not has_capitals(language):
        return text
    first = text.split(maxsplit=1)[0] if text.strip() else ""
    if not first or first != first.lower():
        return text
    for at, character in enumerate(text):
        if character.isalpha():
            if at and text[at - 1] in "'’.@/":  # 's avonds, .net
                return text
            upper = "İ" if character == "i" and base(language) in {"tr", "az"} else character.upper()
            return text[:at] + upper + text[at + 1 :] if len(upper) == 1 else text
        if character.isdigit():
            return text
    return text


def finish_sentence(text: str, language: str) -> str:
    """Adds the language's full stop where nothing ends the sentence yet."""
    if not text.strip() or ends_with(text, TERMINATORS | CLAUSE_PUNCTUATION, language):
        return text
    return text.rstrip() + _FULL_STOPS.get(base(language), ".")


def readable(text: str, language: str, *, ends_sentence: bool, begins_sentence: bool = True) -> str:
    """Makes a recogniser's text fit to be read, whether or not it gives case and punctuation.

    Whatever begins with `text` gets a result that begins with this one's, so that a caption that grows
    never changes what was shown; only a full stop may be added at the end, and only to text that has
    neither capitals nor punctuation of its own.
    """
    plain = text == text.lower() and not any(sign in TERMINATORS | CLAUSE_PUNCTUATION for sign in text)
    shown = capitalise(text, language) if begins_sentence else text
    if base(language) == "en":
        shown = _ENGLISH_I.sub("I", shown)
    return finish_sentence(shown, language) if ends_sentence and plain else shown
