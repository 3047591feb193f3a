"""What runs in each copy: the engines as the settings mean them, loaded as everywhere, asked through Ray Serve.

Ray Serve makes the object, awaits `reconfigure`, and lets the copy take work from then on. Answers go with what the
copy tells of itself; an engine's failure is a value, see `errors`.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from config import logging
from config.settings import Settings
from pipeline.audio import Pcm
from pipeline.engines.microbatches import batch_sizes
from pipeline.engines.placed.errors import EngineFailure
from pipeline.engines.placed.figures import CopyFigures
from pipeline.engines.protocols import (
    EngineError,
    EngineInfo,
    SynthesisRequest,
    Synthesizer,
    TranslationRequest,
    TranslationResult,
    Translator,
    Voice,
)
from pipeline.engines.recognition.files import FileOptions, FilePiece, PieceResult
from pipeline.engines.recognition.whisper.pieces import Piece, Reading
from pipeline.engines.registry import load_recognizer, load_synthesizer, load_translator

if TYPE_CHECKING:  # a copy that speaks has no need of it
    from pipeline.engines.recognition.whisper.recognizer import WhisperRecognizer

Answer: TypeAlias = tuple[Any, CopyFigures]


@dataclass(frozen=True, slots=True)
class HearingTold:
    """What a copy with Whisper says that it is."""

    fingerprint: str
    languages: tuple[str, ...]
    multilingual: bool


@dataclass(frozen=True, slots=True)
class TranslationTold:
    """What a copy with translators says that it is."""

    fingerprint: str
    info: EngineInfo
    routes: Mapping[tuple[str, str], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class SpeechTold:
    """What a copy with voices says that it is."""

    fingerprint: str
    info: EngineInfo
    voices: Mapping[str, tuple[Voice, ...]]


class _Replica:
    """What the three have in common.

    Args:
        settings: what concerns engines, see `deployments.for_engines`.
        fingerprint: tells these settings from others.
    """

    def __init__(self, settings: Settings, fingerprint: str) -> None:
        self._settings, self._fingerprint = settings, fingerprint
        self._name, self._answered = "", 0
        self._failure: EngineError | None = None
        self._loaded = False

    async def reconfigure(self, _: Mapping[str, Any]) -> None:
        """Loads the engines. What fails is told to whoever asks, in words that say what to do."""
        if self._loaded:
            return
        self._loaded = True
        logging.configure(self._settings.logging)
        self._name = _replica_name()
        try:
            await self._load()
        except EngineError as error:
            self._failure = error

    async def _load(self) -> None:
        raise NotImplementedError

    async def _answer(self, work: Awaitable[Any]) -> Answer:
        try:
            return self._with_figures(await work)
        except EngineError as error:
            return self._with_figures(EngineFailure.of(error))

    def _with_figures(self, value: Any) -> Answer:
        self._answered += 1
        return value, CopyFigures(self._name, self._answered, dict(batch_sizes))

    def _check(self) -> None:
        if self._failure is not None:
            raise self._failure


class HearingReplica(_Replica):
    """Whisper's weights. Other recognisers keep a speaker's state and stay where the connections are."""

    _whisper: WhisperRecognizer

    async def describe(self) -> Answer:
        """`HearingTold`."""
        return await self._answer(self._describe())

    async def read(self, piece: Piece) -> Answer:
        """`Reading`, together with what other speakers ask at the same moment."""
        return await self._answer(self._read(piece))

    async def read_file(self, piece: FilePiece, options: FileOptions) -> Answer:
        """`PieceHeard`."""
        return await self._answer(self._read_file(piece, options))

    async def _load(self) -> None:
        from pipeline.engines.recognition.whisper.recognizer import WhisperRecognizer

        recognizer = await load_recognizer(self._settings)
        if not isinstance(recognizer, WhisperRecognizer):
            await recognizer.close()
            raise EngineError(f"{recognizer.info.name} keeps what a speaker says, and so cannot be placed")
        self._whisper = recognizer

    async def _describe(self) -> HearingTold:
        self._check()
        return HearingTold(self._fingerprint, self._whisper.info.languages, self._whisper.multilingual)

    async def _read(self, piece: Piece) -> Reading:
        self._check()
        return await self._whisper.read(piece)

    async def _read_file(self, piece: FilePiece, options: FileOptions) -> PieceResult:
        self._check()
        (result,) = await self._whisper.files.read([piece], options, lambda done: None)
        if isinstance(result, EngineError):
            raise result
        return result


class TranslationReplica(_Replica):
    """The translators; Whisper, where it translates too, is asked where it hears."""

    _translator: Translator

    async def describe(self) -> Answer:
        """`TranslationTold`."""
        return await self._answer(self._describe())

    async def translate(self, request: TranslationRequest) -> Answer:
        """`TranslationResult`."""
        return await self._answer(self._translate(request))

    async def _load(self) -> None:
        from pipeline.engines.placed.recognizer import beside

        self._translator = await load_translator(self._settings, await beside())

    async def _describe(self) -> TranslationTold:
        self._check()
        info, route = self._translator.info, self._translator.route
        pairs = ((a, b) for a in info.languages for b in info.languages if a != b)
        routes = {pair: way for pair in pairs if (way := route(*pair)) is not None}
        return TranslationTold(self._fingerprint, info, routes)

    async def _translate(self, request: TranslationRequest) -> TranslationResult:
        self._check()
        return await self._translator.translate(request)


class SpeechReplica(_Replica):
    """The voices."""

    _synthesizer: Synthesizer

    async def describe(self) -> Answer:
        """`SpeechTold`."""
        return await self._answer(self._describe())

    async def synthesize(self, request: SynthesisRequest) -> AsyncGenerator[Answer, None]:
        """Sound, piece by piece."""
        try:
            self._check()
            async with aclosing(self._synthesizer.synthesize(request)) as pieces:
                async for piece in pieces:
                    yield self._with_figures(_whole(piece))
        except EngineError as error:
            yield self._with_figures(EngineFailure.of(error))

    async def _load(self) -> None:
        self._synthesizer = await load_synthesizer(self._settings)

    async def _describe(self) -> SpeechTold:
        self._check()
        info = self._synthesizer.info
        voices = {language: self._synthesizer.voices(language) for language in info.languages}
        return SpeechTold(self._fingerprint, info, voices)


REPLICAS: Final[Mapping[str, type[_Replica]]] = {
    "stt": HearingReplica,
    "mt": TranslationReplica,
    "tts": SpeechReplica,
}


def _replica_name() -> str:
    from ray import serve

    return str(serve.get_replica_context().replica_id.unique_id)


def _whole(piece: Pcm) -> Pcm:
    """A piece that owns its samples: a view would bring all that it is a view of."""
    return piece.copy()
