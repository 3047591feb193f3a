"""Where the clause in the making ends: numbers and words in, places out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from config.settings import Clauses
from pipeline.audio import HEARING_RATE_HZ
from pipeline.events import ClauseEnd, Word
from pipeline.text import function_words, languages
from pipeline.text.joining import text_of
from pipeline.text.punctuation import Ending, belongs_together, ending

PAUSE_SAMPLES: Final = HEARING_RATE_HZ // 4
"""A gap between two words that ends a clause of enough words."""

_COORDINATOR_WORDS: Final = 2
"""So many more words than before other openers must stand before "and"."""

_OPEN_ENDINGS: Final = (Ending.STICKY, Ending.UNDECIDED)


@dataclass(frozen=True, slots=True)
class Division:
    """So many of the first words are a clause, and why."""

    count: int
    reason: ClauseEnd


class OpenClause:
    """Committed words that are in no clause yet, those that may follow, and where they may be divided."""

    def __init__(self, settings: Clauses) -> None:
        self.language = ""
        self.words: list[Word] = []
        self.tentative: tuple[Word, ...] = ()
        self._settings = settings
        self._max_age = round(settings.max_age_s * HEARING_RATE_HZ)
        self._aim = round(settings.aim_s * HEARING_RATE_HZ)
        self._punctuated = False
        """Whether the recogniser has been seen to give case or punctuation in this language."""

    def __len__(self) -> int:
        """How many words are committed."""
        return len(self.words)

    def begin(self, language: str) -> None:
        """Sets the language of the words that come; there are none yet."""
        if not languages.same_language(language, self.language):
            self._punctuated = False
        self.language = language

    def add(self, word: Word) -> Division | None:
        """Appends a committed word; where the clause ends because of the sign at it."""
        self.words.append(word)
        if not self._punctuated and languages.has_capitals(self.language):
            self._punctuated = word.text != word.text.lower()
        sign = ending(self._context(len(self.words)), self.language)
        if sign not in (Ending.SENTENCE, Ending.CLAUSE):
            return None
        self._punctuated = True
        is_enough = sign is Ending.SENTENCE or self._count(self.words) >= self._settings.min_words
        return Division(len(self.words), ClauseEnd.PUNCTUATION) if is_enough else None

    def take(self, count: int) -> list[Word]:
        """Removes the first words."""
        taken, self.words = self.words[:count], self.words[count:]
        return taken

    # --- ends --------------------------------------------------------------------------------------------

    def end_before(self, word: Word) -> Division | None:
        """Where it ends because it cannot take another word."""
        if not self.words or (reason := self._ends_before(word)) is None:
            return None
        together = belongs_together(self._context(len(self.words)), word.text, self.language)
        return Division(len(self.words) - (self._loose_end() if together else 0), reason)

    def end_within(self) -> Division | None:
        """Where it ends before a conjunction or behind a phrase, once enough of what follows is known."""
        division = self._first_division()
        if division is None:
            return None
        following = [*self.words[division.count :], *self.tentative]
        return division if self._count(following) >= max(1, self._settings.min_words) else None

    def end_by_age(self, heard_to: int) -> Division | None:
        """Where it ends because its first word is too long ago."""
        if not self.words or heard_to - self.words[0].first_sample < self._max_age:
            return None
        return Division(len(self.words) - self._loose_end(), ClauseEnd.AGE)

    def sure(self) -> int:
        """How many committed words will be part of this clause whatever comes."""
        conjunction, phrase = self._conjunction(), next(self._phrase_ends(), None)
        places = [len(self.words) - self._loose_end(), conjunction, phrase]
        return min(place for place in places if place is not None)

    # --- reasons -----------------------------------------------------------------------------------------

    def _ends_before(self, word: Word) -> ClauseEnd | None:
        """Why it cannot take another word."""
        if (end := self._sense_ends_before(word)) is not None:
            return end
        if len(self._text([*self.words, word])) > self._settings.max_characters:
            return ClauseEnd.LENGTH
        if word.end_sample - self.words[0].first_sample > self._max_age:
            return ClauseEnd.AGE
        return None

    def _sense_ends_before(self, word: Word) -> ClauseEnd | None:
        """The sign or the pause behind its last word that ends it, now that the next word is known."""
        context = self._context(len(self.words))
        if belongs_together(context, word.text, self.language):
            return None
        long_enough = self._count(self.words) >= self._settings.min_words
        sign = context.rstrip().rstrip(languages.closers(self.language))[-1:]
        undecided = ending(context, self.language) is Ending.UNDECIDED
        if undecided and (long_enough or sign in languages.TERMINATORS):
            return ClauseEnd.PUNCTUATION
        pause = word.first_sample - self.words[-1].end_sample
        return ClauseEnd.PAUSE if long_enough and pause >= PAUSE_SAMPLES else None

    def _first_division(self) -> Division | None:
        """The first word before which it may be divided, and why there."""
        conjunction, phrase = self._conjunction(), self._phrase_end()
        if conjunction is not None and (phrase is None or conjunction <= phrase):
            return Division(conjunction, ClauseEnd.CONJUNCTION)
        return None if phrase is None else Division(phrase, ClauseEnd.PHRASE)

    def _conjunction(self) -> int | None:
        """The first word before which it may be divided; None if the recogniser punctuates."""
        if self._punctuated:
            return None
        places = range(max(1, self._settings.min_words), len(self.words))
        return next((at for at in places if self._begins_part(at)), None)

    def _begins_part(self, at: int) -> bool:
        """Whether the word opens a clause, or joins one, and enough words stand before it."""
        code = languages.base(self.language)
        word = self.words[at].text.strip().casefold()
        joins = word in function_words.COORDINATORS.get(code, frozenset())
        if not joins and word not in function_words.CLAUSE_OPENERS.get(code, frozenset()):
            return False
        needed = self._settings.min_words + (_COORDINATOR_WORDS if joins else 0)
        if at < needed or self._opens(at - 1):
            return False
        return not belongs_together(self._context(at), word, self.language)

    def _phrase_end(self) -> int | None:
        """The first of `_phrase_ends` behind which no sign will end the clause soon."""
        return next((at for at in self._phrase_ends() if not self._sign_follows(at)), None)

    def _phrase_ends(self) -> Iterator[int]:
        """The words behind the clause's aim that begin a phrase: a preposition, a relative word, a conjunction."""
        for at in range(max(1, self._settings.min_words), len(self.words) if self._aim else 0):
            length = self.words[at - 1].end_sample - self.words[0].first_sample
            if length < self._aim or self._opens(at - 1):
                continue
            word = self.words[at].text
            opens = function_words.opens_phrase(word, self.language)
            if opens and not belongs_together(self._context(at), word, self.language):
                yield at

    def _sign_follows(self, at: int) -> bool:
        """Whether one of the next few words, as far as they are known, ends the clause anyway."""
        words = [*self.words, *self.tentative]
        nearby = range(at + 1, min(len(words), at + max(1, self._settings.min_words)) + 1)
        context = [self._text(words[max(0, end - 4) : end]) for end in nearby]
        return any(ending(text, self.language) in (Ending.SENTENCE, Ending.CLAUSE) for text in context)

    def _opens(self, at: int) -> bool:
        """Whether the word is a conjunction: "and then" is not divided."""
        return function_words.opens_clause(self.words[at].text, self.language)

    def _loose_end(self) -> int:
        """How many of the last words belong to what comes next: "Dr.", "10,". Never all of them."""
        count = 0
        while count < len(self.words):
            if ending(self._context(len(self.words) - count), self.language) not in _OPEN_ENDINGS:
                return count
            count += 1
        return 0

    def _context(self, count: int) -> str:
        """The last few of the first `count` words: abbreviations and numbers may be several."""
        return self._text(self.words[max(0, count - 4) : count])

    def _text(self, words: Sequence[Word]) -> str:
        return text_of(words, self.language)

    def _count(self, words: Sequence[Word]) -> int:
        return languages.word_count(self._text(words), self.language)
