"""Two recognition services as programs, with a real engine: one dies, or hangs, while somebody speaks."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import urllib.request
from contextlib import AsyncExitStack
from dataclasses import dataclass

import numpy as np
import pytest

from pipeline.audio import HEARING_RATE_HZ, AudioFrame, Pcm
from pipeline.channel import Channel
from pipeline.engines.protocols import HearingOptions
from pipeline.events import Heard, NotHeard, Words
from pipeline.recordings.decoding import decode
from speech_service.client import RemoteHearing
from tests.fakes.speech import frames
from tests.speech_service.serving import settings
from tests.speech_service.test_process import flite, program

pytestmark = pytest.mark.engines

SAID = (
    "the meeting begins at ten in the morning and we have seven things to talk about "
    "before the people from the city come"
)
"""Of the last word PocketSphinx hears but a part."""


@dataclass
class _Copies:
    pids: dict[str, int]

    def busy(self) -> list[str]:
        """URLs of those that recognise somebody, as they say themselves."""
        return [url for url in self.pids if _under_way(url)]


def _under_way(url: str) -> int:
    with urllib.request.urlopen(f"{url}/health", timeout=10) as answer:
        told = json.load(answer)
    assert (told["service"], told["engine"], told["languages"]) == ("stt", "pocketsphinx", ["en"])
    return int(told["under_way"])


async def _play(sounds: Channel[AudioFrame], pcm: Pcm, first_sample: int) -> None:
    """As fast as it was said."""
    for frame in frames(pcm, first_sample=first_sample):
        await sounds.put(frame)
        await asyncio.sleep(0.05)


async def test_what_is_said_is_heard_to_its_end_when_copies_hang_and_die() -> None:
    """In the middle of a sentence, twice: nothing is lost or heard twice, as the other one goes on each time."""
    quiet = np.zeros(HEARING_RATE_HZ, np.int16)
    made = decode(await asyncio.to_thread(flite, SAID), rate_hz=HEARING_RATE_HZ, max_s=60).pcm
    parts = np.array_split(np.concatenate([quiet, made, quiet]), 3)
    sounds: Channel[AudioFrame] = Channel(1000)
    heard: Channel[Heard] = Channel(10_000)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(asyncio.timeout(120))
        begun = await asyncio.gather(*(stack.enter_async_context(program("--only", "stt")) for _ in range(2)))
        copies = _Copies({urls["stt"]: process.pid for process, urls in begun})
        services = settings(stt_url=",".join(copies.pids)).services
        hearing = await stack.enter_async_context(RemoteHearing(services))
        stage = asyncio.create_task(hearing(sounds, heard, HearingOptions("anna", "en")))
        await _play(sounds, parts[0], 0)

        (hung,) = await asyncio.to_thread(copies.busy)
        os.kill(copies.pids[hung], signal.SIGSTOP)
        (other,) = copies.pids.keys() - {hung}
        await _play(sounds, parts[1], len(parts[0]))
        while not await asyncio.to_thread(_under_way, other):
            await asyncio.sleep(0.05)
        os.kill(copies.pids[hung], signal.SIGCONT)
        os.kill(copies.pids[other], signal.SIGKILL)
        await _play(sounds, parts[2], len(parts[0]) + len(parts[1]))
        sounds.close()
        await stage
    events = [event async for event in heard]
    words = [word.text for event in events if isinstance(event, Words) for word in event.committed]

    assert words[:-1] == SAID.split()[:-1]
    assert not [event for event in events if isinstance(event, NotHeard)]
