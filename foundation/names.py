"""What people are called, so that nobody takes another's name.

LiveKit lets whoever may set their own attributes also set their own name and metadata. The identity alone stays as the
token service gave it, so that holds the name: it ends with a hash of a salt and the name, and the token's metadata has
both. A name is believed where the hash fits; without the salt the hash tells a log's reader nothing.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from typing import Final

LONGEST: Final = 64
"""Characters."""
MARKS_AT_MOST: Final = 4
"""Combining marks on one letter; no script needs more."""
_DIGITS = 24
_LONGEST_METADATA = 2000
_OURS = re.compile(rf"(?:organiser|speaker|listener|reader)-[0-9a-f]{{{_DIGITS}}}")
_SEPARATORS = frozenset({"Zs", "Zl", "Zp"})
_JOINERS = "\u200c\u200d"
_VISIBLE_FORMATS = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u08e2\U000110bd")
"""Signs of Arabic, Syriac and Kaithi that Unicode counts among its invisible format characters."""
_UNSEEN_LETTERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters and signs that show nothing."""


def plain(text: str) -> str:
    """What of a text may be shown as a name: one line that shows all that it holds, at most `LONGEST` characters.

    Controls, marks that turn the direction of writing around and characters that nobody sees are left out; what joins
    letters and emoji stays where it does. Empty where nothing is left to see.
    """
    kept: list[str] = []
    marks = 0
    for character in unicodedata.normalize("NFC", text[: 16 * LONGEST]):
        marks = marks + 1 if unicodedata.category(character)[0] == "M" else 0
        if _stays(character, kept, marks):
            kept.append(" " if _separates(character) else character)
    words = " ".join("".join(kept).split())[:LONGEST].rstrip(_JOINERS + " ")
    return words if _says_something(words) else ""


def _separates(character: str) -> bool:
    return unicodedata.category(character) in _SEPARATORS or character in "\t\n\r"


def _stays(character: str, kept: list[str], marks: int) -> bool:
    """Whether a character is shown behind those that are; `marks`: how many stand here one on the other."""
    if _separates(character):
        return True
    if character in _JOINERS:
        return _joins(kept)
    return marks <= MARKS_AT_MOST and _shown(character, unicodedata.category(character))


def _joins(before: list[str]) -> bool:
    """Whether a joiner has something to join: a character beyond ASCII that is no joiner itself."""
    return bool(before) and not before[-1].isascii() and before[-1] not in _JOINERS


def _shown(character: str, category: str) -> bool:
    if category == "Cf":
        return character in _VISIBLE_FORMATS
    return category[0] != "C" and character not in _UNSEEN_LETTERS


def _says_something(words: str) -> bool:
    """Whether there is a letter, number, sign or symbol, and not only marks and spaces."""
    return any(unicodedata.category(character)[0] in "LNPS" for character in words)


def identity(role: str, name: str, salt: str) -> str:
    """An identity that stands for this name."""
    digest = hashlib.sha256(f"{role}\n{salt}\n{name}".encode()).hexdigest()
    return f"{role}-{digest[:_DIGITS]}"


def metadata(name: str, salt: str) -> str:
    """What a token carries for those who check the name."""
    return json.dumps({"name": name, "salt": salt}, ensure_ascii=False)


def vouched(identity_: str) -> bool:
    """Whether the token service gave this identity and so answers for a name; others' names come with their tokens."""
    return _OURS.fullmatch(identity_) is not None


def confirmed(identity_: str, metadata_: str) -> str | None:
    """The name that an identity stands for, or None where the metadata does not prove one."""
    told = _told(metadata_)
    if told is None:
        return None
    name, salt = told
    try:
        fits = identity(identity_.rpartition("-")[0], name, salt) == identity_
    except UnicodeEncodeError:  # half of a surrogate pair
        return None
    return plain(name) or None if fits else None


def _told(metadata_: str) -> tuple[str, str] | None:
    """The name and the salt that metadata holds."""
    if not metadata_ or len(metadata_) > _LONGEST_METADATA:
        return None
    try:
        told = json.loads(metadata_)
    except (ValueError, RecursionError):
        return None
    match told:
        case {"name": str(name), "salt": str(salt)}:
            return name, salt
    return None


def short(identity_: str) -> str:
    """An identity as people are shown it: its role and some of its digits."""
    return identity_[: identity_.rfind("-") + 7] if vouched(identity_) else plain(identity_) or "?"
