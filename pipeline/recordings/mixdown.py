"""Several channels to one: as loud as the loudest of them, never clipped, never cancelled.

Channels are added up, those in opposite phase with their sign turned round. In the end the sum is scaled down
to the peak of the loudest channel: equal channels come out as they were, and so does speech that is in one of
six channels alone or that changes from one to the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Samples: TypeAlias = NDArray[np.float32]
"""Full scale 1.0; shape (samples,), or (channels, samples) where it says so."""

BLOCK_S: Final = 0.5
"""So much sound is compared at once to find channels in opposite phase."""

_CORRELATED: Final = 0.5
"""From this correlation on a channel's sign is certain; below it the sign stays what it was."""

_AUDIBLE: Final = 1e-3
"""RMS of -60 dBFS: quieter blocks tell nothing about phase."""


class Mixdown:
    """Mixes one run of sound with the same rate and number of channels.

    Args:
        channels: 1, 2, 3…
    """

    def __init__(self, channels: int, rate_hz: int) -> None:
        self._signs = np.ones(channels, np.float32)
        self._block = max(1, int(BLOCK_S * rate_hz))
        self._waiting: list[Samples] = []
        self._waiting_samples = 0
        self._loudest = self._peak = 0.0
        self._audible_blocks = self._turned_blocks = 0

    @property
    def gain(self) -> float:
        """What the whole mix is to be multiplied with, known when all of it has been made."""
        target = min(1.0, self._loudest)
        return target / self._peak if self._peak > target else 1.0

    @property
    def turned(self) -> bool:
        """Whether channels were in opposite phase most of the time."""
        return 2 * self._turned_blocks > self._audible_blocks

    def feed(self, sound: Samples) -> Iterator[Samples]:
        """Takes sound of shape (channels, samples) and gives what is mixed, not yet scaled."""
        self._waiting.append(sound)
        self._waiting_samples += sound.shape[1]
        if self._waiting_samples >= self._block:
            yield from self.finish()

    def finish(self) -> Iterator[Samples]:
        """Gives the rest."""
        if self._waiting_samples:
            block = np.concatenate(self._waiting, axis=1)
            self._waiting, self._waiting_samples = [], 0
            yield self._mix(block)

    def _mix(self, block: Samples) -> Samples:
        self._loudest = max(self._loudest, float(np.abs(block).max()))
        mixed: Samples = block[0].copy()
        turned = False
        for channel in range(1, len(block)):
            sound = block[channel]
            scale = float(np.linalg.norm(mixed)) * float(np.linalg.norm(sound))
            audible = scale > _AUDIBLE**2 * block.shape[1]
            correlation = float(mixed @ sound) / scale if audible else 0.0
            if abs(correlation) > _CORRELATED:
                self._signs[channel] = np.sign(correlation)
                turned = turned or correlation < 0
            mixed += self._signs[channel] * sound
        self._audible_blocks += float(np.linalg.norm(mixed)) > _AUDIBLE * block.shape[1] ** 0.5
        self._turned_blocks += turned
        self._peak = max(self._peak, float(np.abs(mixed).max()))
        return mixed
