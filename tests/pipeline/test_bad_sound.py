"""What comes out of a microphone in the worst case, through the real detector and recogniser: never a crash, never an
invented word, always an end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence

import numpy as np
import pytest
import pytest_asyncio
import soxr

from config.settings import Recognition
from demo import wer
from pipeline.audio import HEARING_RATE_HZ, AudioFrame, Pcm
from pipeline.channel import Channel
from pipeline.engines.protocols import HearingOptions
from pipeline.engines.recognition.silero import SileroModel
from pipeline.engines.recognition.sphinx.recognizer import SphinxRecognizer
from pipeline.events import Heard, NotHeard, UtteranceEnded, UtteranceStarted, Words
from pipeline.stages.hear import hear
from tests.pipeline.engines.recognition.sounds import BUDGET, joined, melody, noise, plain, silence, speech

pytestmark = [pytest.mark.engines, pytest.mark.asyncio(loop_scope="module")]

FRAME = 800
SETTINGS = Recognition()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def recognizer() -> AsyncIterator[SphinxRecognizer]:
    loaded = await SphinxRecognizer.load()
    # its first decoder opens what the others come from, and keeps it
    await (await loaded.open(HearingOptions("nobody", "en"), first_sample=0)).close()
    yield loaded
    await loaded.close()


@pytest.fixture(scope="module")
def model() -> SileroModel:
    return SileroModel.load()


async def heard_of(
    recognizer: SphinxRecognizer, model: SileroModel, frames: Sequence[AudioFrame]
) -> list[Heard]:
    """Everything that is heard, as fast as it can be listened to."""
    coming: Channel[AudioFrame] = Channel(32)
    heard: Channel[Heard] = Channel(100_000)
    options = HearingOptions("anna", "en")

    async def play() -> None:
        for frame in frames:
            await coming.put(frame)
        coming.close()

    async with asyncio.timeout(100), asyncio.TaskGroup() as group:
        group.create_task(play())
        group.create_task(
            hear(
                coming,
                heard,
                recognizer=recognizer,
                detector=model.detector(),
                options=options,
                settings=SETTINGS,
            )
        )
    return [event async for event in heard]


def frames_of(pcm: Pcm, first_sample: int = 0) -> list[AudioFrame]:
    return [
        AudioFrame(first_sample + start, pcm[start : start + FRAME]) for start in range(0, len(pcm), FRAME)
    ]


def committed(events: Sequence[Heard]) -> list[str]:
    return [word.text for event in events if isinstance(event, Words) for word in event.committed]


def check_order(events: Sequence[Heard]) -> None:
    """Each utterance is begun and ended once, in order, and no words stand outside of one."""
    open_utterance: int | None = None
    count = 0
    for event in events:
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


def clipped(pcm: Pcm) -> Pcm:
    return np.clip(pcm.astype(np.int32) * 3, -32768, 32767).astype(np.int16)


def over_the_telephone(pcm: Pcm) -> Pcm:
    narrow = soxr.resample(soxr.resample(pcm, HEARING_RATE_HZ, 8000), 8000, HEARING_RATE_HZ)
    return np.asarray(narrow, np.int16)


@pytest.mark.parametrize(
    "pcm",
    [
        pytest.param(np.zeros(600 * HEARING_RATE_HZ, np.int16), id="ten minutes of silence"),
        pytest.param(silence(30.0), id="a quiet room"),
        pytest.param(noise(20.0, 3000.0), id="white noise"),
        pytest.param(noise(10.0, 30_000.0), id="clipping noise"),
        pytest.param(melody(20.0), id="music"),
        pytest.param(np.full(5 * HEARING_RATE_HZ, 32767, np.int16), id="a stuck converter"),
    ],
)
async def test_what_is_not_speech_is_not_invented(
    recognizer: SphinxRecognizer, model: SileroModel, pcm: Pcm
) -> None:
    """Silence, noise and music have no words, and nothing fails."""
    events = await heard_of(recognizer, model, frames_of(pcm))

    check_order(events)
    assert committed(events) == []
    assert [event for event in events if isinstance(event, NotHeard)] == []


@pytest.mark.parametrize(
    ("change", "errors"),
    [
        pytest.param(lambda pcm: pcm, 1, id="as it is"),
        pytest.param(lambda pcm: (pcm // 8).astype(np.int16), 1, id="quiet"),
        pytest.param(clipped, 4, id="clipping"),
        pytest.param(over_the_telephone, 4, id="telephone"),
    ],
)
async def test_bad_speech_is_still_speech(
    recognizer: SphinxRecognizer,
    model: SileroModel,
    change: Callable[[Pcm], Pcm],
    errors: int,
) -> None:
    """It is heard as well as can be: words come, in order, few of them wrong."""
    pcm = joined(silence(1.0), change(speech("rms-budget")), silence(1.0))
    events = await heard_of(recognizer, model, frames_of(pcm))

    check_order(events)
    assert wer.errors(plain(BUDGET), committed(events)).wrong <= errors


async def test_a_track_that_starts_and_stops_all_the_time(
    recognizer: SphinxRecognizer, model: SileroModel
) -> None:
    """Sound of 100 ms with holes of 100 ms between is survived, and what comes after it is heard."""
    talk = speech("rms-budget")
    torn = [
        frame
        for start in range(0, len(talk) - 1600, 3200)
        for frame in frames_of(talk[start : start + 1600], start)
    ]
    behind = 10 * HEARING_RATE_HZ
    whole = frames_of(joined(silence(0.5), talk, silence(1.0)), behind)
    events = await heard_of(recognizer, model, [*torn, *whole])

    check_order(events)
    after = [
        word.text
        for event in events
        if isinstance(event, Words)
        for word in event.committed
        if word.first_sample >= behind
    ]
    assert wer.errors(plain(BUDGET), after).wrong <= 2
