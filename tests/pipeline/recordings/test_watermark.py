"""Sound is marked so that nobody hears it and the mark is found again: with the real weights, and with tiny sounds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.audio import HEARING_RATE_HZ, SPEAKING_RATE_HZ, Pcm
from pipeline.engines.protocols import EngineError, EngineMissing
from pipeline.recordings.decoding import decode
from pipeline.recordings.finishing import AudioFormat, encode
from pipeline.recordings.watermark import DIRECTORY, SURE, WEIGHTS_FILE, Watermark
from tests.models import real_model

SPEECH = Path("demo/data/jfk.flac")
"""Eleven seconds of a person."""


@pytest.fixture(scope="module")
def watermark() -> Watermark:
    return Watermark.load(real_model("watermark").parent)


@pytest.fixture(scope="module")
def speech() -> Pcm:
    return decode(SPEECH.read_bytes(), rate_hz=SPEAKING_RATE_HZ, max_s=20).pcm


def level_db(sound: NDArray[np.float64]) -> float:
    return float(20 * np.log10(np.sqrt(np.mean(np.square(sound))) + 1e-9))


def test_the_mark_is_found_and_not_heard(watermark: Watermark, speech: Pcm) -> None:
    """It lies far below the speech, above 2 kHz nothing changes, and what was not marked is told from it."""
    marked = watermark.marked(speech, SPEAKING_RATE_HZ)

    assert marked.dtype == np.int16
    assert len(marked) == len(speech)
    assert watermark.confidence(speech, SPEAKING_RATE_HZ) < SURE
    assert watermark.confidence(marked, SPEAKING_RATE_HZ) > 0.9
    added = marked.astype(np.float64) - speech
    assert level_db(speech.astype(np.float64)) - level_db(added) > 15
    spectrum = np.abs(np.fft.rfft(added)) ** 2
    bands = np.fft.rfftfreq(len(added), 1 / SPEAKING_RATE_HZ)
    assert spectrum[bands > 2200].sum() < 0.01 * spectrum.sum()


@pytest.mark.parametrize("kind", list(AudioFormat))
def test_the_mark_outlives_a_file(watermark: Watermark, speech: Pcm, kind: AudioFormat) -> None:
    """Of every kind that we answer, levelled as answers are."""
    file = encode(watermark.marked(speech, SPEAKING_RATE_HZ), SPEAKING_RATE_HZ, kind)
    heard = decode(file, rate_hz=SPEAKING_RATE_HZ, max_s=20).pcm
    assert watermark.confidence(heard, SPEAKING_RATE_HZ) > SURE


def test_the_mark_outlives_another_rate_and_a_cut(watermark: Watermark, speech: Pcm) -> None:
    marked = watermark.marked(speech, SPEAKING_RATE_HZ)
    file = encode(marked, SPEAKING_RATE_HZ, AudioFormat.FLAC, level=False)
    slow = decode(file, rate_hz=HEARING_RATE_HZ, max_s=20).pcm
    assert watermark.confidence(slow, HEARING_RATE_HZ) > SURE
    assert watermark.confidence(marked[3 * SPEAKING_RATE_HZ : 6 * SPEAKING_RATE_HZ], SPEAKING_RATE_HZ) > SURE


@pytest.mark.parametrize("samples", [0, 1, 100, 2000, SPEAKING_RATE_HZ // 2])
def test_a_sound_of_any_length_is_marked(watermark: Watermark, speech: Pcm, samples: int) -> None:
    """And as long as it was."""
    piece = speech[SPEAKING_RATE_HZ : SPEAKING_RATE_HZ + samples]
    assert len(watermark.marked(piece, SPEAKING_RATE_HZ)) == samples
    assert 0 <= watermark.confidence(piece, SPEAKING_RATE_HZ) <= 1


def test_silence_stays_silence(watermark: Watermark) -> None:
    silence = np.zeros(SPEAKING_RATE_HZ, np.int16)
    assert not watermark.marked(silence, SPEAKING_RATE_HZ).any()
    assert watermark.confidence(silence, SPEAKING_RATE_HZ) == 0.0


def test_what_is_loud_is_not_turned_over(watermark: Watermark) -> None:
    """A sample beyond full scale stays at its end of the scale."""
    noise = np.random.default_rng(1).choice([-32768, 32767], SPEAKING_RATE_HZ).astype(np.int16)
    marked = watermark.marked(noise, SPEAKING_RATE_HZ)
    assert np.abs(marked.astype(int) - noise).max() < 32768


def test_weights_that_are_not_there_or_are_none(tmp_path: Path) -> None:
    """One says what to do, the other what is wrong."""
    with pytest.raises(EngineMissing, match=r"there is no watermark in .*; `hive models fetch watermark`"):
        Watermark.load(tmp_path)
    (tmp_path / DIRECTORY).mkdir()
    (tmp_path / DIRECTORY / WEIGHTS_FILE).write_bytes(b"nothing")
    with pytest.raises(EngineError, match="the watermark cannot be read"):
        Watermark.load(tmp_path)
