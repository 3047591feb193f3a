"""Words to clauses: pieces of text that can be translated while the speaker goes on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from config.settings import Clauses
from pipeline.audio import HEARING_RATE_HZ
from pipeline.events import (
    Clause,
    ClauseEnd,
    Draft,
    Heard,
    NotHeard,
    OtherLanguage,
    Segment,
    UtteranceEnded,
    UtteranceStarted,
    Word,
    Words,
)
from pipeline.text import function_words, languages
from pipeline.text.joining import confidence_of, text_of
from pipeline.text.punctuation import Ending, belongs_together, ending

PAUSE_SAMPLES: Final = HEARING_RATE_HZ // 4
"""A gap between two words that ends a clause of enough words."""

_COORDINATOR_WORDS: Final = 2
"""So many more words than before other openers must stand before "and"."""

_OPEN_ENDINGS: Final = (Ending.STICKY, Ending.UNDECIDED)


class ClauseCutter:
    """Divides what one speaker says into clauses, and shows the clause in the making.

    What a draft calls committed is never taken away from its clause again: words that may still move to the
    next clause (behind a conjunction, or an abbreviation at the end) count as tentative until that is known.
    """

    def __init__(self, speaker: str, settings: Clauses) -> None:
        self._speaker, self._settings = speaker, settings
        self._max_age = round(settings.max_age_s * HEARING_RATE_HZ)
        self._aim = round(settings.aim_s * HEARING_RATE_HZ)
        self._number = 1
        self._utterance = 0
        self._language = ""
        self._open: list[Word] = []
        self._tentative: tuple[Word, ...] = ()
        self._position = 0
        self._punctuated = False
        """Whether the recogniser has been seen to give case or punctuation in this language."""
        self._continues = False
        self._shown: Draft | None = None
        """The draft that is on the screens now."""

    def feed(self, event: Heard, at_s: float) -> list[Segment]:
        """Closes what can be closed; then at most one draft, if what is open has changed.

        An empty draft withdraws one that was shown and came to nothing.

        Args:
            at_s: noted in the clauses as when they were committed.
        """
        closed: list[Clause] = []
        match event:
            case UtteranceStarted():
                self._close_all(ClauseEnd.UTTERANCE, at_s, closed)
                withdrawn = self._withdrawn()
                self._utterance = event.utterance
                return [*closed, *withdrawn]
            case Words():
                return self._take(event, at_s)
            case UtteranceEnded():
                self._position = event.end_sample
                self._close_all(ClauseEnd.UTTERANCE, at_s, closed)
            case NotHeard():
                # What follows does not go on from here: to the reader a gap is a pause.
                self._position = event.end_sample
                self._close_all(ClauseEnd.PAUSE, at_s, closed)
            case OtherLanguage():
                return []  # says nothing about the words
        return [*closed, *self._withdrawn()]

    def _take(self, event: Words, at_s: float) -> list[Segment]:
        closed: list[Clause] = []
        withdrawn: list[Draft] = []
        if event.utterance != self._utterance:
            self._close_all(ClauseEnd.UTTERANCE, at_s, closed)
            withdrawn = self._withdrawn()
            self._utterance = event.utterance
        if not languages.same_language(event.language, self._language):
            self._close_all(ClauseEnd.LANGUAGE, at_s, closed)
            self._punctuated = False
        if not self._open:
            self._language = event.language
        self._tentative = ()
        for word in event.committed:
            if word.text.strip():
                self._add(word, at_s, closed)
        self._tentative = tuple(word for word in event.tentative if word.text.strip())
        self._position = event.heard_to
        self._divide(at_s, closed)
        while self._open and event.heard_to - self._open[0].first_sample >= self._max_age:
            self._close(len(self._open) - self._loose_end(), ClauseEnd.AGE, at_s, closed)
        return [*closed, *withdrawn, *self._draft()]

    # --- where clauses end -------------------------------------------------------------------------------

    def _add(self, word: Word, at_s: float, closed: list[Clause]) -> None:
        if self._open and (reason := self._ends_before(word)) is not None:
            together = belongs_together(self._context(len(self._open)), word.text, self._language)
            loose = self._loose_end() if together else 0
            self._close(len(self._open) - loose, reason, at_s, closed)
        self._open.append(word)
        if not self._punctuated and languages.has_capitals(self._language):
            self._punctuated = word.text != word.text.lower()
        kind = ending(self._context(len(self._open)), self._language)
        if kind in (Ending.SENTENCE, Ending.CLAUSE):
            self._punctuated = True
        if kind is Ending.SENTENCE or (
            kind is Ending.CLAUSE and self._words(self._open) >= self._settings.min_words
        ):
            self._close(len(self._open), ClauseEnd.PUNCTUATION, at_s, closed)
        else:
            self._divide(at_s, closed)

    def _ends_before(self, word: Word) -> ClauseEnd | None:
        """Why the open clause cannot take another word."""
        long_enough = self._words(self._open) >= self._settings.min_words
        context = self._context(len(self._open))
        if not belongs_together(context, word.text, self._language):
            sign = context.rstrip().rstrip(languages.closers(self._language))[-1:]
            if ending(context, self._language) is Ending.UNDECIDED and (
                long_enough or sign in languages.TERMINATORS
            ):
                return ClauseEnd.PUNCTUATION
            if long_enough and word.first_sample - self._open[-1].end_sample >= PAUSE_SAMPLES:
                return ClauseEnd.PAUSE
        if len(self._text([*self._open, word])) > self._settings.max_characters:
            return ClauseEnd.LENGTH
        if word.end_sample - self._open[0].first_sample > self._max_age:
            return ClauseEnd.AGE
        return None

    def _divide(self, at_s: float, closed: list[Clause]) -> None:
        """Closes before conjunctions and behind phrases, once enough of what follows is known."""
        while (division := self._division()) is not None:
            at, reason = division
            if self._words([*self._open[at:], *self._tentative]) < max(1, self._settings.min_words):
                return
            self._close(at, reason, at_s, closed)

    def _division(self) -> tuple[int, ClauseEnd] | None:
        """The first word before which the open clause may be divided, and why there."""
        conjunction, phrase = self._conjunction(), self._phrase_end()
        if conjunction is not None and (phrase is None or conjunction <= phrase):
            return conjunction, ClauseEnd.CONJUNCTION
        return None if phrase is None else (phrase, ClauseEnd.PHRASE)

    def _conjunction(self) -> int | None:
        """The first word before which the open clause may be divided; None if the recogniser punctuates."""
        if self._punctuated:
            return None
        code = languages.base(self._language)
        openers = function_words.CLAUSE_OPENERS.get(code, frozenset())
        coordinators = function_words.COORDINATORS.get(code, frozenset())
        for at in range(max(1, self._settings.min_words), len(self._open)):
            word = self._open[at].text.strip().casefold()
            needed = self._settings.min_words + (_COORDINATOR_WORDS if word in coordinators else 0)
            apart = not self._opens(at - 1) and not belongs_together(self._context(at), word, self._language)
            if apart and at >= needed and (word in openers or word in coordinators):
                return at
        return None

    def _phrase_end(self) -> int | None:
        """The first of `_phrase_ends` behind which no sign will end the clause soon."""
        return next((at for at in self._phrase_ends() if not self._sign_follows(at)), None)

    def _phrase_ends(self) -> Iterator[int]:
        """The words behind the clause's aim that begin a phrase: a preposition, a relative word, a conjunction."""
        for at in range(max(1, self._settings.min_words), len(self._open) if self._aim else 0):
            length = self._open[at - 1].end_sample - self._open[0].first_sample
            if length < self._aim or self._opens(at - 1):
                continue
            word = self._open[at].text
            opens = function_words.opens_phrase(word, self._language)
            if opens and not belongs_together(self._context(at), word, self._language):
                yield at

    def _sign_follows(self, at: int) -> bool:
        """Whether one of the next few words, as far as they are known, ends the clause anyway."""
        words = [*self._open, *self._tentative]
        nearby = range(at + 1, min(len(words), at + max(1, self._settings.min_words)) + 1)
        context = [self._text(words[max(0, end - 4) : end]) for end in nearby]
        return any(ending(text, self._language) in (Ending.SENTENCE, Ending.CLAUSE) for text in context)

    def _opens(self, at: int) -> bool:
        """Whether the word is a conjunction: "and then" is not divided."""
        return function_words.opens_clause(self._open[at].text, self._language)

    def _loose_end(self) -> int:
        """How many of the last words belong to what comes next: "Dr.", "10,". Never all of them."""
        count = 0
        while count < len(self._open):
            if ending(self._context(len(self._open) - count), self._language) not in _OPEN_ENDINGS:
                return count
            count += 1
        return 0

    # --- what comes out ----------------------------------------------------------------------------------

    def _close(self, count: int, reason: ClauseEnd, at_s: float, closed: list[Clause]) -> None:
        words, self._open = self._open[:count], self._open[count:]
        closed.append(
            Clause(
                speaker=self._speaker,
                number=self._number,
                utterance=self._utterance,
                first_sample=words[0].first_sample,
                end_sample=max(word.end_sample for word in words),
                language=self._language,
                text=self._text(words),
                end=reason,
                committed_at_s=at_s,
                continues=self._continues,
                confidence=confidence_of(words),
            )
        )
        ended = reason in (ClauseEnd.UTTERANCE, ClauseEnd.LANGUAGE)
        self._continues = not ended and not languages.ends_with(
            self._text(words[-1:]), languages.TERMINATORS, self._language
        )
        self._number += 1
        self._shown = None

    def _close_all(self, reason: ClauseEnd, at_s: float, closed: list[Clause]) -> None:
        if self._open:
            self._close(len(self._open), reason, at_s, closed)
        self._tentative = ()

    def _draft(self) -> list[Draft]:
        words = [*self._open, *self._tentative]
        if not words:
            return self._withdrawn()
        sure = self._sure()
        committed, text = self._text(words[:sure]), self._text(words)
        draft = Draft(
            speaker=self._speaker,
            number=self._number,
            utterance=self._utterance,
            first_sample=words[0].first_sample,
            end_sample=max(word.end_sample for word in words),
            language=self._language,
            committed=committed,
            tentative=text[len(committed) :],
            continues=self._continues,
        )
        shown, self._shown = self._shown, draft
        same = shown is not None and (shown.committed, shown.tentative) == (draft.committed, draft.tentative)
        return [] if same else [draft]

    def _withdrawn(self) -> list[Draft]:
        """An empty draft, if the one on the screens came to nothing."""
        shown, self._shown = self._shown, None
        if shown is None:
            return []
        return [
            Draft(
                self._speaker, shown.number, shown.utterance, shown.first_sample, shown.end_sample,
                shown.language, committed="", tentative="",
            )
        ]  # fmt: skip

    def _sure(self) -> int:
        """How many open words will be part of this clause whatever comes."""
        conjunction, phrase = self._conjunction(), next(self._phrase_ends(), None)
        places = [len(self._open) - self._loose_end(), conjunction, phrase]
        return min(place for place in places if place is not None)

    def _context(self, count: int) -> str:
        """The last few of the first `count` open words: abbreviations and numbers may be several."""
        return self._text(self._open[max(0, count - 4) : count])

    def _text(self, words: Sequence[Word]) -> str:
        return text_of(words, self._language)

    def _words(self, words: Sequence[Word]) -> int:
        return languages.word_count(self._text(words), self._language)
