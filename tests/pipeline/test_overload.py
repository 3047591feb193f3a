"""Microphones that are set too loud."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.audio import HEARING_RATE_HZ, Pcm
from pipeline.overload import AGAIN_S, Overload

FRAME = HEARING_RATE_HZ // 20


def tone(seconds: float, *, times_full_scale: float) -> Pcm:
    """A tone, clipped where it is louder than full scale."""
    at = np.arange(int(seconds * HEARING_RATE_HZ)) / HEARING_RATE_HZ
    loud = np.sin(2 * np.pi * 200 * at) * 32_767 * times_full_scale
    return np.clip(loud, -32_768, 32_767).astype(np.int16)


def told(sound: Pcm) -> list[float]:
    """After how many seconds of sound it was said."""
    overload = Overload()
    frames = [sound[at : at + FRAME] for at in range(0, len(sound), FRAME)]
    return [
        (number + 1) * FRAME / HEARING_RATE_HZ for number, frame in enumerate(frames) if overload.feed(frame)
    ]


def test_clipping_is_told_and_not_all_the_time() -> None:
    """After the first two seconds, then once a minute."""
    assert told(tone(150.0, times_full_scale=3.0)) == [2.0, 2.0 + AGAIN_S, 2.0 + 2 * AGAIN_S]


@pytest.mark.parametrize("times_full_scale", [0.0, 0.1, 0.94])
def test_what_is_merely_loud_is_left_alone(times_full_scale: float) -> None:
    """Silence, and a tone just below full scale."""
    assert told(tone(10.0, times_full_scale=times_full_scale)) == []


def test_a_single_bang_is_left_alone() -> None:
    """A knock on the table clips for some milliseconds."""
    sound = tone(10.0, times_full_scale=0.2)
    sound[80_000:80_400] = 32_767
    assert told(sound) == []
