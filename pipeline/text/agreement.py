"""LocalAgreement-2: a word is committed once passes of the recogniser agree on it for long enough.

Source:
    Macháček, Dabre, Bojar: Turning Whisper into Real-Time Transcription System, 2023 (arXiv 2307.14743).
    What it leaves open is bounded here: words are compared without case and punctuation, a tail that never
    agrees is committed by age, and the audio buffer can always be cut.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pipeline.audio import HEARING_RATE_HZ
from pipeline.events import Word
from pipeline.text import matching
from pipeline.text.commitment import CommitPolicy, DistantAgreement
from pipeline.text.joining import text_of

_LONG_PAUSE_SAMPLES: Final = 3 * HEARING_RATE_HZ // 10
"""A gap between two words that makes a good place to cut."""

_NOTHING_BEFORE: Final = -1

_REMEMBERED_WORDS: Final = 200
"""A recogniser takes less than that as its context."""


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
        policy: how long a word must stay the same; by default two passes are enough.
    """

    def __init__(
        self,
        *,
        commit_age_samples: int,
        max_buffer_samples: int,
        language: str = "",
        policy: CommitPolicy | None = None,
    ) -> None:
        if commit_age_samples < 1 or max_buffer_samples < 1:
            raise ValueError("commit_age_samples and max_buffer_samples must be at least 1")
        self.language = language
        self._commit_age, self._max_buffer = commit_age_samples, max_buffer_samples
        self._policy: CommitPolicy = policy or DistantAgreement(0, 0)
        self._recent: list[Word] = []
        """Committed words that may still be in the buffer, and the few before them."""
        self._committed: list[Word] = []
        """The last `_REMEMBERED_WORDS` of all that was committed."""
        self._tail: tuple[Word, ...] = ()
        self._since: tuple[int, ...] = ()
        """For each word of the tail, how far the first pass had listened that said it and all before it."""
        self._owed: tuple[Word, ...] = ()
        """Open words that were cut off: committed already, but not yet in an update."""
        self._boundary = 0
        """Where the last committed word ends by the newest timestamps."""
        self._end = 0
        self._silences: list[tuple[int, int]] = []
        """Pauses in the buffer, from and to: no word lies in them, whatever a recogniser says."""
        self._heard_to = _NOTHING_BEFORE
        self._buffer_start: int | None = None

    @property
    def committed_text(self) -> str:
        """The newest committed words."""
        return text_of(self._committed, self.language)

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
            settled_to: words that end behind it are not agreed on yet, by the recogniser's own judgement, which
                then counts instead of the policy.
        """
        if buffer_start is not None:
            self._buffer_start = buffer_start
        tail = self._open_words(words, heard_to)
        since = self._stood(tail, heard_to)
        agreed = self._agreed(tail, since, heard_to, settled_to) if heard_to > self._heard_to else 0
        count = max(
            agreed, self._older_than(tail, heard_to - self._commit_age), self._cut_off(tail, heard_to)
        )
        self._heard_to = max(heard_to, self._heard_to)
        return self._commit(tail, since, agreed, count)

    def is_complete(self, words: Sequence[Word], *, heard_to: int, silent_samples: int) -> bool:
        """Whether the open words of a hypothesis say that the sentence is over, so that no pause need be awaited."""
        known = matching.divided_at(self._placed(words, heard_to), self._boundary)
        old, _ = matching.seam(known, self._recent, self._boundary)
        return self._policy.complete(known[old:], language=self.language, silent_samples=silent_samples)

    def finish(self, words: Sequence[Word] | None, *, heard_to: int) -> Update:
        """Commits everything that is open, as the last look at the whole utterance has it.

        Args:
            words: the last hypothesis; None if there was no last look: then the open words as they stand.
        """
        tail = list(self._tail) if words is None else self._open_words(words, heard_to)
        agreed = matching.agreed(self._tail, tail) if words is not None else 0
        self._heard_to = max(heard_to, self._heard_to)
        return self._commit(tail, [heard_to] * len(tail), agreed, len(tail))

    def pause(self, sample: int) -> None:
        """Nothing before `sample` is a new word any more: a pause began there, and what was said is committed."""
        self._boundary = max(self._boundary, sample)
        self._silences.append((sample, sample))

    def resume(self, sample: int) -> None:
        """Speech goes on at `sample`: between the last pause and here nothing was said."""
        if self._silences:
            began, _ = self._silences[-1]
            self._silences[-1] = (began, max(began, sample))

    def start_anew(self) -> None:
        """Forgets the open words; what is committed stays known. For a speaker who changes language."""
        self._tail, self._since = (), ()

    def cut_at(self, *, buffer_start: int, heard_to: int) -> int | None:
        """Where the buffer should be cut now: between two committed words, at a pause if there is one.

        Some seconds stay, so that the recogniser keeps its context, and at least one committed word behind
        the cut, so that half a word at the start of the buffer is never taken for a new one. None while the
        buffer may grow on. Beyond `max_buffer_samples` it is always cut.
        """
        self._buffer_start = buffer_start
        length = heard_to - buffer_start
        if length <= self._max_buffer // 2:
            return None
        cut = self._best_place(buffer_start, heard_to)
        if cut is None and length > self._max_buffer:
            cut = self._forced_place(heard_to)
        if cut is not None:
            self._cut(cut)
        return cut

    def _best_place(self, buffer_start: int, heard_to: int) -> int | None:
        """The longest pause that leaves enough of the buffer; a short one will do once the buffer is rather full."""
        limit = self._max_buffer
        needed_gap = _LONG_PAUSE_SAMPLES if heard_to - buffer_start <= limit * 3 // 4 else 0
        earliest, latest = max(buffer_start + 1, heard_to - limit), heard_to - limit // 4
        places = [
            (min(gap, 2 * _LONG_PAUSE_SAMPLES), sample)
            for gap, sample in self._places()
            if gap >= needed_gap and earliest <= sample <= latest
        ]
        return max(places)[1] if places else None

    def _forced_place(self, heard_to: int) -> int:
        """Where a buffer is cut that can be cut nowhere: behind what is committed, where that is within reach."""
        if heard_to - self._max_buffer <= self._end <= heard_to:
            return self._end
        return heard_to - self._max_buffer // 4

    def _placed(self, words: Sequence[Word], heard_to: int) -> list[Word]:
        return matching.outside(matching.tidied(words, heard_to), self._silences)

    def _open_words(self, words: Sequence[Word], heard_to: int) -> list[Word]:
        known = matching.divided_at(self._placed(words, heard_to), self._boundary)
        old, self._boundary = matching.seam(known, self._recent, self._boundary)
        return known[old:]

    def _stood(self, tail: list[Word], heard_to: int) -> list[int]:
        """Since when each word of the tail has been said, with all before it."""
        same = matching.agreed(self._tail, tail)
        known = self._since[: min(same, len(self._since))]
        last = known[-1] if known else heard_to
        return [*known, *[last] * (same - len(known)), *[heard_to] * (len(tail) - same)]

    def _agreed(self, tail: list[Word], since: list[int], heard_to: int, settled_to: int | None) -> int:
        if settled_to is not None:
            return self._agreed_up_to(tail, settled_to)
        count = 0
        for word, first in zip(tail, since, strict=True):
            stood, behind = heard_to - first, heard_to - word.end_sample
            if stood <= 0 or not self._policy.settled(word, stood_samples=stood, behind_samples=behind):
                break
            count += 1
        return count

    def _agreed_up_to(self, tail: list[Word], settled_to: int) -> int:
        count = matching.agreed(self._tail, tail)
        while count and tail[count - 1].end_sample > settled_to:
            count -= 1
        return count

    @staticmethod
    def _older_than(tail: list[Word], sample: int) -> int:
        """How many words there are up to the last one that ends before `sample`."""
        return _up_to_last(word.end_sample < sample for word in tail)

    def _cut_off(self, tail: list[Word], heard_to: int) -> int:
        """How many words `cut_at` would take away from a buffer that has become too long."""
        if self._buffer_start is None or heard_to - self._buffer_start <= self._max_buffer:
            return 0
        sample = heard_to - self._max_buffer // 4
        return _up_to_last(word.first_sample < sample for word in tail)

    def _commit(self, tail: list[Word], since: list[int], agreed: int, count: int) -> Update:
        committed = (*self._owed, *self._note(tail[:count]))
        forced = len(self._owed) + count - min(agreed, count)
        self._owed, self._tail, self._since = (), tuple(tail[count:]), tuple(since[count:])
        return Update(committed, self._tail, forced)

    def _note(self, words: Sequence[Word]) -> tuple[Word, ...]:
        """Adds to what is committed; positions are put in order."""
        for word in words:
            first = max(word.first_sample, self._recent[-1].first_sample if self._recent else 0)
            self._end = max(word.end_sample, first, self._end)
            self._boundary = max(word.end_sample, first)
            self._recent.append(replace(word, first_sample=first, end_sample=self._end))
        self._committed = [*self._committed, *words][-_REMEMBERED_WORDS:]
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
        lost = _up_to_last((word.first_sample + word.end_sample) // 2 < sample for word in self._tail)
        self._owed += self._note(self._tail[:lost])
        self._tail, self._since = self._tail[lost:], self._since[lost:]
        before = sum(word.end_sample <= sample for word in self._recent)
        del self._recent[: max(0, before - matching.LONGEST_OVERLAP)]
        self._silences = [silence for silence in self._silences if silence[1] > sample]


def _up_to_last(answers: Iterable[bool]) -> int:
    """How many answers there are up to the last "yes"."""
    return max((number for number, answer in enumerate(answers, 1) if answer), default=0)
