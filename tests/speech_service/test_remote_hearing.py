"""The recognition service as the worker uses it, with a connection that breaks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from config.settings import Services, Settings
from pipeline.audio import HEARING_RATE_HZ, AudioFrame, Pcm
from pipeline.channel import Channel
from pipeline.engines.protocols import HearingOptions, Hypothesis, RecognitionStream
from pipeline.events import Heard, NotHeard, UtteranceEnded, UtteranceStarted, Word, Words
from speech_service.client import RemoteHearing
from speech_service.serve import PORTS, configured_ports
from speech_service.stt import stt_app
from tests.fakes.cable import Cable, cable
from tests.fakes.engines import LoudnessDetector, ScriptedRecognizer
from tests.fakes.speech import frames, sentence, sound
from tests.speech_service.serving import listening, settings

TEXTS = [f"word{number}" for number in range(24)]
WORDS = [
    *sentence(8000, *TEXTS[:14]),
    *sentence(96_000, *TEXTS[14:20]),
    *sentence(144_000, *TEXTS[20:]),
]
SPEECH = sound(WORDS, 11.0)
OPTIONS = HearingOptions("anna", "en", ("en", "es"), ("HIVE",))
PACE_S = 0.004
"""Each piece of 50 ms comes so much later than the one before: twelve times as fast as people speak."""


@asynccontextmanager
async def service(
    recognizer: ScriptedRecognizer, chosen: Settings | None = None, **options: Any
) -> AsyncIterator[tuple[RemoteHearing, Cable]]:
    """A client on a cable to a recognition service."""
    chosen = chosen or settings()
    app = stt_app(recognizer, LoudnessDetector, chosen)
    async with (
        asyncio.timeout(30),
        listening(app, chosen.services, 0) as url,
        cable(url) as laid,
        # sound comes faster here than anybody speaks, so being behind is no fault but where a test says so
        RemoteHearing(settings(stt_url=laid.url, **{"max_behind_s": 60.0, **options}).services) as hearing,
    ):
        yield hearing, laid


@dataclass
class Listener:
    """Plays sound to a `HearingStage` and gathers what it says."""

    hearing: RemoteHearing
    events: list[Heard] = field(default_factory=list)

    async def play(
        self,
        pcm: Pcm,
        meanwhile: Callable[[AudioFrame], Coroutine[Any, Any, None]] | None = None,
        *,
        pace_s: float = PACE_S,
    ) -> None:
        """Plays all of it; `meanwhile` is called with each piece after it was handed over."""
        sounds: Channel[AudioFrame] = Channel(1000)
        heard: Channel[Heard] = Channel(8)

        async def gather() -> None:
            async for event in heard:
                self.events.append(event)

        async with asyncio.TaskGroup() as group:
            group.create_task(self.hearing(sounds, heard, OPTIONS))
            group.create_task(gather())
            for frame in frames(pcm):
                await sounds.put(frame)
                await asyncio.sleep(pace_s)
                if meanwhile is not None:
                    await meanwhile(frame)
            sounds.close()

    @property
    def committed(self) -> list[Word]:
        return [word for event in self.events if isinstance(event, Words) for word in event.committed]

    def check_order(self) -> None:
        """Utterances are numbered without gaps, each is begun and ended once, nothing is said outside of one."""
        open_utterance, count = None, 0
        for event in self.events:
            match event:
                case UtteranceStarted(number):
                    assert open_utterance is None
                    open_utterance, count = number, count + 1
                    assert number == count
                case Words(utterance=number):
                    assert number == open_utterance
                case UtteranceEnded(number):
                    assert number == open_utterance
                    open_utterance = None
        assert open_utterance is None
        positions = [word.first_sample for word in self.committed]
        assert positions == sorted(positions)


async def test_without_a_break_everything_is_heard() -> None:
    """Words and positions are those of the engine."""
    async with service(ScriptedRecognizer(WORDS)) as (hearing, _):
        listener = Listener(hearing)
        await listener.play(SPEECH)

    listener.check_order()
    assert listener.committed == WORDS
    assert sum(isinstance(event, UtteranceStarted) for event in listener.events) == 3


@pytest.mark.parametrize("breaks_s", [[2.0], [4.93], [5.5], [1.2, 3.0, 6.3], [8.9], [9.6, 10.9]])
async def test_no_word_is_lost_or_said_twice_when_the_connection_breaks(breaks_s: list[float]) -> None:
    """In the middle of a word, of a sentence or of silence: each word is committed exactly once, in order."""
    left = [int(at * HEARING_RATE_HZ) for at in breaks_s]

    async with service(ScriptedRecognizer(WORDS)) as (hearing, laid):

        async def break_off(frame: AudioFrame) -> None:
            if left and frame.end_sample >= left[0]:
                left.pop(0)
                await laid.cut()
                await asyncio.sleep(0.02)
                await laid.mend()

        listener = Listener(hearing)
        await listener.play(SPEECH, break_off)
        assert laid.connections == 1 + len(breaks_s)

    listener.check_order()
    assert [word.text for word in listener.committed] == TEXTS
    assert not [event for event in listener.events if isinstance(event, NotHeard)]


async def test_words_said_while_the_service_is_away_are_heard_afterwards() -> None:
    """The service ends properly in mid-sentence, stays away for seconds of speech and comes back."""
    chosen = settings()
    recognizer = ScriptedRecognizer(WORDS)
    first = listening(stt_app(recognizer, LoudnessDetector, chosen), chosen.services, 0)
    url = await first.__aenter__()
    port = int(url.rpartition(":")[2])
    restarted = asyncio.Event()

    async def restart() -> None:
        await first.__aexit__(None, None, None)
        assert recognizer.open_streams == 0
        await asyncio.sleep(0.3)
        again = stt_app(ScriptedRecognizer(WORDS), LoudnessDetector, chosen)
        async with listening(again, chosen.services, port):
            await restarted.wait()

    async with asyncio.timeout(30), RemoteHearing(settings(stt_url=url).services) as hearing:
        listener = Listener(hearing)
        tasks = []

        async def at_two_seconds(frame: AudioFrame) -> None:
            if frame.first_sample == 2 * HEARING_RATE_HZ:
                tasks.append(asyncio.create_task(restart()))

        await listener.play(SPEECH, at_two_seconds, pace_s=0.01)
        restarted.set()
        await asyncio.gather(*tasks)

    listener.check_order()
    assert [word.text for word in listener.committed] == TEXTS


async def test_sound_beyond_the_bound_is_reported_as_not_heard() -> None:
    """What the ring could not hold is named with its place; the rest is recognised."""
    async with service(ScriptedRecognizer(WORDS), reconnect_buffer_s=2.0) as (hearing, laid):

        async def away(frame: AudioFrame) -> None:
            if frame.first_sample == 3 * HEARING_RATE_HZ:
                await laid.cut()
            if frame.first_sample == 8 * HEARING_RATE_HZ:
                await laid.mend()

        listener = Listener(hearing)
        await listener.play(SPEECH, away)

    listener.check_order()
    lost = [event for event in listener.events if isinstance(event, NotHeard)]
    assert lost
    first, end = lost[0].first_sample, lost[-1].end_sample
    assert [one.end_sample for one in lost[:-1]] == [one.first_sample for one in lost[1:]]
    expected = [word.text for word in WORDS if word.end_sample <= first or word.first_sample >= end]
    missing = {word.text for word in WORDS} - {word.text for word in listener.committed}
    assert [word.text for word in listener.committed if word.text in expected] == expected
    assert missing
    assert all(first - 8000 <= word.first_sample <= end for word in WORDS if word.text in missing)


async def test_a_service_that_never_comes_is_named_as_the_reason() -> None:
    """The speaker's sound is reported as not heard, to its end, and the stage ends by itself."""
    async with RemoteHearing(
        settings(stt_url="http://127.0.0.1:1", reconnect_buffer_s=1.0).services
    ) as hearing:
        listener = Listener(hearing)
        async with asyncio.timeout(30):
            await listener.play(SPEECH[: 3 * HEARING_RATE_HZ], pace_s=0.001)

    assert listener.events[-1] == NotHeard(
        listener.events[-1].first_sample if isinstance(listener.events[-1], NotHeard) else -1,
        3 * HEARING_RATE_HZ,
        "the recognition service is away: nothing listens there",
    )


