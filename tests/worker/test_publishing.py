"""Publishing a channel's track: what is opened on the way is closed when it does not come about."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from livekit import rtc
from livekit.rtc.participant import PublishTrackError

from pipeline.audio import SPEAKING_RATE_HZ
from worker.publishing import PublishFailed, RoomPublisher, RoomTrack

Publish = Any


class NotedSource(rtc.AudioSource):
    """Notes whether it was closed."""

    def __init__(self) -> None:
        super().__init__(SPEAKING_RATE_HZ, 1)
        self.closed = 0

    async def aclose(self) -> None:
        await super().aclose()
        self.closed += 1


class Sources:
    def __init__(self) -> None:
        self.made: list[NotedSource] = []

    def __call__(self) -> NotedSource:
        self.made.append(NotedSource())
        return self.made[-1]

    @property
    def closed(self) -> list[int]:
        return [source.closed for source in self.made]


def publisher(publish: Publish, sources: Sources) -> RoomPublisher:
    room = SimpleNamespace(local_participant=SimpleNamespace(publish_track=publish))
    return RoomPublisher(room, None, sources)  # type: ignore[arg-type]  # all of a room that is used


async def test_a_publication_that_is_cancelled_half_way_closes_its_source() -> None:
    """The interpreter was dismissed while a channel opened: no thread of the source is left."""
    sources, asked = Sources(), asyncio.Event()

    async def never(*_: object) -> None:
        asked.set()
        await asyncio.Event().wait()

    publishing = asyncio.create_task(publisher(never, sources).publish("translated-es"))
    await asked.wait()
    publishing.cancel()
    await asyncio.wait([publishing])

    assert publishing.cancelled()
    assert sources.closed == [1]


@pytest.mark.parametrize("error", [PublishTrackError("no permission"), TimeoutError()])
async def test_a_publication_that_is_refused_closes_its_source(error: Exception) -> None:
    """It may be tried again with another source."""
    sources = Sources()

    async def refuse(*_: object) -> None:
        raise error

    with pytest.raises(PublishFailed):
        await publisher(refuse, sources).publish("translated-es")
    assert sources.closed == [1]


async def test_a_fault_on_the_way_closes_the_source_too() -> None:
    """Whatever the library raises."""
    sources = Sources()

    async def fail(*_: object) -> None:
        raise RuntimeError("the native part has failed")

    with pytest.raises(RuntimeError):
        await publisher(fail, sources).publish("translated-es")
    assert sources.closed == [1]


async def test_the_source_of_a_published_track_stays_open() -> None:
    """Until it is unpublished."""
    sources = Sources()

    async def publish(*_: object) -> object:
        return SimpleNamespace(sid="TR_1")

    track = await publisher(publish, sources).publish("translated-es")

    assert isinstance(track, RoomTrack)
    assert sources.closed == [0]
    await sources.made[0].aclose()
