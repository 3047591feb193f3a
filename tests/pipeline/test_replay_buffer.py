"""The last seconds of sound, for those who come back to it."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.audio import AudioFrame
from pipeline.replay_buffer import ReplayBuffer


def frame(first: int, length: int) -> AudioFrame:
    """Each sample is its own position."""
    return AudioFrame(first, np.arange(first, first + length, dtype=np.int16))


def recorded(*frames: AudioFrame, capacity: int = 1000) -> ReplayBuffer:
    buffer = ReplayBuffer(capacity)
    for each in frames:
        buffer.add(each)
    return buffer


def read(buffer: ReplayBuffer, sample: int, most: int) -> tuple[int, list[int]] | None:
    found = buffer.after(sample, most)
    return None if found is None else (found.first_sample, found.pcm.tolist())


def test_any_stretch_comes_back_in_one_piece() -> None:
    """Across frames, from within one to within another, and no further than there is sound."""
    buffer = recorded(frame(0, 10), frame(10, 10), frame(20, 10))

    assert read(buffer, 7, 16) == (7, list(range(7, 23)))
    assert read(buffer, 0, 100) == (0, list(range(30)))
    assert read(buffer, 29, 100) == (29, [29])
    assert read(buffer, 30, 100) is None
    assert buffer.end == 30


def test_it_ends_before_a_gap() -> None:
    """What lies behind the gap is another piece, which begins where its sound does."""
    buffer = recorded(frame(0, 10), frame(50, 10))

    assert read(buffer, 4, 100) == (4, [4, 5, 6, 7, 8, 9])
    assert read(buffer, 10, 100) == (50, list(range(50, 60)))
    assert read(buffer, 30, 3) == (50, [50, 51, 52])


def test_the_oldest_makes_room() -> None:
    """Whole frames go; it is told how far."""
    buffer = recorded(frame(0, 10), frame(10, 10), capacity=25)
    assert buffer.overrun_to == 0
    buffer.add(frame(20, 10))

    assert buffer.overrun_to == 10
    assert read(buffer, 0, 100) == (10, list(range(10, 30)))


def test_what_is_longer_than_the_tape_is_not_kept() -> None:
    """A frame beyond the capacity leaves nothing, and the positions go on."""
    buffer = recorded(frame(0, 30), capacity=25)
    assert (buffer.overrun_to, buffer.end, read(buffer, 0, 100)) == (30, 30, None)
    buffer.add(frame(30, 5))
    assert read(buffer, 0, 100) == (30, [30, 31, 32, 33, 34])


def test_sound_that_comes_twice_is_kept_once() -> None:
    """What lies before the end is left out, the whole frame if need be."""
    buffer = recorded(frame(0, 10), frame(5, 10), frame(2, 8), frame(0, 0))

    assert read(buffer, 0, 100) == (0, list(range(15)))
    assert buffer.end == 15


def test_what_is_not_needed_is_forgotten() -> None:
    """Frames that end before the position, no others; that is no overrun."""
    buffer = recorded(frame(0, 10), frame(10, 10), frame(20, 10))
    buffer.forget_before(19)
    assert read(buffer, 0, 100) == (10, list(range(10, 30)))
    buffer.forget_before(20)
    assert read(buffer, 0, 100) == (20, list(range(20, 30)))
    buffer.forget_before(1000)
    assert (read(buffer, 0, 100), buffer.overrun_to, buffer.end) == (None, 0, 30)


def test_forgotten_sound_makes_room() -> None:
    """Only what is still kept counts against the capacity."""
    buffer = recorded(frame(0, 10), frame(10, 10), capacity=25)
    buffer.forget_before(10)
    buffer.add(frame(20, 10))

    assert (buffer.overrun_to, read(buffer, 0, 100)) == (0, (10, list(range(10, 30))))


def test_a_tape_without_room_is_refused() -> None:
    """At least one sample."""
    with pytest.raises(ValueError, match="at least 1"):
        ReplayBuffer(0)
