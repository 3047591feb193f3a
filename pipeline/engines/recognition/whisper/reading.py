"""Whisper's weights as what is asked to read pieces of sound: in this process, or wherever else they are."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Final, Protocol

from pipeline.engines.microbatches import MicroBatcher
from pipeline.engines.protocols import EngineError
from pipeline.engines.recognition.files import FileReader
from pipeline.engines.recognition.whisper.batch import WhisperBatch
from pipeline.engines.recognition.whisper.file_reader import WhisperFiles
from pipeline.engines.recognition.whisper.pieces import Piece, Reading
from pipeline.machine import cores

_COMPANY_S: Final = 0.01
"""So long a request waits for others to share its batch."""
_LARGEST_BATCH: Final = 16
_LIVE_S: Final = 2.0
"""Somebody speaks live as long as the last look is not longer ago."""
_FILES_IN_BATCH: Final = 2
"""Pieces of up to 30 s: little is gained by more on a CPU, and live speech would wait for them."""
_FILES_IN_BATCH_ON_GPU: Final = 16


class PieceReader(Protocol):
    """Reads pieces of sound. It keeps nothing of a speaker: the same piece comes out the same whoever reads it."""

    @property
    def languages(self) -> tuple[str, ...]:
        """Whisper's codes, sorted."""
        ...

    @property
    def multilingual(self) -> bool:
        """Whether the model knows more than English."""
        ...

    @property
    def files(self) -> FileReader:
        """The same weights for whole files, which wait where somebody speaks live."""
        ...

    async def read(self, piece: Piece) -> Reading:
        """Recognises one piece together with what others ask at the same moment.

        Raises:
            EngineOverloaded, EngineError: as the name says.
        """
        ...

    async def close(self) -> None:
        """Fails what waits; what the model has begun is finished first."""
        ...


class _Worker:
    """A thread with what waits for it."""

    def __init__(self, name: str, model: WhisperBatch, waiting: int) -> None:
        self._threads = ThreadPoolExecutor(1, thread_name_prefix=name)
        self.batches = MicroBatcher[Piece, Reading | EngineError](
            name, model.read, self._threads, max_batch=_LARGEST_BATCH, wait_s=_COMPANY_S, capacity=waiting
        )

    async def close(self) -> None:
        """Fails what waits; what the thread has begun is finished first."""
        await self.batches.close()
        await asyncio.to_thread(self._threads.shutdown, cancel_futures=True)


class WhisperReader:
    """The weights in this process, which run in threads of their own.

    Args:
        translating: the same weights for a thread of its own; None: translating takes turns with hearing.
        waiting: so many requests may wait for the model; streams have one each, so it bounds the speakers.
    """

    def __init__(
        self, model: WhisperBatch, *, translating: WhisperBatch | None = None, waiting: int = 64
    ) -> None:
        self.languages, self.multilingual = model.languages, model.multilingual
        self._hearing = _Worker("Whisper", model, waiting)
        self._translating = self._hearing
        if translating is not None:
            self._translating = _Worker("Whisper into English", translating, waiting)
        self._files = WhisperFiles(
            model,
            live=self._somebody_speaks,
            lanes=1 if model.on_gpu else min(2, cores()),
            batch=_FILES_IN_BATCH_ON_GPU if model.on_gpu else _FILES_IN_BATCH,
        )
        self.files: FileReader = self._files
        self._live_until_s = 0.0
        self._closed = False

    async def read(self, piece: Piece) -> Reading:
        """See `PieceReader`."""
        if self._closed:
            raise EngineError("Whisper was closed")
        worker = self._translating if piece.into_english else self._hearing
        self._live_until_s = time.monotonic() + _LIVE_S
        try:
            reading = await worker.batches.ask(piece, urgent=piece.final)
        finally:
            self._live_until_s = time.monotonic() + _LIVE_S
        if isinstance(reading, EngineError):
            raise reading
        return reading

    async def close(self) -> None:
        """See `PieceReader`."""
        self._closed = True
        await self._files.close()
        for worker in {self._hearing, self._translating}:
            await worker.close()

    def _somebody_speaks(self) -> bool:
        return time.monotonic() < self._live_until_s
