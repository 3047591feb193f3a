"""Voices cloned through a helper in an environment of its own: a tone stands for a voice."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipeline.audio import HEARING_RATE_HZ, SPEAKING_RATE_HZ, Pcm
from pipeline.engines.cloning.cloner import CloningRequest, ConsentedVoice
from pipeline.engines.cloning.synthesizer import MOST_JOBS, CloningHelper, CloningSynthesizer
from pipeline.engines.processes.spawning import apart
from pipeline.engines.protocols import (
    EngineError,
    EngineInfo,
    EngineMissing,
    EngineOverloaded,
    UnknownLanguage,
)
from tests.fakes.environment import make_environment

INFO = EngineInfo("tones", "MIT", "MIT", True, True, ("es", "zz"))
SECRET = "secret"


class LoudMark:
    """Makes what it marks a little louder."""

    name = "loud 1"

    def __init__(self) -> None:
        self.marked_s: list[float] = []

    def marked(self, pcm: Pcm, rate_hz: int) -> Pcm:
        self.marked_s.append(len(pcm) / rate_hz)
        return np.asarray(pcm * 1.25, np.int16)


def tone(hertz: float, seconds: float = 4.0) -> Pcm:
    moments = np.arange(int(seconds * HEARING_RATE_HZ)) / HEARING_RATE_HZ
    return np.asarray(8000 * np.sin(2 * np.pi * hertz * moments), np.int16)


def request(text: str, hertz: float = 220.0, language: str = "es") -> CloningRequest:
    return CloningRequest(text, language, ConsentedVoice("consent-1", tone(hertz)))


def hertz_of(pcm: Pcm) -> float:
    return float(np.argmax(np.abs(np.fft.rfft(pcm.astype(float))))) * SPEAKING_RATE_HZ / len(pcm)


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_environment(tmp_path_factory.mktemp("engines") / "tones")


@asynccontextmanager
async def cloning(
    environment: Path, weights: Path, *, patience_s: float = 20.0, rest_s: float = 20.0
) -> AsyncIterator[CloningSynthesizer]:
    helper = CloningHelper(
        "tests.fakes.cloning_helper", environment, weights, patience_s=patience_s, first_rest_s=rest_s
    )
    cloner = CloningSynthesizer(
        INFO, helper, LoudMark(), codes={"es": "es", "zz": "xx"}, piece_characters={"": 40}
    )
    try:
        yield cloner
    finally:
        await cloner.close()


async def spoken(cloner: CloningSynthesizer, wanted: CloningRequest) -> Pcm:
    async with aclosing(cloner.clone(wanted)) as speech:
        pieces = [piece async for piece in speech]
    return np.concatenate(pieces) if pieces else np.zeros(0, np.int16)


async def test_a_text_is_spoken_in_the_voice_of_its_reference(environment: Path, tmp_path: Path) -> None:
    """At our rate, sentence by sentence, marked; each request by its own voice, and nothing is kept of the last."""
    async with cloning(environment, tmp_path) as cloner:
        assert (cloner.pid, cloner.watermark) == (None, "loud 1")
        low = await spoken(cloner, request("Buenos días. Gracias.", 220.0))
        pid = cloner.pid
        high = await spoken(cloner, request("Buenos días.", 330.0))

        assert cloner.pid == pid
        assert isinstance(cloner._marker, LoudMark)
        assert cloner._marker.marked_s == [0.5] * 3, "sentence by sentence"
        assert len(low) == pytest.approx(SPEAKING_RATE_HZ, abs=400)
        assert len(high) == pytest.approx(SPEAKING_RATE_HZ / 2, abs=200)
        assert hertz_of(low) == pytest.approx(220, abs=5)
        assert hertz_of(high) == pytest.approx(330, abs=5)
        assert await cloner.start() == {"rate_hz": 22_050}


async def test_what_has_nothing_to_say_starts_nothing(environment: Path, tmp_path: Path) -> None:
    async with cloning(environment, tmp_path) as cloner:
        assert len(await spoken(cloner, request("  \n "))) == 0
        with pytest.raises(UnknownLanguage, match="fr is not available; available: es, zz"):
            await spoken(cloner, request("Bonjour.", language="fr"))
        assert cloner.pid is None


async def test_a_text_that_cannot_be_said_costs_no_other(environment: Path, tmp_path: Path) -> None:
    """What the engine says of it reaches whoever asked; the process goes on."""
    async with cloning(environment, tmp_path) as cloner:
        with pytest.raises(EngineError, match=r"^cannot say that$"):
            await spoken(cloner, request("Fail."))
        with pytest.raises(EngineError, match=r"^no such language$"):
            await spoken(cloner, request("Hola.", language="zz"))
        pid = cloner.pid
        assert len(await spoken(cloner, request("Hola.")))
        assert cloner.pid == pid


async def test_an_engine_reaches_no_network(environment: Path, tmp_path: Path) -> None:
    """Whatever its libraries try: not even this machine."""
    async with cloning(environment, tmp_path) as cloner:
        with pytest.raises(EngineError, match="PermissionError"):
            await spoken(cloner, request("Call."))


async def test_a_process_that_dies_rests_and_begins_again(environment: Path, tmp_path: Path) -> None:
    """Whoever asks meanwhile is told when to come back; a text that kills it does so once, not twice."""
    async with cloning(environment, tmp_path, rest_s=0.2) as cloner:
        with pytest.raises(EngineError, match="the process ended"):
            await spoken(cloner, request("Die."))
        with pytest.raises(EngineOverloaded, match="tones is overloaded: it has failed and rests") as refused:
            await spoken(cloner, request("Hola."))
        assert 0 < refused.value.retry_after_s <= 0.2
        await asyncio.sleep(refused.value.retry_after_s)
        assert len(await spoken(cloner, request("Hola.")))


async def test_a_process_that_hangs_is_killed(environment: Path, tmp_path: Path) -> None:
    async with cloning(environment, tmp_path, patience_s=0.5) as cloner:
        await cloner.start()
        pid = cloner.pid
        assert pid is not None
        with pytest.raises(EngineError, match="no answer in time"):
            await spoken(cloner, request("Hang."))
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


async def test_a_text_that_nobody_waits_for_is_given_up(environment: Path, tmp_path: Path) -> None:
    """In the midst of a sentence, and without an end of the process."""
    async with cloning(environment, tmp_path) as cloner:
        await cloner.start()
        speaking = asyncio.create_task(spoken(cloner, request("Long.")))
        while not (tmp_path / "begun").exists():
            await asyncio.sleep(0.01)
        speaking.cancel()
        await asyncio.wait([speaking])
        async with asyncio.timeout(10):
            assert len(await spoken(cloner, request("Hola.")))
        assert (tmp_path / "given-up").exists()


async def test_no_more_wait_than_are_taken(environment: Path, tmp_path: Path) -> None:
    async with cloning(environment, tmp_path) as cloner:
        await cloner.start()
        waiting = [asyncio.create_task(spoken(cloner, request("Long."))) for _ in range(MOST_JOBS)]
        while cloner._helper.jobs < MOST_JOBS:
            await asyncio.sleep(0)
        with pytest.raises(EngineOverloaded):
            await spoken(cloner, request("Hola."))
        for each in waiting:
            each.cancel()
        await asyncio.wait(waiting)


@pytest.mark.parametrize(
    ("sign", "error", "said"),
    [
        ("unusable", EngineMissing, "there are no weights of tones; fetch them"),
        ("ends", EngineError, "tests.fakes.cloning_helper: ended while it was starting"),
    ],
)
async def test_what_cannot_start_says_why_in_one_line(
    environment: Path, tmp_path: Path, sign: str, error: type[EngineError], said: str
) -> None:
    """And is not tried again at once."""
    (tmp_path / sign).touch()
    async with cloning(environment, tmp_path) as cloner:
        with pytest.raises(error, match=f"^{said}$"):
            await spoken(cloner, request("Hola."))
        with pytest.raises(EngineOverloaded):
            await spoken(cloner, request("Hola."))


async def test_an_environment_that_went_is_told(tmp_path: Path) -> None:
    async with cloning(tmp_path / "gone", tmp_path) as cloner:
        with pytest.raises(EngineError, match="cannot be started: No such file or directory"):
            await spoken(cloner, request("Hola."))


def test_an_engine_gets_nothing_of_ours_but_one_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """No secret of ours, no path to our libraries, no way to the hub."""
    monkeypatch.setenv("HIVE_SERVICES__TOKEN", SECRET)
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    program = apart(Path("/engines/tones"), "a.module", "weights")

    assert program.command[:2] == ("/engines/tones/bin/python", "-I")
    assert program.command[3:] == ("a.module", "weights")
    assert SECRET not in str(program.environment)
    assert {name for name in program.environment if name.startswith(("HIVE", "PYTHON"))} == set()
    assert program.environment["HF_HUB_OFFLINE"] == "1"
    assert program.environment["HOME"] == "/engines/tones/cache"


async def test_our_libraries_are_not_lent(tmp_path: Path) -> None:
    """An environment without NumPy does not get ours: of what is installed here it sees `pipeline` alone."""
    place = make_environment(tmp_path / "bare")
    (pth,) = place.glob("lib/python3*/site-packages/tests.pth")
    pth.unlink()
    helper = CloningHelper("pipeline.engines.processes.xtts_process", place, tmp_path)
    cloner = CloningSynthesizer(INFO, helper, LoudMark(), codes={"es": "es"}, piece_characters={"": 40})
    with pytest.raises(EngineError, match="ended while it was starting"):
        await cloner.start()
    await cloner.close()
    program = apart(place, "pipeline.engines.processes.framing")
    ended = await asyncio.create_subprocess_exec(*program.command, env=program.environment)
    assert await ended.wait() == 0


async def test_a_helper_ends_with_its_owner(environment: Path, tmp_path: Path) -> None:
    async with cloning(environment, tmp_path) as cloner:
        await cloner.start()
        pid = cloner.pid
    assert pid is not None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, signal.SIGCONT)


@pytest.mark.parametrize("seconds", [0.0, 2.9, 30.1])
def test_a_reference_is_neither_too_short_nor_too_long(seconds: float) -> None:
    with pytest.raises(ValueError, match=r"a reference lasts 3 to 30 s"):
        ConsentedVoice("consent-1", tone(220.0, seconds))


def test_nobody_is_cloned_without_consent() -> None:
    """There is no way to ask for it."""
    with pytest.raises(ValueError, match="nobody has agreed"):
        ConsentedVoice("", tone(220.0))
    voice = ConsentedVoice("consent-1", tone(220.0))
    assert "[" not in repr(voice)
    assert "Hola" not in repr(replace(request("Hola."), voice=voice))
