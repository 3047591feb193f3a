"""Several translators as one: asked in order, joined where only together they know the way."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

import structlog

from foundation.recent import Recent
from foundation.tracing.facts import SpanName
from foundation.tracing.spans import span
from pipeline.engines.protocols import (
    EngineError,
    EngineOverloaded,
    TranslationRequest,
    TranslationResult,
    Translator,
    UnknownLanguage,
    joined_info,
)
from pipeline.engines.translation.plans import Plan, Plans, follow, listens, name_of
from pipeline.engines.translation.term_keeping import translate_keeping_terms
from pipeline.text.checks import Fault, problem
from protocol.notes import Doubt

log = structlog.get_logger(__name__)

SECOND_OPINION_S: Final = 2.0
"""So long a clause waits for one, while it has a translation to go out with, or another engine to ask."""

_MOST_COUNTERPARTS: Final = 1000


class Check(Protocol):
    """Looks at a translation."""

    def __call__(
        self, source: str, target: str, *, source_language: str, target_language: str
    ) -> Fault | None:
        """What is wrong with it; None for nothing."""
        ...


@dataclass(slots=True)
class _Attempts:
    """What became of the plans that were tried for one request."""

    reasons: list[str] = field(default_factory=list)
    overloaded: EngineOverloaded | None = None
    """The last that had no time."""
    doubtful: TranslationResult | None = None
    """The first that is not refused."""

    def failed(self, plan: Plan, reason: str) -> None:
        """Notes why a plan gave nothing that could go out at once."""
        self.reasons.append(f"{name_of(plan)}: {reason}")

    def second_best(self, target: str, *, only_one: bool) -> TranslationResult:
        """A doubtful translation, where none is without fault. Raises EngineError where there is not even one."""
        if self.doubtful is not None:
            log.info("translation is doubtful", reason=self.doubtful.doubt, target=target)
            return self.doubtful
        if self.overloaded is not None and only_one:
            raise self.overloaded
        raise EngineError("; ".join(self.reasons))


class TranslatorChain:
    """Asks its translators in order until one gives a translation without fault.

    Where there is none, the first that is only doubtful is taken, with its doubt. Numbers are written as the
    target language does, whoever translated.

    First single engines are asked; then, where two engines know one half of the way each, both in turn. Where the
    first that is asked reads, and its translation is in doubt, one that listens is a second opinion.

    Args:
        engines: in order of preference, at least one; closed with the chain.
        check: looks at each translation.
    """

    def __init__(self, engines: Sequence[Translator], check: Check = problem) -> None:
        if not engines:
            raise ValueError("a chain needs at least one translator")
        self._engines, self._check = tuple(engines), check
        self._plans = Plans(self._engines)
        self._counterparts: Recent[tuple[str, str, str], str] = Recent(_MOST_COUNTERPARTS)
        self.info = joined_info([engine.info for engine in self._engines])

    def route(self, source: str, target: str) -> tuple[str, ...] | None:
        plans = self._plans.between(source, target)
        if not plans:
            return None
        ways = [leg.engine.route(leg.source, leg.target) or () for leg in plans[0]]
        return tuple(itertools.chain(ways[0], *(way[1:] for way in ways[1:])))

    async def translate(self, request: TranslationRequest) -> TranslationResult:
        plans = self._plans_for(request)
        attempts = _Attempts()
        order = _in_order(plans, request)
        for plan in order:
            again = listens(plan) and plan is not plans[0]
            doubtful = attempts.doubtful is not None
            if again and doubtful and not request.second_opinion:
                continue
            patience_s = SECOND_OPINION_S if again and (doubtful or plan is not order[-1]) else None
            result = await self._ask(plan, request, patience_s, attempts)
            if result is not None and self._is_good(plan, request, result, attempts):
                return result
        return attempts.second_best(request.target, only_one=len(plans) == 1)

    def _plans_for(self, request: TranslationRequest) -> Sequence[Plan]:
        """At least one. Raises UnknownLanguage; EngineError for a draft that the preferred one does not translate."""
        plans = self._plans.between(request.source, request.target)
        if not plans:
            raise UnknownLanguage(f"{request.source} to {request.target}", self.info.languages)
        if request.draft and listens(plans[0]):
            # another engine's draft would be another text altogether, and change before the reader's eyes
            raise EngineError(f"{plans[0][0].engine.info.name} translates finished clauses only")
        return plans

    async def _ask(
        self, plan: Plan, request: TranslationRequest, patience_s: float | None, attempts: _Attempts
    ) -> TranslationResult | None:
        """What the engines of a plan say; None where they fail."""
        try:
            with span(SpanName.TRANSLATION_INFERENCE, engine=name_of(plan)):
                async with asyncio.timeout(patience_s):
                    return await translate_keeping_terms(plan, request, self._counterpart)
        except TimeoutError:
            attempts.failed(plan, f"no answer within {SECOND_OPINION_S:g} s")
        except EngineError as error:
            if isinstance(error, EngineOverloaded):
                attempts.overloaded = error
            attempts.failed(plan, str(error))
        return None

    def _is_good(
        self, plan: Plan, request: TranslationRequest, result: TranslationResult, attempts: _Attempts
    ) -> bool:
        """Whether it goes out at once; the first that is only doubtful is kept."""
        with span(SpanName.TRANSLATION_QUALITY) as looking:
            fault = self._fault(request, result)
            looking.tell(doubtful=fault is not None)
        if fault is None:
            if result.doubt:
                log.info("translation is doubtful", reason=result.doubt, target=request.target)
            return True
        if fault.doubtful:
            attempts.doubtful = attempts.doubtful or replace(result, doubt=fault.reason)
        else:
            log.info(
                "translation was refused", engine=name_of(plan), reason=fault.reason, target=request.target
            )
        attempts.failed(plan, fault.reason)
        return False

    async def warm(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Has each pair translated once, so that models are loaded and processes run. Raises as `translate`."""
        for source, target in pairs:
            plans = self._plans.between(source, target)
            if plans and not listens(plans[0]):  # that model is loaded already
                await follow(plans[0], TranslationRequest("Monday.", source, target))

    async def close(self) -> None:
        results = await asyncio.gather(*(engine.close() for engine in self._engines), return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result

    def _fault(self, request: TranslationRequest, result: TranslationResult) -> Fault | None:
        """Terms are left out of the comparison: nobody has translated them.

        A lost one is told, and no reason to go on to an engine that is less liked: it keeps terms, but what it says
        around them is worse.
        """
        source, target, terms = request.source, request.target, request.glossary
        fault = self._check(
            terms.protect(request.text, source, target).text,
            terms.protect(result.text, target, source).text,
            source_language=source,
            target_language=target,
        )
        if fault is None and result.doubt and result.doubt != Doubt.TERM_MISSING:
            return Fault(result.doubt, doubtful=True)
        return fault

    async def _counterpart(self, term: str, source: str, target: str) -> str:
        """What the first engine that reads makes of a term alone; asked once for each."""
        key = (term, source, target)
        if key not in self._counterparts:
            plans = [plan for plan in self._plans.between(source, target) if not listens(plan)]
            try:
                self._counterparts[key] = await _text_of(term, source, target, plans[0]) if plans else ""
            except EngineOverloaded:  # it may have time for the next clause
                return ""
        return self._counterparts[key]


def _in_order(plans: Sequence[Plan], request: TranslationRequest) -> list[Plan]:
    """Which ways are tried, one after the other.

    Whoever is preferred is asked first. Beyond it, translating the sound is a second opinion: in its order where
    there is room for one, else the last resort. Drafts are not listened to.
    """
    first, *others = plans
    if request.draft or request.sound is None:
        return [first, *(plan for plan in others if not listens(plan))]
    if request.second_opinion:
        return [first, *others]
    return [first, *sorted(others, key=listens)]


async def _text_of(term: str, source: str, target: str, plan: Plan) -> str:
    """What a plan makes of a term; empty where it cannot. Raises EngineOverloaded."""
    try:
        return (await follow(plan, TranslationRequest(term, source, target))).text
    except EngineOverloaded:
        raise
    except EngineError:
        return ""
