"""What the services say of their machine."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from fastapi import FastAPI

from config.settings import Models, Recognition, Settings
from pipeline.capacity import Measured, PassTiming
from pipeline.engines.choice import choose
from pipeline.engines.recognition.whisper.recognizer import LOOK_INTERVAL_S
from pipeline.machine import Machine, machine_load, this_machine
from speech_service.client import Copies
from speech_service.client.machines import look_at_machines, read_machine
from speech_service.machine import LONGEST_INTERVAL_S, facts, suited
from speech_service.tts import tts_app
from speech_service.wire import WireError
from tests.fakes.engines import ToneSynthesizer
from tests.speech_service.serving import listening, served, settings

FIGURES = Measured(
    Machine("box", "processor", 2), "digest", (PassTiming("pocketsphinx", "", 1, 5.0, 1.0, incremental=True),)
)


def bare(directory: Path, **recognition: float) -> Settings:
    chosen = Recognition(device="cpu", **recognition)  # type: ignore[arg-type]
    return Settings(models=Models(directory=directory), recognition=chosen)


async def test_performance_tells_choice_figures_and_capacity(tmp_path: Path) -> None:
    """Under `machine`, beside the quantiles."""
    app = tts_app(ToneSynthesizer({"es": 440.0}), settings())
    app.state.measures.state("machine", facts(choose(bare(tmp_path), FIGURES), FIGURES))

    async with served(app) as client, client.get("/performance") as answer:
        told = await answer.json()

    assert (told["service"], told["operations"]) == ("tts", {})
    machine = told["machine"]
    assert machine["profile"] == "embedded"
    assert machine["choice"]["recognition"]["engines"] == ["pocketsphinx"]
    assert machine["choice"]["speech"]["better"].startswith("natural voices")
    assert machine["measured"]["machine"] == {"name": "box", "processor": "processor", "cores": 2}
    assert machine["capacity"]["speakers"] == 8
    assert machine["capacity"]["languages"][0] == 99


async def test_a_service_tells_how_busy_its_machine_is() -> None:
    """And its client reads it; one that is away, or answers something else, is nobody's fault."""
    app = tts_app(ToneSynthesizer({"es": 440.0}), settings())
    other = FastAPI()
    other.add_api_route("/machine", lambda: {"name": "?"})
    async with (
        listening(app, settings().services, 0) as url,
        listening(other, settings().services, 0) as else_url,
        Copies("speech", f"{url},{else_url},http://127.0.0.1:9", settings().services).held() as copies,
    ):
        asked = await look_at_machines(copies)

    assert [(one.place, one.load is None) for one in asked] == [
        (url, False), (else_url, True), ("http://127.0.0.1:9", True),
    ]  # fmt: skip
    load = asked[0].load
    assert load is not None
    assert (load.name, load.cores) == (this_machine().name, this_machine().cores)
    assert 0 < load.memory_used_bytes < load.memory_total_bytes
    assert load.load >= 0
    assert load.gpus == machine_load().gpus or load.gpus


def test_a_machine_that_says_too_much_is_not_believed() -> None:
    """What comes from another machine is bounded."""
    said = asdict(machine_load())
    assert read_machine(json.loads(json.dumps(said))).name == said["name"]
    gpu = {"name": "g", "memory_used_bytes": 0, "memory_total_bytes": 1, "used_share": None}
    for wrong in ({"name": "x" * 1000}, {"gpus": [gpu] * 65}, {"cores": "many"}, {"gpus": None}):
        with pytest.raises(WireError):
            read_machine({**said, **wrong})


def test_what_was_not_measured_is_null(tmp_path: Path) -> None:
    """And is JSON all the same."""
    told = facts(choose(bare(tmp_path)), None)

    assert (told["capacity"], told["measured"]) == (None, None)
    assert json.loads(json.dumps(told))["choice"]["translation"]["engines"] == ["apertium"]


def test_looks_are_as_rare_as_the_machine_needs_them(tmp_path: Path) -> None:
    """The settings say the least, else the engine; nothing is changed where nothing was measured."""

    def interval_s(asked_s: float, needed_s: float) -> float:
        mine = bare(tmp_path, pass_interval_s=asked_s)
        choice = choose(mine, FIGURES)
        assert choice.capacity is not None
        needing = replace(choice, capacity=replace(choice.capacity, pass_interval_s=needed_s))
        return suited(mine, needing).recognition.pass_interval_s

    assert [interval_s(0, needed_s) for needed_s in (0.2, LOOK_INTERVAL_S, 0.6)] == [0, 0, 0.6]
    assert [interval_s(0.1, needed_s) for needed_s in (0.05, 0.2, 0.6)] == [0.1, 0.2, 0.6]
    assert [interval_s(0, 2.0), interval_s(3.0, 2.0)] == [LONGEST_INTERVAL_S, 3.0]
    mine = bare(tmp_path)
    assert suited(mine, choose(mine)) is mine
