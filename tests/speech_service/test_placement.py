"""Where the services' engines are, and what the services tell of copies."""

from __future__ import annotations

import importlib.util
from dataclasses import replace

import pytest

from config.settings import Services, Settings
from pipeline.engines.choice import choose
from pipeline.engines.placed.figures import CopyFigures, RoleFigures
from pipeline.engines.protocols import EngineMissing
from speech_service.measures import Measures
from speech_service.placement import EnginesHere, engines_of

EMBEDDED = replace(Settings(), profile="embedded")


async def test_engines_are_in_this_process_unless_the_settings_say_otherwise() -> None:
    async with engines_of(EMBEDDED, choose(EMBEDDED), ["stt", "mt", "tts"], print) as engines:
        assert isinstance(engines, EnginesHere)
        assert engines.figures("stt") is None


async def test_ray_that_is_not_there_is_an_error_that_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And a recogniser that keeps a speaker's state stays here, which is said."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    settings = replace(EMBEDDED, services=Services(placement="ray"))
    choice = choose(EMBEDDED)
    choice = replace(choice, recognition=replace(choice.recognition, engines=("pocketsphinx",)))
    lines: list[str] = []

    with pytest.raises(EngineMissing, match=r"requirements-ray\.lock"):
        async with engines_of(settings, choice, ["stt", "mt"], lines.append):
            pass
    assert lines == ["stt  stays here: pocketsphinx keeps what a speaker says"]


def test_a_service_tells_of_its_copies() -> None:
    measures, figures = Measures("mt"), RoleFigures()
    assert "placement" not in measures.performance()
    measures.watch_copies(figures)
    figures.states = {"RUNNING": 2, "STARTING": 1}
    figures.asked_again = 3
    figures.heard(CopyFigures("a", 7, {1: 4, 2: 1}))

    assert measures.performance()["placement"] == {
        "copies": {"a": 7},
        "states": {"RUNNING": 2, "STARTING": 1},
        "batches": {"1": 4, "2": 1},
        "asked_again": 3,
    }
    lines = [line for line in measures.prometheus().decode().splitlines() if line.startswith("hive_service_")]
    assert {
        'hive_service_copies{service="mt",state="running"} 2.0',
        'hive_service_copies{service="mt",state="starting"} 1.0',
        'hive_service_batches_total{service="mt",size="1"} 4.0',
        'hive_service_batches_total{service="mt",size="2"} 1.0',
        'hive_service_asked_again_total{service="mt"} 3.0',
    } <= set(lines)
