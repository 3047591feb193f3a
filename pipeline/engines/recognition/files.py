"""A whole recording to words in one pass, with any recogniser: cut at pauses, recognised in pieces, several at once."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol, TypeAlias, runtime_checkable

import numpy as np

from pipeline.audio import HEARING_RATE_HZ, AudioError, Pcm
from pipeline.engines.protocols import EngineError, HearingOptions, Recognizer, VoiceActivityDetector
from pipeline.engines.recognition.file_pieces import Stretch, packed, speech_in
from pipeline.engines.recognition.quality import Quality
from pipeline.events import NotHeard, Word

_ROUNDED_SAMPLES: Final = HEARING_RATE_HZ // 10
"""So far a word's end may lie in the stretch behind its own."""
_AT_ONCE: Final = 2
"""So many pieces are with a recogniser that has no batches at the same time."""


@dataclass(frozen=True, slots=True)
class FileOptions:
    """What is known about a file, and how well it is to be recognised."""

    language: str | None = None
    """BCP 47; None: to be detected among `allowed_languages`."""
    allowed_languages: tuple[str, ...] = ()
    """Empty for anything the engine knows."""
    hints: tuple[str, ...] = ()
    """Names and terms that may come."""
    quality: Quality = Quality.BALANCED


@dataclass(frozen=True, slots=True)
class FilePiece:
    """A piece of a file to recognise."""

    pcm: Pcm
    first_sample: int


@dataclass(frozen=True, slots=True)
class PieceHeard:
    """What a piece says."""

    words: tuple[Word, ...]
    language: str
    """BCP 47."""
    dropped: str = ""
    """Why what was taken for speech was left out; empty: nothing was."""


PieceResult: TypeAlias = PieceHeard | EngineError
Progress: TypeAlias = Callable[[int], None]
"""Called with the number of pieces that are done."""


class FileReader(Protocol):
    """Recognises the pieces of a file; the place of an engine that does so in batches."""

    packs: bool
    """Whether pieces are best as long as its window; else each is a stretch of speech by itself."""

    async def read(
        self, pieces: Sequence[FilePiece], options: FileOptions, progress: Progress
    ) -> list[PieceResult]:
        """A result for each piece, in order. Cancelling it stops before the next batch.

        Raises:
            UnknownLanguage, EngineError: none of it can be recognised.
        """
        ...


@runtime_checkable
class ReadsFiles(Protocol):
    """A recogniser with a way of its own for files, on the same weights."""

    files: FileReader


@dataclass(frozen=True, slots=True)
class SpokenSegment:
    """One stretch of speech."""

    first_sample: int
    end_sample: int
    language: str
    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Transcription:
    """What a recording says."""

    words: tuple[Word, ...]
    language: str
    """That of most of the speech; empty when there is none."""
    segments: tuple[SpokenSegment, ...]
    not_heard: tuple[NotHeard, ...] = ()
    failure: EngineError | None = None
    """Why there is nothing at all of one of the pieces."""


def reader_of(recognizer: Recognizer) -> FileReader:
    """The recogniser's own way for files, or one stream after the other."""
    return recognizer.files if isinstance(recognizer, ReadsFiles) else StreamReader(recognizer)


async def transcribe(
    reader: FileReader,
    detector: VoiceActivityDetector,
    pcm: Pcm,
    options: FileOptions,
    *,
    threshold: float = 0.5,
    progress: Callable[[float], None] = lambda share: None,
) -> Transcription:
    """Recognises a recording of any length. A piece that fails costs its place only, and is told.

    Args:
        detector: its own for this call.
        pcm: at `HEARING_RATE_HZ`.
        progress: gets the share of the speech that is done, 0…1.

    Raises:
        AudioError: not 16-bit mono.
        UnknownLanguage, EngineError: nothing of it can be recognised.
    """
    if pcm.ndim != 1 or pcm.dtype != np.int16:
        raise AudioError(f"expected 16-bit mono sound, got {pcm.dtype} {pcm.shape}")
    stretches = await asyncio.to_thread(speech_in, detector, pcm, threshold=threshold)
    if not stretches:
        return Transcription((), "", ())
    places = packed(stretches) if reader.packs else stretches
    pieces = [FilePiece(pcm[first:end], first) for first, end in places]
    results = await reader.read(pieces, options, lambda done: progress(done / len(pieces)))
    return _gathered(places, results, stretches)


