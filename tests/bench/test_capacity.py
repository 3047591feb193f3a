"""How many speakers fit, from pass times; and a random model of a shape, timed through the real library."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.capacity import cores_a_speaker
from bench.capacity import text as capacity_text
from bench.gpu_capacity import (
    SHAPES,
    CannotMeasure,
    PassTime,
    Shape,
    ctranslate2_engine,
    measure,
    open_engine,
    random_features,
    report,
    speakers,
)
from tests.near import near

POCKET = Shape("pocket", 80, 64, 2, 1, 1)

TIMES = [
    PassTime(8.0, 1, 0.02, 0.03, 30),  # 10 in half a second, one after the other
    PassTime(8.0, 8, 0.10, 0.06, 30),  # 25
    PassTime(8.0, 16, 0.30, 0.10, 30),  # 20
    PassTime(8.0, 64, 0.60, 0.20, 30),  # not done when the next one is due
]


def test_as_many_speakers_as_the_best_batch_serves_in_an_interval() -> None:
    assert speakers(TIMES, 0.5) == 25
    assert speakers(TIMES, 0.4) == 20
    assert speakers(TIMES, 1.0) == 80
    assert speakers(TIMES, 0.01) == 0
    assert speakers([], 0.5) == 0


def test_what_a_speaker_costs_at_the_best_batch() -> None:
    assert cores_a_speaker(TIMES[:3], 8.0, 0.5) == near(0.04)


def test_a_report_by_window() -> None:
    found = report("engine", "gpu", POCKET, [*TIMES, PassTime(30.0, 1, 0.1, 0.1, 30)], 0.5)

    assert found["speakers"] == {"8 s": 25, "30 s": 2}
    assert found["shape"]["encoder_layers"] == 1
    assert found["passes"][1] == {
        "window_s": 8.0, "batch": 8, "encode_s": 0.1, "decode_s": 0.06, "tokens": 30, "whole_s": 0.16,
    }  # fmt: skip
    assert (
        "speakers with a pass every 0.5 s: 25 with windows of 8 s, 2 with windows of 30 s"
        in capacity_text(found)
    )


def test_features_are_as_long_as_the_window() -> None:
    assert random_features(SHAPES["large-v3-turbo"], 2, 8.0).shape == (2, 128, 800)
    assert random_features(POCKET, 1, 99.0).shape == (1, 80, 3000)


@pytest.mark.engines
def test_a_random_model_is_timed_through_ctranslate2(tmp_path: Path) -> None:
    engine = ctranslate2_engine(POCKET, "cpu", "float32", tmp_path / "model")
    said: list[str] = []

    found = measure(engine, POCKET, windows_s=[1.0, 2.0], batches=[1, 2], tokens=12, say=said.append)

    assert engine.name.startswith("ctranslate2 ")
    assert [(each.window_s, each.batch, each.tokens) for each in found] == [
        (1.0, 1, 12), (1.0, 2, 12), (2.0, 1, 12), (2.0, 2, 12),
    ]  # fmt: skip
    assert all(each.encode_s > 0 and each.decode_s > 0 for each in found)
    assert len(said) == 4


@pytest.mark.engines
def test_without_a_gpu_it_says_why(tmp_path: Path) -> None:
    import ctranslate2

    if ctranslate2.get_cuda_device_count():
        pytest.skip("there is a GPU")
    with pytest.raises(CannotMeasure, match="CTranslate2 sees no GPU"):
        open_engine("ctranslate2", POCKET, "cuda", "float16", tmp_path, print)
