"""Silero VAD on the real model file."""

from pathlib import Path

import numpy as np
import pytest
from faster_whisper.vad import get_vad_model

from pipeline.audio import AudioError
from pipeline.engines.protocols import EngineError, EngineMissing
from pipeline.engines.recognition.silero import FRAME_SAMPLES, SileroModel
from tests.pipeline.engines.recognition import sounds

pytestmark = pytest.mark.engines


def test_frame_by_frame_equals_the_offline_result() -> None:
    """Fed one frame at a time, each probability is exactly what faster-whisper computes over the whole file."""
    pcm = sounds.joined(sounds.silence(0.5), sounds.speech("rms-budget"), sounds.silence(0.5))
    pcm = pcm[: len(pcm) // FRAME_SAMPLES * FRAME_SAMPLES]
    detector = SileroModel.load().detector()

    streamed = [
        detector.probability(pcm[at : at + FRAME_SAMPLES]) for at in range(0, len(pcm), FRAME_SAMPLES)
    ]

    padded = np.concatenate([pcm, np.zeros(FRAME_SAMPLES, np.int16)])  # as get_speech_timestamps does
    offline = get_vad_model()(padded.astype(np.float32) / 32768).reshape(-1)[:-1]
    assert float(np.abs(np.array(streamed) - offline).max()) == 0.0
    assert max(streamed) > 0.9
    assert min(streamed) < 0.1


def test_detectors_share_the_model_but_not_their_state() -> None:
    """What one stream hears does not change what another is told; reset forgets everything."""
    model = SileroModel.load()
    talking, listening = model.detector(), model.detector()
    pcm = sounds.speech("awb-budget")[8192 : 8192 + FRAME_SAMPLES]
    fresh = model.detector().probability(pcm)

    for _ in range(5):
        talking.probability(pcm)

    assert listening.probability(pcm) == fresh
    assert talking.probability(pcm) != fresh
    talking.reset()
    assert talking.probability(pcm) == fresh


def test_a_frame_of_the_wrong_length_or_kind_is_refused() -> None:
    """Only 512 samples of 16 bits are taken."""
    detector = SileroModel.load().detector()
    with pytest.raises(AudioError, match="512"):
        detector.probability(np.zeros(511, np.int16))
    with pytest.raises(AudioError, match="float32"):
        detector.probability(np.zeros(512, np.float32))


def test_a_missing_or_broken_model_is_named(tmp_path: Path) -> None:
    """The error says which file is not there, or that it cannot be used."""
    with pytest.raises(EngineMissing, match=r"none\.onnx"):
        SileroModel.load(tmp_path / "none.onnx")
    (tmp_path / "broken.onnx").write_bytes(b"no model")
    with pytest.raises(EngineError, match=r"broken\.onnx"):
        SileroModel.load(tmp_path / "broken.onnx")
