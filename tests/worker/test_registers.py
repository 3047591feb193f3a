"""Speakers are heard as low or high as they speak, where they leave it to that."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.audio import HEARING_RATE_HZ, Pcm, pcm_from_floats
from pipeline.engines.protocols import Voice
from pipeline.recordings.decoding import decode
from pipeline.recordings.register import HIGH_HZ, LOW_HZ
from pipeline.voices import Casting
from worker.registers import VOICED_S, PitchMeter, Registers

VOICES = (Voice("alex", "es", "low"), Voice("dora", "es", "high"))
FRAME = HEARING_RATE_HZ // 20


def hum(hertz: float, seconds: float = 3.0) -> Pcm:
    """A voice without words."""
    moments = np.arange(int(seconds * HEARING_RATE_HZ)) / HEARING_RATE_HZ
    waves: NDArray[np.float64] = sum(
        (0.3 / number * np.sin(2 * np.pi * hertz * number * moments) for number in (1, 2, 3)),
        np.zeros(len(moments)),
    )
    return pcm_from_floats(waves)


def quiet(seconds: float) -> Pcm:
    return np.zeros(int(seconds * HEARING_RATE_HZ), np.int16)


def fed(sound: Pcm, meter: PitchMeter | None = None) -> PitchMeter:
    """In the frames that a room gives."""
    meter = meter or PitchMeter()
    for frame in np.split(sound, range(FRAME, len(sound), FRAME)):
        meter.add(frame)
    return meter


@pytest.mark.parametrize(
    ("hertz", "register"),
    [(85, "low"), (118, "low"), (150, "low"), (170, "high"), (205, "high"), (310, "high")],
)
def test_the_median_pitch_of_two_voiced_seconds_decides(hertz: float, register: str) -> None:
    """Nothing before, however long somebody is silent."""
    meter = fed(np.concatenate([quiet(4), hum(hertz, VOICED_S - 0.4), quiet(4)]))
    assert meter.register == ""
    assert fed(hum(hertz, 1.5), meter).register == register


def test_it_changes_with_who_speaks_and_not_with_every_tone() -> None:
    """In one track somebody else may go on; who speaks near the border keeps their register."""
    meter = fed(hum(120))
    assert fed(hum(HIGH_HZ - 4), meter).register == "low"
    assert fed(hum(220, VOICED_S / 3), meter).register == "low"
    assert fed(hum(220), meter).register == "high"
    assert fed(hum(LOW_HZ + 4), meter).register == "high"
    assert fed(hum(120), meter).register == "low"


def test_it_keeps_pitches_and_no_sound() -> None:
    """Hours of sound leave two seconds of pitches and a third of a second of sound at most."""
    meter = fed(hum(120, 20))
    assert len(meter._pitches) == 200
    assert meter._samples < 0.3 * HEARING_RATE_HZ + FRAME


def test_only_who_wishes_it_is_measured_and_an_own_choice_wins() -> None:
    """Who chose nothing is cast as ever; whoever is gone is forgotten."""
    casting = Casting()
    registers = Registers(casting)

    def voices() -> list[str]:
        return [casting.voice(who, VOICES, language="es").name for who in ("ana", "bo", "cy")]

    assert voices() == ["alex", "dora", "alex"]
    registers.look({"ana": "auto", "bo": "low"})
    for who in ("ana", "bo", "cy"):
        for frame in np.split(hum(220), range(FRAME, 3 * HEARING_RATE_HZ, FRAME)):
            registers.hear(who, frame)
    assert voices() == ["dora", "alex", "alex"]
    registers.look({"ana": "low"})
    assert voices() == ["alex", "dora", "alex"]
    registers.look({"ana": "auto"})
    assert casting._registers == {"ana": ""}
    registers.look({})
    assert registers._meters == {}


TEXT = "Good morning everybody. Last year we opened four new stations in the north, and more people came than before."


@pytest.mark.engines
@pytest.mark.parametrize(
    ("voice", "register"), [("rms", "low"), ("kal16", "low"), ("awb", "low"), ("slt", "high")]
)
def test_real_voices_are_told_apart(voice: str, register: str, tmp_path: Path) -> None:
    """Three men's and a woman's, as flite has them."""
    file = tmp_path / "voice.wav"
    subprocess.run(["flite", "-voice", voice, "-t", TEXT, str(file)], check=True)
    sound = decode(file.read_bytes(), rate_hz=HEARING_RATE_HZ, max_s=60).pcm
    assert fed(sound, fed(sound)).register == register  # of one of them YIN finds a fifth of the sound voiced
