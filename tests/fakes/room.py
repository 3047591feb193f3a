"""A LiveKit room without a server: people, their microphones, and all that an interpreter does in it."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from livekit import rtc

from pipeline.audio import Pcm


@dataclass(slots=True)
class FakePublication:
    """A speaker's microphone."""

    sid: str
    kind: Any = rtc.TrackKind.KIND_AUDIO
    source: Any = rtc.TrackSource.SOURCE_MICROPHONE
    muted: bool = False
    encryption_type: Any = rtc.EncryptionType.NONE
    track: object | None = None

    def set_subscribed(self, subscribed: bool) -> None:
        self.track = self if subscribed else None


@dataclass(slots=True)
class FakePermissions:
    """What somebody may do."""

    can_publish: bool = True


@dataclass(slots=True)
class FakePerson:
    """Somebody in the room."""

    identity: str
    attributes: Mapping[str, str]
    track_publications: dict[str, FakePublication] = field(default_factory=dict)
    name: str = ""
    metadata: str = ""
    joined_at: datetime | None = None
    kind: Any = rtc.ParticipantKind.PARTICIPANT_KIND_STANDARD
    state: Any = rtc.ParticipantState.PARTICIPANT_STATE_ACTIVE
    permissions: FakePermissions = field(default_factory=FakePermissions)


@dataclass(frozen=True, slots=True)
class SentText:
    """A text stream that somebody got."""

    text: str
    topic: str
    to: tuple[str, ...]
    attributes: Mapping[str, str]
    at_s: float


@dataclass(frozen=True, slots=True)
class SentPacket:
    """A packet that somebody got."""

    data: bytes
    topic: str
    to: tuple[str, ...]


class FakeLocal:
    """The interpreter's own participant."""

    def __init__(self, room: FakeRoom) -> None:
        self.identity = "interpreter"
        self.attributes: dict[str, str] = {}
        self.failures: list[Exception] = []
        """What setting the attributes fails on next."""
        self.texts: list[SentText] = []
        self.packets: list[SentPacket] = []
        self.track_publications: dict[str, object] = {}
        self.unpublished_at_s: dict[str, float] = {}
        self._room = room

    async def set_attributes(self, attributes: Mapping[str, str]) -> None:
        if self.failures:
            raise self.failures.pop()
        self.attributes |= attributes

    async def stream_text(self, **stream: Any) -> _Writer:
        self._check()
        return _Writer(self, stream)

    async def send_text(self, text: str, *, destination_identities: list[str], topic: str, **_: Any) -> None:
        self._check()
        now_s = asyncio.get_running_loop().time()
        self.texts.append(SentText(text, topic, tuple(destination_identities), {}, now_s))

    async def publish_data(self, data: bytes, *, destination_identities: list[str], topic: str) -> None:
        self._check()
        self.packets.append(SentPacket(data, topic, tuple(destination_identities)))

    async def publish_transcription(self, transcription: rtc.Transcription) -> None:
        self._check()

    async def publish_track(self, track: rtc.LocalAudioTrack, options: object) -> FakePublication:
        self._check()
        publication = FakePublication(f"TR_{track.name}")
        self.track_publications[publication.sid] = publication
        return publication

    async def unpublish_track(self, sid: str) -> None:
        self._check()
        del self.track_publications[sid]
        self.unpublished_at_s[sid] = asyncio.get_running_loop().time()

    def set_track_subscription_permissions(self, **permissions: Any) -> None:
        pass

    def _check(self) -> None:
        if not self._room.isconnected():
            raise rtc.StreamError("the room is gone")


class _Writer:
    def __init__(self, local: FakeLocal, stream: dict[str, Any]) -> None:
        self._local, self._stream = local, stream

    async def write(self, text: str) -> None:
        to, now_s = tuple(self._stream["destination_identities"]), asyncio.get_running_loop().time()
        sent = SentText(text, self._stream["topic"], to, self._stream["attributes"], now_s)
        self._local.texts.append(sent)

    async def aclose(self) -> None:
        pass


class FakeRoom:
    """Stands in for a connected `rtc.Room`."""

    def __init__(self) -> None:
        self.name = "room"
        self.connection_state = rtc.ConnectionState.CONN_CONNECTED
        self.remote_participants: dict[str, FakePerson] = {}
        self.local_participant = FakeLocal(self)
        self._handlers: defaultdict[str, list[Callable[..., None]]] = defaultdict(list)

    def isconnected(self) -> bool:
        return self.connection_state != rtc.ConnectionState.CONN_DISCONNECTED

    def on(self, event: str, handler: Callable[..., None]) -> None:
        self._handlers[event].append(handler)

    def off(self, event: str, handler: Callable[..., None]) -> None:
        self._handlers[event].remove(handler)

    def register_text_stream_handler(self, topic: str, handler: Callable[..., None]) -> None:
        pass

    def unregister_text_stream_handler(self, topic: str) -> None:
        pass

    def join(self, identity: str, *, microphone: bool = False, **attributes: str) -> FakePerson:
        """Somebody comes, with a microphone or without."""
        person = FakePerson(identity, {key.replace("__", "."): value for key, value in attributes.items()})
        if microphone:
            publication = FakePublication(f"TR_{identity}")
            person.track_publications[publication.sid] = publication
        self.remote_participants[identity] = person
        self._tell("participant_connected")
        return person

    def leave(self, identity: str) -> None:
        """Somebody goes."""
        person = self.remote_participants.pop(identity)
        for handler in list(self._handlers["participant_disconnected"]):
            handler(person)

    def disconnect(self) -> None:
        """The room is over, or cannot be reached any more."""
        self.connection_state = rtc.ConnectionState.CONN_DISCONNECTED
        self._tell("disconnected")

    def _tell(self, event: str) -> None:
        for handler in list(self._handlers[event]):
            handler()


class Voice:
    """What somebody says: the sound of their track, piece by piece."""

    def __init__(self) -> None:
        self._pieces: asyncio.Queue[Pcm] = asyncio.Queue(1000)

    def say(self, pcm: Pcm) -> None:
        """Says one more piece, 16 kHz mono."""
        self._pieces.put_nowait(pcm)

    async def heard(self) -> None:
        """Returns once all that was said has been taken."""
        while not self._pieces.empty():
            await asyncio.sleep(0)

    @asynccontextmanager
    async def open(self, track: rtc.RemoteTrack) -> AsyncIterator[AsyncIterator[Pcm]]:
        """Stands in for `worker.audio_input.open_track`."""
        yield self._frames()

    async def _frames(self) -> AsyncIterator[Pcm]:
        while True:
            yield await self._pieces.get()
