"""Several translators as one: asked in order, joined where only together they know the way."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import structlog

from pipeline.engines.protocols import (
    EngineError,
    EngineInfo,
    EngineOverloaded,
    TranslationRequest,
    TranslationResult,
    Translator,
    UnknownLanguage,
)
from pipeline.engines.routes import PREFERRED_PIVOTS
from pipeline.text.checks import Fault, problem
from pipeline.text.languages import base
from pipeline.text.number_marks import localised

log = structlog.get_logger(__name__)


class Check(Protocol):
    """Looks at a translation."""

    def __call__(
        self, source: str, target: str, *, source_language: str, target_language: str
    ) -> Fault | None:
        """What is wrong with it; None for nothing."""
        ...


@dataclass(frozen=True, slots=True)
class _Leg:
    """A part of a way that one engine goes."""

    engine: Translator
    source: str
    target: str
    hops: int


_Plan = tuple[_Leg, ...]


class TranslatorChain:
    """Asks its translators in order until one gives a translation without fault.

    Where there is none, the first that is only doubtful is taken, with its doubt. Numbers are written as the
    target language does, whoever translated.

    The first plans are those of single engines; then, where two engines know one half of the way each, both
    in turn.

    Args:
        engines: in order of preference, at least one; closed with the chain.
        check: looks at each translation.
    """

    def __init__(self, engines: Sequence[Translator], check: Check = problem) -> None:
        if not engines:
            raise ValueError("a chain needs at least one translator")
        self._engines, self._check = tuple(engines), check
        self._plans_of: dict[tuple[str, str], tuple[_Plan, ...]] = {}
        self._known = {
            engine: frozenset(base(code) for code in engine.info.languages) for engine in self._engines
        }
        infos = [engine.info for engine in self._engines]
        self._languages = tuple(sorted({language for info in infos for language in info.languages}))
        self.info = EngineInfo(
            name="+".join(info.name for info in infos),
            code_licence=" AND ".join(dict.fromkeys(info.code_licence for info in infos)),
            weights_licence=" AND ".join(dict.fromkeys(info.weights_licence for info in infos)),
            commercial_use=all(info.commercial_use for info in infos),
            downloads=any(info.downloads for info in infos),
            languages=self._languages,
            uses_context=any(info.uses_context for info in infos),
            uses_sound=any(info.uses_sound for info in infos),
        )

    def route(self, source: str, target: str) -> tuple[str, ...] | None:
        plans = self._plans(source, target)
        if not plans:
            return None
        ways = [leg.engine.route(leg.source, leg.target) or () for leg in plans[0]]
        return tuple(itertools.chain(ways[0], *(way[1:] for way in ways[1:])))

    async def translate(self, request: TranslationRequest) -> TranslationResult:
        plans = self._plans(request.source, request.target)
        if not plans:
            raise UnknownLanguage(f"{request.source} to {request.target}", self._languages)
        if request.draft and plans[0][0].engine.info.uses_sound:
            # another engine's draft would be another text altogether, and change before the reader's eyes
            raise EngineError(f"{plans[0][0].engine.info.name} translates finished clauses only")
        reasons: list[str] = []
        overloaded: EngineOverloaded | None = None
        doubtful: TranslationResult | None = None
        for plan in plans:
            name = "+".join(leg.engine.info.name for leg in plan)
            try:
                result = await _follow(plan, request)
            except EngineError as error:
                if isinstance(error, EngineOverloaded):
                    overloaded = error
                reasons.append(f"{name}: {error}")
                continue
            fault = self._fault(request, result)
            if fault is None:
                return result
            if fault.doubtful:
                doubtful = doubtful or replace(result, doubt=fault.reason)
            else:
                log.info("translation was refused", engine=name, reason=fault.reason, target=request.target)
            reasons.append(f"{name}: {fault.reason}")
        if doubtful is not None:
            log.info("translation is doubtful", reason=doubtful.doubt, target=request.target)
            return doubtful
        if overloaded is not None and len(plans) == 1:
            raise overloaded
        raise EngineError("; ".join(reasons))

    async def warm(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Has each pair translated once, so that models are loaded and processes run. Raises as `translate`."""
        for source, target in pairs:
            plans = self._plans(source, target)
            if plans and not plans[0][0].engine.info.uses_sound:  # that model is loaded already
                await _follow(plans[0], TranslationRequest("Monday.", source, target))

    async def close(self) -> None:
        results = await asyncio.gather(*(engine.close() for engine in self._engines), return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result

    def _fault(self, request: TranslationRequest, result: TranslationResult) -> Fault | None:
        fault = self._check(
            request.text, result.text, source_language=request.source, target_language=request.target
        )
        return Fault(result.doubt, doubtful=True) if fault is None and result.doubt else fault

    def _plans(self, source: str, target: str) -> tuple[_Plan, ...]:
        if (source, target) not in self._plans_of:
            if len(self._plans_of) > 10_000:
                self._plans_of.clear()  # tags come from outside
            self._plans_of[source, target] = self._find_plans(source, target)
        return self._plans_of[source, target]

    def _find_plans(self, source: str, target: str) -> tuple[_Plan, ...]:
        single = [(leg,) for engine in self._engines if (leg := _leg(engine, source, target))]
        bridges: list[tuple[_Leg, _Leg]] = []
        for first, second in itertools.permutations(self._engines, 2):
            if base(target) not in self._known[second] or base(source) not in self._known[first]:
                continue
            for pivot in self._known[first] & self._known[second] - {base(source), base(target)}:
                one, two = _leg(first, source, pivot), _leg(second, pivot, target)
                if one and two:
                    bridges.append((one, two))
        bridges.sort(key=lambda legs: (*self._cost(legs), legs[0].target))
        return (*single, *bridges[:1])

    def _cost(self, legs: tuple[_Leg, _Leg]) -> tuple[int, int, int]:
        pivot = legs[0].target
        rank = PREFERRED_PIVOTS.index(pivot) if pivot in PREFERRED_PIVOTS else len(PREFERRED_PIVOTS)
        return legs[0].hops + legs[1].hops, rank, self._engines.index(legs[0].engine)


def _leg(engine: Translator, source: str, target: str) -> _Leg | None:
    way = engine.route(source, target)
    return None if way is None else _Leg(engine, source, target, len(way) - 1)


async def _follow(plan: _Plan, request: TranslationRequest) -> TranslationResult:
    if len(plan) == 1:
        return await _go(plan[0], request)
    text = request.text
    route: tuple[str, ...] = (request.source,)
    results: list[TranslationResult] = []
    for leg in plan:
        sound = request.sound if leg is plan[0] else None
        part = replace(request, text=text, source=leg.source, target=leg.target, context=(), sound=sound)
        results.append(await _go(leg, part))
        text, route = results[-1].text, (*route, *results[-1].route[1:])
    return TranslationResult(
        text,
        "+".join(result.engine for result in results),
        route,
        doubt=next((result.doubt for result in results if result.doubt), ""),
        score=min((result.score for result in results if result.score is not None), default=None),
    )


async def _go(leg: _Leg, request: TranslationRequest) -> TranslationResult:
    result = await leg.engine.translate(request)
    text = localised(result.text, request.text, source=request.source, target=request.target)
    return replace(result, text=text)