async def test_a_language_that_the_service_does_not_know_is_the_reason() -> None:
    """Nothing is tried again; everything the speaker says is reported as not heard."""
    async with service(ScriptedRecognizer(WORDS, language="fr")) as (hearing, laid):
        listener = Listener(hearing)
        await listener.play(SPEECH[:32_000])
        assert laid.connections == 1

    assert {event.reason for event in listener.events if isinstance(event, NotHeard)} == {
        "en is not available; available: fr"
    }
    assert listener.events[-1] == NotHeard(
        getattr(listener.events[-1], "first_sample", -1), 32_000, "en is not available; available: fr"
    )


async def test_a_speaker_who_is_silent_stays_connected() -> None:
    """A muted speaker sends no sound; the client says that it is there, and the next words are heard."""
    words = sentence(1_608_000, "back")
    pcm = sound(sentence(8000, "back"), 1.0)
    chosen = settings(idle_timeout_s=0.3)
    async with service(ScriptedRecognizer(words), chosen, idle_timeout_s=0.3) as (hearing, laid):
        sounds: Channel[AudioFrame] = Channel(100)
        heard: Channel[Heard] = Channel(100)
        stage = asyncio.create_task(hearing(sounds, heard, OPTIONS))
        await sounds.put(AudioFrame(0, np.zeros(800, np.int16)))
        await asyncio.sleep(0.8)
        for frame in frames(pcm, first_sample=1_600_000):
            await sounds.put(frame)
        sounds.close()
        await stage
        events = [event async for event in heard]
        assert laid.connections == 1

    assert [w.text for event in events if isinstance(event, Words) for w in event.committed] == ["back"]


