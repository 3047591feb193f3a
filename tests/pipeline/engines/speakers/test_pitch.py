"""How high a voice is."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.engines.speakers.pitch import pitches_hz

RATE = 16_000


def voice(hertz: float, *harmonics: float, seconds: float = 0.5) -> NDArray[np.float64]:
    """A sound of these amplitudes of its first, second, … harmonic."""
    moments = np.arange(int(seconds * RATE)) / RATE
    waves = [size * np.sin(2 * np.pi * hertz * (at + 1) * moments) for at, size in enumerate(harmonics)]
    return np.asarray(sum(waves), np.float64)


@pytest.mark.parametrize("hertz", [75.0, 110.0, 163.0, 220.0, 301.5, 440.0])
@pytest.mark.parametrize("harmonics", [(0.3,), (0.3, 0.2, 0.1), (0.05, 0.3, 0.2)])
def test_the_fundamental_is_found(hertz: float, harmonics: tuple[float, ...]) -> None:
    """Within half a percent, even where the second harmonic is louder."""
    found = pitches_hz(voice(hertz, *harmonics))

    assert np.isfinite(found).all()
    assert float(np.median(found)) == pytest.approx(hertz, rel=0.005)


def test_what_is_not_voiced_has_no_pitch() -> None:
    """Noise, silence, and a click; what is too short has no frames at all."""
    noise = np.random.default_rng(4).normal(0, 0.1, RATE)
    click = np.zeros(RATE)
    click[RATE // 2] = 1.0

    assert np.isfinite(pitches_hz(noise)).mean() < 0.02
    assert not np.isfinite(pitches_hz(np.zeros(RATE))).any()
    assert np.isfinite(pitches_hz(click)).mean() < 0.1
    assert pitches_hz(np.zeros(100)).size == 0
