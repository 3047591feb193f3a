"""Measuring with real engines, on models of a few kilobytes; no figure is compared with a clock."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from config.settings import Models, Recognition, Settings
from pipeline.capacity import Measured, PassTiming
from pipeline.engines import measurements
from pipeline.engines.measuring import measure, speech
from pipeline.machine import this_machine
from tests.pipeline.engines.synthesis.tiny_voices import write_kokoro, write_piper

pytestmark = pytest.mark.engines

DATA = Path(__file__).parents[2] / "data"


def settings(directory: Path) -> Settings:
    return Settings(models=Models(directory=directory, download=False), recognition=Recognition(device="cpu"))


def pocket_models(directory: Path) -> None:
    for role, name in (("whisper", "whisper-pocket-en"), ("opus", "opus-pocket-en-es-fr")):
        (directory / role).mkdir()
        (directory / role / name).symlink_to(DATA / name)
    (directory / "piper").mkdir()
    write_piper(directory / "piper", "en_US-x-low", code="en_US")
    (directory / "kokoro").mkdir()
    write_kokoro(directory / "kokoro", ["af_heart"])


async def test_every_engine_that_is_there_is_timed(tmp_path: Path) -> None:
    """Recognisers with one thread, on four cores with two as well; translators, voices, voices beside recognition."""
    pocket_models(tmp_path)
    said: list[str] = []

    measured = await measure(settings(tmp_path), said.append)

    assert measured.machine == this_machine()
    threads = (1, 2) if measured.machine.cores >= 4 else (1,)
    assert [(timing.engine, timing.model, timing.threads) for timing in measured.passes] == [
        *(("whisper", "whisper-pocket-en", count) for count in threads), ("pocketsphinx", "", 1),
    ]  # fmt: skip
    assert [(timing.engine, timing.source, timing.target) for timing in measured.clauses] == [
        ("opus", "en", "es"), ("apertium", "en", "es"),
    ]  # fmt: skip
    assert [timing.engine for timing in measured.voices] == ["kokoro", "piper", "espeak"]
    assert [(timing.model, timing.engine) for timing in measured.together] == [
        ("whisper-pocket-en", "kokoro"), ("whisper-pocket-en", "piper"),
    ]  # fmt: skip
    assert all(timing.pass_s > 0 for timing in measured.passes)
    assert said[0] == "whisper whisper-pocket-en, 1 thread"
    assert [reason for reason in measured.failures if "busy" not in reason] == []


async def test_a_broken_engine_is_told_and_the_others_are_timed(tmp_path: Path) -> None:
    """Its own words."""
    (tmp_path / "kokoro").mkdir()
    write_kokoro(tmp_path / "kokoro", ["af_heart"])
    (tmp_path / "kokoro" / "kokoro-v1.0.onnx").write_bytes(b"not a model")

    measured = await measure(settings(tmp_path))

    assert [timing.engine for timing in measured.voices] == ["espeak"]
    assert len(measured.failures) == 1
    assert measured.failures[0].startswith("kokoro: cannot load the Kokoro model kokoro-v1.0.onnx")


def test_the_speech_that_is_recognised_comes_along() -> None:
    """Five seconds at the rate of recognition."""
    assert speech().shape == (5 * 16_000,)


class TestKeeping:
    """Figures hold for one machine with certain models."""

    @pytest.fixture
    def figures(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Measured:
        monkeypatch.setenv("HIVE_CACHE", str(tmp_path / "cache"))
        pocket_models(tmp_path)
        timing = PassTiming("whisper", "whisper-pocket-en", 1, 5.0, 0.1)
        return Measured(this_machine(), measurements.models_digest(settings(tmp_path)), (timing,))

    def test_they_are_read_back(self, tmp_path: Path, figures: Measured) -> None:
        """As they were."""
        assert measurements.kept(settings(tmp_path)) is None
        measurements.keep(figures)
        assert measurements.kept(settings(tmp_path)) == figures

    def test_another_machine_is_measured_anew(self, tmp_path: Path, figures: Measured) -> None:
        """As one that has got more cores."""
        machine = replace(figures.machine, cores=figures.machine.cores + 1)
        measurements.keep(replace(figures, machine=machine))
        assert measurements.kept(settings(tmp_path)) is None

    def test_other_models_are_measured_anew(self, tmp_path: Path, figures: Measured) -> None:
        """A voice more, or another file under the same name."""
        measurements.keep(figures)
        write_piper(tmp_path / "piper", "es_ES-x-low", code="es_ES")
        assert measurements.kept(settings(tmp_path)) is None

        measurements.keep(replace(figures, models=measurements.models_digest(settings(tmp_path))))
        file = tmp_path / "piper" / "es_ES-x-low.onnx"
        file.write_bytes(file.read_bytes()[:-1] + b"x")
        assert measurements.kept(settings(tmp_path)) is None

    def test_a_file_of_another_version_is_no_error(self, tmp_path: Path, figures: Measured) -> None:
        """It is measured again."""
        measurements.keep(figures)
        (file,) = (tmp_path / "cache" / "measured").iterdir()
        file.write_text('{"machine": 3}')
        assert measurements.kept(settings(tmp_path)) is None
