"""A client that knows nothing of ours, and somebody who talks without end, in a room of the whole real stack."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import numpy as np
from livekit import api, rtc

from demo.talk import RATE_HZ, TALK, speak
from pipeline.audio import Pcm
from stack.local import Stack
from tests.browser.servers import API_KEY, API_SECRET
from worker.audio_input import open_track

ROOM = "unmodified"
LIMIT_S = 10.0
"""For what was cancelled to end."""


@dataclass(slots=True)
class Plain:
    """A client as LiveKit's examples write it: it subscribes to everything and plays what comes."""

    room: rtc.Room = field(default_factory=rtc.Room)
    received: list[str] = field(default_factory=list)
    """Every track that ever came, the newest last."""
    frames: list[tuple[float, str, Pcm]] = field(default_factory=list)
    """When, on which track, and the sound."""
    captions: list[tuple[str, str]] = field(default_factory=list)
    """Language and text of those that are final."""
    chat: list[str] = field(default_factory=list)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def join(self, url: str, language: str) -> None:
        """Connects with a token that holds one attribute."""
        self.room.on("track_subscribed", self._subscribed)
        self.room.register_text_stream_handler("lk.transcription", self._caption)
        self.room.register_text_stream_handler("lk.chat", self._message)
        await self.room.connect(url, _token("plain", language=language), rtc.RoomOptions(auto_subscribe=True))

    async def leave(self) -> None:
        """Disconnects."""
        await self.room.disconnect()  # first: until then tracks and streams may still begin
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=LIMIT_S)

    def audible(self, since_s: float) -> set[str]:
        """Tracks with sound on them since a moment."""
        return {
            name for at_s, name, pcm in self.frames if at_s >= since_s and np.abs(pcm).max(initial=0) > 300
        }

    def sound(self, name: str) -> Pcm:
        """All that came over tracks of a name."""
        return np.concatenate([pcm for _, track, pcm in self.frames if track == name])

    def _subscribed(
        self, track: rtc.RemoteTrack, publication: rtc.RemoteTrackPublication, _: rtc.RemoteParticipant
    ) -> None:
        self.received.append(publication.name)
        self._own(self._listen(track, publication.name))

    async def _listen(self, track: rtc.RemoteTrack, name: str) -> None:
        async with open_track(track) as frames:
            async for pcm in frames:
                self.frames.append((time.monotonic(), name, pcm))

    def _caption(self, reader: rtc.TextStreamReader, _: str) -> None:
        async def take() -> None:
            text = await reader.read_all()
            attributes = dict(reader.info.attributes or {})
            if attributes["lk.transcription_final"] == "true":
                self.captions.append((attributes["language"], text))

        self._own(take())

    def _message(self, reader: rtc.TextStreamReader, _: str) -> None:
        async def take() -> None:
            self.chat.append(await reader.read_all())

        self._own(take())

    def _own(self, work: object) -> None:
        task = asyncio.ensure_future(work)  # type: ignore[call-overload]  # a coroutine
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


@asynccontextmanager
async def plain_client(stack: Stack, language: str) -> AsyncIterator[Plain]:
    """Somebody with `language` in their token."""
    plain = Plain()
    await plain.join(stack.livekit_url, language)
    try:
        yield plain
    finally:
        await plain.leave()


@asynccontextmanager
async def talking(stack: Stack) -> AsyncIterator[None]:
    """A room in which somebody talks, and an interpreter is called."""
    async with AsyncExitStack() as held:
        service = api.LiveKitAPI(stack.livekit_url.replace("ws", "http", 1), API_KEY, API_SECRET)
        held.push_async_callback(service.aclose)
        await service.room.create_room(api.CreateRoomRequest(name=ROOM))
        call = api.CreateAgentDispatchRequest(room=ROOM, agent_name=stack.settings.livekit.agent_name)
        await service.agent_dispatch.create_dispatch(call)
        room = rtc.Room()
        await room.connect(stack.livekit_url, _token("emma", language="en"))
        held.push_async_callback(room.disconnect)
        source = rtc.AudioSource(RATE_HZ, 1, queue_size_ms=200)
        held.push_async_callback(source.aclose)
        track = rtc.LocalAudioTrack.create_audio_track("microphone", source)
        options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
        await room.local_participant.publish_track(track, options)
        talk = asyncio.create_task(_talk(source))
        try:
            yield
        finally:
            talk.cancel()
            await asyncio.wait({talk})


async def _talk(source: rtc.AudioSource) -> None:
    size = RATE_HZ // 20
    while True:
        for line in TALK:
            pcm = np.concatenate([speak(line.text, "rms"), np.zeros(RATE_HZ // 3, np.int16)])
            for at in range(0, len(pcm) - size, size):
                await source.capture_frame(rtc.AudioFrame(pcm[at : at + size].tobytes(), RATE_HZ, 1, size))


def _token(identity: str, **attributes: str) -> str:
    grants = api.VideoGrants(room_join=True, room=ROOM, can_update_own_metadata=True)
    token = api.AccessToken(API_KEY, API_SECRET).with_identity(identity).with_grants(grants)
    return token.with_attributes(attributes).to_jwt()
