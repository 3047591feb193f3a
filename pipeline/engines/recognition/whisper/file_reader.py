"""Files beside live speech on the same weights: in batches, with pauses while somebody speaks."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Final

import structlog

from foundation.failures import most_telling
from pipeline.engines.protocols import EngineError, UnknownLanguage
from pipeline.engines.recognition.files import FileOptions, FilePiece, PieceHeard, PieceResult, Progress
from pipeline.engines.recognition.whisper.batch import WhisperBatch
from pipeline.engines.recognition.whisper.file_batch import EFFORTS, BatchOptions, FileBatch
from pipeline.engines.recognition.whisper.language import base

log = structlog.get_logger(__name__)

_LONGEST_HINTS: Final = 600
"""Characters; what is more would not fit into the prompt."""
_SHARE_BESIDE_LIVE: Final = 0.25
"""So much of the time files may take, on one core, while somebody speaks live."""
_LONGEST_PAUSE_S: Final = 20.0
_LOOK_S: Final = 0.1
"""How soon it is noticed that nobody speaks any more."""


@dataclass(slots=True)
class _Task:
    """What is left to do of a file."""

    pieces: Sequence[FilePiece]
    reading: BatchOptions
    progress: Progress
    left: deque[int]
    results: dict[int, PieceResult] = field(default_factory=dict)

    def done(self, at: int, result: PieceResult) -> None:
        self.results[at] = result
        self.progress(len(self.results))


class WhisperFiles:
    """Reads files on weights that hear live speech too, which goes first.

    Args:
        live: whether somebody speaks live, as far as the recogniser knows.
        lanes: so many batches at once, each in a thread.
        batch: so many pieces in each.
    """

    packs = True

    def __init__(self, model: WhisperBatch, *, live: Callable[[], bool], lanes: int, batch: int) -> None:
        self._model, self._files = model, FileBatch(model)
        self._live, self._lanes, self._batch = live, lanes, batch
        self._threads = ThreadPoolExecutor(lanes, thread_name_prefix="Whisper files")
        self._places = asyncio.Semaphore(lanes)
        self._beside_live = asyncio.Lock()
        self._closed = False

    async def read(
        self, pieces: Sequence[FilePiece], options: FileOptions, progress: Progress
    ) -> list[PieceResult]:
        """See `FileReader`. The first batch settles the language for the others."""
        if options.language is not None and base(options.language) not in self._model.languages:
            raise UnknownLanguage(options.language, self._model.languages)
        reading = BatchOptions(
            options.language or "",
            options.language is not None,
            options.allowed_languages,
            ", ".join(options.hints)[:_LONGEST_HINTS],
            EFFORTS[options.quality],
        )
        task = _Task(pieces, reading, progress, deque(range(len(pieces))))
        if not reading.declared:
            await self._next(task)
            task.reading = replace(reading, language=_most_spoken(task))
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(min(self._lanes, len(task.left))):
                    group.create_task(self._work(task), name="lane of a file")
        except ExceptionGroup as failures:
            raise most_telling(failures, EngineError) from None
        return [task.results[at] for at in range(len(pieces))]

    async def close(self) -> None:
        """Takes no more; what the threads have begun is finished first."""
        self._closed = True
        await asyncio.to_thread(self._threads.shutdown, cancel_futures=True)

    async def _work(self, task: _Task) -> None:
        while task.left:
            await self._next(task)

    async def _next(self, task: _Task) -> None:
        """One batch more, then a pause if somebody speaks live."""
        async with self._places:
            if self._live():
                async with self._beside_live:
                    took_s = await self._run(task, 1)
                    await self._pause(took_s / _SHARE_BESIDE_LIVE - took_s)
            else:
                await self._run(task, self._batch)

    async def _pause(self, seconds: float) -> None:
        until_s = time.monotonic() + min(seconds, _LONGEST_PAUSE_S)
        while self._live() and time.monotonic() < until_s:  # noqa: ASYNC110  silence is no event: it is time without one
            await asyncio.sleep(_LOOK_S)

    async def _run(self, task: _Task, most: int) -> float:
        """Reads the next pieces; how long it took. A batch that fails is tried piece by piece."""
        at = [task.left.popleft() for _ in range(min(most, len(task.left)))]
        began_s = time.monotonic()
        try:
            heard = await self._in_thread([task.pieces[number] for number in at], task.reading)
        except (RuntimeError, ValueError) as error:  # all that CTranslate2 raises, memory included
            log.warning("a batch of a file failed", size=len(at), error=type(error).__name__)
            await self._one_by_one(task, at, error)
        else:
            for number, result in zip(at, heard, strict=True):
                task.done(number, result)
        return time.monotonic() - began_s

    async def _one_by_one(self, task: _Task, at: Sequence[int], error: Exception) -> None:
        if len(at) == 1:
            task.done(at[0], EngineError(f"Whisper failed ({type(error).__name__})"))
            return
        for number in at:
            try:
                (result,) = await self._in_thread([task.pieces[number]], task.reading)
            except (RuntimeError, ValueError) as again:
                task.done(number, EngineError(f"Whisper failed ({type(again).__name__})"))
            else:
                task.done(number, result)

    async def _in_thread(self, pieces: Sequence[FilePiece], reading: BatchOptions) -> list[PieceHeard]:
        """A thread cannot be cancelled: whoever gives up waits for the batch that it has begun, so that its place is
        free only when the thread is.
        """
        if self._closed:
            raise EngineError("Whisper was closed")
        loop = asyncio.get_running_loop()
        running = loop.run_in_executor(self._threads, self._files.read, pieces, reading)
        try:
            await asyncio.wait([running])
        except asyncio.CancelledError:
            if not running.cancel():
                await asyncio.wait([running])
                running.exception()  # nobody asks for it any more
            raise
        if running.cancelled():
            raise EngineError("Whisper was closed")
        return running.result()


def _most_spoken(task: _Task) -> str:
    """The language of most of what was heard so far."""
    lengths: dict[str, int] = {}
    for at, result in task.results.items():
        if isinstance(result, PieceHeard) and result.words:
            lengths[result.language] = lengths.get(result.language, 0) + len(task.pieces[at].pcm)
    return max(lengths, key=lambda language: lengths[language], default="")
