"""Ways from one language into another: through one translator, or through two that know one half each."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from pipeline.engines.protocols import TranslationRequest, TranslationResult, Translator
from pipeline.engines.translation.routes import PREFERRED_PIVOTS
from pipeline.text.languages import base
from pipeline.text.number_marks import localised

_MOST_PAIRS: Final = 10_000
"""Tags come from outside."""


@dataclass(frozen=True, slots=True)
class Leg:
    """A part of a way that one engine goes."""

    engine: Translator
    source: str
    target: str
    hops: int


Plan: TypeAlias = tuple[Leg, ...]
"""One leg, or two; only the first may listen, as the second one's text was never said."""


class Plans:
    """The ways that some translators know together.

    Args:
        engines: in order of preference.
    """

    def __init__(self, engines: Sequence[Translator]) -> None:
        self._engines = tuple(engines)
        self._found: dict[tuple[str, str], tuple[Plan, ...]] = {}
        self._known = {
            engine: frozenset(base(code) for code in engine.info.languages) for engine in self._engines
        }

    def between(self, source: str, target: str) -> tuple[Plan, ...]:
        """First those of single engines, as preferred; then the best through two that reads, and that listens."""
        if (source, target) not in self._found:
            if len(self._found) > _MOST_PAIRS:
                self._found.clear()
            self._found[source, target] = self._find(source, target)
        return self._found[source, target]

    def _find(self, source: str, target: str) -> tuple[Plan, ...]:
        single = [(leg,) for engine in self._engines if (leg := _leg(engine, source, target))]
        bridges = [
            bridge
            for first, second in itertools.permutations(self._engines, 2)
            for bridge in self._bridges(first, second, source, target)
        ]
        bridges.sort(key=lambda legs: (*self._cost(legs), legs[0].target))
        best = {listens(legs): legs for legs in reversed(bridges)}
        return (*single, *(legs for legs in bridges if legs is best[listens(legs)]))

    def _bridges(
        self, first: Translator, second: Translator, source: str, target: str
    ) -> Iterator[tuple[Leg, Leg]]:
        """All ways by two engines, one after the other."""
        if base(target) not in self._known[second] or base(source) not in self._known[first]:
            return
        for pivot in self._known[first] & self._known[second] - {base(source), base(target)}:
            one, two = _leg(first, source, pivot), _leg(second, pivot, target)
            if one and two:
                yield one, two

    def _cost(self, legs: tuple[Leg, Leg]) -> tuple[int, int, int]:
        pivot = legs[0].target
        rank = PREFERRED_PIVOTS.index(pivot) if pivot in PREFERRED_PIVOTS else len(PREFERRED_PIVOTS)
        return legs[0].hops + legs[1].hops, rank, self._engines.index(legs[0].engine)


def _leg(engine: Translator, source: str, target: str) -> Leg | None:
    way = engine.route(source, target)
    return None if way is None else Leg(engine, source, target, len(way) - 1)


def listens(plan: Plan) -> bool:
    """Whether what was said is translated from its sound."""
    return plan[0].engine.info.uses_sound


def name_of(plan: Plan) -> str:
    """Its engines."""
    return "+".join(leg.engine.info.name for leg in plan)


async def go(leg: Leg, request: TranslationRequest) -> TranslationResult:
    """Has one leg's engine translate. Raises EngineError."""
    result = await leg.engine.translate(request)
    text = localised(result.text, request.text, source=request.source, target=request.target)
    return replace(result, text=text)


async def follow(plan: Plan, request: TranslationRequest) -> TranslationResult:
    """Has all legs' engines translate in turn. Raises EngineError."""
    if len(plan) == 1:
        return await go(plan[0], request)
    text = request.text
    results: list[TranslationResult] = []
    for leg in plan:
        sound = request.sound if leg is plan[0] else None
        part = replace(request, text=text, source=leg.source, target=leg.target, context=(), sound=sound)
        results.append(await go(leg, part))
        text = results[-1].text
    return joined(results, request.source)


def joined(results: Sequence[TranslationResult], source: str) -> TranslationResult:
    """What engines in turn have made of a text."""
    route = (source, *itertools.chain.from_iterable(result.route[1:] for result in results))
    return TranslationResult(
        results[-1].text,
        "+".join(result.engine for result in results),
        route,
        doubt=next((result.doubt for result in results if result.doubt), ""),
        score=min((result.score for result in results if result.score is not None), default=None),
        from_sound=any(result.from_sound for result in results),
    )
