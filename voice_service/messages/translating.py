"""The words of a message in another language: sentence by sentence, each with those before it."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import structlog

from foundation.http.problems import Problem, ProblemError
from pipeline.engines.protocols import (
    EngineError,
    EngineOverloaded,
    TranslationRequest,
    TranslationResult,
    Translator,
    UnknownLanguage,
)
from pipeline.text import languages
from pipeline.text.checks import problem
from pipeline.text.splitting import sentences
from voice_service.engines import engine_problem
from voice_service.messages.records import MessageQuality, MessageWarning, TranslatedText
from voice_service.messages.tuning import TranslatorOrder
from voice_service.outside.offered import Offered
from voice_service.outside.services import MOST_TEXTS, OutsideTranslator

log = structlog.get_logger(__name__)

_LONGEST_SENTENCE: Final = 1000
"""Characters; longer ones are cut, as engines lose themselves in them."""
_CONTEXT_SENTENCES: Final = 2
_DOUBTED: Final = 0.5
"""So much is left of the score of a sentence that a check has doubts about."""


class MessageTranslator:
    """Services outside the house where they may be asked, then the engines of the house."""

    def __init__(self, house: Translator, offered: Offered) -> None:
        self._house, self._offered = house, offered

    async def translate(
        self,
        text: str,
        *,
        source: str,
        target: str,
        quality: MessageQuality,
        outside: bool,
        order: TranslatorOrder = TranslatorOrder.OUTSIDE_FIRST,
    ) -> TranslatedText:
        """The whole text; what is in that language already comes back as it is.

        Args:
            outside: whether services outside the house may have the text.
            order: who is asked first then.

        Raises:
            ProblemError: 422 `unknown_language` where nobody knows the way, else what became of the house's engines.
        """
        if not text.strip() or languages.same_language(source, target):
            return TranslatedText(text, ())
        pieces = [piece.strip() for piece in sentences(text, _LONGEST_SENTENCE, source)]
        pieces = [piece for piece in pieces if piece]
        services = await self._that_know(source, target) if outside else []
        if order is TranslatorOrder.OUTSIDE_FIRST:
            found = await self._by_services(services, pieces, source, target)
            return found or await self._by_house(pieces, source, target, quality)
        try:
            return await self._by_house(pieces, source, target, quality)
        except ProblemError:
            found = await self._by_services(services, pieces, source, target)
            if found is None:
                raise
            return found

    async def _by_services(
        self, services: Sequence[OutsideTranslator], pieces: Sequence[str], source: str, target: str
    ) -> TranslatedText | None:
        """Of the first that does it; None where none does."""
        for service in services:
            try:
                return await self._by_service(service, pieces, source, target)
            except EngineError as error:
                log.warning("the next translator is asked", after=service.name, reason=type(error).__name__)
        return None

    async def check(self, source: str, target: str, *, outside: bool) -> None:
        """Raises ProblemError(422 `unknown_language`) where it is certain by now that nobody knows the way."""
        if languages.same_language(source, target) or (outside and await self._that_know(source, target)):
            return
        self._refuse_unknown(source, target)

    def _refuse_unknown(self, source: str, target: str) -> None:
        known = self._house.info.languages  # none: no service has said yet what it knows
        if known and self._house.route(source, target) is None:
            error = UnknownLanguage(f"{source} to {target}", known)
            raise ProblemError(_refusal(error, source, target)) from error

    async def _that_know(self, source: str, target: str) -> list[OutsideTranslator]:
        known = {
            offer.name
            for offer in await self._offered.offers()
            if languages.base(source) in offer.reads and languages.base(target) in offer.writes
        }
        return [service for service in self._offered.services if service.name in known]

    async def _by_service(
        self, service: OutsideTranslator, pieces: Sequence[str], source: str, target: str
    ) -> TranslatedText:
        """Raises EngineError, also for a translation that nobody should hear."""
        texts: list[str] = []
        for first in range(0, len(pieces), MOST_TEXTS):
            some = pieces[first : first + MOST_TEXTS]
            texts += await service.translate(some, source=source, target=target)
        doubts: dict[str, None] = {}
        for said, translated in zip(pieces, texts, strict=True):
            fault = problem(said, translated, source_language=source, target_language=target)
            if fault is not None and not fault.doubtful:
                raise EngineError(f"{service.name}: {fault.reason}")
            if fault is not None:
                doubts[fault.reason] = None
        return TranslatedText(languages.join(texts, target), (service.name,), _warnings(doubts))

    async def _by_house(
        self, pieces: Sequence[str], source: str, target: str, quality: MessageQuality
    ) -> TranslatedText:
        """Raises ProblemError."""
        self._refuse_unknown(source, target)
        try:
            return await self._by_engines(pieces, source, target, quality)
        except (EngineError, TimeoutError) as error:
            raise ProblemError(_refusal(error, source, target)) from error

    async def _by_engines(
        self, pieces: Sequence[str], source: str, target: str, quality: MessageQuality
    ) -> TranslatedText:
        context: deque[tuple[str, str]] = deque(maxlen=_CONTEXT_SENTENCES)
        texts: list[str] = []
        by: dict[str, None] = {}
        doubts: dict[str, None] = {}
        scored: list[tuple[TranslationResult, int]] = []
        for piece in pieces:
            request = TranslationRequest(piece, source, target, context=tuple(context), unhurried=True)
            result = await self._ask(request, quality)
            context.append((piece, result.text))
            texts.append(result.text)
            scored.append((result, len(piece)))
            by[result.engine] = None
            if result.doubt:
                doubts[result.doubt] = None
        return TranslatedText(languages.join(texts, target), tuple(by), _warnings(doubts), _score(scored))

    async def _ask(self, request: TranslationRequest, quality: MessageQuality) -> TranslationResult:
        if quality is MessageQuality.FAST:
            try:
                return await self._house.translate(replace(request, draft=True))
            except (UnknownLanguage, EngineOverloaded):
                raise
            except EngineError:
                log.debug("not translated in a hurry")
        return await self._house.translate(request)


def _score(scored: Sequence[tuple[TranslationResult, int]]) -> float | None:
    """Of a whole text, from its sentences, each by its length; None where no engine says how sure it is."""
    known = [
        (math.exp(result.score) * (_DOUBTED if result.doubt else 1.0), length)
        for result, length in scored
        if result.score is not None
    ]
    characters = sum(length for _, length in known)
    return sum(score * length for score, length in known) / characters if characters else None


def _warnings(doubts: dict[str, None]) -> tuple[MessageWarning, ...]:
    return tuple(
        MessageWarning("translation_doubtful", f"The translation may be wrong: {reason.replace('_', ' ')}.")
        for reason in doubts
    )


def _refusal(error: EngineError | TimeoutError, source: str, target: str) -> Problem:
    if isinstance(error, UnknownLanguage):
        return Problem(
            422,
            "unknown_language",
            f"There is no translation from {source} into {target}.",
            {"asked": f"{source} to {target}", "known": list(error.known)},
        )
    return engine_problem(error)
