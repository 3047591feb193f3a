"""What differs between languages when words become text: spaces, punctuation, capitals."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from protocol.language import base as base  # how codes are compared is part of the contract
from protocol.language import same_language as same_language
from protocol.language import served_by as served_by


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


SPACELESS: Final = frozenset({"zh", "yue", "ja", "th", "my", "km", "lo"})
"""Languages that put no spaces between words."""

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


def joiner(language: str) -> str:
    """What stands between two words."""
    return "" if base(language) in SPACELESS else " "


def closers(language: str) -> str:
    """What may follow the sign that ends a sentence."""
    return CLOSERS + _MORE_CLOSERS.get(base(language), "")


def has_capitals(language: str) -> bool:
    """Whether its script tells capital from small letters."""
    return base(language) in CAPITALISED_SCRIPTS


def is_spaceless(character: str) -> bool:
    """Whether a character belongs to a script that puts no spaces between words."""
    point = ord(character)
    return any(low <= point <= high for low, high in _SPACELESS_RANGES)


def apart(text: str) -> str:
    """The text with spaces around each character of a script that puts none between words."""
    return "".join(f" {character} " if is_spaceless(character) else character for character in text)


def space_between(left: str, right: str, language: str) -> str:
    """What belongs between two neighbouring pieces of text, neither of them empty.

    Foreign words within a language without spaces keep theirs: "use AI技术". Without a language the
    script decides.
    """
    if language and base(language) not in SPACELESS:
        return " "
    native = is_spaceless(left[-1]) + is_spaceless(right[0])
    if not language:
        return " " if native < 2 else ""
    return " " if not native and _are_foreign_words(left[-1], right[0]) else ""


def _are_foreign_words(end: str, begin: str) -> bool:
    """Whether a foreign word or figure begins where another ended."""
    if begin.isalpha():
        return end.isalnum() or end in ".,;:!?)"
    return begin.isdigit() and end.isalpha()


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
    return -(-native // _LETTERS_A_WORD.get(base(language), 2)) + len(foreign.split())


def ends_with(text: str, signs: frozenset[str], language: str) -> bool:
    """Whether the last sign, closing quotes and brackets aside, is one of `signs`."""
    core = text.rstrip().rstrip(closers(language))
    return bool(core) and core[-1] in signs


_BEFORE_SMALL: Final = ("'", "’", ".", "@", "/")
"""Signs behind which a small letter stays: 's avonds, .net."""
_LETTERS_A_WORD: Final = dict.fromkeys(("th", "lo", "km", "my"), 4)
"""Where no spaces tell; two in all other languages without."""


def _first_letter_or_digit(text: str) -> int | None:
    return next((at for at, character in enumerate(text) if character.isalpha() or character.isdigit()), None)


def capitalise(text: str, language: str) -> str:
    """Begins with a capital letter if the first word is all small letters; keeps the length."""
    at = _first_letter_or_digit(text) if has_capitals(language) and _begins_small(text) else None
    if at is None or text[at].isdigit() or text[:at].endswith(_BEFORE_SMALL):
        return text
    upper = _upper(text[at], language)
    return text[:at] + upper + text[at + 1 :] if len(upper) == 1 else text


def _upper(letter: str, language: str) -> str:
    return "İ" if letter == "i" and base(language) in {"tr", "az"} else letter.upper()


def _begins_small(text: str) -> bool:
    first = next(iter(text.split(maxsplit=1)), "")
    return bool(first) and first == first.lower()


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
    plain = text == text.lower() and (TERMINATORS | CLAUSE_PUNCTUATION).isdisjoint(text)
    shown = capitalise(text, language) if begins_sentence else text
    if base(language) == "en":
        shown = _ENGLISH_I.sub("I", shown)
    return finish_sentence(shown, language) if ends_sentence and plain else shown
