"""Kinds of fields that go in and out over HTTP: names, texts and languages, with what each may hold."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, Field, PlainSerializer

from foundation import names
from protocol.fields import LanguageCode
from protocol.glossary import MAX_CHARACTERS
from protocol.language import CODE_PATTERN, LONGEST_CODE, hyphenated, is_code

_BIDI = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


def _plain(text: str) -> str:
    """One line that shows what it holds: no control, override or unassigned characters."""
    for character in text:
        category = unicodedata.category(character)
        if category in ("Cc", "Cs", "Cn", "Co", "Zl", "Zp") or unicodedata.bidirectional(character) in _BIDI:
            raise ValueError("control and override characters are not allowed")
    return unicodedata.normalize("NFC", text)


def _visible(text: str) -> str:
    text = " ".join(_plain(text).split())
    if not any(unicodedata.category(character)[0] in "LNPS" for character in text):
        raise ValueError("at least one visible character is needed")
    return text


def _person(text: str) -> str:
    text = _visible(text)
    if names.plain(text) != text:
        raise ValueError("characters that nobody sees, or too many of them, are not allowed")
    return text


def _spoken(text: str) -> str:
    if text.casefold() == "off":
        raise ValueError("not a language")
    return _codes(text)


def _codes(text: str) -> str:
    """Codes with commas between them, and words that stand for some."""
    for code in text.split(","):
        if code.casefold() not in ("off", "original", "auto") and not is_code(code):
            raise ValueError("expected language codes such as en or pt-BR")
    return hyphenated(text)


Language = LanguageCode
SpokenLanguage = Annotated[
    str,
    Field(pattern=rf"^(auto|{CODE_PATTERN})$", max_length=LONGEST_CODE, examples=["en"]),
    AfterValidator(_spoken),
]
HeardLanguage = Annotated[
    str,
    Field(pattern=rf"^(off|{CODE_PATTERN})$", max_length=LONGEST_CODE, examples=["es"]),
    AfterValidator(_codes),
]
_READ = rf"(original|{CODE_PATTERN})"
Read = Annotated[
    str,
    Field(pattern=rf"^(off|{_READ}(,{_READ}){{0,7}})$", max_length=200, examples=["es,original"]),
    AfterValidator(_codes),
]
Name = Annotated[str, Field(min_length=1, max_length=names.LONGEST), AfterValidator(_person)]
Title = Annotated[str, Field(max_length=120), AfterValidator(_plain)]
LinkName = Annotated[str, Field(max_length=60), AfterValidator(_plain)]
TermText = Annotated[str, Field(min_length=1, max_length=MAX_CHARACTERS), AfterValidator(_visible)]
VoiceName = Annotated[
    str, Field(min_length=1, max_length=100, examples=["kokoro:ef_dora"]), AfterValidator(_visible)
]
Token = Annotated[str, Field(min_length=1, max_length=200)]
Identity = Annotated[str, Field(min_length=1, max_length=64)]
LanguageList = Annotated[list[Language], Field(max_length=32)]
ROOM_PATTERN = r"^[a-z0-9][a-z0-9-]{0,62}$"
RoomName = Annotated[str, Field(pattern=ROOM_PATTERN)]
Time = Annotated[
    datetime,
    PlainSerializer(lambda at: at.isoformat(timespec="seconds").replace("+00:00", "Z"), when_used="json"),
]


def listed(codes: Sequence[str] | None) -> list[str] | None:
    """For an answer, where null stands for what is not known or not said."""
    return None if codes is None else list(codes)


def timestamp(at: float) -> datetime:
    """From Unix seconds; fractions are cut off, as answers show whole seconds."""
    return datetime.fromtimestamp(int(at), UTC)
