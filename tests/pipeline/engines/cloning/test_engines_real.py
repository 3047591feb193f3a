"""The real engines that clone, each in its real environment, with weights by chance: that they load, hear and speak,
not how.

Environments are looked for where `hive engines install NAME` puts them; without one there is nothing to test of it.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from config.settings import Models, Settings, SpeechSettings
from pipeline.audio import HEARING_RATE_HZ, SPEAKING_RATE_HZ
from pipeline.engines.cloning import chatterbox, environments, pocket_tts, xtts
from pipeline.engines.cloning.cloner import CloningRequest, ConsentedVoice
from pipeline.engines.cloning.loading import load_cloning
from pipeline.engines.cloning.synthesizer import CloningSynthesizer
from pipeline.engines.protocols import EngineMissing, UnknownLanguage
from pipeline.recordings.decoding import decode
from tests.models import real_model

pytestmark = [pytest.mark.engines, pytest.mark.timeout(1800)]

SPEECH = Path("demo/data/jfk.flac").read_bytes()
"""Eleven seconds of a person."""
MAKERS = Path(__file__).parent / "makers"


@dataclass(frozen=True, slots=True)
class Engine:
    """One that clones, with weights by chance."""

    settings: Settings
    name: str
    said: tuple[tuple[str, str], ...]
    """Language and text, one after the other."""
    unknown: str
    """A language that it does not have."""

    @property
    def weights(self) -> Path:
        return self.settings.models.directory / self.name


WHAT_THEY_SAY = {
    pocket_tts.NAME: ((("en", "Good morning."), ("en", "Good morning.")), "es"),
    chatterbox.NAME: ((("en", "Good morning."), ("zh", "早安。")), "cs"),
    xtts.NAME: ((("en", "Good morning."), ("es", "Buenos días.")), "sv"),
}
MARKS_NOISE = "perth 1.0.1"


@pytest.fixture(scope="module", params=sorted(WHAT_THEY_SAY))
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    name: str = request.param
    try:
        environments.installed(name)
    except EngineMissing as error:
        pytest.skip(str(error))
    directory = tmp_path_factory.mktemp("models")
    (directory / "watermark").symlink_to(real_model("watermark"))
    python = environments.place(name) / "bin" / "python"
    maker = MAKERS / f"{name.replace('-', '_')}.py"
    subprocess.run([str(python), "-I", str(maker), str(directory / name)], check=True)
    said, unknown = WHAT_THEY_SAY[name]
    yield Engine(
        Settings(
            models=Models(directory=directory, download=False, allow_non_commercial=True),
            speech=replace(SpeechSettings(), cloning=name),
        ),
        name,
        said,
        unknown,
    )
    for weights in sorted((directory / name).rglob("*")):
        if weights.is_file():
            weights.unlink()  # gigabytes


async def test_it_loads_hears_a_voice_and_speaks(engine: Engine) -> None:
    """By the library's own loading, which takes weights of the right names and shapes alone; and again for the next.

    It is marked, which only speech shows, and this is noise: see `test_watermark.py`.
    """
    reference = decode(SPEECH, rate_hz=HEARING_RATE_HZ, max_s=20).pcm
    loaded = await load_cloning(engine.settings)
    try:
        cloner = loaded.clones()
        assert isinstance(cloner, CloningSynthesizer)
        assert cloner.watermark == MARKS_NOISE
        voice = ConsentedVoice("consent-1", reference)
        for language, text in engine.said:
            async with aclosing(cloner.clone(CloningRequest(text, language, voice))) as speech:
                sound = np.concatenate([piece async for piece in speech])
            assert len(sound) > SPEAKING_RATE_HZ / 20
            assert sound.any()
        with pytest.raises(UnknownLanguage):
            async with aclosing(cloner.clone(CloningRequest("Hej.", engine.unknown, voice))) as speech:
                await anext(speech)
    finally:
        await loaded.close()


async def test_weights_that_are_not_there_are_told_in_one_line(engine: Engine, tmp_path: Path) -> None:
    """Which, and where they come from."""
    models = replace(engine.settings.models, directory=tmp_path)
    (tmp_path / "watermark").symlink_to(engine.settings.models.directory / "watermark")
    loaded = await load_cloning(replace(engine.settings, models=models))
    with pytest.raises(EngineMissing) as missing:
        loaded.clones()
    told = str(missing.value)
    assert engine.name in told
    assert "the hub" in told
    assert "\n" not in told


async def test_weights_of_another_model_are_refused(engine: Engine, tmp_path: Path) -> None:
    """The library says what does not fit; we say it in one line."""
    (tmp_path / "watermark").symlink_to(engine.settings.models.directory / "watermark")
    other = _copied(engine.weights, tmp_path / engine.name)
    _spoil(other)
    loaded = await load_cloning(
        replace(engine.settings, models=replace(engine.settings.models, directory=tmp_path))
    )
    try:
        cloner = loaded.clones()
        assert isinstance(cloner, CloningSynthesizer)
        with pytest.raises(EngineMissing, match=r"^cannot be loaded: \w+: [^\n]+$"):
            await cloner.start()
    finally:
        await loaded.close()


def _copied(weights: Path, place: Path) -> Path:
    for file in weights.rglob("*"):
        if file.is_file():
            link = place / file.relative_to(weights)
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(file)
    return place


def _spoil(weights: Path) -> None:
    """The largest file becomes one of no weights at all."""
    largest = max(
        (file for file in weights.rglob("*") if file.is_file()), key=lambda file: file.stat().st_size
    )
    largest.unlink()
    largest.write_bytes(b"\x02\0\0\0\0\0\0\0{}")
