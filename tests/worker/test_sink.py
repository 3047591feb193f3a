"""Speech on its way into a track."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from foundation.tasks import Tasks
from pipeline.audio import Pcm
from tests.fakes.livekit_room import FakeSource
from worker.sink import FRAME, LONGEST_PIECE, PIECE, ROOM, SinkError, TrackSink

pytestmark = pytest.mark.virtual_time


def ramp(samples: int, start: int = 0) -> Pcm:
    """Sound in which every sample tells its place."""
    return (np.arange(start, start + samples) % 30_000).astype(np.int16)


async def settled(seconds: float = 0.1) -> None:
    """Lets the pump work off what it has."""
    await asyncio.sleep(seconds)


async def test_everything_arrives_in_order_in_whole_frames(tasks: Tasks) -> None:
    """Odd pieces come out as long pieces of whole 10 ms frames, the very last one padded with silence."""
    source = FakeSource()
    sink = TrackSink(source)
    tasks.start(sink.run(), name="pump")
    whole = ramp(3 * PIECE + 77)
    for start in range(0, len(whole), 333):
        await sink.write(whole[start : start + 333])
    await settled()
    heard = np.concatenate(source.frames)
    assert np.array_equal(heard[: len(whole)], whole)
    assert not heard[len(whole) :].any()
    assert len(heard) - len(whole) < FRAME
    assert {len(frame) % FRAME for frame in source.frames} == {0}
    assert all(PIECE <= len(frame) <= LONGEST_PIECE for frame in source.frames[:-1])


async def test_no_piece_is_too_short_to_be_kept(tasks: Tasks) -> None:
    """What waits is bounded by its length, not by the number of its pieces."""
    source = FakeSource()
    sink = TrackSink(source)
    whole = ramp(ROOM - 1)
    for sample in range(len(whole)):
        await sink.write(whole[sample : sample + 1])
    tasks.start(sink.run(), name="pump")
    await settled()
    assert np.array_equal(np.concatenate(source.frames)[: len(whole)], whole)


async def test_a_writer_waits_for_room(tasks: Tasks) -> None:
    """While the track takes nothing only so much is accepted; what waits is told."""
    source = FakeSource()
    source.gate.clear()
    sink = TrackSink(source)
    tasks.start(sink.run(), name="pump")
    writing = asyncio.ensure_future(sink.write(ramp(20 * PIECE)))
    await settled()
    assert not writing.done()
    assert sink.queued_s() <= (ROOM + PIECE + LONGEST_PIECE) / 24_000 + 0.01
    source.gate.set()
    async with asyncio.timeout(5):
        await writing
    await settled()
    assert sum(map(len, source.frames)) == 20 * PIECE


async def test_what_is_cleared_is_not_heard(tasks: Tasks) -> None:
    """Clearing drops what waits here and in the track, and lets the writer go on at once; then it plays again."""
    source = FakeSource()
    source.gate.clear()
    sink = TrackSink(source)
    tasks.start(sink.run(), name="pump")
    writing = asyncio.ensure_future(sink.write(ramp(20 * PIECE)))
    await settled()
    sink.clear()
    assert sink.queued_s() == 0
    async with asyncio.timeout(5):
        await writing
    source.gate.set()
    await settled()
    assert source.cleared >= 1
    source.frames.clear()
    await sink.write(ramp(PIECE, 5000))
    await settled()
    assert np.array_equal(np.concatenate(source.frames), ramp(PIECE, 5000))


async def test_a_refusal_just_after_clearing_is_tried_again(tasks: Tasks) -> None:
    """The native queue refuses sound for a tick after it was cleared: nothing is lost by that."""
    source = FakeSource()
    source.refusals = 2
    sink = TrackSink(source)
    tasks.start(sink.run(), name="pump")
    await sink.write(ramp(PIECE))
    await settled(0.2)
    assert np.array_equal(np.concatenate(source.frames), ramp(PIECE))


async def test_a_track_that_refuses_for_good_is_an_error() -> None:
    """The pump says so instead of going on without sound."""
    source = FakeSource()
    source.refusals = 100
    sink = TrackSink(source)
    await sink.write(ramp(PIECE))
    with pytest.raises(SinkError):
        await sink.run()
