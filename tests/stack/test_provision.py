"""What fits a machine, and going on where it cannot be had."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from config.settings import Models, Recognition, Settings, SpeechSettings, TranslationSettings
from stack import catalogue, provision
from stack.errors import FetchFailed, Unreachable
from stack.model import Model
from stack.models import ModelStore
from stack.provision import MachineResources

LAPTOP = MachineResources(cores=2, memory_gib=8, gpu=False)


def names(models: list[Model], engine: str) -> list[str]:
    return [model.name for model in models if model.engine == engine]


@pytest.mark.parametrize(
    ("machine", "whisper", "kokoro"),
    [
        (LAPTOP, ["whisper-base"], ["kokoro-int8"]),
        (MachineResources(1, 8, False), ["whisper-tiny", "whisper-tiny.en"], []),
        (MachineResources(4, 2, False), ["whisper-tiny", "whisper-tiny.en"], []),
        (MachineResources(16, 128, True), ["whisper-large-v3-turbo"], ["kokoro"]),
    ],
)
def test_larger_machines_get_larger_models(
    machine: MachineResources, whisper: list[str], kokoro: list[str]
) -> None:
    """Recognition and voices follow cores, memory and GPU; translation and small voices are for all."""
    models = provision.wanted(Settings(), machine)

    assert names(models, "whisper") == whisper
    assert names(models, "kokoro") == kokoro
    assert names(models, "opus") == ["opus-es-en", "opus-en-es", "opus-en-fr"]
    assert "piper-en_US-joe-medium" in names(models, "piper")


@pytest.mark.parametrize(
    ("changes", "engines"),
    [
        ({"profile": "embedded"}, set()),
        ({"speech": SpeechSettings(engines=("piper",))}, {"whisper", "opus", "piper"}),
        ({"speech": SpeechSettings(engines=("espeak",))}, {"whisper", "opus"}),
        ({"recognition": Recognition(engine="pocketsphinx")}, {"opus", "kokoro", "piper", "resemblyzer"}),
        (
            {"translation": TranslationSettings(engines=("apertium",))},
            {"whisper", "kokoro", "piper", "resemblyzer"},
        ),
    ],
)
def test_nothing_is_fetched_that_nobody_asked_for(changes: dict[str, Any], engines: set[str]) -> None:
    """Engines that the settings leave out get no models."""
    models = provision.wanted(replace(Settings(), **changes), LAPTOP)

    assert {model.engine for model in models} == engines


def test_a_chosen_whisper_model_takes_the_place_of_the_usual_one(tmp_path: Path) -> None:
    """A size by name is fetched; a directory of one's own is left alone."""
    small = replace(Settings(), recognition=Recognition(model="small"))
    own = replace(Settings(), recognition=Recognition(model=str(tmp_path)))
    another = replace(Settings(), recognition=Recognition(model="our-own"))

    assert names(provision.wanted(small, LAPTOP), "whisper") == ["whisper-small"]
    assert names(provision.wanted(own, LAPTOP), "whisper") == []
    assert names(provision.wanted(another, LAPTOP), "whisper") == []


def settings(directory: Path, *, download: bool = True) -> Settings:
    return replace(Settings(), models=Models(directory=directory, download=download))


async def test_what_cannot_be_had_is_left_out(tmp_path: Path) -> None:
    """One line for all that nobody hands out, one for each that went wrong; the rest is there."""
    said: list[str] = []

    async def fetch(store: ModelStore, model: Model) -> None:
        if model.engine == "opus":
            raise Unreachable("the hub cannot be reached")
        if model.engine == "kokoro":
            raise FetchFailed("came damaged")
        store.path(model).mkdir(parents=True, exist_ok=True)
        for name in model.needed:
            (store.path(model) / name).touch()

    wanted = [catalogue.find(name) for name in ("opus-en-es", "kokoro-int8", "whisper-base", "opus-en-fr")]
    missing = await provision.provide(settings(tmp_path), wanted, fetch, said.append)

    assert [model.name for model in missing] == ["opus-en-es", "opus-en-fr", "kokoro-int8"]
    assert said == [
        "without kokoro-int8: came damaged",
        "without opus-en-es, opus-en-fr: nobody who hands them out can be reached from here",
    ]
    assert ModelStore(settings(tmp_path).models).has(catalogue.find("whisper-base"))


async def test_what_is_here_is_not_fetched_and_downloads_may_be_forbidden(tmp_path: Path) -> None:
    """Nobody is asked for what is here, nor for anything where downloads are turned off."""
    asked: list[str] = []

    async def fetch(store: ModelStore, model: Model) -> None:
        asked.append(model.name)

    model = catalogue.find("whisper-base")
    place = ModelStore(settings(tmp_path).models).path(model)
    place.mkdir(parents=True)
    for name in model.needed:
        (place / name).touch()
    others = [model, catalogue.find("kokoro")]

    await provision.provide(settings(tmp_path), others, fetch, lambda line: None)
    forbidden = settings(tmp_path, download=False)
    missing = await provision.provide(forbidden, others, fetch, lambda line: None)

    assert asked == ["kokoro"]
    assert [model.name for model in missing] == ["kokoro"]
