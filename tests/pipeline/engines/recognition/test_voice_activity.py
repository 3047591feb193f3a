"""The gate, fed with frames whose probability is written into them."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from pipeline.audio import AudioError, AudioFrame, Pcm
from pipeline.engines.voice_activity import GateEvent, SpeechAudio, SpeechEnded, SpeechGate, SpeechStarted

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


def gate() -> SpeechGate:
    return SpeechGate(
        WrittenProbability(), threshold=0.5, min_speech_s=0.05, min_silence_s=0.1, pre_roll_s=0.03
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
