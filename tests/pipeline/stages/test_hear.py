"""Sound to words: what the stage puts for scripted sound and a scripted recogniser."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from config.settings import Recognition
from pipeline.audio import HEARING_RATE_HZ, AudioFrame
from pipeline.channel import Channel
from pipeline.engines.protocols import HearingOptions, Hypothesis
from pipeline.events import Heard, NotHeard, UtteranceEnded, UtteranceStarted, Word, Words
from pipeline.stages.hear import hear
from tests.fakes.engines import LoudnessDetector, ScriptedRecognizer

SETTINGS = Recognition(pass_interval_s=0.05, min_silence_s=0.3, min_speech_s=0.06, commit_age_s=1.0)
FRAME = 800


def word(text: str, start_s: float, end_s: float) -> Word:
    return Word(text, int(start_s * HEARING_RATE_HZ), int(end_s * HEARING_RATE_HZ))


def sound(*stretches: tuple[float, bool]) -> list[AudioFrame]:
    """Frames of 50 ms: (seconds, loud)."""
    frames = []
    position = 0
    noise = np.random.default_rng(1)
    for duration_s, loud in stretches:
        for _ in range(round(duration_s * HEARING_RATE_HZ / FRAME)):
            level = 4000 if loud else 0
            pcm = noise.integers(-level, level + 1, FRAME).astype(np.int16)
            frames.append(AudioFrame(position, pcm))
            position += FRAME
    return frames


async def heard_of(
    frames: Sequence[AudioFrame],
    recognizer: ScriptedRecognizer,
    settings: Recognition = SETTINGS,
    language: str | None = "en",
) -> list[Heard]:
    """Plays frames one by one, as live sound comes, and collects everything heard."""
    coming: Channel[AudioFrame] = Channel(4)
    heard: Channel[Heard] = Channel(10_000)
    options = HearingOptions("anna", language)

    async def play() -> None:
        for frame in frames:
            await coming.put(frame)
            while len(coming):
                await asyncio.sleep(0)
            await asyncio.sleep(0)
        coming.close()

    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        group.create_task(play())
        group.create_task(
            hear(
                coming,
                heard,
                recognizer=recognizer,
                detector=LoudnessDetector(),
                options=options,
                settings=settings,
            )
        )
    return [event async for event in heard]


def committed(events: Sequence[Heard]) -> list[str]:
    return [each.text for event in events if isinstance(event, Words) for each in event.committed]


SENTENCE = [
    word("good", 1.1, 1.4),
    word("morning", 1.45, 1.9),
    word("everybody", 2.0, 2.6),
]


async def test_an_utterance_is_heard_from_start_to_end() -> None:
    """It starts, its words are committed in order, it ends; then nothing is tentative."""
    recognizer = ScriptedRecognizer(SENTENCE)
    events = await heard_of(sound((1.0, False), (1.7, True), (1.0, False)), recognizer)

    assert isinstance(events[0], UtteranceStarted)
    assert isinstance(events[-1], UtteranceEnded)
    assert committed(events) == ["good", "morning", "everybody"]
    assert recognizer.open_streams == 0


async def test_words_are_shown_before_they_are_committed() -> None:
    """A word is tentative in the first pass that has it and committed by the second."""
    events = await heard_of(sound((1.0, False), (1.7, True), (1.0, False)), ScriptedRecognizer(SENTENCE))
    tails = [tuple(each.text for each in event.tentative) for event in events if isinstance(event, Words)]

    assert ("good",) in tails
    assert ("morning",) in tails


async def test_silence_is_never_recognised() -> None:
    """Ten seconds without speech open no stream, whatever the recogniser would say of them."""
    recognizer = ScriptedRecognizer([word("thanks", 1.0, 2.0)])
    events = await heard_of(sound((10.0, False)), recognizer)

    assert (events, recognizer.opened) == ([], [])


async def test_each_utterance_has_its_own_number_and_knows_what_came_before() -> None:
    """Numbers grow by one; the recogniser is told the committed text of earlier utterances."""
    recognizer = ScriptedRecognizer([*SENTENCE, word("thanks", 4.2, 4.6)])
    events = await heard_of(
        sound((1.0, False), (1.7, True), (1.3, False), (0.8, True), (1.0, False)), recognizer
    )

    assert [event.utterance for event in events if isinstance(event, UtteranceStarted)] == [1, 2]
    assert [context for _, context in recognizer.opened] == ["", "good morning everybody"]


async def test_a_recogniser_that_fails_costs_only_its_stretch() -> None:
    """What was committed stays, the lost stretch is told with its reason, what follows is heard again."""
    words = [word(f"w{number}", number * 0.5, number * 0.5 + 0.3) for number in range(2, 16)]
    recognizer = ScriptedRecognizer(words, failing=[int(3.0 * HEARING_RATE_HZ)])
    events = await heard_of(sound((1.0, False), (7.5, True), (1.0, False)), recognizer)

    (missed,) = [event for event in events if isinstance(event, NotHeard)]
    assert missed.reason == "the model stumbled"
    heard_words = committed(events)
    assert heard_words == sorted(set(heard_words), key=lambda text: int(text[1:]))
    lost = [each for each in words if each.text not in heard_words]
    assert lost
    assert all(missed.first_sample <= each.end_sample for each in lost)
    assert all(each.first_sample <= missed.end_sample for each in lost)
    assert heard_words[-1] == "w15"
    assert recognizer.open_streams == 0


async def test_without_a_free_decoder_the_speaker_is_told() -> None:
    """An utterance that no stream could be opened for is not silently missing."""
    recognizer = ScriptedRecognizer(SENTENCE, refusals=99)
    events = await heard_of(sound((1.0, False), (1.7, True), (1.0, False)), recognizer)

    (missed,) = [event for event in events if isinstance(event, NotHeard)]
    assert missed.reason == "no free decoder"
    assert committed(events) == []


async def test_somebody_who_never_pauses_is_committed_and_cut() -> None:
    """The sound that is recognised at once stays within its bound over two minutes without a pause."""
    settings = replace(SETTINGS, max_buffer_s=8.0)
    words = [word(f"w{number}", number * 0.5, number * 0.5 + 0.4) for number in range(2, 240)]
    recognizer = ScriptedRecognizer(words)
    events = await heard_of(sound((1.0, False), (120.0, True), (1.0, False)), recognizer, settings)

    assert committed(events) == [each.text for each in words]
    assert recognizer.longest_samples <= 8.5 * HEARING_RATE_HZ


async def test_a_guess_that_is_taken_back_is_never_committed() -> None:
    """A word that one pass saw and the next did not is shown at most, not kept."""
    guesses = {int(at * HEARING_RATE_HZ): "perhaps" for at in (1.5, 1.7, 2.1)}
    events = await heard_of(
        sound((1.0, False), (1.7, True), (1.0, False)), ScriptedRecognizer(SENTENCE, guesses=guesses)
    )

    assert committed(events) == ["good", "morning", "everybody"]


async def test_the_end_of_the_track_ends_the_utterance() -> None:
    """A speaker who leaves in mid-sentence is heard to their last word."""
    events = await heard_of(sound((1.0, False), (1.7, True)), ScriptedRecognizer(SENTENCE))

    assert committed(events) == ["good", "morning", "everybody"]
    assert isinstance(events[-1], UtteranceEnded)


@pytest.mark.parametrize("doubtful", [False, True])
async def test_a_last_look_is_hurried_where_sound_waits(doubtful: bool) -> None:
    """Whoever is behind catches up with quick looks, unless one is in doubt; who keeps up takes the better one."""
    frames = sound((1.0, False), (1.7, True), (3.0, False))
    keeping_up = ScriptedRecognizer(SENTENCE)
    assert committed(await heard_of(frames, keeping_up)) == ["good", "morning", "everybody"]
    assert keeping_up.hurried == [False]

    def judged(hypothesis: Hypothesis, final: bool) -> Hypothesis:
        in_doubt = doubtful and behind.hurried[-1:] == [True]
        return replace(hypothesis, words=(), doubtful=True) if final and in_doubt else hypothesis

    behind = ScriptedRecognizer(SENTENCE, judged=judged)
    waiting: Channel[AudioFrame] = Channel(len(frames))
    heard: Channel[Heard] = Channel(1000)
    for frame in frames:
        waiting.put_nowait(frame)
    waiting.close()
    await hear(
        waiting,
        heard,
        recognizer=behind,
        detector=LoudnessDetector(),
        options=HearingOptions("anna", "en"),
        settings=SETTINGS,
    )
    assert committed([event async for event in heard]) == ["good", "morning", "everybody"]
    assert behind.hurried == ([True, False] if doubtful else [True])
