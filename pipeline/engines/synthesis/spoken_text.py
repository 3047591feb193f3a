"""Text as it is handed to a synthesiser: pronunciations in, what cannot be said out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping

from pipeline.engines.protocols import SynthesisRequest
from pipeline.text import languages
from pipeline.text.cleaning import speakable
from pipeline.text.symbols import in_words

_PHONEME_MARK = re.compile(r"\[\[|\]\]")
_ACRONYM_LETTERS = 3
"""Of so many letters at most, a term in capitals is meant as it is written: "US" is not "us"."""
_ONE_SPELLING = str.maketrans("’ʼ‘‐‑\u00a0\u202f\t\n", "'''--    ")
"""Apostrophes, hyphens and blanks that stand for each other."""
_KOREAN_PARTICLE = re.compile(
    "(?:은|는|이|가|을|를|의|에|에서|에게|와|과|도|로|으로|만|까지|부터|이나|나|라고|이라고|입니다)(?!\\w)"
)


def spoken_text(request: SynthesisRequest) -> str:
    """What a request has said; empty when there is nothing to say.

    Pronunciations replace whole words. Markup, control characters, emoji and the brackets that some engines take for
    phonemes are left out, never interpreted; signs that mean something are said in words.
    """
    text = pronounced(_PHONEME_MARK.sub(" ", request.text), request.extra)
    return in_words(speakable(text, request.language), request.language)


def pronounced(text: str, forms: Mapping[str, str]) -> str:
    """Puts spoken forms for written ones, in one pass: what was put in is not looked at again.

    The longest form wins where several begin. Case does not matter but for short acronyms. A letter or combining mark
    beside a form makes it another word; letters of scripts without blanks do not.
    """
    spoken = {_spelling(written).strip(): said for written, said in forms.items()}
    spoken.pop("", None)
    if not spoken:
        return text
    folded = {form.casefold(): said for form, said in spoken.items() if not _is_acronym(form)}
    lengths = sorted({len(form) for form in spoken}, reverse=True)

    def longest(plain: str, at: int) -> tuple[str, int] | None:
        """What is said for the longest form that begins here, and where it ends."""
        for end in (at + length for length in lengths if at + length <= len(plain)):
            form = plain[at:end]
            known = spoken.get(form) or folded.get(form.casefold())
            if known is not None and _ends_word(plain, end):
                return known, end
        return None

    return _replaced(text, longest)


def _replaced(text: str, longest: Callable[[str, int], tuple[str, int] | None]) -> str:
    composed = unicodedata.normalize("NFC", text)
    plain = _spelling(composed)
    pieces: list[str] = []
    at = 0
    while at < len(plain):
        found = longest(plain, at) if _begins_word(plain, at) else None
        said, at = found or (composed[at], at + 1)
        pieces.append(said)
    return "".join(pieces)


def _spelling(text: str) -> str:
    """Composed, with straight apostrophes, plain hyphens and blanks; as long as the composed text."""
    return unicodedata.normalize("NFC", text).translate(_ONE_SPELLING)


def _is_acronym(form: str) -> bool:
    return form.isupper() and len(form) <= _ACRONYM_LETTERS


def _begins_word(text: str, at: int) -> bool:
    return not (at and _is_bounded(text[at]) and _is_bounded(text[at - 1]))


def _ends_word(text: str, end: int) -> bool:
    after = text[end : end + 1]
    if not after:
        return True
    if unicodedata.category(after).startswith("M") and not "\ufe00" <= after <= "\ufe0f":
        return False
    if not (_is_bounded(text[end - 1]) and _is_bounded(after)):
        return True
    return "\uac00" <= text[end - 1] <= "\ud7a3" and _KOREAN_PARTICLE.match(text, end) is not None


def _is_bounded(character: str) -> bool:
    """Whether a word can go on beside it: not beside a sign, and scripts without blanks tell no words apart."""
    is_of_word = character.isalnum() or character == "_" or unicodedata.category(character).startswith("M")
    return is_of_word and not languages.is_spaceless(character)
