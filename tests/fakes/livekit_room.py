"""Stand-ins for the few things that the worker needs of a LiveKit room."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import numpy as np
from livekit import rtc

from pipeline.audio import Pcm
from worker.captions import SendFailed
from worker.permissions import Allowed, ServerRefused
from worker.publishing import PublishFailed
from worker.sink import TrackSink


class FakeSource:
    """Takes sound as fast as it comes, or as its gate lets it; may refuse the next few frames."""

    def __init__(self) -> None:
        self.frames: list[Pcm] = []
        self.cleared = 0
        self.refusals = 0
        self.gate = asyncio.Event()
        self.gate.set()

    async def capture_frame(self, frame: rtc.AudioFrame) -> None:
        await self.gate.wait()
        if self.refusals:
            self.refusals -= 1
            raise RuntimeError("InvalidState - failed to capture frame")
        self.frames.append(np.frombuffer(frame.data, np.int16).copy())

    def clear_queue(self) -> None:
        self.cleared += 1


class FakeTrack:
    """A published track of one language."""

    def __init__(self, name: str, sid: str) -> None:
        self.name, self.sid = name, sid
        self.source = FakeSource()
        self.sink = TrackSink(self.source)
        self.muted = False
        self.unpublished = False

    def mute(self, muted: bool) -> None:
        self.muted = muted

    async def unpublish(self) -> None:
        self.unpublished = True


class FakeServer:
    """Publishes, and keeps what was permitted."""

    def __init__(self) -> None:
        self.tracks: list[FakeTrack] = []
        self.permitted: list[dict[str, frozenset[str]]] = []
        self.subscriptions: list[tuple[str, frozenset[str], bool]] = []
        self.failures = 0
        self.refuses = False
        self.online = True

    async def publish(self, name: str, played: object = None) -> FakeTrack:
        await asyncio.sleep(0)
        if self.failures:
            self.failures -= 1
            raise PublishFailed("no answer")
        track = FakeTrack(name, f"TR_{len(self.tracks) + 1}")
        self.tracks.append(track)
        return track

    def permit(self, allowed: Allowed) -> None:
        self.permitted.append(dict(allowed))

    async def subscribe(self, identity: str, sids: frozenset[str], subscribe: bool) -> None:
        await asyncio.sleep(0)
        if self.refuses:
            raise ServerRefused("not found")
        self.subscriptions.append((identity, sids, subscribe))


@dataclass(slots=True)
class FakePost:
    """Notes what is sent; may fail the next few times."""

    streams: list[tuple[str, frozenset[str], dict[str, str], str]] = field(default_factory=list)
    packets: list[rtc.Transcription] = field(default_factory=list)
    texts: list[tuple[str, frozenset[str]]] = field(default_factory=list)
    failures: int = 0

    async def stream(
        self, text: str, *, topic: str, to: frozenset[str], attributes: Mapping[str, str], sender: str
    ) -> None:
        await asyncio.sleep(0)
        if self.failures:
            self.failures -= 1
            raise SendFailed("not connected")
        self.streams.append((text, to, dict(attributes), sender))

    async def legacy(self, transcription: rtc.Transcription) -> None:
        self.packets.append(transcription)

    async def text(self, text: str, *, topic: str, to: frozenset[str]) -> None:
        self.texts.append((text, to))


class FakeMicrophone:
    """A speaker's publication; it is subscribed as soon as it is asked for, unless requests get lost."""

    def __init__(self, sid: str, *, lost: int = 0) -> None:
        self.sid, self.muted = sid, False
        self.track: rtc.RemoteTrack | None = None
        self.asked: list[bool] = []
        self._lost = lost

    def set_subscribed(self, subscribed: bool) -> None:
        self.asked.append(subscribed)
        if self._lost:
            self._lost -= 1
            return
        self.track = object() if subscribed else None  # type: ignore[assignment]  # only its identity counts


class FakeTracks:
    """Opens tracks that give one frame and then wait."""

    def __init__(self) -> None:
        self.opened = 0
        self.closed = 0

    @asynccontextmanager
    async def __call__(self, track: rtc.RemoteTrack) -> AsyncIterator[AsyncIterator[Pcm]]:
        self.opened += 1
        try:
            yield self._frames()
        finally:
            self.closed += 1

    async def _frames(self) -> AsyncIterator[Pcm]:
        yield np.ones(800, np.int16)
        await asyncio.Event().wait()
