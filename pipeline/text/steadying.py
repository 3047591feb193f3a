"""Which of the tentative words are steady enough to be shown: a caption that flickers cannot be read.

Source:
    Arivazhagan et al. 2020 (arXiv 2004.03643) hide the last k words of every hypothesis ("mask-k"). Here a word is
    hidden until it has ended a little ago and two passes in a row have said the same up to it: what a
    recogniser says of a word that is still being spoken is mostly wrong.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from pipeline.events import Word
from pipeline.text.matching import spelling


class Steadying:
    """Follows the tail of one utterance from pass to pass.

    Args:
        settle_samples: how much must have been heard behind a word.
        passes: how many passes in a row must agree on it and on all before it.
        sure: a word of which the recogniser is at least this sure needs only one pass; above 1 none is.
    """

    def __init__(self, *, settle_samples: int, passes: int, sure: float = 2.0) -> None:
        if passes < 1:
            raise ValueError(f"passes must be at least 1, got {passes}")
        self._settle, self._sure = settle_samples, sure
        self._tails: deque[list[str]] = deque(maxlen=passes)

    def feed(self, committed: Sequence[Word], tail: Sequence[Word], *, heard_to: int) -> tuple[Word, ...]:
        """Takes what a pass committed and left open; returns the beginning of the tail that may be shown."""
        for known in self._tails:
            del known[: len(committed)]
        self._tails.append([spelling(word.text) for word in tail])
        count = 0
        while count < len(tail) and self._is_steady(count, tail[count], heard_to):
            count += 1
        return tuple(tail[:count])

    def _is_steady(self, at: int, word: Word, heard_to: int) -> bool:
        if word.end_sample > heard_to - self._settle:
            return False
        if word.probability is not None and word.probability >= self._sure:
            return True
        said = {known[at] if at < len(known) else None for known in self._tails}
        return len(self._tails) == self._tails.maxlen and len(said) == 1
