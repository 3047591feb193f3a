"""The two forms in which sound travels: what is heard and what is spoken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

HEARING_RATE_HZ = 16_000
"""All recognisers and the voice activity detector take 16 kHz mono."""

SPEAKING_RATE_HZ = 24_000
"""What language channels publish. Divisible by 100, as LiveKit's 10 ms frames need."""

Pcm: TypeAlias = NDArray[np.int16]
"""Mono sound, shape (samples,), full scale 32768."""


class AudioError(ValueError):
    """A piece of sound that cannot be used; says what was wrong with it."""


@dataclass(frozen=True, slots=True)
class AudioFrame:
    """A piece of one speaker's sound at `HEARING_RATE_HZ`."""

    first_sample: int
    """Where it begins in the speaker's stream. A jump means that sound in between was lost."""
    pcm: Pcm

    @property
    def end_sample(self) -> int:
        """The position just behind the last sample."""
        return self.first_sample + len(self.pcm)


def pcm_from_floats(samples: NDArray[np.floating]) -> Pcm:
    """Converts floats in -1…1 to 16-bit, clipping what is louder.

    Raises:
        AudioError: not one-dimensional, or holds NaN or infinity.
    """
    if samples.ndim != 1:
        raise AudioError(f"expected mono sound of shape (samples,), got {samples.shape}")
    if not np.isfinite(samples).all():
        raise AudioError("sound holds NaN or infinity")
    pcm: Pcm = np.clip(np.rint(samples * 32767.0), -32768, 32767).astype(np.int16)
    return pcm


def seconds(samples: int, rate_hz: int = HEARING_RATE_HZ) -> float:
    """How long `samples` last."""
    return samples / rate_hz
