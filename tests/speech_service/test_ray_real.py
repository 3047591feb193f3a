"""The services over copies that Ray Serve places: the same clients, the same words, real speech. Where Ray is there."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import aiohttp
import numpy as np
import psutil
import pytest

from config.settings import Recognition, Services, Settings
from pipeline.audio import HEARING_RATE_HZ, AudioFrame, Pcm
from pipeline.channel import Channel
from pipeline.engines.protocols import (
    HearingOptions,
    SynthesisRequest,
    TranslationRequest,
    UnknownLanguage,
)
from pipeline.engines.recognition.silero import SileroModel
from pipeline.engines.registry import load_recognizer
from pipeline.events import Heard, NotHeard, Words
from speech_service.client import RemoteHearing, RemoteSynthesizer, RemoteTranslator, TranscriptionClient
from speech_service.stt import stt_app
from tests.fakes.speech import frames
from tests.models import real_model
from tests.pipeline.engines.recognition import sounds
from tests.speech_service.serving import listening

pytest.importorskip("ray", reason="Ray is not installed; docs/ray.md says how")
pytestmark = [pytest.mark.engines, pytest.mark.shared, pytest.mark.timeout(300)]

ROOT = Path(__file__).parent.parent.parent
DATA = ROOT / "tests" / "data"
SAID = {"rms-budget": sounds.BUDGET, "rms-report": sounds.REPORT, "awb-people": sounds.PEOPLE}


@dataclass(frozen=True, slots=True)
class Placed:
    """A running service over Ray."""

    process: subprocess.Popen[str]
    services: Services
    cache: Path

    def copies(self, service: str) -> list[psutil.Process]:
        """The processes of the copies of a service's engines."""
        whole = f"ray::ServeReplica:hive-{service}:"
        return [
            child
            for child in psutil.Process(self.process.pid).children(recursive=True)
            if _title(child).startswith(whole)
        ]


def _title(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


@pytest.fixture(scope="module")
def placed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Placed]:
    """All three services with small models: two copies that hear, one that translates and may become two."""
    models = tmp_path_factory.mktemp("models")
    cache = tmp_path_factory.mktemp("cache")
    (models / "opus").mkdir()
    (models / "opus" / "pocket").symlink_to(DATA / "opus-pocket-en-es-fr")
    process = subprocess.Popen(
        [
            sys.executable, "-m", "speech_service", "--placement", "ray",
            "--stt-port", "0", "--mt-port", "0", "--tts-port", "0",
        ],
        cwd=ROOT, stdout=subprocess.PIPE, text=True,
        env={
            **os.environ,
            "HIVE_CACHE": str(cache),
            "HIVE_LOGGING__LEVEL": "warning",
            "HIVE_PROFILE": "embedded",  # nothing is measured
            "HIVE_MODELS__DIRECTORY": str(models),
            "HIVE_MODELS__DOWNLOAD": "false",
            "HIVE_RECOGNITION__MODEL": str(real_model("whisper-tiny.en")),
            "HIVE_TRANSLATION__ENGINES": "opus",
            "HIVE_SPEECH__ENGINES": "espeak",
            "HIVE_RAY__LEAST_REPLICAS": "stt=2,mt=1,tts=1",
            "HIVE_RAY__MOST_REPLICAS": "stt=2,mt=2,tts=1",
            "HIVE_RAY__QUEUE": "mt=1",
            "HIVE_RAY__GROW_S": "0",
        },
    )  # fmt: skip
    try:
        yield Placed(process, _services(process), cache)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(60)
        finally:
            process.kill()
            process.communicate()


def _services(process: subprocess.Popen[str]) -> Services:
    """Where they answer, once they do."""
    assert process.stdout is not None
    urls: dict[str, str] = {}
    for _ in range(3):
        line = process.stdout.readline().split()
        assert line, "the service ended; its log is on standard error"
        urls[line[0]] = line[1]
    return Services(stt_url=urls["stt"], mt_url=urls["mt"], tts_url=urls["tts"])


async def _heard(services: Services, pcm: Pcm, *, speaker: str = "anna") -> list[Heard]:
    """What a client gets of a stretch of sound that is spoken at the pace of life."""
    spoken, heard = Channel[AudioFrame](32), Channel[Heard](1000)

    async def speak() -> None:
        for frame in frames(pcm, seconds=0.1):
            await spoken.put(frame)
            await asyncio.sleep(len(frame.pcm) / HEARING_RATE_HZ)
        spoken.close()

    async with RemoteHearing(services) as hearing, asyncio.TaskGroup() as group:
        group.create_task(speak())
        group.create_task(hearing(spoken, heard, HearingOptions(speaker, "en")))
        return [event async for event in heard]


def _committed(events: Sequence[Heard]) -> str:
    words = (word for event in events if isinstance(event, Words) for word in event.committed)
    return " ".join(sounds.plain(" ".join(word.text for word in words)))


def _with_silence(name: str) -> Pcm:
    return np.concatenate([sounds.silence(0.5), sounds.speech(name), sounds.silence(2.0)])


async def _performance(url: str) -> dict[str, Any]:
    async with aiohttp.ClientSession() as client, client.get(f"{url}/performance") as answer:
        tree: dict[str, Any] = await answer.json()
        return tree


