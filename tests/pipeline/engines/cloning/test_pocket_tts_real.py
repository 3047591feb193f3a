"""The real pocket-tts in its real environment, with weights by chance: that it loads, hears and speaks, not how.

Its environment is looked for where `hive engines install pocket-tts` puts it; without one there is nothing to test.
"""

from __future__ import annotations

import subprocess
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from config.settings import Models, Settings, SpeechSettings
from pipeline.audio import HEARING_RATE_HZ, SPEAKING_RATE_HZ
from pipeline.engines.cloning import environments, pocket_tts
from pipeline.engines.cloning.cloner import CloningRequest, ConsentedVoice
from pipeline.engines.cloning.loading import load_cloning
from pipeline.engines.cloning.synthesizer import CloningSynthesizer
from pipeline.engines.protocols import EngineMissing, UnknownLanguage
from pipeline.recordings.decoding import decode
from tests.models import real_model

pytestmark = [pytest.mark.engines, pytest.mark.timeout(600)]

SPEECH = Path("demo/data/jfk.flac").read_bytes()
"""Eleven seconds of a person."""
HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    try:
        environments.installed(pocket_tts.NAME)
    except EngineMissing as error:
        pytest.skip(str(error))
    directory = tmp_path_factory.mktemp("models")
    (directory / "watermark").symlink_to(real_model("watermark"))
    python = environments.place(pocket_tts.NAME) / "bin" / "python"
    maker = str(HERE / "make_pocket_tts.py")
    subprocess.run([str(python), "-I", maker, str(directory / pocket_tts.NAME)], check=True)
    return Settings(
        models=Models(directory=directory, download=False),
        speech=replace(SpeechSettings(), cloning="pocket-tts"),
    )


async def test_it_loads_hears_a_voice_and_speaks(settings: Settings) -> None:
    """By the library's own loading, which takes weights of the right names and shapes alone; and again for the next.

    It is marked, which only speech shows, and this is noise: see `test_watermark.py`.
    """
    reference = decode(SPEECH, rate_hz=HEARING_RATE_HZ, max_s=20).pcm
    loaded = await load_cloning(settings)
    try:
        cloner = loaded.clones()
        assert isinstance(cloner, CloningSynthesizer)
        assert (cloner.info.languages, cloner.watermark) == (("en",), "perth 1.0.1")
        request = CloningRequest("Good morning.", "en", ConsentedVoice("consent-1", reference))
        for _ in range(2):
            async with aclosing(cloner.clone(request)) as speech:
                sound = np.concatenate([piece async for piece in speech])
            assert len(sound) > SPEAKING_RATE_HZ / 4
            assert sound.any()
        with pytest.raises(UnknownLanguage):
            async with aclosing(cloner.clone(replace(request, language="es"))) as speech:
                await anext(speech)
    finally:
        await loaded.close()


async def test_weights_that_are_not_there_are_told_in_one_line(settings: Settings, tmp_path: Path) -> None:
    """Which, and where they come from."""
    models = replace(settings.models, directory=tmp_path)
    (tmp_path / "watermark").symlink_to(settings.models.directory / "watermark")
    loaded = await load_cloning(replace(settings, models=models))
    with pytest.raises(EngineMissing) as missing:
        loaded.clones()
    told = str(missing.value)
    assert "no weights of pocket-tts" in told
    assert "kyutai/pocket-tts on the hub" in told
    assert "\n" not in told


async def test_weights_of_another_model_are_refused(settings: Settings, tmp_path: Path) -> None:
    """The library says what does not fit; we say it in one line."""
    (tmp_path / "watermark").symlink_to(settings.models.directory / "watermark")
    place = settings.models.directory / pocket_tts.NAME / "english"
    other = tmp_path / pocket_tts.NAME / "german"
    other.mkdir(parents=True)
    (other / "tokenizer.json").symlink_to(place / "tokenizer.json")
    (other / "model.safetensors").write_bytes(b"\x02\0\0\0\0\0\0\0{}")
    loaded = await load_cloning(replace(settings, models=replace(settings.models, directory=tmp_path)))
    try:
        cloner = loaded.clones()
        assert isinstance(cloner, CloningSynthesizer)
        with pytest.raises(
            EngineMissing, match=r"^cannot be loaded: RuntimeError: Error.* in loading state_dict"
        ):
            await cloner.start()
    finally:
        await loaded.close()