def _gathered(
    places: Sequence[Stretch], results: Sequence[PieceResult], stretches: Sequence[Stretch]
) -> Transcription:
    """All pieces together. Raises EngineError where nothing of any could be recognised."""
    segments: list[SpokenSegment] = []
    not_heard: list[NotHeard] = []
    for (first, end), result in zip(places, results, strict=True):
        if reason := _why_not_heard(result):
            not_heard.append(NotHeard(first, end, reason))
        if isinstance(result, PieceHeard):
            segments += _segments(result, [place for place in stretches if first <= place[0] < end])
    failure = _last_failure(results)
    if failure is not None and not segments:
        raise failure
    words = tuple(itertools.chain.from_iterable(segment.words for segment in segments))
    return Transcription(words, _language(segments), tuple(segments), tuple(not_heard), failure)


def _last_failure(results: Sequence[PieceResult]) -> EngineError | None:
    return next((result for result in reversed(results) if isinstance(result, EngineError)), None)


def _in_language_of(results: Sequence[PieceResult], options: FileOptions) -> FileOptions:
    """With the language that was heard first, where none was declared."""
    if options.language is None and results and isinstance(results[0], PieceHeard):
        return replace(options, language=results[0].language or None)
    return options


def _why_not_heard(result: PieceResult) -> str:
    """Empty where all of a piece was."""
    return str(result) if isinstance(result, EngineError) else result.dropped


class StreamReader:
    """Files through a recogniser's streams, one for each stretch of speech."""

    packs = False

    def __init__(self, recognizer: Recognizer) -> None:
        self._recognizer = recognizer

    async def read(
        self, pieces: Sequence[FilePiece], options: FileOptions, progress: Progress
    ) -> list[PieceResult]:
        """See `FileReader`."""
        return await read_each(self._one, pieces, options, progress, at_once=_AT_ONCE)

    async def _one(self, piece: FilePiece, options: FileOptions) -> PieceResult:
        hearing = HearingOptions("file", options.language, options.allowed_languages, options.hints)
        try:
            stream = await self._recognizer.open(hearing, first_sample=piece.first_sample)
            try:
                await stream.accept(piece.pcm)
                hypothesis = await stream.hypothesis(final=True)
            finally:
                await stream.close()
        except EngineError as error:
            return error
        return PieceHeard(hypothesis.words, hypothesis.language, hypothesis.dropped)


async def read_each(
    one: Callable[[FilePiece, FileOptions], Awaitable[PieceResult]],
    pieces: Sequence[FilePiece],
    options: FileOptions,
    progress: Progress,
    *,
    at_once: int,
) -> list[PieceResult]:
    """Each piece by itself, several at once. The first goes alone: it settles the language for the others."""
    results: list[PieceResult] = [await one(pieces[0], options)] if pieces else []
    progress(len(results))
    settled = _in_language_of(results, options)
    places = asyncio.Semaphore(at_once)
    done = len(results)

    async def placed(piece: FilePiece) -> PieceResult:
        nonlocal done
        async with places:
            result = await one(piece, settled)
        done += 1
        progress(done)
        return result

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(placed(piece)) for piece in pieces[1:]]
    return [*results, *(task.result() for task in tasks)]


def _segments(heard: PieceHeard, stretches: Sequence[Stretch]) -> list[SpokenSegment]:
    """A piece's words by the stretches of speech in it: each in the last one that begins before its end."""
    found: dict[int, list[Word]] = {}
    for word in heard.words:
        end = word.end_sample - _ROUNDED_SAMPLES
        at = max((at for at, (first, _) in enumerate(stretches) if first <= end), default=0)
        found.setdefault(at, []).append(word)
    segments = []
    for at, words in sorted(found.items()):
        first, end = stretches[at]
        within = tuple(_within(word, first, end) for word in words)
        segments.append(SpokenSegment(first, end, heard.language, within))
    return segments


def _within(word: Word, first: int, end: int) -> Word:
    """The word without the silence that an engine counts to it, before the first or behind the last of a stretch."""
    begins = min(max(word.first_sample, first), end - 1)
    return replace(word, first_sample=begins, end_sample=max(begins + 1, min(word.end_sample, end)))


def _language(segments: Sequence[SpokenSegment]) -> str:
    lengths: dict[str, int] = {}
    for segment in segments:
        length = segment.end_sample - segment.first_sample
        lengths[segment.language] = lengths.get(segment.language, 0) + length
    return max(lengths, key=lambda language: lengths[language], default="")
