"""Silence at the ends, rates and loudness."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.audio import SPEAKING_RATE_HZ, Pcm
from pipeline.engines.synthesis.sound_shaping import Leveller, Resampler, Shaper, SilenceTrimmer

RATE_HZ = 1000


def samples(*parts: tuple[int, int]) -> Pcm:
    """Stretches of one value: (length, value)…"""
    return np.concatenate([np.full(length, value, np.int16) for length, value in parts])


def in_pieces(pcm: Pcm, size: int) -> Pcm:
    """The sound after trimming, fed piece by piece."""
    trimmer = SilenceTrimmer(RATE_HZ, keep_s=0.005, pause_s=0.1)
    out = [trimmer.feed(pcm[start : start + size]) for start in range(0, len(pcm), size)]
    return np.concatenate([*out, trimmer.finish()])


@given(st.integers(1, 400))
def test_silence_at_the_ends_is_cut(size: int) -> None:
    """A few milliseconds stay before and after, in whatever pieces the sound comes."""
    pcm = samples((200, 3), (50, 5000), (40, -2), (50, -5000), (300, 1))

    assert (
        in_pieces(pcm, size).tolist() == samples((5, 3), (50, 5000), (40, -2), (50, -5000), (5, 1)).tolist()
    )


def test_pauses_between_pieces_are_shortened() -> None:
    """A pause inside stays, but no longer than the limit."""
    pcm = samples((50, 5000), (500, 0), (50, 5000))

    assert in_pieces(pcm, 50).tolist() == samples((50, 5000), (100, 0), (50, 5000)).tolist()


def test_silence_is_nothing() -> None:
    """Sound without sound leaves nothing."""
    assert in_pieces(samples((1000, 0)), 100).size == 0


def test_resampling_keeps_length_and_pitch() -> None:
    """A tone at 22 050 Hz comes out at the speaking rate, as long and as high as before."""
    tone = (10_000 * np.sin(2 * np.pi * 440 * np.arange(22_050) / 22_050)).astype(np.int16)
    resampler = Resampler(22_050)
    out = np.concatenate(
        [resampler.feed(tone[start : start + 441]) for start in range(0, len(tone), 441)]
        + [resampler.feed(np.zeros(0, np.int16), last=True)]
    )

    assert abs(len(out) - SPEAKING_RATE_HZ) <= 2
    assert np.argmax(np.abs(np.fft.rfft(out[:SPEAKING_RATE_HZ]))) == 440


def test_the_right_rate_is_left_alone() -> None:
    """Nothing is computed where nothing has to change."""
    shaper = Shaper(SPEAKING_RATE_HZ)
    pcm = samples((100, 5000))

    assert np.concatenate([shaper.feed(pcm), shaper.finish()]).tolist() == pcm.tolist()


def test_loudness_is_evened_out_without_clipping() -> None:
    """A quiet and a loud voice come out alike; peaks stay below full scale; silence stays silence."""
    tone = np.sin(np.arange(4800) / 10)
    quiet, loud = (Leveller().feed((level * tone).astype(np.int16)) for level in (1500, 30_000))

    assert abs(int(quiet.max()) - int(loud.max())) < 0.15 * int(loud.max())
    spike = (1500 * tone).astype(np.int16)
    spike[100] = 32_767
    assert Leveller().feed(spike).max() <= 32_000
    assert Leveller().feed(samples((100, 0))).tolist() == [0] * 100
