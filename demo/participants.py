"""Who is in the demo's room: plain LiveKit clients that speak a recording, or record what they hear."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field

import numpy as np
from livekit import rtc
from livekit.rtc.participant import UnpublishTrackError

from demo.doors import Admission
from demo.talk import RATE_HZ
from foundation.carried_through import carried_through
from foundation.tasks import Tasks
from pipeline.audio import HEARING_RATE_HZ, Pcm
from protocol.attributes import CAPTIONS_TOPIC, EVENTS_TOPIC

CHUNK_S = 0.02
STREAM_LIMIT_S = 10.0
CLOSE_LIMIT_S = 3.0
OPEN_BEFORE_S = 0.6
"""So long a microphone is open before somebody speaks into it: others have to subscribe to it first."""
MICROPHONE = "microphone"
TRANSLATED = "translated-"
"""What the names of the interpreter's tracks begin with."""


@dataclass(frozen=True, slots=True)
class SeenCaption:
    """One revision of a caption as a client received it."""

    speaker: str
    text: str
    attributes: Mapping[str, str]
    at_s: float
    order: int
    """The place of its beginning among all captions; streams may be read to their end in another order."""


@dataclass(slots=True)
class HeardTrack:
    """What came over one audio track, on a time line that starts at `began_s`."""

    name: str
    publisher: str
    began_s: float
    pieces: list[tuple[float, Pcm]] = field(default_factory=list)
    """When each piece arrived (monotonic), and the piece at `HEARING_RATE_HZ`."""

    def sound(self) -> Pcm:
        """Everything on one time line; where nothing came there is silence."""
        if not self.pieces:
            return np.zeros(0, np.int16)
        last_at_s, last = self.pieces[-1]
        length = int((last_at_s - self.began_s) * HEARING_RATE_HZ) + len(last)
        line = np.zeros(length, np.int16)
        position = 0
        for at_s, pcm in self.pieces:
            due = int((at_s - self.began_s) * HEARING_RATE_HZ) - len(pcm)
            # arrival jitters by some tens of milliseconds: only a longer hole is one
            if abs(due - position) > HEARING_RATE_HZ // 5:
                position = max(position, due)
            fits = pcm[: max(0, length - position)]
            line[position : position + len(fits)] = fits
            position += len(fits)
        return line[:position]


