"""The service as a program, with real engines, and the clients against it."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest

from pipeline.audio import HEARING_RATE_HZ, SPEAKING_RATE_HZ, AudioFrame, Pcm
from pipeline.channel import Channel
from pipeline.engines.protocols import HearingOptions, SynthesisRequest, TranslationRequest, UnknownLanguage
from pipeline.events import Heard, UtteranceEnded, Words
from pipeline.recordings.decoding import decode
from speech_service.client import RemoteHearing, RemoteSynthesizer, RemoteTranslator
from tests.fakes.speech import frames
from tests.speech_service.serving import settings

ROOT = Path(__file__).parent.parent.parent
PORTS = ("--stt-port", "0", "--mt-port", "0", "--tts-port", "0")


@asynccontextmanager
async def program(*arguments: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, dict[str, str]]]:
    """Runs the service until the context ends; gives the process and the URL of each service it serves."""
    names = arguments[1::2] if "--only" in arguments else ("stt", "mt", "tts")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "speech_service", "--profile", "embedded", *PORTS, *arguments,
        cwd=ROOT, stdout=subprocess.PIPE, env={**os.environ, "HIVE_LOGGING__LEVEL": "warning"},
    )  # fmt: skip
    assert process.stdout is not None
    try:
        urls = {}
        async with asyncio.timeout(60):
            for _ in names:
                line = (await process.stdout.readline()).decode().split()
                assert line, "the service ended; its log is on standard error"
                urls[line[0]] = line[1]
        yield process, urls
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def descendants(pid: int) -> set[int]:
    """All processes that a process has started, directly or not."""
    children = {int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()}
    return children.union(*(descendants(child) for child in children))


def running(pid: int) -> bool:
    """Whether a process is there and not merely waiting to be reaped."""
    status = Path(f"/proc/{pid}/status")
    return status.exists() and "State:\tZ" not in status.read_text()


def flite(text: str) -> bytes:
    """A WAV file in which the text is said."""
    command = ["flite", "-voice", "rms", "-t", text, "/dev/stdout"]
    return subprocess.run(command, capture_output=True, check=True).stdout


@pytest.mark.engines
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_ends_everything_cleanly(number: signal.Signals) -> None:
    """The exit status is 0 and no engine's process stays, even while clients are connected."""
    async with program("--only", "mt", "--only", "tts") as (process, urls):
        chosen = settings(mt_url=urls["mt"], tts_url=urls["tts"])
        async with (
            RemoteTranslator(chosen.services) as translator,
            RemoteSynthesizer(chosen.services) as speaker,
        ):
            await translator.connect()
            await speaker.connect()
            await translator.translate(TranslationRequest("Good morning.", "en", "es"))
            helpers = descendants(process.pid)
            assert helpers
            process.send_signal(number)
            assert await asyncio.wait_for(process.wait(), 20) == 0
        async with asyncio.timeout(5):
            while any(running(pid) for pid in helpers):
                await asyncio.sleep(0.05)


@pytest.mark.engines
async def test_real_engines_through_the_service() -> None:
    """What flite says is recognised, text is translated over a pivot and spoken: all by the clients of the worker."""
    made = await asyncio.to_thread(flite, "the meeting begins at ten in the morning")
    async with program() as (_, urls), asyncio.timeout(60):
        chosen = settings(**{f"{name}_url": url for name, url in urls.items()}).services
        async with (
            RemoteHearing(chosen) as hearing,
            RemoteTranslator(chosen) as translator,
            RemoteSynthesizer(chosen) as speaker,
        ):
            await translator.connect()
            await speaker.connect()
            recording = decode(made, rate_hz=HEARING_RATE_HZ, max_s=60)
            assert recording.flaws == ()
            text = await recognised(hearing, recording.pcm)
            translation = await translator.translate(TranslationRequest("the meeting", "en", "fr"))
            request = SynthesisRequest(translation.text, "fr", speaker.voices("fr")[0].name)
            spoken = np.concatenate([piece async for piece in speaker.synthesize(request)])
            with pytest.raises(UnknownLanguage):
                await translator.translate(TranslationRequest(text, "en", "xx"))

    assert {"the", "morning"} <= set(text.split())
    assert translation.route == ("en", "es", "fr")
    assert "réunion" in translation.text
    assert len(spoken) > SPEAKING_RATE_HZ // 4


async def recognised(hearing: RemoteHearing, pcm: Pcm) -> str:
    """What is heard of a sound that is played as fast as it was said."""
    sounds: Channel[AudioFrame] = Channel(100)
    heard: Channel[Heard] = Channel(1000)
    quiet = np.zeros(HEARING_RATE_HZ, np.int16)
    async with asyncio.TaskGroup() as group:
        group.create_task(hearing(sounds, heard, HearingOptions("anna", "en")))
        for frame in frames(np.concatenate([quiet, pcm, quiet])):
            await sounds.put(frame)
            await asyncio.sleep(0.05)
        sounds.close()
    events = [event async for event in heard]
    assert isinstance(events[-1], UtteranceEnded)
    return " ".join(word.text for event in events if isinstance(event, Words) for word in event.committed)


def test_help_names_all_options() -> None:
    """`--help` works without loading any engine."""
    done = subprocess.run(
        [sys.executable, "-m", "speech_service", "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert all(
        option in done.stdout for option in ("--only", "--stt-port", "--host", "--profile", "--config")
    )
