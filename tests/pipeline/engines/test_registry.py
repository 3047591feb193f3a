"""Loading what was chosen."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.settings import Models, Settings, SpeechSettings, TranslationSettings
from pipeline.engines.protocols import EngineMissing, SynthesisRequest, TranslationRequest
from pipeline.engines.registry import load_recognizer, load_synthesizer, load_translator
from tests.pipeline.engines.synthesis.tiny_voices import write_kokoro, write_piper

pytestmark = pytest.mark.engines

POCKET = Path(__file__).parents[2] / "data" / "opus-pocket-en-es-fr"


def settings(directory: Path, **sections: object) -> Settings:
    return Settings(models=Models(directory=directory, download=False), **sections)  # type: ignore[arg-type]


def opus(directory: Path) -> None:
    (directory / "opus").mkdir()
    (directory / "opus" / "pocket").symlink_to(POCKET)


async def test_translators_are_loaded_as_a_chain(tmp_path: Path) -> None:
    """What is chosen and there is loaded; the chain fills the gaps of its first engine."""
    opus(tmp_path)
    translator = await load_translator(
        settings(tmp_path, translation=TranslationSettings(engines=("opus", "apertium")))
    )
    try:
        spanish = await translator.translate(TranslationRequest("The budget is ready.", "en", "es"))
        catalan = await translator.translate(TranslationRequest("The budget is ready.", "en", "ca"))

        assert (translator.info.name, spanish.engine, catalan.engine) == ("opus+apertium", "opus", "apertium")
    finally:
        await translator.close()


async def test_a_missing_engine_is_an_error_in_words(tmp_path: Path) -> None:
    """An engine that was named but has no model says what to fetch."""
    with pytest.raises(EngineMissing, match="no translation model"):
        await load_translator(settings(tmp_path, translation=TranslationSettings(engines=("opus",))))
    with pytest.raises(EngineMissing, match="hive models fetch kokoro"):
        await load_synthesizer(settings(tmp_path, speech=SpeechSettings(engines=("kokoro",))))
    with pytest.raises(EngineMissing, match="there is no Piper voice"):
        await load_synthesizer(settings(tmp_path, speech=SpeechSettings(engines=("piper",))))


async def test_the_embedded_engines_load(tmp_path: Path) -> None:
    """A bare machine hears, translates and speaks."""
    recognizer = await load_recognizer(settings(tmp_path))
    await recognizer.close()
    synthesizer = await load_synthesizer(settings(tmp_path))
    try:
        pieces = [piece async for piece in synthesizer.synthesize(SynthesisRequest("Hola.", "es", ""))]
    finally:
        await synthesizer.close()

    assert recognizer.info.name == "pocketsphinx"
    assert synthesizer.info.name == "espeak"
    assert sum(len(piece) for piece in pieces) > 0


async def test_voices_are_loaded_as_a_chain(tmp_path: Path) -> None:
    """Every language has a voice: the best that is there, espeak-ng's for the others."""
    models(tmp_path)
    wanted = SpeechSettings(engines=("kokoro", "piper", "espeak"), voices={"en": "piper"})
    synthesizer = await load_synthesizer(settings(tmp_path, speech=wanted))
    try:
        first = {code: synthesizer.voices(code)[0].name for code in ("en", "es", "it", "de")}

        assert synthesizer.info.name == "kokoro+piper+espeak"
        assert first == {
            "en": "piper:en_US-x-low", "es": "kokoro:ef_dora", "it": "espeak:it", "de": "espeak:de",
        }  # fmt: skip
    finally:
        await synthesizer.close()


async def test_a_voice_that_is_not_there_is_no_reason_to_be_silent(tmp_path: Path) -> None:
    """A wish of the settings that cannot be met, and an engine that cannot be loaded, leave the others."""
    models(tmp_path)
    (tmp_path / "kokoro" / "kokoro-v1.0.onnx").write_bytes(b"not a model")
    wish = SpeechSettings(voices={"en": "piper:en_US-other-low"})
    synthesizer = await load_synthesizer(settings(tmp_path, speech=wish))
    try:
        assert synthesizer.info.name == "piper+espeak"
        assert synthesizer.voices("en")[0].name == "piper:en_US-x-low"
    finally:
        await synthesizer.close()


def models(directory: Path) -> None:
    (directory / "piper").mkdir()
    write_piper(directory / "piper", "en_US-x-low", code="en_US")
    (directory / "kokoro").mkdir()
    write_kokoro(directory / "kokoro", ["ef_dora", "em_alex"])
