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
from pipeline.text.word_endings import inflected

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

    A term is looked for as the glossary writes it, with an ending and in other capitals; as it was said, where
    it was left untranslated; as what it would usually be translated by; and, where it is a name, as one that is
    spelled much like it. What may be an ordinary word there ("WHO", "Teams") is the term only in its own capitals.
    In a place that is put right it begins a sentence as any term does.

    Args:
        counterparts: for terms as they were said, what they are usually translated by.
    """
    sought = _sought(said, glossary, source, target)
    if not sought:
        return Upheld(translated)
    work = _Work(translated, target, tokens(said, translated))
    left = sorted(sought, key=lambda term: -len(term.wanted))
    for step in (_as_wanted, _untranslated(source), _as_usual(counterparts or {}), _much_like):
        left = [term for term in left if not step(work, term)]
    return Upheld(work.finished(), tuple(term.spoken for term in sought if term in left))


def _sought(said: str, glossary: Glossary, source: str, target: str) -> list[_Sought]:
    """The terms that were said, each once, with how often."""
    sought: dict[int, _Sought] = {}
    for place in glossary.said(said, source):
        spoken = said[place.start : place.end]
        sought.setdefault(
            id(place.entry), _Sought(place.entry, spoken, place.entry.written(target))
        ).times += 1
    return list(sought.values())


@dataclass(slots=True, eq=False)
class _Sought:
    """A term that was said."""

    entry: Entry
    spoken: str
    """As it was said first."""
    wanted: str
    """As the glossary writes it in the translation."""
    times: int = 0


class _Work:
    """A translation in which places are set one after the other; what is set is not looked at again."""

    def __init__(self, text: str, language: str, names: Iterator[str]) -> None:
        self.text, self.language = text, language
        self._names = names
        self._set: dict[str, str] = {}

    def find(self, form: str, language: str, *, match_case: bool | None = False) -> list[_Span]:
        """Where a term stands, with the endings of a language; by default in whatever capitals."""
        finder = TermFinder([Term(form, match_case)], language)
        return [(place.start, place.end) for place in finder.find(self.text)]

    def find_stem(self, form: str) -> list[_Span]:
        """Where words stand of which those of a form are the plural or another case."""
        wanted = [folded(word)[0] for word in form.split()]
        words = [match.span() for match in _WORD.finditer(self.text)]
        runs = [words[at : at + len(wanted)] for at in range(len(words) - len(wanted) + 1)]
        return [(run[0][0], run[-1][1]) for run in runs if self._are_stems(run, wanted)]

    def _are_stems(self, run: Sequence[_Span], wanted: Sequence[str]) -> bool:
        return all(
            self._is_stem(self.text[start:end], of) for (start, end), of in zip(run, wanted, strict=True)
        )

    def _is_stem(self, word: str, of: str) -> bool:
        return re.fullmatch(inflected(folded(word)[0], word.lower(), self.language), of) is not None

    def may_be_a_word(self, form: str) -> bool:
        """Whether it means something else in small letters."""
        return all(is_ordinary(word, self.language) for word in form.split())

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


_Step: TypeAlias = Callable[[_Work, _Sought], bool]
"""Whether the counterpart of a term was found, and set."""


def _as_wanted(work: _Work, term: _Sought) -> bool:
    spans = work.find(term.wanted, work.language, match_case=True)
    if not spans and not work.may_be_a_word(term.wanted):
        spans = work.find(term.wanted, work.language)
    return work.put(spans, lambda found: _with_ending(found, term.wanted))


def _with_ending(found: str, wanted: str) -> str:
    """The term in its own letters, with the ending that it has; where its stem changed it stays as it is."""
    stem, ending = found[: len(wanted)], found[len(wanted) :]
    if folded(stem)[0] == folded(wanted)[0]:
        return wanted + ending
    return wanted if folded(found)[0] == folded(wanted)[0] else found


def _untranslated(source: str) -> _Step:
    def step(work: _Work, term: _Sought) -> bool:
        for form in dict.fromkeys((term.entry.written(source), term.spoken)):
            if not work.may_be_a_word(form):
                spans = work.find(form, source)
            elif form != form.lower():
                spans = work.find(form, work.language, match_case=None)
            else:
                continue
            if work.put(spans, lambda found: term.wanted):
                return True
        return False

    return step


def _as_usual(counterparts: Mapping[str, str]) -> _Step:
    def step(work: _Work, term: _Sought) -> bool:
        usual = _bare(counterparts.get(term.spoken, ""), work.language)
        most_words = languages.word_count(term.spoken, term.entry.language) + 1  # more is made up
        if not usual or languages.word_count(usual, work.language) > most_words:
            return False
        spans = work.find(usual, work.language) or work.find_stem(usual)
        if len(spans) > term.times:  # some of them are not the term
            return False
        return work.put(spans, lambda found: term.wanted)

    return step


def _bare(usual: str, language: str) -> str:
    """Without article, signs and mere function words; empty where nothing is left."""
    words = [match.group() for match in _WORD.finditer(usual)]
    while words and is_function_word(words[0], language):
        del words[0]
    return " ".join(words)


def _much_like(work: _Work, term: _Sought) -> bool:
    """Names only: they have a capital in the glossary, and one in the translation."""
    wanted = term.wanted
    if not languages.has_capitals(work.language) or wanted == wanted.lower():
        return False
    forms = {form for each in (wanted, term.spoken) if len(form := _letters(each)) >= _SHORTEST_NAME}
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
