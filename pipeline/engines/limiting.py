"""No more speakers at once than the machine keeps up with: one more is refused with the reason."""

from __future__ import annotations

from pipeline.audio import Pcm
from pipeline.capacity import Capacity
from pipeline.engines.protocols import (
    EngineOverloaded,
    HearingOptions,
    Hypothesis,
    RecognitionStream,
    Recognizer,
)

_RETRY_AFTER_S = 2.0


def limited(recognizer: Recognizer, capacity: Capacity | None) -> Recognizer:
    """The recogniser within what was measured; as it is where nothing was."""
    return recognizer if capacity is None else LimitedRecognizer(recognizer, capacity.speakers)


class LimitedRecognizer:
    """Passes everything on to a recogniser, for so many who speak at once.

    A stream that only remembers, in a pause, needs no room; who speaks on in it is heard even where nobody new is.

    Args:
        speakers: how many may speak at once.
    """

    def __init__(self, recognizer: Recognizer, speakers: int) -> None:
        self.info = recognizer.info
        self._recognizer, self._speakers = recognizer, speakers
        self._speaking = 0

    async def open(
        self, options: HearingOptions, *, first_sample: int, context: str = ""
    ) -> RecognitionStream:
        if self._speaking >= self._speakers:
            people = "1 person" if self._speakers == 1 else f"{self._speakers} people"
            raise EngineOverloaded(
                "recognition", _RETRY_AFTER_S, f"this machine keeps up with {people} speaking at once"
            )
        stream = await self._recognizer.open(options, first_sample=first_sample, context=context)
        return _LimitedStream(stream, self)

    async def forget(self, speaker: str) -> None:
        await self._recognizer.forget(speaker)

    async def close(self) -> None:
        await self._recognizer.close()

    def count(self, more: int) -> None:
        """Somebody begins to speak, 1, or stops, -1; only for `_LimitedStream`."""
        self._speaking += more


class _LimitedStream:
    def __init__(self, stream: RecognitionStream, owner: LimitedRecognizer) -> None:
        self._stream, self._owner, self._speaking = stream, owner, False

    def begin(self, sample: int) -> None:
        self._speaks(True)
        self._stream.begin(sample)

    async def accept(self, pcm: Pcm) -> None:
        await self._stream.accept(pcm)

    async def hypothesis(self, *, final: bool = False, hurried: bool = False) -> Hypothesis:
        hypothesis = await self._stream.hypothesis(final=final, hurried=hurried)
        self._speaks(not final)  # who goes on after a last look is looked at again
        return hypothesis

    def cut(self, sample: int, committed: str) -> None:
        self._stream.cut(sample, committed)

    async def close(self) -> None:
        self._speaks(False)
        await self._stream.close()

    def _speaks(self, now: bool) -> None:
        if now != self._speaking:
            self._speaking = now
            self._owner.count(1 if now else -1)
