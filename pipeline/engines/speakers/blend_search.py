"""The search for the blend of voices that lies nearest to somebody's: a small machine without sound or clock.

A blend lies about where its parts' embeddings do, weighted by their shares. So the first that are tried are the nearest
by that reckoning; those that follow are changes of the best that was heard so far, taken as they come out better
(a pattern search: R. Hooke and T. A. Jeeves, "Direct search", 1961). All is bounded and nothing is left to chance.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipeline.engines.protocols import SpeakerEmbedding
from pipeline.engines.synthesis.blends import MOST_SEMITONES, WHOLE, Blend

RECKONED: Final = 6
"""So many are tried for the reckoning alone."""
_NEAREST: Final = 8
"""Voices that are reckoned with."""
_STEP: Final = 10
"""Hundredths; shares in the reckoning are multiples of it, and no share is smaller."""
_MOVES: Final = (20, 10)
"""By how much a share grows or shrinks when one is changed."""
_BENDS: Final = (1.0, -1.0, 0.5, -0.5)
"""Semitones by which the pitch is changed."""


@dataclass(frozen=True, slots=True)
class MeasuredVoice:
    """Where a voice lies that has a name, and how high it is."""

    embedding: SpeakerEmbedding
    pitch_hz: float


class BlendSearch:
    """Proposes blends, is told how near they come, and knows the nearest.

    Args:
        voices: that may be parts, by name; at least one.
        wanted: where the nearest is looked for.
        pitch_hz: of the one whose voice is wanted; 0 where it is not known.
        allowed: which blends may be proposed.
    """

    def __init__(
        self,
        voices: Mapping[str, MeasuredVoice],
        wanted: SpeakerEmbedding,
        pitch_hz: float = 0.0,
        *,
        allowed: Callable[[Blend], bool] = lambda blend: True,
    ) -> None:
        self._allowed = allowed
        self._voices, self._wanted, self._pitch_hz = voices, wanted, pitch_hz
        self._near = sorted(voices, key=self._similarity, reverse=True)[:_NEAREST]
        self._tried: dict[Blend, float] = {}
        self._reckoned = iter(self._by_reckoning())
        self._changes: Iterator[Blend] = iter(())
        self.best: Blend | None = None
        """The nearest of all that were told."""

    def nearest_of(self, names: Iterable[str]) -> str:
        """The one of these voices that lies nearest by itself. Raises ValueError for none that was measured."""
        return max((name for name in names if name in self._voices), key=self._similarity)

    def propose(self) -> Blend | None:
        """What is worth trying next; None: nothing."""
        for blend in itertools.chain(self._reckoned, self._changes):
            if blend not in self._tried and self._allowed(blend):
                return blend
        return None

    def tell(self, blend: Blend, similarity: float) -> None:
        """How near a blend came; what is proposed then are changes of the best."""
        self._tried[blend] = similarity
        if self.best is None or similarity > self._tried[self.best]:
            self.best = blend
            self._changes = self._changed(blend)

    def _similarity(self, voice: str) -> float:
        return float(self._voices[voice].embedding @ self._wanted)

    def _by_reckoning(self) -> list[Blend]:
        """The nearest voice, then blends of two and three, the nearest first, no two of the same voices."""
        found = [
            (float(self._reckon_one(blend)), blend)
            for count in (2, 3)
            for names in itertools.combinations(self._near, count)
            if (blend := self._nearest_of(names)) is not None
        ]
        found.sort(key=lambda one: -one[0])
        alone = filter(self._allowed, (Blend(((name, WHOLE),)) for name in self._near))
        return [*itertools.islice(alone, 1), *(blend for _, blend in found[: RECKONED - 1])]

    def _nearest_of(self, names: Sequence[str]) -> Blend | None:
        """The nearest blend of just these voices that may be spoken."""
        shares = _shares(len(names))
        embeddings = np.stack([self._voices[name].embedding for name in names])
        nearest_first = np.argsort(-self._reckon(shares @ embeddings))
        return next(filter(self._allowed, (_blend(names, shares[at]) for at in nearest_first)), None)

    def _reckon_one(self, blend: Blend) -> float:
        mixed = sum(self._voices[voice].embedding * np.float64(share) for voice, share in blend.parts)
        return float(self._reckon(np.asarray(mixed)[None])[0])

    def _reckon(self, mixed: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(mixed @ self._wanted / np.linalg.norm(mixed, axis=1))

    def _changed(self, blend: Blend) -> Iterator[Blend]:
        """Its neighbours: first as high as the voice that is wanted, then others shares, then other voices."""
        yield from self._bent(blend)
        for move in _MOVES:
            yield from _shifted(blend, move)
        yield from self._joined(blend)

    def _bent(self, blend: Blend) -> Iterator[Blend]:
        own_hz = sum(self._voices[voice].pitch_hz * share / WHOLE for voice, share in blend.parts)
        if self._pitch_hz and own_hz and not blend.semitones:
            yield replace(blend, semitones=_semitones(12 * math.log2(self._pitch_hz / own_hz) / 2))
        for bend in _BENDS:
            yield replace(blend, semitones=_semitones(blend.semitones + bend))

    def _joined(self, blend: Blend) -> Iterator[Blend]:
        """With a voice more, where there are fewer than four."""
        there = dict(blend.parts)
        if len(there) > 3:
            return
        parts = {name: round(share * 0.8 / _STEP) * _STEP for name, share in there.items()}
        rest = WHOLE - sum(parts.values())
        if rest < _STEP or min(parts.values()) < _STEP:
            return
        for voice in self._near:
            if voice not in there:
                yield replace(blend, parts=(*parts.items(), (voice, rest)))


def _shares(count: int) -> NDArray[np.float64]:
    """All ways to share out the whole in steps, nobody without any; shape (ways, count)."""
    steps = range(1, WHOLE // _STEP)
    ways = [way for way in itertools.product(steps, repeat=count) if sum(way) == WHOLE // _STEP]
    return np.array(ways, np.float64) * _STEP


def _blend(names: Sequence[str], shares: NDArray[np.float64]) -> Blend:
    return Blend(tuple((name, int(share)) for name, share in zip(names, shares, strict=True)))


def _shifted(blend: Blend, move: int) -> Iterator[Blend]:
    """Some of one part's share goes to another; all of it where less than a step would be left."""
    for giver, taker in itertools.permutations(range(len(blend.parts)), 2):
        shares = [share for _, share in blend.parts]
        given = move if shares[giver] - move >= _STEP else shares[giver]
        shares[giver] -= given
        shares[taker] += given
        parts = zip((voice for voice, _ in blend.parts), shares, strict=True)
        yield replace(blend, parts=tuple((voice, share) for voice, share in parts if share))


def _semitones(wanted: float) -> float:
    return round(min(max(wanted, -MOST_SEMITONES), MOST_SEMITONES), 1)
