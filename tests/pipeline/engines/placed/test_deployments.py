"""What copies are told of the settings, and what is said where Ray is missing."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from config.placement import Placing, RaySettings
from config.reading import load
from config.settings import LiveKit, Services, Settings, SettingsError
from pipeline.engines.choice import choose
from pipeline.engines.placed.cluster import require_ray
from pipeline.engines.placed.deployments import for_engines
from pipeline.engines.protocols import EngineMissing


def test_copies_get_the_engines_that_were_chosen_here_and_no_secret(tmp_path: Path) -> None:
    settings = Settings(
        livekit=LiveKit(api_secret=SecretStr("a secret of the server")),
        services=Services(token=SecretStr("a secret of the services")),
    )
    settings = replace(settings, models=replace(settings.models, directory=tmp_path))
    choice = choose(settings)

    told = for_engines(settings, choice)

    assert told.recognition.engine == choice.recognition.engines[0]
    assert (told.translation.engines, told.speech.engines) == (
        choice.translation.engines,
        choice.speech.engines,
    )
    assert (told.services, told.livekit, told.auth) == (Services(), LiveKit(), Settings().auth)


def test_the_settings_say_how_many_copies_there_are() -> None:
    variables = {
        "HIVE_RAY__LEAST_REPLICAS": "stt=2,tts=3",
        "HIVE_RAY__GPUS": "stt=0.25",
        "HIVE_RAY__QUEUE": "mt=1.5",
    }
    ray = load(None, variables).ray

    assert ray.of("stt") == Placing(least=2, most=2, gpus=0.25, cores=1.0, queue=4.0)
    assert ray.of("mt") == Placing(least=1, most=2, gpus=0.0, cores=1.0, queue=1.5)
    assert ray.of("tts") == Placing(least=3, most=3, gpus=0.0, cores=1.0, queue=4.0)


def test_a_service_that_there_is_not_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"ray\.gpus"):
        load(None, {"HIVE_RAY__GPUS": "asr=1"})


def test_the_most_is_no_less_than_the_least() -> None:
    assert RaySettings(least_replicas={"mt": 5}, most_replicas={"mt": 3}).of("mt").most == 5


def test_without_ray_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)

    with pytest.raises(EngineMissing, match=r"pip install --require-hashes -r requirements-ray\.lock"):
        require_ray()
