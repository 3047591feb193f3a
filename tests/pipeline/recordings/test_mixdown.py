"""Several channels to one: never clipped, never cancelled, never quieter than what was recorded."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.recordings.mixdown import Mixdown, Samples

RATE_HZ = 16_000
COUNT = 4 * RATE_HZ


def _voice(seed: int) -> Samples:
    """Something as loud as -0.1 dBFS, in bursts."""
    random = np.random.default_rng(seed)
    sound = random.normal(size=COUNT)
    sound *= np.repeat(random.uniform(0.1, 1, COUNT // 800), 800)
    return np.asarray(sound / np.abs(sound).max() * 10 ** (-0.1 / 20), np.float32)


VOICE, OTHER = _voice(1), _voice(2)
SILENCE = np.zeros(COUNT, np.float32)


def mixed(*channels: Samples) -> tuple[Samples, bool]:
    """The mix, fed in pieces of 20 ms, and whether channels were turned round."""
    mixdown = Mixdown(len(channels), RATE_HZ)
    sound = np.stack(channels)
    pieces = [piece for at in range(0, COUNT, 320) for piece in mixdown.feed(sound[:, at : at + 320])]
    pieces += mixdown.finish()
    return np.concatenate(pieces) * np.float32(mixdown.gain), mixdown.turned


def gain(mix: Samples, of: Samples) -> float:
    return float(mix @ of / (of @ of))


@pytest.mark.parametrize("channels", range(1, 9))
def test_equal_channels_come_out_as_they_went_in(channels: int) -> None:
    mix, turned = mixed(*[VOICE] * channels)
    assert np.abs(mix - VOICE).max() < 1e-5
    assert not turned


@pytest.mark.parametrize(
    "channels",
    [
        (VOICE, -VOICE),
        (-VOICE, VOICE),
        (VOICE, -0.5 * VOICE),
        (VOICE, -VOICE, VOICE, -VOICE),
        (SILENCE, VOICE, -VOICE),
        (VOICE, VOICE, VOICE, -VOICE, -VOICE, -VOICE),
        (VOICE, -VOICE + 0.01 * OTHER),
    ],
    ids=["right", "left", "quieter", "pairs", "behind silence", "three and three", "nearly"],
)
def test_opposite_phase_does_not_cancel(channels: tuple[Samples, ...]) -> None:
    mix, turned = mixed(*channels)
    assert abs(gain(mix, VOICE)) == pytest.approx(1.0, abs=0.02)
    assert turned


@pytest.mark.parametrize("at", range(6))
def test_one_channel_among_silent_ones_keeps_its_loudness(at: int) -> None:
    channels = [SILENCE] * 6
    channels[at] = VOICE
    mix, turned = mixed(*channels)
    assert np.abs(mix - VOICE).max() < 1e-5
    assert not turned


def test_two_people_in_two_channels_are_both_heard() -> None:
    """One after the other, each as loud as in their own channel; at once, without clipping."""
    half = COUNT // 2
    first, second = VOICE.copy(), OTHER.copy()
    first[half:], second[:half] = 0, 0
    mix, _ = mixed(first, second)
    assert gain(mix, first) == pytest.approx(1.0, abs=0.02)
    assert gain(mix, second) == pytest.approx(1.0, abs=0.02)

    mix, turned = mixed(VOICE, OTHER)
    assert np.abs(mix).max() <= 1.0
    assert gain(mix, VOICE) > 0.5
    assert gain(mix, OTHER) > 0.5
    assert not turned


def test_a_phase_that_changes_in_the_middle_is_followed() -> None:
    other = VOICE.copy()
    other[COUNT // 2 :] *= -1
    mix, _ = mixed(VOICE, other)
    assert gain(mix, VOICE) == pytest.approx(1.0, abs=0.02)


def test_what_is_louder_than_full_scale_is_brought_down_to_it() -> None:
    mix, _ = mixed(3 * VOICE, 3 * VOICE)
    assert np.abs(mix).max() == pytest.approx(1.0, abs=1e-5)
