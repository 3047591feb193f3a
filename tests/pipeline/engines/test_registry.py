"""Which engines are there, what "auto" comes to, and loading them."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.settings import Models, Recognition, Settings, SpeechSettings, TranslationSettings
from pipeline.engines.protocols import EngineMissing, SynthesisRequest, TranslationRequest
from pipeline.engines.registry import (
    ProfileChoice,
    available,
    choose_profile,
    load_recognizer,
    load_synthesizer,
    load_translator,
)
from pipeline.engines.table import ENGINES
from tests.pipeline.engines.synthesis.tiny_voices import write_kokoro, write_piper

pytestmark = pytest.mark.engines

POCKET = Path(__file__).parents[2] / "data" / "opus-pocket-en-es-fr"


def settings(directory: Path, **sections: object) -> Settings:
    return Settings(models=Models(directory=directory, download=False), **sections)  # type: ignore[arg-type]


def whisper(directory: Path, *names: str) -> None:
    """Directories that look like Whisper models."""
    for name in names:
        (directory / "whisper" / name).mkdir(parents=True)
        (directory / "whisper" / name / "model.bin").touch()


def opus(directory: Path) -> None:
    (directory / "opus").mkdir()
    (directory / "opus" / "pocket").symlink_to(POCKET)


def chosen(choice: ProfileChoice) -> tuple[str, str, str, tuple[str, ...], str]:
    return choice.profile, choice.recognizer, choice.whisper_model, choice.translators, choice.synthesizer


def test_the_table_is_complete() -> None:
    """Every engine that settings may name stands in the table once, with licences and what it needs."""
    assert [engine.name for engine in ENGINES] == [
        "pocketsphinx", "whisper", "apertium", "opus", "espeak", "piper", "kokoro",
    ]  # fmt: skip
    assert all(engine.code_licence and engine.weights_licence and engine.requires for engine in ENGINES)


def test_a_bare_machine_is_embedded(tmp_path: Path) -> None:
    """Without models, auto takes what needs none, and says what is missing."""
    choice = choose_profile(settings(tmp_path))

    assert chosen(choice) == ("embedded", "pocketsphinx", "", ("apertium",), "espeak")
    assert choice.reasons[0] == (
        f"profile embedded: {tmp_path} has no Whisper model and no translation model"
    )


def test_models_on_disk_are_used(tmp_path: Path) -> None:
    """With models, auto takes the best of each kind; Apertium stays to fill in."""
    whisper(tmp_path, "tiny", "small")
    opus(tmp_path)
    (tmp_path / "piper").mkdir()
    write_piper(tmp_path / "piper", "es_ES-x-low", code="es_ES")
    on_cpu = settings(tmp_path, recognition=Recognition(device="cpu"))
    assert chosen(choose_profile(on_cpu)) == ("cpu", "whisper", "small", ("opus", "apertium"), "piper")

    (tmp_path / "kokoro").mkdir()
    write_kokoro(tmp_path / "kokoro", ["ef_dora"])
    assert choose_profile(on_cpu).synthesizer == "kokoro"


def test_a_part_of_the_models_is_used_too(tmp_path: Path) -> None:
    """Translation models without a Whisper model help where Apertium has no way."""
    opus(tmp_path)

    choice = choose_profile(settings(tmp_path))

    assert chosen(choice) == ("embedded", "pocketsphinx", "", ("apertium", "opus"), "espeak")
    assert choice.reasons[0] == f"profile embedded: {tmp_path} has no Whisper model"


def test_what_is_named_is_taken(tmp_path: Path) -> None:
    """Profile, engines and model of the settings are not second-guessed."""
    opus(tmp_path)
    named = settings(
        tmp_path,
        profile="embedded",
        recognition=Recognition(engine="whisper", model="/models/mine"),
        translation=TranslationSettings(engines=("apertium", "opus")),
        speech=SpeechSettings(engine="piper"),
    )

    assert chosen(choose_profile(named)) == (
        "embedded", "whisper", "/models/mine", ("apertium", "opus"), "piper",
    )  # fmt: skip
    assert chosen(choose_profile(settings(tmp_path, profile="embedded"))) == (
        "embedded", "pocketsphinx", "", ("apertium",), "espeak",
    )  # fmt: skip
    assert chosen(choose_profile(settings(tmp_path, profile="cpu"))) == (
        "cpu", "whisper", "base", ("opus", "apertium"), "espeak",
    )  # fmt: skip


def test_what_is_there_is_told(tmp_path: Path) -> None:
    """Each engine says what was found, or what to do about what was not."""
    opus(tmp_path)
    states = {state.engine.name: (state.present, state.detail) for state in available(settings(tmp_path))}

    assert list(states) == [engine.name for engine in ENGINES]
    assert states["opus"] == (True, "models opus-pocket-en-es-fr")
    assert states["whisper"] == (
        False,
        f"there is no Whisper model in {tmp_path / 'whisper'}; fetch one, e.g. `hive models fetch whisper-base`",
    )
    assert states["apertium"][0]
    assert "en→es" in states["apertium"][1]


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
        await load_synthesizer(settings(tmp_path, speech=SpeechSettings(engine="kokoro")))
    with pytest.raises(EngineMissing, match="there is no Piper voice"):
        await load_synthesizer(settings(tmp_path, speech=SpeechSettings(engine="piper")))


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
