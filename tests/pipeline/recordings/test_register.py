"""Whether a voice is low or high."""

from __future__ import annotations

import io
import subprocess
import wave

import numpy as np
import pytest

from pipeline.audio import Pcm
from pipeline.recordings.register import pitch_hz, register_of

RATE_HZ = 16_000


def voiced(hertz: float, seconds: float = 2.0) -> Pcm:
    """A tone with overtones, as a voice has them."""
    moments = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    tone = sum(np.sin(2 * np.pi * hertz * part * moments) / part for part in range(1, 8))
    return (np.asarray(tone) * 4000).astype(np.int16)


@pytest.mark.parametrize("hertz", [80.0, 110.0, 160.0, 220.0, 300.0])
def test_the_pitch_of_a_tone_is_found(hertz: float) -> None:
    """Not an octave above or below it."""
    assert pitch_hz(voiced(hertz), RATE_HZ) == pytest.approx(hertz, rel=0.03)


@pytest.mark.parametrize(
    ("hertz", "register"), [(90.0, "low"), (135.0, "low"), (160.0, ""), (190.0, "high"), (260.0, "high")]
)
def test_between_low_and_high_nobody_can_tell(hertz: float, register: str) -> None:
    assert register_of(voiced(hertz), RATE_HZ) == register


@pytest.mark.parametrize(
    "pcm",
    [
        np.zeros(0, np.int16),
        np.zeros(1, np.int16),
        np.zeros(2 * RATE_HZ, np.int16),
        voiced(100.0, 0.1),
        (np.random.default_rng(1).normal(size=2 * RATE_HZ) * 3000).astype(np.int16),
    ],
    ids=["nothing", "one sample", "silence", "too short", "noise"],
)
def test_what_is_no_voice_has_no_register(pcm: Pcm) -> None:
    assert register_of(pcm, RATE_HZ) == ""


@pytest.mark.parametrize(
    ("voice", "register"), [("en", "low"), ("en+f3", "high"), ("es+m3", "low"), ("de+f2", "high")]
)
@pytest.mark.engines
def test_spoken_voices_are_told_apart(voice: str, register: str) -> None:
    """Men's and women's voices of espeak-ng, with noise behind them."""
    text = "Good morning everybody, this is a somewhat longer sentence about the weather."
    command = ["espeak-ng", "-v", voice, "--stdout", text]
    made = subprocess.run(command, check=True, capture_output=True, timeout=20).stdout
    with wave.open(io.BytesIO(made)) as file:
        rate_hz, pcm = file.getframerate(), np.frombuffer(file.readframes(10**7), np.int16)
    noise = np.random.default_rng(2).normal(size=len(pcm)) * 100
    assert register_of(np.clip(pcm + noise, -32768, 32767).astype(np.int16), rate_hz) == register
