"""A meeting's own words: how they are recognised, translated and pronounced.

Format, as in docs/protocol.md:
    {"entries": [{"source": "HIVE", "language": "en", "translations": {"es": "HIVE"}, "spoken": {"es": "jaiv"},
                  "match_case": true}]}
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property, partial
from itertools import count
from typing import Any, Final

from pipeline.text import languages
from pipeline.text.cleaning import clean
from pipeline.text.terms import Found, Term, TermFinder, begins_sentence, folded

MAX_ENTRIES: Final = 1000
MAX_CHARACTERS: Final = 200
"""Of one term."""

_KEYS: Final = frozenset({"source", "language", "translations", "spoken", "match_case"})
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
    match_case: bool | None = None
    """Whether capitals must be as written; None: where the term might else be taken for an ordinary word."""

    def written(self, language: str) -> str:
        """The term in a language."""
        if languages.same_language(language, self.language):
            return self.source
        return _by_language(self.translations, language) or self.source


@dataclass(frozen=True)
class Said:
    """A term in a text, where it stands there with its ending."""

    entry: Entry
    start: int
    end: int


@dataclass(frozen=True)
class Protected:
    """Text whose terms were replaced by tokens that engines leave alone."""

    text: str
    terms: tuple[tuple[str, str], ...] = ()
    """Token and the term in the target language, in order of appearance."""
    language: str = ""
    """Of the translation."""
    begins_with_capital: bool = False
    """Whether the text does, so that a term which begins the translation has to."""

    def restore(self, translated: str) -> tuple[str, bool]:
        """Puts the terms in; and whether every one of them was still there.

        Engines may change the tokens' case, put a sign for an unknown word before them, or write particles and
        letters of a script without spaces beside them.
        """
        survived = True
        for token, term in self.terms:
            pattern = re.compile(rf"[*@#]*(?<![a-z0-9]){token}(?![a-z0-9])", re.IGNORECASE)
            written = partial(self._written, term)
            translated, places = pattern.subn(written, translated)
            survived = survived and places > 0
        return translated, survived

    def _written(self, term: str, match: re.Match[str]) -> str:
        begins = self.begins_with_capital and begins_sentence(match.string, match.start())
        return languages.capitalise(term, self.language) if begins else term


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
        found = self.said(text, source)
        if not found:
            return Protected(text)
        terms: list[tuple[str, str]] = []
        pieces: list[str] = []
        at = 0
        for place, token in zip(found, tokens(text), strict=False):
            terms.append((token, place.entry.written(target)))
            before, after = text[at : place.start], text[place.end : place.end + 1]
            pieces += (before, _spaced(token, text[: place.start][-1:], after, source))
            at = place.end
        protected = "".join((*pieces, text[at:]))
        first = next((character for character in text if character.isalpha()), "")
        return Protected(protected, tuple(terms), target, first.isupper())

    def said(self, text: str, language: str) -> tuple[Said, ...]:
        """The terms in a text of this language, in order of appearance."""
        finder, entries = self._finder_for(language)
        return tuple(_said(entries, place) for place in finder.find(text))

    def narrowed(self, text: str, language: str) -> Glossary:
        """Only the terms that are in a text of this language."""
        if not self.entries:
            return self
        there = {id(place.entry) for place in self.said(text, language)}
        return Glossary(tuple(entry for entry in self.entries if id(entry) in there))

    def data(self) -> dict[str, Any]:
        """The form that `parse` reads; {} for no terms."""
        return {"entries": [asdict(entry) for entry in self.entries]} if self.entries else {}

    def pronunciations(self, language: str) -> dict[str, str]:
        """Written form to spoken form, for a language."""
        spoken = {}
        for entry in self.entries:
            form = _by_language(entry.spoken, language)
            if form is not None:
                spoken[entry.written(language)] = form
        return spoken

    @cached_property
    def _finders(self) -> dict[str, tuple[TermFinder, tuple[Entry, ...]]]:
        return {}

    def _finder_for(self, language: str) -> tuple[TermFinder, tuple[Entry, ...]]:
        """What finds the terms of a language, and the entry of each; kept for each language."""
        if language not in self._finders:
            if len(self._finders) >= 64:
                self._finders.clear()
            forms = {folded(entry.written(language))[0]: entry for entry in reversed(self.entries)}
            chosen = tuple(forms.values())
            finder = TermFinder(
                (Term(entry.written(language), entry.match_case) for entry in chosen), language
            )
            self._finders[language] = finder, chosen
        return self._finders[language]


def tokens(*texts: str) -> Iterator[str]:
    """Rare words that stand for terms; none of them is in one of the texts."""
    known = " ".join(texts).casefold()
    stem = next((stem for stem in _STEMS if stem.casefold() not in known), _STEMS[0] + "qq")
    return (stem + _numeral(number) for number in count())


def _said(entries: tuple[Entry, ...], place: Found) -> Said:
    return Said(entries[place.term], place.start, place.end)


def _spaced(token: str, before: str, after: str, language: str) -> str:
    """A Latin token within a script without spaces gets some, so that engines see a word."""
    if languages.joiner(language):
        return token
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
