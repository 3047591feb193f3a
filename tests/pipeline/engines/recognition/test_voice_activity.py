"""The gate, fed with frames whose probability is written into them."""

import itertools
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as some

from pipeline.audio import AudioError, AudioFrame, Pcm
from pipeline.engines.recognition.voice_activity import (
    GateEvent,
    Silence,
    SpeechAudio,
    SpeechEnded,
    SpeechGate,
    SpeechStarted,
)

STEP = 160
"""Samples the scripted detector takes: 10 ms."""


class WrittenProbability:
    """Reads the probability off the sound: a sample of 70 means 0.7."""

    frame_samples = STEP

    def __init__(self) -> None:
        self.resets = 0

    def probability(self, pcm: Pcm) -> float:
        return float(pcm[0]) / 100

    def reset(self) -> None:
        self.resets += 1


def written(*parts: tuple[int, int]) -> Pcm:
    """Sound from (probability in percent, number of frames)."""
    return np.concatenate([np.full(frames * STEP, percent, np.int16) for percent, frames in parts])


def gate(memory_s: float = 0.0) -> SpeechGate:
    return SpeechGate(
        WrittenProbability(),
        threshold=0.5,
        min_speech_s=0.05,
        min_silence_s=0.1,
        pre_roll_s=0.03,
        memory_s=memory_s,
    )


def fed(over: SpeechGate, pcm: Pcm, first_sample: int = 0, piece: int = STEP) -> list[GateEvent]:
    events: list[GateEvent] = []
    for at in range(0, len(pcm), piece):
        events += over.feed(AudioFrame(first_sample + at, pcm[at : at + piece]))
    return events


def summary(events: Sequence[GateEvent]) -> list[tuple[str, int, int]]:
    """What happened and where: (kind, first, end), with pieces of the same utterance joined."""
    found: list[tuple[str, int, int]] = []
    for event in events:
        match event:
            case SpeechStarted(first, pcm):
                found.append(("speech", first, first + len(pcm)))
            case SpeechAudio(first, pcm):
                kind, start, end = found[-1]
                assert (kind, end) == ("speech", first)
                found[-1] = (kind, start, first + len(pcm))
            case SpeechEnded(end):
                found.append(("ended", end, end))
            case Silence(first, pcm):
                kind, start, end = found[-1]
                if kind == "silence":
                    assert end == first
                    found.pop()
                else:
                    start = first
                found.append(("silence", start, first + len(pcm)))
    return found


def test_an_utterance_has_its_pre_roll_and_ends_after_the_pause() -> None:
    """Speech begins 30 ms before the first speech frame; its end is where the silence began."""
    events = fed(gate(), written((0, 10), (90, 20), (0, 15)))

    assert summary(events) == [
        ("speech", 7 * STEP, 40 * STEP),
        ("ended", 30 * STEP, 30 * STEP),
    ]


def test_short_noises_start_nothing() -> None:
    """Less than 50 ms of speech is no speech."""
    assert fed(gate(), written((0, 5), (90, 4), (0, 5), (90, 4), (0, 20))) == []


def test_speech_goes_on_between_the_two_thresholds() -> None:
    """A doubtful stretch neither starts nor ends an utterance."""
    assert fed(gate(), written((40, 50))) == []
    events = fed(gate(), written((90, 10), (40, 50), (90, 10)))
    assert summary(events) == [("speech", 0, 70 * STEP)]


def test_a_short_pause_does_not_end_it() -> None:
    """Silence of less than 100 ms is part of the utterance."""
    events = fed(gate(), written((90, 10), (0, 9), (90, 10)))
    assert summary(events) == [("speech", 0, 29 * STEP)]


def test_the_next_utterance_repeats_no_sound() -> None:
    """Its pre-roll begins where the last utterance's sound ended."""
    events = fed(gate(), written((90, 10), (0, 11), (90, 10)))
    assert summary(events) == [
        ("speech", 0, 20 * STEP),
        ("ended", 10 * STEP, 10 * STEP),
        ("speech", 20 * STEP, 31 * STEP),
    ]


def test_a_small_gap_is_bridged_with_silence() -> None:
    """50 ms of lost sound keep the positions right and the utterance going."""
    over = gate()
    events = fed(over, written((90, 10)))
    events += fed(over, written((90, 10)), first_sample=15 * STEP)
    assert summary(events) == [("speech", 0, 25 * STEP)]


def test_a_large_gap_ends_the_utterance() -> None:
    """After a second of lost sound the next speech is a new utterance without a pre-roll from before."""
    over = gate()
    events = fed(over, written((90, 10)))
    events += fed(over, written((90, 10)), first_sample=110 * STEP)
    assert summary(events) == [
        ("speech", 0, 10 * STEP),
        ("ended", 10 * STEP, 10 * STEP),
        ("speech", 110 * STEP, 120 * STEP),
    ]


def test_sound_that_comes_twice_is_heard_once() -> None:
    """The part of a frame that lies before what was heard is left out."""
    over = gate()
    events = fed(over, written((90, 10)))
    events += fed(over, written((90, 10)), first_sample=5 * STEP, piece=10 * STEP)
    assert summary(events) == [("speech", 0, 15 * STEP)]


def test_positions_that_begin_anew_do_not_deafen() -> None:
    """A frame from far back is taken for a new stream."""
    over = gate()
    fed(over, written((0, 10)), first_sample=10_000_000)
    assert summary(fed(over, written((90, 10)))) == [("speech", 0, 10 * STEP)]


