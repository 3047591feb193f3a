"""Words to clauses: pieces of text that can be translated while the speaker goes on."""

from __future__ import annotations

from collections.abc import Sequence

from config.settings import Clauses
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
from pipeline.text import languages
from pipeline.text.clause_ends import Division, OpenClause
from pipeline.text.joining import confidence_of, text_of


class ClauseCutter:
    """Divides what one speaker says into clauses, and shows the clause in the making.

    What a draft calls committed is never taken away from its clause again: words that may still move to the
    next clause (behind a conjunction, or an abbreviation at the end) count as tentative until that is known.
    """

    def __init__(self, speaker: str, settings: Clauses) -> None:
        self._speaker = speaker
        self._number = 1
        self._utterance = 0
        self._open = OpenClause(settings)
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
                self._close_all(ClauseEnd.UTTERANCE, at_s, closed)
            case NotHeard():
                # What follows does not go on from here: to the reader a gap is a pause.
                self._close_all(ClauseEnd.PAUSE, at_s, closed)
            case OtherLanguage():
                return []  # says nothing about the words
        return [*closed, *self._withdrawn()]

    def _take(self, event: Words, at_s: float) -> list[Segment]:
        closed: list[Clause] = []
        withdrawn = self._begin_if_new(event, at_s, closed)
        self._open.tentative = ()
        for word in _with_letters(event.committed):
            self._add(word, at_s, closed)
        self._open.tentative = _with_letters(event.tentative)
        self._divide(at_s, closed)
        while (end := self._open.end_by_age(event.heard_to)) is not None:
            self._close(end, at_s, closed)
        return [*closed, *withdrawn, *self._draft()]

    def _begin_if_new(self, event: Words, at_s: float, closed: list[Clause]) -> list[Draft]:
        """Closes what another utterance or language leaves behind; the drafts that this takes back."""
        withdrawn: list[Draft] = []
        if event.utterance != self._utterance:
            self._close_all(ClauseEnd.UTTERANCE, at_s, closed)
            withdrawn = self._withdrawn()
            self._utterance = event.utterance
        if not languages.same_language(event.language, self._open.language):
            self._close_all(ClauseEnd.LANGUAGE, at_s, closed)
        if not self._open:
            self._open.begin(event.language)
        return withdrawn

    # --- clauses -----------------------------------------------------------------------------------------

    def _add(self, word: Word, at_s: float, closed: list[Clause]) -> None:
        if (end := self._open.end_before(word)) is not None:
            self._close(end, at_s, closed)
        if (end := self._open.add(word)) is not None:
            self._close(end, at_s, closed)
        else:
            self._divide(at_s, closed)

    def _divide(self, at_s: float, closed: list[Clause]) -> None:
        while (end := self._open.end_within()) is not None:
            self._close(end, at_s, closed)

    def _close(self, end: Division, at_s: float, closed: list[Clause]) -> None:
        words, language = self._open.take(end.count), self._open.language
        closed.append(
            Clause(
                speaker=self._speaker,
                number=self._number,
                utterance=self._utterance,
                first_sample=words[0].first_sample,
                end_sample=max(word.end_sample for word in words),
                language=language,
                text=text_of(words, language),
                end=end.reason,
                committed_at_s=at_s,
                continues=self._continues,
                confidence=confidence_of(words),
            )
        )
        ended = end.reason in (ClauseEnd.UTTERANCE, ClauseEnd.LANGUAGE)
        self._continues = not ended and not languages.ends_with(
            text_of(words[-1:], language), languages.TERMINATORS, language
        )
        self._number += 1
        self._shown = None

    def _close_all(self, reason: ClauseEnd, at_s: float, closed: list[Clause]) -> None:
        if self._open:
            self._close(Division(len(self._open), reason), at_s, closed)
        self._open.tentative = ()

    # --- drafts ------------------------------------------------------------------------------------------

    def _draft(self) -> list[Draft]:
        words, language = [*self._open.words, *self._open.tentative], self._open.language
        if not words:
            return self._withdrawn()
        committed, text = text_of(words[: self._open.sure()], language), text_of(words, language)
        draft = Draft(
            speaker=self._speaker,
            number=self._number,
            utterance=self._utterance,
            first_sample=words[0].first_sample,
            end_sample=max(word.end_sample for word in words),
            language=language,
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


def _with_letters(words: Sequence[Word]) -> tuple[Word, ...]:
    """Without those that are mere space."""
    return tuple(word for word in words if word.text.strip())
