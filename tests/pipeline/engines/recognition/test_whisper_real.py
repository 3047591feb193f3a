"""Whisper with real weights: where there is no speech there are no words, and short answers are heard once."""

from __future__ import annotations

import io
import subprocess

import pytest
from faster_whisper.audio import decode_audio

from pipeline.audio import Pcm, pcm_from_floats
from pipeline.engines.recognition.whisper.batch import WhisperBatch
from pipeline.engines.recognition.whisper.models import open_model
from pipeline.engines.recognition.whisper.pieces import Piece, Reading
from tests.models import real_model
from tests.pipeline.engines.recognition import sounds

pytestmark = pytest.mark.engines


@pytest.fixture(scope="module")
def base() -> WhisperBatch:
    place = real_model("whisper-base")
    return WhisperBatch(open_model(place, device="cpu", compute_type="int8", threads=1))


NOISES = {
    "quiet room": sounds.silence(3),
    "noise": sounds.noise(3, 2000),
    "clipped noise": sounds.noise(3, 20_000),
    "a short noise": sounds.noise(0.8, 2000, 2),
    "a long noise": sounds.noise(5, 4000, 3),
    "melody": sounds.melody(3),
}


@pytest.mark.parametrize("pcm", NOISES.values(), ids=NOISES.keys())
@pytest.mark.parametrize("language", ["en", "es", "de"])
def test_real_weights_hear_no_words_where_there_is_no_speech(
    base: WhisperBatch, pcm: Pcm, language: str
) -> None:
    """Neither as partial nor as final; and nobody is told that they were unclear."""
    for final in (False, True):
        (reading,) = base.read([Piece(pcm, 0, language, final=final)])
        assert isinstance(reading, Reading)
        assert (reading.words, reading.dropped) == ((), "")


def answer(text: str) -> Pcm:
    """As flite says it, cut out as the gate would."""
    command = ["flite", "-voice", "rms", "-t", text, "/dev/stdout"]
    made = subprocess.run(command, check=True, capture_output=True, timeout=20)
    spoken = pcm_from_floats(decode_audio(io.BytesIO(made.stdout)))
    return sounds.joined(sounds.silence(0.5), spoken, sounds.silence(0.4))


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("seven", ["7"]),
        ("no", ["no"]),
        ("yes", ["yes"]),
        ("London", ["london"]),
        ("thank you", ["thank", "you"]),
        ("no, no", ["no", "no"]),
    ],
)
def test_a_short_answer_is_heard_as_often_as_it_was_said(
    base: WhisperBatch, text: str, heard: list[str]
) -> None:
    """In the window that whisper was taught: once, and twice what was said twice; nothing of it is left out."""
    (reading,) = base.read([Piece(answer(text), 0, "en", final=True)])
    assert isinstance(reading, Reading)

    assert sounds.plain(" ".join(word.text for word in reading.words)) == heard
    assert (reading.doubtful, reading.dropped) == (False, "")
