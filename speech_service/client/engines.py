"""The translation and the synthesis service behind the pipeline's protocols, in as many copies as there are."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import aclosing
from dataclasses import replace
from types import TracebackType
from typing import Final, Generic, Self, TypeVar

import structlog

from config.settings import Services
from pipeline.audio import Pcm
from pipeline.engines.protocols import (
    EngineError,
    EngineInfo,
    SynthesisRequest,
    TranslationRequest,
    TranslationResult,
    Voice,
)
from speech_service.client.connection import ServiceAway
from speech_service.client.copies import Copies, speech_copies, translation_copies
from speech_service.client.lines import CopyLine, Lines, told
from speech_service.client.synthesizer import SynthesizerLine
from speech_service.client.translator import TranslatorLine

log = structlog.get_logger(__name__)

UNHURRIED_S: Final = 65.0
"""How long a piece may take that nobody listens to live: a little longer than the service gives its engine."""
BACK_S: Final = 0.5
"""Where nobody knows yet what a service can do, it is waited for so long."""
NOBODY: Final = EngineInfo("remote", "Apache-2.0", "per model", True, False, ())

VoiceOrder = Callable[[Iterable[Voice], str], tuple[Voice, ...]]
"""Puts the voices of a language in order."""

L = TypeVar("L", bound=CopyLine)


def _as_they_come(voices: Iterable[Voice], language: str) -> tuple[Voice, ...]:
    return tuple(voices)


class _RemoteEngine(Generic[L]):
    """What both have in common. Usable after `connect()`, or inside `async with`, which does not wait."""

    def __init__(self, lines: Lines[L]) -> None:
        self._lines = lines

    async def __aenter__(self) -> Self:
        self._lines.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    @property
    def connected(self) -> bool:
        """Whether a copy of the service is there now."""
        return self._lines.connected

    @property
    def state(self) -> str:
        """ "ok", "unreachable", or "not configured"; "some unreachable" where others stand in; for /health."""
        return self._lines.state

    async def connect(self, within_s: float = 10.0) -> None:
        """Waits until a copy of the service is there and what it can do is known.

        Raises:
            ServiceAway: none is there in time; connecting goes on all the same.
        """
        self._lines.start()
        await self._lines.ready(within_s)

    async def known(self) -> None:
        """Returns where one of them has said what it can do, now or before. Raises ServiceAway."""
        if not any(line.info.languages for line in self._lines.all):
            await self._lines.ready(BACK_S)

    async def close(self) -> None:
        """Ends all connections; what is under way fails with EngineError."""
        await self._lines.close()


class RemoteTranslator(_RemoteEngine[TranslatorLine]):
    """Asks the translation service; a request that a break interrupts is asked again, elsewhere where that can be.

    Args:
        copies: shared with others who ask it; None: as the settings say.
        answer_s: how long one translation may take, reconnecting included.
        reconnect_s: how long a request waits for a connection: a service that is updated loads its engines first.
    """

    def __init__(
        self,
        services: Services,
        copies: Copies | None = None,
        *,
        answer_s: float = 10.0,
        reconnect_s: float = 8.0,
    ) -> None:
        copies = copies or translation_copies(services)
        super().__init__(Lines(copies, lambda copy: TranslatorLine(copies, copy, services)))
        self._answer_s, self._reconnect_s = answer_s, reconnect_s

    @property
    def info(self) -> EngineInfo:
        """As a copy that is there said when it was last connected; without languages before the first time."""
        return next((line.info for line in self._lines.all if line.info.languages), NOBODY)

    def route(self, source: str, target: str) -> tuple[str, ...] | None:
        """That of the first copy that knows one, as it said when it was last connected."""
        ways = (line.route(source, target) for line in self._lines.all)
        return next((way for way in ways if way is not None), None)

    async def translate(self, request: TranslationRequest) -> TranslationResult:
        """Raises UnknownLanguage, EngineOverloaded, ServiceAway, EngineError.

        Cancelling it stops the service's work.
        """
        try:
            async with asyncio.timeout(self._answer_s):
                while (result := await self._anywhere(request)) is None:
                    log.info("translation asked again after a break")
                return result
        except TimeoutError as error:
            service = self._lines.copies.service
            raise EngineError(f"{service} did not answer within {self._answer_s:g} s") from error

    async def _anywhere(self, request: TranslationRequest) -> TranslationResult | None:
        """The answer of the first that gives one; None where every connection broke."""
        failures: list[EngineError] = []
        for line in await self._lines.in_order(self._reconnect_s):
            try:
                with self._lines.copies.asking(line.copy):
                    return await line.translate(request)
            except ServiceAway:
                log.info("translation goes to the next service", reason="away")
            except EngineError as error:
                failures.append(error)
                log.info("translation goes to the next service", reason=type(error).__name__)
        if failures:
            raise told(failures)
        return None


class RemoteSynthesizer(_RemoteEngine[SynthesizerLine]):
    """Has texts spoken by the synthesis service, many at once; its voices are those of all copies.

    Args:
        copies: shared with others who ask it; None: as the settings say.
        piece_s: how long each piece of speech may take that is listened to live.
        reconnect_s: how long a request waits for a connection.
        order: of a language's voices; None: as the service says.
    """

    def __init__(
        self,
        services: Services,
        copies: Copies | None = None,
        *,
        piece_s: float = 10.0,
        reconnect_s: float = 3.0,
        order: VoiceOrder | None = None,
    ) -> None:
        copies = copies or speech_copies(services)
        super().__init__(Lines(copies, lambda copy: SynthesizerLine(copies, copy, services)))
        self._piece_s, self._reconnect_s, self._order = piece_s, reconnect_s, order or _as_they_come

    @property
    def info(self) -> EngineInfo:
        """Of the first copy that is there, with the languages of all."""
        known = [line.info for line in self._lines.all if line.info.languages]
        if not known:
            return NOBODY
        languages = known[0].languages
        others = {language for info in known for language in info.languages} - set(languages)
        return replace(known[0], languages=(*languages, *sorted(others)))

    def voices(self, language: str) -> tuple[Voice, ...]:
        """Of all copies that were ever there; of two those that are there now first."""
        found: dict[str, Voice] = {}
        for line in self._lines.all:
            for voice in line.voices(language):
                found.setdefault(voice.name, voice)
        return self._order(found.values(), language)

    async def synthesize(self, request: SynthesisRequest) -> AsyncGenerator[Pcm, None]:
        """Speech piece by piece; closing it stops the service's work.

        Begins anew, elsewhere where that can be, when the connection breaks or an engine fails before the first piece,
        and fails when it does later: nobody hears half a sentence twice.
        Raises UnknownLanguage, UnknownVoice, EngineOverloaded, ServiceAway, EngineError.
        """
        while True:
            failures: list[EngineError] = []
            for line in await self._able(request):
                sounded = False
                try:
                    with self._lines.copies.asking(line.copy):
                        async with aclosing(line.synthesize(request, self._patience_s(request))) as pieces:
                            async for piece in pieces:
                                sounded = True
                                yield piece
                    return
                except EngineError as error:
                    if sounded:
                        raise
                    failures += [] if isinstance(error, ServiceAway) else [error]
                    log.info("speech goes to the next service", reason=type(error).__name__)
            if failures:
                raise told(failures)

    def _patience_s(self, request: SynthesisRequest) -> float:
        return UNHURRIED_S if request.unhurried else self._piece_s

    async def _able(self, request: SynthesisRequest) -> list[SynthesizerLine]:
        """Those that have the voice; where none has, one that says so."""
        there = await self._lines.in_order(self._reconnect_s)
        return [line for line in there if line.speaks(request)] or there[:1]