async def test_a_stage_that_is_cancelled_ends_its_connection() -> None:
    """A speaker who leaves while being recognised leaves nothing behind on either side."""
    recognizer = ScriptedRecognizer(WORDS)
    async with service(recognizer) as (hearing, _):
        sounds: Channel[AudioFrame] = Channel(1000)
        heard: Channel[Heard] = Channel(1000)
        stage = asyncio.create_task(hearing(sounds, heard, OPTIONS))
        for frame in frames(SPEECH[:32_000]):
            await sounds.put(frame)
        while not recognizer.open_streams:
            await asyncio.sleep(0.005)
        stage.cancel()
        await asyncio.wait([stage])
        assert heard.closed
        while recognizer.open_streams:
            await asyncio.sleep(0.005)


class StumblingChannel(Channel[Heard]):
    """Takes nothing, and stumbles over being cancelled."""

    def __init__(self) -> None:
        super().__init__(10)
        self.waited = asyncio.Event()

    async def put(self, item: Heard) -> None:
        self.waited.set()
        try:
            await asyncio.Event().wait()
        finally:
            raise KeyError("a fault of ours")


async def test_a_fault_of_ours_is_not_taken_for_a_broken_connection() -> None:
    """Where both come together, nobody connects again as if nothing else had happened."""
    async with service(ScriptedRecognizer(WORDS)) as (hearing, laid):
        sounds: Channel[AudioFrame] = Channel(1000)
        heard = StumblingChannel()
        stage = asyncio.create_task(hearing(sounds, heard, OPTIONS))
        for frame in frames(SPEECH[:32_000]):
            await sounds.put(frame)
        await heard.waited.wait()
        await laid.cut()
        position = 32_000
        while not stage.done():  # until the sender notices that the connection is gone
            await sounds.put(AudioFrame(position, np.zeros(800, np.int16)))
            position += 800
            await asyncio.sleep(0.005)
        with pytest.raises(ExceptionGroup) as failed:
            await stage

    assert failed.group_contains(KeyError)


async def test_many_speakers_at_once() -> None:
    """Ten speakers share the service; each gets their own words."""

    async def speak(hearing: RemoteHearing) -> Sequence[str]:
        listener = Listener(hearing)
        await listener.play(SPEECH[:64_000], pace_s=0.01)
        return [word.text for word in listener.committed]

    async with service(ScriptedRecognizer(WORDS)) as (hearing, laid):
        told = await asyncio.gather(*(speak(hearing) for _ in range(10)))
        assert laid.connections == 10

    assert told == [[word.text for word in WORDS if word.end_sample <= 64_000]] * 10


def test_the_default_services_are_where_they_are_served() -> None:
    """Client and service agree on the ports without any settings."""
    assert configured_ports(Services()) == PORTS


class SlowRecognizer(ScriptedRecognizer):
    """Takes longer for each pass than the sound that it is given lasts."""

    async def open(
        self, options: HearingOptions, *, first_sample: int, context: str = ""
    ) -> RecognitionStream:
        stream = await super().open(options, first_sample=first_sample, context=context)
        return SlowStream(stream)


class SlowStream:
    def __init__(self, stream: RecognitionStream) -> None:
        self._stream = stream

    def begin(self, sample: int) -> None:
        self._stream.begin(sample)

    async def accept(self, pcm: Pcm) -> None:
        await asyncio.sleep(len(pcm) / HEARING_RATE_HZ * 0.3)
        await self._stream.accept(pcm)

    async def hypothesis(self, *, final: bool = False, hurried: bool = False) -> Hypothesis:
        return await self._stream.hypothesis(final=final)

    def cut(self, sample: int, committed: str) -> None:
        self._stream.cut(sample, committed)

    async def close(self) -> None:
        await self._stream.close()


async def test_recognition_that_cannot_keep_up_is_brought_back_to_now() -> None:
    """Its lag stays bounded: what is left out is told with its place, the newest words are heard."""
    async with service(SlowRecognizer(WORDS), max_behind_s=2.0) as (hearing, _):
        listener = Listener(hearing)
        await listener.play(SPEECH)

    listener.check_order()
    lost = [event for event in listener.events if isinstance(event, NotHeard)]
    assert {event.reason for event in lost} == {"recognition could not keep up"}
    missing = [word for word in WORDS if word not in listener.committed]
    assert missing
    for word in missing:
        assert any(
            event.first_sample < word.end_sample and word.first_sample < event.end_sample for event in lost
        )
