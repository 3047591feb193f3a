"""A meeting's own words: how they are recognised, translated and pronounced. Form: `protocol/glossary.py`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cached_property, partial
from itertools import count
from typing import Any, Final

from pipeline.text import languages
from pipeline.text.terms import Found, Term, TermFinder, begins_sentence, folded
from protocol.glossary import MAX_ENTRIES as MAX_ENTRIES
from protocol.glossary import Entry as Entry
from protocol.glossary import GlossaryError as GlossaryError
from protocol.glossary import parse

_STEMS: Final = ("Qzv", "Xqj", "Zkq", "Vqx")
_LETTERS: Final = "abcdefghijklmnoprstuvwy"


@dataclass(frozen=True)
class TermMatch:
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
        return Glossary(parse(data))

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

    def said(self, text: str, language: str) -> tuple[TermMatch, ...]:
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
            form = entry.pronounced(language)
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


def _said(entries: tuple[Entry, ...], place: Found) -> TermMatch:
    return TermMatch(entries[place.term], place.start, place.end)


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
