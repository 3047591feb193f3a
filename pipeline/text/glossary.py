"""A meeting's own words: how they are recognised, translated and pronounced.

Format, as in docs/protocol.md:
    {"entries": [{"source": "HIVE", "language": "en", "translations": {"es": "HIVE"}, "spoken": {"es": "jaiv"}}]}
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from pipeline.text import languages
from pipeline.text.cleaning import clean

MAX_ENTRIES: Final = 1000
MAX_CHARACTERS: Final = 200
"""Of one term."""

_KEYS: Final = frozenset({"source", "language", "translations", "spoken"})
_CODE: Final = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")
_STEMS: Final = ("Qzv", "Xqj", "Zkq", "Vqx")
_LETTERS: Final = "abcdefghijklmnoprstuvwy"


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

    def written(self, language: str) -> str:
        """The term in a language."""
        if languages.same_language(language, self.language):
            return self.source
        return _by_language(self.translations, language) or self.source


@dataclass(frozen=True)
class Protected:
    """Text whose terms were replaced by tokens that engines leave alone."""

    text: str
    terms: tuple[tuple[str, str], ...] = ()
    """Token and the term in the target language, in order of appearance."""

    def restore(self, translated: str) -> tuple[str, bool]:
        """Puts the terms in; and whether every one of them was still there.

        Engines may change the tokens' case or put a sign for an unknown word before them.
        """
        survived = True
        for token, term in self.terms:
            pattern = re.compile(rf"[*@#]*(?<![^\W_]){token}(?![^\W_])", re.IGNORECASE)
            translated, count = pattern.subn(term.replace("\\", r"\\"), translated)
            survived = survived and count > 0
        return translated, survived


@dataclass(frozen=True)
class Glossary:
    """All terms of a meeting."""

    entries: tuple[Entry, ...] = ()

    @staticmethod
    def parse(data: object) -> Glossary:
        """Reads a glossary as it comes from a client.

        Raises:
            GlossaryError: names the entry and the field.
        """
        if data is None:
            return Glossary()
        if not isinstance(data, dict) or set(data) - {"entries"}:
            raise GlossaryError('a glossary is an object with the one key "entries"')
        entries = data.get("entries", [])
        if not isinstance(entries, list):
            raise GlossaryError("entries: expected a list")
        if len(entries) > MAX_ENTRIES:
            raise GlossaryError(f"entries: at most {MAX_ENTRIES}, got {len(entries)}")
        parsed = tuple(_entry(entry, f"entry {number}") for number, entry in enumerate(entries, start=1))
        seen: dict[tuple[str, str], int] = {}
        for number, entry in enumerate(parsed, start=1):
            key = (entry.source.casefold(), languages.base(entry.language))
            if key in seen:
                raise GlossaryError(f"entry {number}: the same term as entry {seen[key]}")
            seen[key] = number
        return Glossary(parsed)

    def __bool__(self) -> bool:
        return bool(self.entries)

    def terms(self, language: str) -> tuple[str, ...]:
        """What may be said in a language, for recognisers; each term once."""
        return tuple(dict.fromkeys(entry.written(language) for entry in self.entries))

    def protect(self, text: str, source: str, target: str) -> Protected:
        """Replaces terms by rare capitalised words, which rule-based and neural engines leave as they are.

        The longest term wins where several begin; a term counts only as a whole word.
        """
        pairs = {_key(entry.written(source)): entry.written(target) for entry in reversed(self.entries)}
        pattern = self._pattern(pairs, source)
        if pattern is None or not pattern.search(text):
            return Protected(text)
        stem = next((stem for stem in _STEMS if stem.casefold() not in text.casefold()), _STEMS[0] + "qq")
        found: list[tuple[str, str]] = []

        def token(match: re.Match[str]) -> str:
            found.append((stem + _numeral(len(found)), pairs.get(_key(match[0]), match[0])))
            return _spaced(found[-1][0], match, source)

        return Protected(pattern.sub(token, text), tuple(found))

    def pronunciations(self, language: str) -> dict[str, str]:
        """Written form to spoken form, for a language."""
        spoken = {}
        for entry in self.entries:
            form = _by_language(entry.spoken, language)
            if form is not None:
                spoken[entry.written(language)] = form
        return spoken

    @cached_property
    def _patterns(self) -> dict[tuple[str, frozenset[str]], re.Pattern[str]]:
        return {}

    def _pattern(self, forms: Iterable[str], language: str) -> re.Pattern[str] | None:
        """Finds any of the forms, the longest first; kept for each set of forms."""
        wanted = frozenset(forms)
        if not wanted:
            return None
        key = (languages.base(language), wanted)
        if key not in self._patterns:
            if len(self._patterns) >= 64:
                self._patterns.clear()
            longest_first = sorted(wanted, key=lambda form: (-len(form), form))
            self._patterns[key] = re.compile("|".join(map(_whole_word, longest_first)), re.IGNORECASE)
        return self._patterns[key]


def _key(text: str) -> str:
    return " ".join(text.casefold().split())


def _whole_word(form: str) -> str:
    """Boundaries only beside letters of scripts that put spaces between words."""
    before = "" if languages.is_spaceless(form[0]) or not form[0].isalnum() else _NOT_AFTER
    after = "" if languages.is_spaceless(form[-1]) or not form[-1].isalnum() else _NOT_BEFORE
    inside = r"\s+".join(re.escape(part) for part in form.split())
    return f"{before}{inside}{after}"


_LETTER: Final = r"[^\W_\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]"
_NOT_AFTER: Final = rf"(?<!{_LETTER})"
_NOT_BEFORE: Final = rf"(?!{_LETTER})"


def _spaced(token: str, match: re.Match[str], language: str) -> str:
    """A Latin token within a script without spaces gets some, so that engines see a word."""
    if languages.joiner(language):
        return token
    before, after = match.string[: match.start()][-1:], match.string[match.end() :][:1]
    return ("" if not before or before.isspace() else " ") + token + (" " if after.isalnum() else "")


def _numeral(number: int) -> str:
    letters = _LETTERS[number % len(_LETTERS)]
    while number >= len(_LETTERS):
        number = number // len(_LETTERS) - 1
        letters = _LETTERS[number % len(_LETTERS)] + letters
    return letters


def _by_language(forms: Mapping[str, str], language: str) -> str | None:
    """The form for exactly this language, else for the same one with another region."""
    wanted = language.replace("_", "-").casefold()
    for code, form in forms.items():
        if code.replace("_", "-").casefold() == wanted:
            return form
    return next((form for code, form in forms.items() if languages.same_language(code, language)), None)


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
    )


def _forms(data: object, where: str) -> dict[str, str]:
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise GlossaryError(f"{where}: expected an object of language to text")
    return {_language(code, where): _term(form, f"{where}: {str(code)[:40]}") for code, form in data.items()}


def _language(data: object, where: str) -> str:
    if not isinstance(data, str) or not _CODE.fullmatch(data):
        raise GlossaryError(f"{where}: expected a language code such as en or pt-BR")
    return data


def _term(data: object, where: str) -> str:
    if not isinstance(data, str):
        raise GlossaryError(f"{where}: expected text")
    text = clean(data)
    if not any(character.isalnum() for character in text):
        raise GlossaryError(f"{where}: empty")
    if len(text) > MAX_CHARACTERS:
        raise GlossaryError(f"{where}: at most {MAX_CHARACTERS} characters")
    return text
