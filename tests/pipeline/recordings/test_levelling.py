"""Loudness by EBU R 128, checked against tones whose loudness the standard names."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bench.readings import kennedy, sound
from pipeline.audio import HEARING_RATE_HZ, Pcm
from pipeline.recordings.levelling import HIGHEST_DBTP, Loudness, levelled, measure
from tests.near import near

_LEAST = -math.inf


def _tone(dbfs: float, seconds: float, rate_hz: int = 48_000) -> Pcm:
    time = np.arange(int(seconds * rate_hz)) / rate_hz
    return np.asarray(np.rint(np.sin(2 * np.pi * 997 * time) * 32767 * 10 ** (dbfs / 20)), np.int16)


def _noise(rms: float, seconds: float = 3.0) -> Pcm:
    return np.random.default_rng(1).normal(0, rms, int(seconds * HEARING_RATE_HZ)).astype(np.int16)


@pytest.mark.parametrize("rate_hz", [16_000, 24_000, 48_000])
@pytest.mark.parametrize("dbfs", [-40, -20, -3])
def test_a_tone_of_997_hertz_is_as_loud_as_the_standard_says(rate_hz: int, dbfs: float) -> None:
    """ITU-R BS.1770: 0 dBFS in one channel of such a tone is -3.01 LUFS."""
    found = measure(_tone(dbfs, 3, rate_hz), rate_hz)

    assert found == Loudness(near(dbfs - 3.01, within=0.1), near(dbfs, within=0.2))


@pytest.mark.parametrize("seconds", [0.05, 0.3, 0.9])
def test_sound_shorter_than_the_measure_takes_is_measured_all_the_same(seconds: float) -> None:
    assert measure(_tone(-20, seconds), 48_000).integrated_lufs == near(-23.0, within=0.5)


@pytest.mark.parametrize("samples", [0, 1, 100_000])
def test_silence_has_no_loudness_and_stays_silent(samples: int) -> None:
    silence = np.zeros(samples, np.int16)

    assert measure(silence, 48_000) == Loudness(_LEAST, _LEAST)
    assert levelled(silence, 48_000).tolist() == silence.tolist()


@pytest.mark.parametrize("target_lufs", [-23.0, -16.0])
@pytest.mark.parametrize("louder", [0.02, 0.3, 1.0])
def test_speech_soft_or_loud_comes_to_the_target_with_its_peaks_below_the_bound(
    louder: float, target_lufs: float
) -> None:
    speech = (kennedy() * louder).astype(np.int16)

    level = levelled(speech, HEARING_RATE_HZ, target_lufs=target_lufs)

    found = measure(level, HEARING_RATE_HZ)
    missing_lu = target_lufs - measure(speech, HEARING_RATE_HZ).integrated_lufs - 24.0
    assert found.integrated_lufs == near(target_lufs - max(0.0, missing_lu), within=1.0)
    assert found.true_peak_dbtp <= HIGHEST_DBTP
    assert len(level) == len(speech)


def test_even_what_is_made_far_too_loud_has_no_peak_above_the_bound() -> None:
    loud = levelled(kennedy(), HEARING_RATE_HZ, target_lufs=-6.0)

    assert measure(loud, HEARING_RATE_HZ).true_peak_dbtp <= HIGHEST_DBTP


@pytest.mark.parametrize("rms", [1.0, 5.0, 30.0])
def test_noise_alone_is_not_made_louder(rms: float) -> None:
    noise = _noise(rms)

    assert levelled(noise, HEARING_RATE_HZ).tolist() == noise.tolist()


def test_a_single_word_is_levelled_too() -> None:
    card = sound("cards-003")
    loudest = int(np.argmax(np.abs(card.astype(np.int32))))
    word = (card[max(0, loudest - 2500) : loudest + 2500] // 4).astype(np.int16)

    found = measure(levelled(word, HEARING_RATE_HZ), HEARING_RATE_HZ)

    assert found.integrated_lufs == near(-16.0, within=1.5)
    assert found.true_peak_dbtp <= HIGHEST_DBTP


def test_limiting_moves_nothing() -> None:
    speech = kennedy()

    loud = levelled(speech, HEARING_RATE_HZ, target_lufs=-10.0).astype(float)

    places = [float(np.corrcoef(speech[100:-100], np.roll(loud, by)[100:-100])[0, 1]) for by in (-1, 0, 1)]
    assert places[1] == max(places)
