"""How steady captions were: how many of the words that were shown were changed or taken away again.

Source:
    Share of changed words: Shangguan et al., Analyzing the Quality and Stability of a Streaming End-to-End
    On-Device Speech Recognizer, 2020 (arXiv 2006.01416).
"""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import Final

from foundation.recent import Recent
from pipeline.events import Caption
from pipeline.text import languages
from pipeline.text.matching import spelling

_SEGMENTS_REMEMBERED: Final = 256
"""So many captions a counter compares with; older ones are not expected to change."""


class RetractionCounter:
    """Counts how many of the words that were shown were changed or taken away again.

    Interim: a word counts once for each time that it is put on the screen; spelling alone counts, not case
    or punctuation; a word that moves on to the next caption of its speaker has not changed. Committed: words
    marked as final that changed in any way, which must never happen.
    """

    def __init__(self) -> None:
        self.shown = 0
        """Words put on the screen."""
        self.changed = 0
        """Of these, words that later changed or vanished."""
        self.committed_changed = 0
        """Words that were marked as final and changed nevertheless."""
        self._segments: Recent[tuple[str, str, str], Caption] = Recent(_SEGMENTS_REMEMBERED)
        self._moving: dict[tuple[str, str], list[str]] = {}
        """Words that fell off a caption when it became final, until the next caption of that line is seen."""

    @property
    def share(self) -> float:
        """Changed words by shown words, 0…1."""
        return self.changed / self.shown if self.shown else 0.0

    def feed(self, caption: Caption) -> None:
        """Takes the next caption, in the order in which they were shown."""
        key = (caption.speaker, caption.language, caption.segment)
        before = self._segments.get(key)
        if before is not None and not caption.committed.startswith(before.committed):
            self.committed_changed += _lost_words(before.committed, caption.committed)
        self._count(caption, _spelled(before.text) if before is not None else [])
        self._segments[key] = caption

    def _count(self, caption: Caption, before: list[str]) -> None:
        line, now = (caption.speaker, caption.language), _spelled(caption.text)
        moved = self._moving.pop(line, [])
        carried = 0
        while carried < min(len(moved), len(now)) and moved[carried] == now[carried]:
            carried += 1
        if caption.final and len(now) < len(before) and before[: len(now)] == now:
            self._moving[line] = before[len(now) :]
            before = now
        kept = _common(before, now)
        self.changed += len(moved) - carried + len(before) - kept
        self.shown += max(0, len(now) - kept - carried)


def _spelled(text: str) -> list[str]:
    return [form for word in languages.apart(text).split() if (form := spelling(word))]


def _common(before: list[str], now: list[str]) -> int:
    matcher = SequenceMatcher(None, before, now, autojunk=False)
    return sum(block.size for block in matcher.get_matching_blocks())


def _lost_words(before: str, now: str) -> int:
    same = 0
    for a, b in zip(before.split(), now.split(), strict=False):
        if a != b:
            break
        same += 1
    return max(1, len(before.split()) - same)
