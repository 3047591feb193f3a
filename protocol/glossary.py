"""A meeting's own words as organisers, the token service and interpreters exchange them.

{"entries": [{"source": "HIVE", "language": "en", "translations": {"es": "HIVE"}, "spoken": {"es": "jaiv"},
              "match_case": true}]}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from protocol.language import base, hyphenated, is_code, same_language
from protocol.plain_text import clean, says_anything

MAX_ENTRIES: Final = 1000
MAX_CHARACTERS: Final = 200
"""Of one term."""

MAX_FORMS: Final = 32
"""Languages for which one term may say how it is written, or how it is spoken."""

_KEYS: Final = frozenset({"source", "language", "translations", "spoken", "match_case"})


class GlossaryError(ValueError):
    """A glossary that cannot be used; the message names the entry and what was wrong with it."""


@dataclass(frozen=True)
class Entry:
    """One term."""

    source: str
    language: str
    translations: Mapping[str, str] = field(default_factory=dict)
    """By language; where there is none the term is kept as it is."""
    spoken: Mapping[str, str] = field(default_factory=dict)
    """How a synthesiser should read it, by language."""
    match_case: bool | None = None
    """Whether capitals must be as written; None: where the term might else be taken for an ordinary word."""

    def written(self, language: str) -> str:
        """The term in a language."""
        if same_language(language, self.language):
            return self.source
        return _by_language(self.translations, language) or self.source

    def pronounced(self, language: str) -> str | None:
        """How a synthesiser should read it in a language; None where nothing was said."""
        return _by_language(self.spoken, language)


def parse(data: object) -> tuple[Entry, ...]:
    """Reads a glossary as it comes from a client; None for no terms.

    Raises:
        GlossaryError: names the entry and the field.
    """
    if data is None:
        return ()
    if not isinstance(data, dict) or set(data) - {"entries"}:
        raise GlossaryError('a glossary is an object with the one key "entries"')
    entries = data.get("entries", [])
    if not isinstance(entries, list):
        raise GlossaryError("entries: expected a list")
    if len(entries) > MAX_ENTRIES:
        raise GlossaryError(f"entries: at most {MAX_ENTRIES}, got {len(entries)}")
    parsed = tuple(_entry(entry, f"entry {number}") for number, entry in enumerate(entries, start=1))
    _refuse_doubles(parsed)
    return parsed


def _refuse_doubles(entries: tuple[Entry, ...]) -> None:
    seen: dict[tuple[str, str], int] = {}
    for number, entry in enumerate(entries, start=1):
        first = seen.setdefault((entry.source.casefold(), base(entry.language)), number)
        if first != number:
            raise GlossaryError(f"entry {number}: the same term as entry {first}")


def _by_language(forms: Mapping[str, str], language: str) -> str | None:
    """The form for exactly this language, else for the same one with another region."""
    wanted = hyphenated(language).casefold()
    for code, form in forms.items():
        if hyphenated(code).casefold() == wanted:
            return form
    return next((form for code, form in forms.items() if same_language(code, language)), None)


def _entry(data: object, where: str) -> Entry:
    if not isinstance(data, dict):
        raise GlossaryError(f"{where}: expected an object")
    unknown = sorted(str(key) for key in set(data) - _KEYS)
    if unknown:
        raise GlossaryError(f"{where}: unknown key {unknown[0][:40]!r}")
    return Entry(
        source=_term(data.get("source"), f"{where}: source"),
        language=_language(data.get("language"), f"{where}: language"),
        translations=_forms(data.get("translations"), f"{where}: translations"),
        spoken=_forms(data.get("spoken"), f"{where}: spoken"),
        match_case=_choice(data.get("match_case"), f"{where}: match_case"),
    )


def _choice(data: object, where: str) -> bool | None:
    if data is not None and not isinstance(data, bool):
        raise GlossaryError(f"{where}: expected true, false or null")
    return data


def _forms(data: object, where: str) -> dict[str, str]:
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise GlossaryError(f"{where}: expected an object of language to text")
    if len(data) > MAX_FORMS:
        raise GlossaryError(f"{where}: at most {MAX_FORMS} languages")
    return {_language(code, where): _term(form, f"{where}: {str(code)[:40]}") for code, form in data.items()}


def _language(data: object, where: str) -> str:
    if not isinstance(data, str) or not is_code(data):
        raise GlossaryError(f"{where}: expected a language code such as en or pt-BR")
    return hyphenated(data)


def _term(data: object, where: str) -> str:
    if not isinstance(data, str):
        raise GlossaryError(f"{where}: expected text")
    text = clean(data)
    if not says_anything(text):
        raise GlossaryError(f"{where}: empty")
    if len(text) > MAX_CHARACTERS:
        raise GlossaryError(f"{where}: at most {MAX_CHARACTERS} characters")
    return text