async def _plain_words(names: Sequence[str]) -> list[str]:
    """What the service says with the same model in its own process."""
    settings = replace(
        Settings(), recognition=Recognition(engine="whisper", model=str(real_model("whisper-tiny.en")))
    )
    recognizer = await load_recognizer(settings)
    try:
        app = stt_app(recognizer, SileroModel.load().detector, settings)
        async with listening(app, settings.services, 0) as url:
            services = replace(settings.services, stt_url=url)
            return [_committed(await _heard(services, _with_silence(name))) for name in names]
    finally:
        await recognizer.close()


async def test_both_copies_hear_and_say_what_the_plain_service_says(placed: Placed) -> None:
    """Looks of several speakers share batches, and go to whichever copy has least to do."""
    plain = await _plain_words(list(SAID))
    events = await asyncio.gather(
        *(_heard(placed.services, _with_silence(name), speaker=name) for name in SAID)
    )

    assert [_committed(heard) for heard in events] == plain == list(SAID.values())
    told = (await _performance(placed.services.stt_url))["placement"]
    assert (len(told["copies"]), told["states"]) == (2, {"RUNNING": 2})


async def test_looks_of_many_speakers_share_batches(placed: Placed) -> None:
    """Files are read by the same copies."""
    names = list(SAID) * 3
    await asyncio.gather(
        *(_heard(placed.services, _with_silence(name), speaker=str(at)) for at, name in enumerate(names))
    )
    async with TranscriptionClient(placed.services) as client:
        transcript = await client.transcribe(sounds.utterance("rms-budget"), language="en")

    batches = (await _performance(placed.services.stt_url))["placement"]["batches"]
    assert sum(count for size, count in batches.items() if int(size) > 1) > 0
    assert " ".join(sounds.plain(transcript.text)) == sounds.BUDGET


async def test_a_copy_that_is_killed_amid_a_sentence_takes_no_word_with_it(placed: Placed) -> None:
    """The client notices nothing: what a speaker has said stays in the service, and another copy looks at it."""
    pcm = np.concatenate([_with_silence(name) for name in ("awb-people", "rms-report")])
    speaking = asyncio.create_task(_heard(placed.services, pcm))
    before = set(placed.copies("stt"))
    await asyncio.sleep(1.5)  # the speaker is amid the first sentence
    min(before, key=lambda copy: copy.pid).kill()
    events = await speaking

    assert _committed(events) == f"{sounds.PEOPLE} {sounds.REPORT}"
    assert [event for event in events if isinstance(event, NotHeard)] == []
    async with asyncio.timeout(120):  # and there are two again
        while len(now := placed.copies("stt")) != 2 or set(now) == before:
            await asyncio.sleep(0.5)


async def test_a_queue_makes_one_copy_two(placed: Placed) -> None:
    """Which translate as one does, and tell languages that they do not know."""
    assert len(placed.copies("mt")) == 1
    ends_s = time.monotonic() + 120

    async def ask(translator: RemoteTranslator) -> None:
        while len(placed.copies("mt")) < 2 and time.monotonic() < ends_s:
            with_more = await translator.translate(TranslationRequest("the new budget", "en", "es"))
            assert with_more.text

    async with RemoteTranslator(placed.services) as translator:
        await asyncio.gather(*(ask(translator) for _ in range(8)))
        assert len(placed.copies("mt")) == 2
        with pytest.raises(UnknownLanguage):
            await translator.translate(TranslationRequest("hello", "en", "xx"))
    batches = (await _performance(placed.services.mt_url))["placement"]["batches"]
    assert sum(count for size, count in batches.items() if int(size) > 1) > 0


async def test_a_copy_speaks(placed: Placed) -> None:
    """Piece by piece; whoever stops listening stops it."""
    async with RemoteSynthesizer(placed.services) as speaker:
        pieces = [piece async for piece in _spoken(speaker)]

    assert sum(map(len, pieces)) > 10_000


def _spoken(speaker: RemoteSynthesizer) -> AsyncIterator[Pcm]:
    return speaker.synthesize(SynthesisRequest("The new budget is here.", "en", ""))


async def test_metrics_tell_of_the_copies(placed: Placed) -> None:
    async with (
        aiohttp.ClientSession() as client,
        client.get(f"{placed.services.stt_url}/metrics") as answer,
    ):
        text = await answer.text()

    assert 'hive_service_copies{service="stt",state="running"}' in text
    assert 'hive_service_batches_total{service="stt",size="1"}' in text


async def test_a_signal_leaves_nothing_of_ray(placed: Placed) -> None:
    """Not a process and not a file; the last test, as nothing answers afterwards."""
    everything = psutil.Process(placed.process.pid).children(recursive=True)
    assert any("raylet" in _title(child) for child in everything)

    placed.process.send_signal(
        signal.SIGTERM
    )  # which Ray would like to have for itself; Ctrl-C is no other way
    status = await asyncio.to_thread(placed.process.wait, 60)

    _, alive = await asyncio.to_thread(psutil.wait_procs, everything, 10)
    assert (status, alive, list((placed.cache / "ray").iterdir())) == (0, [], [])