def test_the_end_of_the_stream_ends_the_utterance() -> None:
    """`finish` says where speech ended; a second call says nothing."""
    over = gate()
    fed(over, written((90, 10), (0, 3)))
    assert over.finish() == [SpeechEnded(10 * STEP)]
    assert over.finish() == []


def test_bad_frames_are_refused_and_empty_ones_are_nothing() -> None:
    """Stereo and floats raise; an empty frame gives no event."""
    over = gate()
    assert over.feed(AudioFrame(0, np.zeros(0, np.int16))) == []
    for bad in (np.zeros((160, 2), np.int16), np.full(160, np.nan, np.float32)):
        with pytest.raises(AudioError, match="16-bit mono"):
            over.feed(AudioFrame(0, bad))  # type: ignore[arg-type]


@given(
    levels=some.lists(
        some.tuples(some.sampled_from([0, 40, 90]), some.integers(1, 25)), min_size=1, max_size=8
    ),
    piece=some.integers(1, 1000),
)
def test_pieces_of_any_length_give_the_same_utterances(levels: list[tuple[int, int]], piece: int) -> None:
    """Where utterances start and end does not depend on how the sound is cut up; no sound comes twice."""
    pcm = written(*levels)
    over, other = gate(), gate()
    whole = [(e, b) for e, b, _ in summary(fed(over, pcm) + over.finish())]
    parts = [(e, b) for e, b, _ in summary(fed(other, pcm, piece=piece) + other.finish())]

    def starts(found: list[tuple[str, int]]) -> int:
        return len([kind for kind, _ in found if kind == "speech"])

    ends = [at for kind, at in whole if kind == "ended"]
    assert starts(parts) == starts(whole)
    assert [at for kind, at in parts if kind == "ended"] == ends


# --- memory ----------------------------------------------------------------------------------------------


def test_silence_behind_an_utterance_is_passed_on_while_it_is_remembered() -> None:
    """It follows without a gap and is no longer than the memory, counted from where the pause was noticed."""
    events = fed(gate(memory_s=0.2), written((0, 5), (90, 10), (0, 60)))

    assert summary(events) == [
        ("speech", 2 * STEP, 25 * STEP),
        ("ended", 15 * STEP, 15 * STEP),
        ("silence", 25 * STEP, 45 * STEP),
    ]


def test_speech_that_begins_within_the_memory_follows_without_a_gap() -> None:
    """Its pre-roll was passed on as silence already; a noise in between that is no speech is part of the silence."""
    events = fed(gate(memory_s=0.5), written((90, 10), (0, 15), (90, 3), (0, 7), (90, 10), (0, 5)))

    assert summary(events) == [
        ("speech", 0, 20 * STEP),
        ("ended", 10 * STEP, 10 * STEP),
        ("silence", 20 * STEP, 35 * STEP),
        ("speech", 35 * STEP, 50 * STEP),
    ]


def test_speech_behind_the_memory_has_its_pre_roll_again() -> None:
    """The gap tells that what was remembered is over."""
    events = fed(gate(memory_s=0.2), written((90, 10), (0, 50), (90, 10)))

    assert summary(events) == [
        ("speech", 0, 20 * STEP),
        ("ended", 10 * STEP, 10 * STEP),
        ("silence", 20 * STEP, 40 * STEP),
        ("speech", 57 * STEP, 70 * STEP),
    ]


def test_speech_that_begins_as_the_memory_ends_repeats_nothing() -> None:
    """Of its pre-roll only what was not passed on yet."""
    events = fed(gate(memory_s=0.2), written((90, 10), (0, 32), (90, 10)))

    assert summary(events)[2:] == [
        ("silence", 20 * STEP, 40 * STEP),
        ("speech", 40 * STEP, 52 * STEP),
    ]


def test_lost_sound_ends_the_memory() -> None:
    """Behind a large gap nothing is passed on as silence."""
    over = gate(memory_s=1.0)
    events = fed(over, written((90, 10), (0, 15)))
    events += fed(over, written((0, 30), (90, 10)), first_sample=200 * STEP)

    assert summary(events) == [
        ("speech", 0, 20 * STEP),
        ("ended", 10 * STEP, 10 * STEP),
        ("silence", 20 * STEP, 25 * STEP),
        ("speech", 227 * STEP, 240 * STEP),
    ]


@given(
    levels=some.lists(
        some.tuples(some.sampled_from([0, 40, 90]), some.integers(1, 25)), min_size=1, max_size=8
    ),
    piece=some.integers(1, 8000),
)
@example(levels=[(90, 10), (0, 20), (90, 10)], piece=8000)
def test_remembered_sound_has_no_gap_whatever_its_pieces(levels: list[tuple[int, int]], piece: int) -> None:
    """With a memory that is long enough all sound from the first utterance on comes once, in order, as it was."""
    pcm = written(*levels)
    over = gate(memory_s=10)
    sound = [event for event in fed(over, pcm, piece=piece) if not isinstance(event, SpeechEnded)]

    for before, after in itertools.pairwise(sound):
        assert after.first_sample == before.first_sample + len(before.pcm)
    for each in sound:
        assert (each.pcm == pcm[each.first_sample : each.first_sample + len(each.pcm)]).all()
