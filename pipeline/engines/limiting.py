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
    """Passes everything on to a recogniser, for so many streams at once.

    Args:
        speakers: how many streams may be open.
    """

    def __init__(self, recognizer: Recognizer, speakers: int) -> None:
        self.info = recognizer.info
        self._recognizer, self._speakers = recognizer, speakers
        self._open = 0

    async def open(
        self, options: HearingOptions, *, first_sample: int, context: str = ""
    ) -> RecognitionStream:
        if self._open >= self._speakers:
            people = "1 person" if self._speakers == 1 else f"{self._speakers} people"
            raise EngineOverloaded(
                "recognition", _RETRY_AFTER_S, f"this machine keeps up with {people} speaking at once"
            )
        self._open += 1
        try:
            stream = await self._recognizer.open(options, first_sample=first_sample, context=context)
        except BaseException:
            self._open -= 1
            raise
        return _LimitedStream(stream, self)

    async def forget(self, speaker: str) -> None:
        await self._recognizer.forget(speaker)

    async def close(self) -> None:
        await self._recognizer.close()

    def closed_one(self) -> None:
        """A stream has given its place back; only for `_LimitedStream`."""
        self._open -= 1


class _LimitedStream:
    def __init__(self, stream: RecognitionStream, owner: LimitedRecognizer) -> None:
        self._stream, self._owner, self._closed = stream, owner, False

    async def accept(self, pcm: Pcm) -> None:
        await self._stream.accept(pcm)

    async def hypothesis(self, *, final: bool = False) -> Hypothesis:
        return await self._stream.hypothesis(final=final)

    def cut(self, sample: int, committed: str) -> None:
        self._stream.cut(sample, committed)

    async def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._owner.closed_one()
        await self._stream.close()
