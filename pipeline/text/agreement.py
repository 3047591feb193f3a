"""LocalAgreement-2: a word is committed once two passes of the recogniser agree on it.

Source:
    Macháček, Dabre, Bojar: Turning Whisper into Real-Time Transcription System, 2023 (arXiv 2307.14743).
    What it leaves open is bounded here: words are compared without case and punctuation, a tail that never
    agrees is committed by age, and the audio buffer can always be cut.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.audio import HEARING_RATE_HZ
from pipeline.events import Word
from pipeline.text import languages, matching

_LONG_PAUSE_SAMPLES: Final = 3 * HEARING_RATE_HZ // 10
"""A gap between two words that makes a good place to cut."""

_NOTHING_BEFORE: Final = -1


@dataclass(frozen=True, slots=True)
class Update:
    """What one more pass of the recogniser has settled."""

    committed: tuple[Word, ...]
    """New since the last update, never taken back; positions never go back."""
    tentative: tuple[Word, ...]
    """The tail behind all that is committed; replaces the last one."""
    forced: int = 0
    """How many of `committed` no two passes agreed on: too old, cut off, or the last look."""


class Agreement:
    """The committed and the open words of one utterance.

    Args:
        commit_age_samples: a word whose end lies further behind is committed as it stands.
        max_buffer_samples: no more sound than this stays in the recogniser's buffer.
        language: for `committed_text`; may be set later. Empty: the script decides.
        settle_samples: an agreed word waits until this much has been heard behind it: what lies at the very
            end of the buffer is often half a word.
    """

    def __init__(
        self, *, commit_age_samples: int, max_buffer_samples: int, language: str = "", settle_samples: int = 0
    ) -> None:
        if commit_age_samples < 1 or max_buffer_samples < 1:
            raise ValueError("commit_age_samples and max_buffer_samples must be at least 1")
        self.language = language
        self._commit_age, self._max_buffer, self._settle = (
            commit_age_samples,
            max_buffer_samples,
            settle_samples,
        )
        self._recent: list[Word] = []
        """Committed words that may still be in the buffer, and the few before them."""
        self._pieces: list[str] = []
        self._tail: tuple[Word, ...] = ()
        self._owed: tuple[Word, ...] = ()
        """Open words that were cut off: committed already, but not yet in an update."""
        self._boundary = 0
        """Where the last committed word ends by the newest timestamps."""
        self._end = 0
        self._heard_to = _NOTHING_BEFORE
        self._buffer_start: int | None = None

    @property
    def committed_text(self) -> str:
        """All committed words of the utterance."""
        return languages.join(self._pieces, self.language)

    @property
    def last_committed_end(self) -> int:
        """Where the last committed word ended when it was committed; 0 before there is one."""
        return self._end

    @property
    def tentative(self) -> tuple[Word, ...]:
        """The open words of the last update."""
        return self._tail

    def feed(
        self,
        words: Sequence[Word],
        *,
        heard_to: int,
        buffer_start: int | None = None,
        settled_to: int | None = None,
    ) -> Update:
        """Takes the newest hypothesis.

        Args:
            words: what the buffer is taken to say; committed words may be among them or not.
            heard_to: how far the recogniser had listened. A pass over nothing new agrees with nothing.
            buffer_start: where the recogniser's buffer begins; by default at the last cut.
            settled_to: words that end behind it are not agreed on yet, by the recogniser's own judgement; by
                default `settle_samples` before `heard_to`.
        """
        if buffer_start is not None:
            self._buffer_start = buffer_start
        tail = self._open_words(words, heard_to)
        limit = heard_to - self._settle if settled_to is None else settled_to
        agreed = self._agreed(tail, limit) if heard_to > self._heard_to else 0
        count = max(
            agreed, self._older_than(tail, heard_to - self._commit_age), self._cut_off(tail, heard_to)
        )
        self._heard_to = max(heard_to, self._heard_to)
        return self._commit(tail, agreed, count)

    def finish(self, words: Sequence[Word] | None, *, heard_to: int) -> Update:
        """Commits everything that is open, as the last look at the whole utterance has it.

        Args:
            words: the last hypothesis; None if there was no last look: then the open words as they stand.
        """
        tail = list(self._tail) if words is None else self._open_words(words, heard_to)
        agreed = matching.agreed(self._tail, tail) if words is not None else 0
        self._heard_to = max(heard_to, self._heard_to)
        return self._commit(tail, agreed, len(tail))

    def cut_at(self, *, buffer_start: int, heard_to: int) -> int | None:
        """Where the buffer should be cut now: between two committed words, at a pause if there is one.

        Some seconds stay, so that the recogniser keeps its context, and at least one committed word behind
        the cut, so that half a word at the start of the buffer is never taken for a new one. None while the
        buffer may grow on. Beyond `max_buffer_samples` it is always cut.
        """
        self._buffer_start = buffer_start
        length, limit = heard_to - buffer_start, self._max_buffer
        if length <= limit // 2:
            return None
        needed_gap = _LONG_PAUSE_SAMPLES if length <= limit * 3 // 4 else 0
        earliest = max(buffer_start + 1, heard_to - limit)
        places = [
            (min(gap, 2 * _LONG_PAUSE_SAMPLES), sample)
            for gap, sample in self._places()
            if gap >= needed_gap and earliest <= sample <= heard_to - limit // 4
        ]
        if places:
            cut = max(places)[1]
        elif length <= limit:
            return None
        elif earliest <= self._end <= heard_to:
            cut = self._end
        else:
            cut = heard_to - limit // 4
        self._cut(cut)
        return cut

    def _open_words(self, words: Sequence[Word], heard_to: int) -> list[Word]:
        known = matching.divided_at(matching.tidied(words, heard_to), self._boundary)
        old, self._boundary = matching.seam(known, self._recent, self._boundary)
        return known[old:]

    def _agreed(self, tail: list[Word], limit: int) -> int:
        count = matching.agreed(self._tail, tail)
        while count and tail[count - 1].end_sample > limit:
            count -= 1
        return count

    @staticmethod
    def _older_than(tail: list[Word], sample: int) -> int:
        """How many words there are up to the last one that ends before `sample`."""
        return max((at + 1 for at, word in enumerate(tail) if word.end_sample < sample), default=0)

    def _cut_off(self, tail: list[Word], heard_to: int) -> int:
        """How many words `cut_at` would take away from a buffer that has become too long."""
        if self._buffer_start is None or heard_to - self._buffer_start <= self._max_buffer:
            return 0
        sample = heard_to - self._max_buffer // 4
        return max((at + 1 for at, word in enumerate(tail) if word.first_sample < sample), default=0)

    def _commit(self, tail: list[Word], agreed: int, count: int) -> Update:
        committed = (*self._owed, *self._note(tail[:count]))
        forced = len(self._owed) + count - min(agreed, count)
        self._owed, self._tail = (), tuple(tail[count:])
        return Update(committed, self._tail, forced)

    def _note(self, words: Sequence[Word]) -> tuple[Word, ...]:
        """Adds to what is committed; positions are put in order."""
        for word in words:
            first = max(word.first_sample, self._recent[-1].first_sample if self._recent else 0)
            self._end = max(word.end_sample, first, self._end)
            self._boundary = max(word.end_sample, first)
            self._recent.append(Word(word.text, first, self._end))
            self._pieces.append(word.text)
        return tuple(self._recent[len(self._recent) - len(words) :])

    def _places(self) -> list[tuple[int, int]]:
        """Boundaries between committed words, each with the length of its pause."""
        places = []
        for before, after in zip(self._recent, self._recent[1:], strict=False):
            gap = max(0, after.first_sample - before.end_sample)
            places.append((gap, after.first_sample - gap // 2))
        return places

    def _cut(self, sample: int) -> None:
        self._buffer_start = sample
        middles = [(word.first_sample + word.end_sample) // 2 for word in self._tail]
        lost = max((at + 1 for at, middle in enumerate(middles) if middle < sample), default=0)
        self._owed += self._note(self._tail[:lost])
        self._tail = self._tail[lost:]
        before = sum(1 for word in self._recent if word.end_sample <= sample)
        del self._recent[: max(0, before - matching.LONGEST_OVERLAP)]
