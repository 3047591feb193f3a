"""What is traced of an utterance while it is recognised: the whole of it, and its looks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from foundation.tracing.facts import SpanName
from foundation.tracing.spans import NOTHING, begin
from pipeline.audio import seconds

MOST_LOOKS: Final = 40
"""So many looks of an utterance are traced one by one; of those after it only the number is told."""


class LookSpans:
    """One speaker's, an utterance after the other; costs nothing while an utterance is not traced."""

    def __init__(self) -> None:
        self._utterance = self._gathering = NOTHING
        self._looks = self._words = self._began = 0

    def begin(self, traceparent: str, first_sample: int, *, engine: str) -> None:
        """An utterance begins."""
        self._looks = self._words = 0
        self._began = first_sample
        self._utterance = begin(SpanName.STT, within=traceparent, engine=engine) if traceparent else NOTHING

    def gather(self) -> None:
        """Sound of the next look comes in."""
        if self._gathering is NOTHING and self._traces_looks:
            self._gathering = begin(SpanName.STT_PREPROCESSING, within=self._utterance)

    @contextmanager
    def looking(self, *, final: bool) -> Iterator[None]:
        """The recogniser's own work of one look."""
        self._gathering.end()
        self._gathering = NOTHING
        look = (
            begin(SpanName.STT_INFERENCE, within=self._utterance, final=final)
            if self._traces_looks
            else NOTHING
        )
        self._looks += 1
        try:
            yield
        finally:
            look.end()

    @contextmanager
    def settling(self) -> Iterator[None]:
        """What is made of a look: agreement, and what is shown."""
        traced = self._utterance is not NOTHING and self._looks <= MOST_LOOKS
        settling = begin(SpanName.STT_POSTPROCESSING, within=self._utterance) if traced else NOTHING
        try:
            yield
        finally:
            settling.end()

    def committed(self, words: int) -> None:
        """So many more words are settled."""
        self._words += words

    def end(self, language: str, end_sample: int) -> None:
        """The utterance is over."""
        self._gathering.end()
        self._utterance.tell(
            language=language,
            looks=self._looks,
            words=self._words,
            sound_s=round(seconds(max(0, end_sample - self._began)), 2),
        )
        self._utterance.end()
        self._utterance = self._gathering = NOTHING

    @property
    def _traces_looks(self) -> bool:
        return self._utterance is not NOTHING and self._looks < MOST_LOOKS
