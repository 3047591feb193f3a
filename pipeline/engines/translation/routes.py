"""Which languages a translation passes where there is no direct way."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.text.languages import base

PREFERRED_PIVOTS = ("en", "es", "fr", "pt", "ca")
"""Among equally short ways the one through the earliest of these wins: most data went into them."""


class Routes:
    """Shortest ways through a graph of direct pairs.

    Args:
        pairs: (source, target).
        max_pivots: how many languages may lie in between.
    """

    def __init__(self, pairs: Iterable[tuple[str, str]], max_pivots: int = 2) -> None:
        self._next: dict[str, list[str]] = {}
        direct = {(base(source), base(target)) for source, target in pairs}
        for source, target in sorted(direct, key=lambda pair: (_rank(pair[1]), pair)):
            self._next.setdefault(source, []).append(target)
        self._max_pivots = max_pivots
        targets = {target for following in self._next.values() for target in following}
        self.languages = tuple(sorted(targets | set(self._next)))

    def find(self, source: str, target: str) -> tuple[str, ...] | None:
        """The shortest way, ends included; None when there is none, or nothing to do.

        The ends are as they were asked for, what lies between them as base languages, e.g. ("en-US", "es", "fr").
        """
        start, goal = base(source), base(target)
        ways: list[tuple[str, ...]] = [(start,)]
        if start == goal:
            return None
        seen = {start}
        for _ in range(self._max_pivots + 1):
            longer: list[tuple[str, ...]] = []
            for way in ways:
                for language in self._next.get(way[-1], ()):
                    if language == goal:
                        return (source, *way[1:], target)
                    if language not in seen:
                        seen.add(language)
                        longer.append((*way, language))
            ways = longer
        return None


def _rank(language: str) -> int:
    return PREFERRED_PIVOTS.index(language) if language in PREFERRED_PIVOTS else len(PREFERRED_PIVOTS)