class Attendee:
    """One client in the room.

    Args:
        identity: until it is admitted its name, then what it was admitted by.
        wishes: its attributes, see docs/protocol.md.
        record: which tracks to record, by publisher and name.
        only_recorded: whether it receives these alone, as somebody who switched the others off.
        chunk_s: so much sound is handed to the microphone at once.
        most_pieces: so many pieces of each recorded track are kept, the newest.
    """

    def __init__(
        self,
        identity: str,
        wishes: Mapping[str, str],
        *,
        record: Callable[[str, str], bool] = lambda publisher, name: False,
        only_recorded: bool = False,
        chunk_s: float = CHUNK_S,
        most_pieces: int | None = None,
    ) -> None:
        self.identity, self._wishes, self._record = identity, wishes, record
        self._only_recorded, self._chunk_s, self._most_pieces = only_recorded, chunk_s, most_pieces
        self._room: rtc.Room | None = None
        self.captions: list[SeenCaption] = []
        self.tracks: list[HeardTrack] = []
        self.on_caption: Callable[[SeenCaption], None] = lambda caption: None
        self.on_event: Callable[[str, str], None] = lambda text, sender: None
        self._tasks = Tasks()
        self._begun = 0

    @property
    def room(self) -> rtc.Room:
        """Raises RuntimeError before the client has joined."""
        if self._room is None:
            raise RuntimeError(f"{self.identity} has not joined")
        return self._room

    async def join(self, admission: Admission) -> None:
        """Connects. Raises rtc.ConnectError."""
        self.identity = admission.identity
        self._room = rtc.Room()
        self.room.on("track_subscribed", self._subscribed)
        if self._only_recorded:
            self.room.on("track_published", self._subscribe)
        self.room.register_text_stream_handler(CAPTIONS_TOPIC, self._caption)
        self.room.register_text_stream_handler(EVENTS_TOPIC, self._event)
        options = rtc.RoomOptions(auto_subscribe=not self._only_recorded, single_peer_connection=True)
        connecting = self.room.connect(admission.url, admission.token, options)
        await carried_through(connecting, self.room.disconnect, name=f"{self.identity} joins")
        for person in self.room.remote_participants.values() if self._only_recorded else ():
            for publication in person.track_publications.values():
                self._subscribe(publication, person)
        me = self.room.local_participant
        if any(me.attributes.get(name) != value for name, value in self._wishes.items()):
            await me.set_attributes(dict(self._wishes))

    @property
    def translated_tracks(self) -> list[HeardTrack]:
        """What came from the interpreter."""
        return [track for track in self.tracks if track.name.startswith(TRANSLATED)]

    async def speak(self, pcm: Pcm, began: Callable[[float], None] = lambda at_s: None) -> None:
        """Publishes a microphone and plays `pcm` (at `RATE_HZ`) into it in real time.

        Args:
            began: told when the first sample is handed over.
        """
        source = rtc.AudioSource(RATE_HZ, 1, queue_size_ms=100)
        track = rtc.LocalAudioTrack.create_audio_track(MICROPHONE, source)
        options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
        publication = await self.room.local_participant.publish_track(track, options)
        chunk = int(self._chunk_s * RATE_HZ)
        for _ in range(round(OPEN_BEFORE_S / self._chunk_s)):
            await source.capture_frame(rtc.AudioFrame(bytes(2 * chunk), RATE_HZ, 1, chunk))
        began(time.monotonic())
        whole = np.pad(pcm, (0, -len(pcm) % chunk))
        for start in range(0, len(whole), chunk):
            piece = np.ascontiguousarray(whole[start : start + chunk])
            await source.capture_frame(rtc.AudioFrame(piece.tobytes(), RATE_HZ, 1, chunk))
        await asyncio.sleep(1.0)  # the queue, and what is on its way
        with contextlib.suppress(UnpublishTrackError):  # after a reconnect it is there under another name
            await self.room.local_participant.unpublish_track(publication.sid)
        await source.aclose()

    async def leave(self) -> None:
        """Disconnects and ends every recording."""
        if self._room is not None:
            await self._room.disconnect()  # first: until then tracks and captions may still begin
        await self._tasks.close()

    def _subscribe(self, publication: rtc.RemoteTrackPublication, participant: rtc.RemoteParticipant) -> None:
        if self._record(participant.identity, publication.name):
            publication.set_subscribed(True)

    def _subscribed(
        self, track: rtc.Track, publication: rtc.RemoteTrackPublication, participant: rtc.RemoteParticipant
    ) -> None:
        if track.kind == rtc.TrackKind.KIND_AUDIO and self._record(participant.identity, publication.name):
            heard = HeardTrack(publication.name, participant.identity, time.monotonic())
            self.tracks.append(heard)
            self._own(self._listen(track, heard))

    async def _listen(self, track: rtc.Track, heard: HeardTrack) -> None:
        stream = rtc.AudioStream(
            track, capacity=100, sample_rate=HEARING_RATE_HZ, num_channels=1, frame_size_ms=50
        )
        try:
            async for event in stream:
                pcm = np.frombuffer(event.frame.data, np.int16).copy()
                heard.pieces.append((time.monotonic(), pcm))
                if self._most_pieces is not None:
                    del heard.pieces[: -self._most_pieces]
        finally:
            with contextlib.suppress(
                TimeoutError
            ):  # the library may wait for an end of sound that does not come
                async with asyncio.timeout(CLOSE_LIMIT_S):
                    await stream.aclose()

    def _caption(self, reader: rtc.TextStreamReader, identity: str) -> None:
        self._begun += 1
        self._own(self._read_caption(reader, identity, self._begun))

    async def _read_caption(self, reader: rtc.TextStreamReader, identity: str, order: int) -> None:
        async with asyncio.timeout(STREAM_LIMIT_S):
            text = await reader.read_all()
        seen = SeenCaption(identity, text, dict(reader.info.attributes or {}), time.monotonic(), order)
        self.captions.append(seen)
        self.on_caption(seen)

    def _event(self, reader: rtc.TextStreamReader, identity: str) -> None:
        self._own(self._read_event(reader, identity))

    async def _read_event(self, reader: rtc.TextStreamReader, identity: str) -> None:
        async with asyncio.timeout(STREAM_LIMIT_S):
            text = await reader.read_all()
        self.on_event(text, identity)

    def _own(self, work: Coroutine[None, None, None]) -> None:
        self._tasks.start(work, name=f"{self.identity} reads")
