"""Whisper whose weights are placed: a speaker's stream is here, each look goes to whichever copy has least to do."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

import structlog

from pipeline.engines.placed.asking import PlacedRole, app_name
from pipeline.engines.placed.replicas import HearingTold
from pipeline.engines.protocols import EngineError, UnknownLanguage
from pipeline.engines.recognition.files import (
    FileOptions,
    FilePiece,
    FileReader,
    PieceHeard,
    PieceResult,
    Progress,
    read_each,
)
from pipeline.engines.recognition.whisper.language import base
from pipeline.engines.recognition.whisper.pieces import Piece, Reading
from pipeline.engines.recognition.whisper.recognizer import WhisperRecognizer

log = structlog.get_logger(__name__)

LOOK_S: Final = 9.0
"""So long a look may take, another copy's included where the first one ends: less than `stages.hear` waits for it."""
DESCRIBE_S: Final = 60.0
FILE_PIECE_S: Final = 120.0
"""A piece of a file waits while somebody speaks live."""
_FILE_PIECES_AT_ONCE: Final = 4


class PlacedReader:
    """See `PieceReader`."""

    def __init__(self, role: PlacedRole, told: HearingTold) -> None:
        self.languages, self.multilingual = told.languages, told.multilingual
        self.files: FileReader = PlacedFiles(role, told.languages)
        self._role = role

    async def read(self, piece: Piece) -> Reading:
        """See `PieceReader`."""
        reading: Reading = await self._role.ask("read", piece, limit_s=LOOK_S)
        return reading

    async def close(self) -> None:
        """The copies go on: they end with their cluster."""


class PlacedFiles:
    """See `FileReader`."""

    packs = True

    def __init__(self, role: PlacedRole, languages: tuple[str, ...]) -> None:
        self._role, self._languages = role, languages

    async def read(
        self, pieces: Sequence[FilePiece], options: FileOptions, progress: Progress
    ) -> list[PieceResult]:
        """See `FileReader`."""
        if options.language is not None and base(options.language) not in self._languages:
            raise UnknownLanguage(options.language, self._languages)
        return await read_each(self._one, pieces, options, progress, at_once=_FILE_PIECES_AT_ONCE)

    async def _one(self, piece: FilePiece, options: FileOptions) -> PieceResult:
        try:
            heard: PieceHeard = await self._role.ask("read_file", piece, options, limit_s=FILE_PIECE_S)
        except EngineError as error:
            return error
        return heard


async def placed_recognizer(role: PlacedRole, *, max_speakers: int) -> WhisperRecognizer:
    """The recogniser over the copies of a service. Raises EngineError, as its engines failed to load."""
    told: HearingTold = await role.ask("describe", limit_s=DESCRIBE_S)
    return WhisperRecognizer(PlacedReader(role, told), max_speakers=max_speakers)


async def beside() -> WhisperRecognizer | None:
    """The one that is placed on the cluster that this copy runs on; None where there is none, or it does not run."""
    from ray import serve
    from ray.serve.exceptions import RayServeException

    try:
        handle = await asyncio.to_thread(serve.get_app_handle, app_name("stt"))
        return await placed_recognizer(PlacedRole("stt", handle), max_speakers=0)
    except (RayServeException, EngineError) as error:
        log.info("Whisper does not translate", reason=type(error).__name__)
        return None
