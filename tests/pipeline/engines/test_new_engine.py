"""A new engine is a module of its own and one row of the table."""

from __future__ import annotations

import importlib
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest

from config import engines as config_engines
from config.engines import ENGINES, Engine, EngineRole, best_first, names
from config.reading import load
from config.settings import Models, Recognition, Settings, SettingsError, SpeechSettings, TranslationSettings
from pipeline.engines.choice import RoleChoice, choose
from pipeline.engines.cloning import chatterbox, pocket_tts, xtts
from pipeline.engines.homes import ClonerHome, Home, RecognizerHome, SynthesizerHome, TranslatorHome
from pipeline.engines.recognition import sphinx, whisper
from pipeline.engines.registry import load_recognizer, load_synthesizer, load_translator
from pipeline.engines.synthesis import espeak, kokoro, piper
from pipeline.engines.translation import apertium, opus
from stack.doctor import examine
from tests.fakes import parrot

pytestmark = pytest.mark.engines

ROLES: tuple[EngineRole, ...] = ("recognition", "translation", "speech")

# mypy holds that each module has what the roles of its row need
RECOGNIZERS: tuple[RecognizerHome, ...] = (sphinx, whisper, parrot)
TRANSLATORS: tuple[TranslatorHome, ...] = (whisper, apertium, opus, parrot)
SYNTHESIZERS: tuple[SynthesizerHome, ...] = (espeak, kokoro, piper, parrot)
CLONERS: tuple[ClonerHome, ...] = (pocket_tts, chatterbox, xtts)


def settings(directory: Path, **sections: object) -> Settings:
    recognition = sections.pop("recognition", Recognition(device="cpu"))
    models = Models(directory=directory, download=False)
    return Settings(models=models, recognition=recognition, **sections)  # type: ignore[arg-type]


def of(role: EngineRole, settings: Settings, engines: tuple[Engine, ...]) -> RoleChoice:
    return next(choice for choice in choose(settings, engines=engines).roles if choice.role == role)


@pytest.mark.parametrize("role", ROLES)
async def test_a_row_is_all_that_a_new_engine_needs(
    role: EngineRole, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is chosen as the best of its role, listed by doctor and loaded, beside those that were there."""
    monkeypatch.setenv("HIVE_CACHE", str(tmp_path))
    engines = (*ENGINES, parrot.row(role))

    examination = await examine(settings(tmp_path), engines=engines)

    taken = next(choice for choice in examination.roles if choice.role == role)
    assert taken.engines[0] == "parrot"
    assert examination.means == "cpu"  # as it has models
    assert ("parrot", True, f"a parrot in {tmp_path}") in [
        (found.name, found.works, found.detail) for found in examination.engines
    ]
    loaded = next(finding for finding in examination.loaded if finding.name == role)
    assert loaded.works
    assert loaded.detail.startswith("scripted" if role == "translation" else "parrot")


@pytest.mark.parametrize("role", ROLES)
def test_a_new_engine_knows_its_place(role: EngineRole, tmp_path: Path) -> None:
    """Last by its rank it stands behind the others, and "embedded" leaves it out, as it has models."""
    last = (*ENGINES, replace(parrot.row(role), rank=9))

    assert of(role, settings(tmp_path), last).engines[0] == of(role, settings(tmp_path), ENGINES).engines[0]
    embedded = settings(tmp_path, profile="embedded")
    assert of(role, embedded, (*ENGINES, parrot.row(role))) == of(role, embedded, ENGINES)


async def test_a_new_engine_can_be_named(tmp_path: Path) -> None:
    """By the settings, whatever is better, and is then the one that is loaded."""
    named = settings(
        tmp_path,
        recognition=Recognition(engine="parrot", device="cpu"),
        translation=TranslationSettings(engines=("parrot",)),
        speech=SpeechSettings(engines=("parrot",)),
    )
    rows = {role: (*ENGINES, replace(parrot.row(role), rank=9)) for role in ROLES}

    recognizer = await load_recognizer(named, rows["recognition"])
    translator = await load_translator(named, engines=rows["translation"])
    synthesizer = await load_synthesizer(named, rows["speech"])
    names = [engine.info.name for engine in (recognizer, translator, synthesizer)]
    for engine in (recognizer, translator, synthesizer):
        await engine.close()

    assert names == ["parrot", "scripted", "parrot"]


def test_settings_may_name_what_stands_in_the_table(tmp_path: Path) -> None:
    """Each engine for its roles, and nothing else."""
    hints = {
        "recognition": config_engines.RecognitionEngine,
        "translation": config_engines.TranslationEngine,
        "speech": config_engines.SpeechEngine,
    }
    file = tmp_path / "hive.toml"
    for role in ROLES:
        assert get_args(hints[role]) == ("auto", *names(role))
        key = "engine" if role == "recognition" else "engines"
        for engine in (*names(role), "parrot"):
            value = f'"{engine}"' if role == "recognition" else f'["{engine}"]'
            file.write_text(f"[{role}]\n{key} = {value}\n")
            if engine == "parrot":
                with pytest.raises(SettingsError, match="Input should be 'auto'"):
                    load(file, {})
            else:
                load(file, {})


@pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.name)
def test_the_module_of_a_row_has_what_its_roles_need(engine: Engine) -> None:
    """It is one of those whose types are checked above."""
    home = importlib.import_module(engine.home)
    fitting: dict[EngineRole, tuple[Home, ...]] = {
        "recognition": RECOGNIZERS, "translation": TRANSLATORS, "speech": SYNTHESIZERS,
        "cloning": CLONERS,
    }  # fmt: skip

    assert all(home in fitting[role] for role in engine.roles)


def test_the_best_come_first() -> None:
    """In the order in which settings, measurements and the choice take them."""
    assert {role: names(role) for role in ROLES} == {
        "recognition": ("whisper", "pocketsphinx"),
        "translation": ("opus", "whisper", "apertium"),
        "speech": ("kokoro", "piper", "espeak"),
    }
    for role in ROLES:
        ranks = [engine.rank for engine in best_first(role)]
        assert len(set(ranks)) == len(ranks)
