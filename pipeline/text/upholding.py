"""Terms of a glossary in a translation that was made without their being protected: found again and put right.

That is how it is with translators that listen, as there is no text in which a term could be replaced by a token,
and with engines that lose tokens.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final, TypeAlias

from pipeline.text import languages
from pipeline.text.glossary import Entry, Glossary, tokens
from pipeline.text.ordinary_words import is_function_word, is_ordinary
from pipeline.text.terms import Term, TermFinder, begins_sentence, folded

_SHORTEST_NAME: Final = 5
"""Letters: shorter names are like too many words."""
_ALIKE: Final = 0.75
_VERY_MUCH_ALIKE: Final = 0.85
"""What is asked of short names, "Marta" is not "Maria", and of words that have their capital from the sentence."""
_LONG_NAME: Final = 8
_WORD: Final = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")

_Span: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Upheld:
    """A translation with its terms."""

    text: str
    missing: tuple[str, ...] = ()
    """Terms, as they were said, whose counterpart could not be found."""


def upheld(
    said: str,
    translated: str,
    glossary: Glossary,
    *,
    source: str,
    target: str,
    counterparts: Mapping[str, str] | None = None,
) -> Upheld:
    """Writes the terms of what was said in its translation as the glossary wants them.

    A term is looked for as the glossary writes it, in whatever capitals and with an ending; as it was said, where
    it was left untranslated; as what it would usually be translated by; and, where it is a name, as one that is
    spelled much like it. In a place that is put right it begins a sentence as any term does.

    Args:
        counterparts: for terms as they were said, what they are usually translated by.
    """
    places = glossary.said(said, source)
    wanted: dict[int, tuple[Entry, str]] = {}
    for place in places:
        wanted.setdefault(id(place.entry), (place.entry, said[place.start : place.end]))
    if not wanted:
        return Upheld(translated)
    work = _Work(translated, target, tokens(said, translated))
    order = sorted(wanted.values(), key=lambda each: -len(each[0].written(target)))
    for step in (_as_wanted, _untranslated(source), _as_usual(counterparts or {}), _much_like):
        order = [each for each in order if not step(work, *each)]
    missing = {spoken for _, spoken in order}
    in_order = dict.fromkeys(spoken for _, spoken in wanted.values() if spoken in missing)
    return Upheld(work.finished(), tuple(in_order))


class _Work:
    """A translation in which places are set one after the other; what is set is not looked at again."""

    def __init__(self, text: str, language: str, names: Iterator[str]) -> None:
        self.text, self.language = text, language
        self._names = names
        self._set: dict[str, str] = {}

    def find(self, form: str, language: str) -> list[_Span]:
        """Where a term stands, in whatever capitals."""
        finder = TermFinder([Term(form, match_case=False)], language)
        return [(place.start, place.end) for place in finder.find(self.text)]

    def put(self, spans: Sequence[_Span], form: Callable[[str], str]) -> bool:
        """Sets what `form` makes of the text of each span; whether there was one."""
        for start, end in reversed(spans):
            found = self.text[start:end]
            written = form(found)
            if found[:1].isupper() and begins_sentence(self.text, start):
                written = languages.capitalise(written, self.language)
            name = next(self._names)
            self._set[name] = written
            self.text = self.text[:start] + name + self.text[end:]
        return bool(spans)

    def finished(self) -> str:
        if not self._set:
            return self.text
        return re.sub("|".join(sorted(self._set, key=len, reverse=True)), self._written, self.text)

    def _written(self, match: re.Match[str]) -> str:
        return self._set[match.group()]


_Step: TypeAlias = Callable[[_Work, Entry, str], bool]
"""From a term's entry and the form in which it was said to whether its counterpart was found, and set."""


def _as_wanted(work: _Work, entry: Entry, spoken: str) -> bool:
    wanted = entry.written(work.language)
    return work.put(work.find(wanted, work.language), lambda found: _with_ending(found, wanted))


def _with_ending(found: str, wanted: str) -> str:
    """The term in its own letters, with the ending that it has; where its stem changed it stays as it is."""
    stem, ending = found[: len(wanted)], found[len(wanted) :]
    if folded(stem)[0] == folded(wanted)[0]:
        return wanted + ending
    return wanted if folded(found)[0] == folded(wanted)[0] else found


def _untranslated(source: str) -> _Step:
    def step(work: _Work, entry: Entry, spoken: str) -> bool:
        wanted = entry.written(work.language)
        return any(
            work.put(work.find(form, source), lambda found: wanted)
            for form in dict.fromkeys((entry.written(source), spoken))
        )

    return step


def _as_usual(counterparts: Mapping[str, str]) -> _Step:
    def step(work: _Work, entry: Entry, spoken: str) -> bool:
        usual = _bare(counterparts.get(spoken, ""), work.language)
        most_words = languages.word_count(spoken, entry.language) + 1  # more is no counterpart, but made up
        if not usual or languages.word_count(usual, work.language) > most_words:
            return False
        wanted = entry.written(work.language)
        return work.put(work.find(usual, work.language), lambda found: wanted)

    return step


def _bare(usual: str, language: str) -> str:
    """Without article, signs and mere function words; empty where nothing is left."""
    words = [match.group() for match in _WORD.finditer(usual)]
    while words and is_function_word(words[0], language):
        del words[0]
    return " ".join(words)


def _much_like(work: _Work, entry: Entry, spoken: str) -> bool:
    """Names only: they have a capital in the glossary, and one in the translation."""
    wanted = entry.written(work.language)
    if not languages.has_capitals(work.language) or wanted == wanted.lower():
        return False
    forms = {form for each in (wanted, spoken) if len(form := _letters(each)) >= _SHORTEST_NAME}
    best = max(
        ((_likeness(work, span, forms), span) for span in _names(work, len(wanted.split()) + 1)),
        default=(0.0, (0, 0)),
    )
    return best[0] > 0 and work.put([best[1]], lambda found: wanted)


def _names(work: _Work, most_words: int) -> Iterator[_Span]:
    """Words with a capital, and several in a row."""
    words = [match.span() for match in _WORD.finditer(work.text)]
    for at, (start, _) in enumerate(words):
        for _, end in words[at : at + most_words]:
            parts = work.text[start:end].split()
            if parts[0][:1].isupper() and not all(is_ordinary(part, work.language) for part in parts):
                yield start, end


def _likeness(work: _Work, span: _Span, forms: set[str]) -> float:
    """0…1; 0 for what is not like enough."""
    letters = _letters(work.text[slice(*span)])
    strict = len(letters) < _LONG_NAME or begins_sentence(work.text, span[0])
    limit = _VERY_MUCH_ALIKE if strict else _ALIKE
    best = max((SequenceMatcher(None, form, letters).ratio() for form in forms), default=0.0)
    return best if best >= limit else 0.0


def _letters(text: str) -> str:
    return "".join(character for character in folded(text)[0] if character.isalnum())
